"""How statements lie to themes that were not made of them."""

from dataclasses import replace

import numpy as np
import pytest

from groundswell.domain import NOISE, Vectors
from models.themes.fitting import fit_themes
from models.themes.held_out import lie_of, lie_of_references
from models.themes.likeness import Said
from models.themes.model import ThemeModel

THEMES, SIZE, DIMS = 4, 60, 24


@pytest.fixture(scope="module")
def drawn() -> Vectors:
    draws = np.random.default_rng(3)
    centres = draws.normal(size=(THEMES, DIMS)) / DIMS**0.5
    rows = np.repeat(centres, 2 * SIZE, axis=0) + 0.5 * draws.normal(
        size=(2 * SIZE * THEMES, DIMS)
    ) / (DIMS**0.5)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(unit[draws.permutation(len(unit))], dtype=np.float32)


@pytest.fixture(scope="module")
def model(drawn: Vectors) -> ThemeModel:
    return fit_themes(drawn[: SIZE * THEMES], neighbours=40, min_statements=8).model


def test_statements_of_the_fit_lie_as_new_ones_do(drawn: Vectors, model: ThemeModel) -> None:
    rows = np.arange(SIZE * THEMES)
    before = lie_of_references(model, rows)
    new = lie_of(model, Said(drawn[SIZE * THEMES :], None))
    error = (before.cosines.var() / len(rows) + new.cosines.var() / len(new.cosines)) ** 0.5
    assert abs(before.cosines.mean() - new.cosines.mean()) < 3 * error
    assert abs(before.nowhere.mean() - new.nowhere.mean()) < 0.05


def test_a_statement_does_not_speak_for_itself(model: ThemeModel) -> None:
    rows = np.arange(SIZE * THEMES)
    inside = lie_of(model, Said(model.references.astype(np.float32), None)).cosines
    assert (lie_of_references(model, rows).cosines < inside).all()


def test_the_only_statement_of_a_theme_is_in_none_without_itself(model: ThemeModel) -> None:
    alone = np.full(len(model.labels), NOISE, dtype=np.int64)
    alone[0] = model.theme_ids[0]
    only = replace(model, labels=alone)
    assert lie_of_references(only, np.array([0])).nowhere.tolist() == [True]


def test_what_nobody_said_before_lies_far_off(model: ThemeModel, drawn: Vectors) -> None:
    away = -drawn[:40]
    found = lie_of(model, Said(away, None))
    assert found.nowhere.mean() > 0.9
