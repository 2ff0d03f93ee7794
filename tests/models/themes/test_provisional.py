"""Themes that open between two fits, from what was left out."""

import numpy as np
import pytest

from groundswell.domain import NOISE, IntArray, NeedTheme, Vectors
from models.themes.fitting import fit_themes
from models.themes.model import ThemeModel
from models.themes.openings import open_branches
from models.themes.placement import assign_themes, describe
from models.themes.provisional import Opening, extended, find_new_themes

DIMS = 48


def around(centres: np.ndarray, sizes: list[int], seed: int, spread: float = 0.5) -> Vectors:
    draws = np.random.default_rng(seed)
    rows = np.repeat(centres, sizes, axis=0)
    rows = rows + spread * draws.normal(size=rows.shape) / DIMS**0.5
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(unit.astype(np.float16).astype(np.float32))


def centres(count: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(count, DIMS))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def strays(count: int, seed: int) -> Vectors:
    return around(centres(count, seed), [1] * count, seed)


@pytest.fixture(scope="module")
def model() -> ThemeModel:
    """Three themes of 40, of which the groups below know nothing."""
    known = around(centres(3, 9), [40, 40, 40], 10)
    return fit_themes(known, neighbours=60, min_statements=8).model


def open_from(model: ThemeModel, vectors: Vectors, voices: list[str] | None = None) -> Opening:
    voices = voices or [f"customer {row}" for row in range(len(vectors))]
    said = describe(model, vectors, None)
    return find_new_themes(model, said, voices, neighbours=60, min_voices=8)


@pytest.fixture(scope="module")
def gathered() -> tuple[Vectors, IntArray]:
    """Two groups of 15 that say the same each, among 40 statements that say nothing alike."""
    groups = around(centres(2, 1), [15, 15], 2)
    truth = np.repeat([0, 1, NOISE], [15, 15, 40])
    return np.concatenate([groups, strays(40, 3)]), truth


def test_groups_open_a_theme_each_and_strays_none(
    model: ThemeModel, gathered: tuple[Vectors, IntArray]
) -> None:
    vectors, truth = gathered
    opening = open_from(model, vectors)
    assert len(opening.centroids) == 2
    assert len(set(opening.labels[:15].tolist())) == 1
    assert len(set(opening.labels[15:30].tolist())) == 1
    assert opening.labels[0] != opening.labels[20]
    assert (opening.labels[truth == NOISE] == NOISE).all()
    assert (opening.stability >= 0.5).all()


def test_one_customer_alone_opens_nothing(
    model: ThemeModel, gathered: tuple[Vectors, IntArray]
) -> None:
    vectors, truth = gathered
    voices = ["the same" if group == 0 else f"{row}" for row, group in enumerate(truth.tolist())]
    opening = open_from(model, vectors, voices)
    assert len(opening.centroids) == 1
    assert (opening.labels[:15] == NOISE).all()


def test_one_group_alone_opens_a_theme(model: ThemeModel) -> None:
    opening = open_from(model, around(centres(1, 1), [12], 2))
    assert opening.labels.tolist() == [0] * 12


def test_what_lies_among_the_themes_opens_none(model: ThemeModel) -> None:
    opening = open_from(model, around(centres(3, 9), [6, 6, 6], 11))
    assert (opening.labels == NOISE).all()


@pytest.mark.parametrize("count", [0, 1, 5, 8, 60])
def test_strays_alone_open_nothing(model: ThemeModel, count: int) -> None:
    opening = open_from(model, strays(max(count, 1), 4)[:count])
    assert len(opening.centroids) == 0
    assert (opening.labels == NOISE).all()


def test_what_a_model_did_not_know_is_placed_once_a_theme_was_opened(
    model: ThemeModel, gathered: tuple[Vectors, IntArray]
) -> None:
    known = around(centres(3, 9), [40, 40, 40], 10)
    vectors, _ = gathered
    opening = open_from(model, vectors)
    grown = extended(model, opening, [7, 8], describe(model, vectors, None))
    new = around(centres(2, 1), [4, 4], 20)
    before = assign_themes(model, new, min_membership=0.15).primary(8)
    after = assign_themes(grown, new, min_membership=0.15).primary(8)
    assert (before == NOISE).all()
    assert after.tolist() == [7 + opening.labels[0]] * 4 + [7 + opening.labels[15]] * 4
    old = assign_themes(grown, known, min_membership=0.15).primary(len(known))
    assert np.array_equal(old, assign_themes(model, known, min_membership=0.15).primary(120))


def test_an_opened_theme_is_provisional_named_and_in_the_nearest_area() -> None:
    middles = centres(3, 5)
    near = middles[1] + 0.4 * centres(1, 6)[0]
    vectors = around(near[None, :] / np.linalg.norm(near), [12], 7, spread=0.3)
    texts = [f"please let me swap a shift with {name}" for name in "abcdefghijkl"]
    labels = np.zeros(12, dtype=np.int64)
    opening = Opening(labels, vectors[:1], np.array([0.8]))
    earlier = [
        NeedTheme(row, f"need {row}", (), (), 10, 0.9, parent_id=50 + row, x=0.1 * row, y=0.0)
        for row in range(3)
    ]
    (theme,) = open_branches(
        opening,
        texts,
        vectors,
        [[f"s{row}", f"t{row}"] for row in range(12)],
        [9],
        earlier=earlier,
        centroids=np.concatenate([middles, opening.centroids]).astype(np.float32),
    )
    assert (theme.theme_id, theme.state, theme.level, theme.parent_id) == (
        9,
        "provisional",
        "need",
        51,
    )
    assert theme.size == 24, "two statements say each text"
    assert "shift" in theme.label.lower()
    assert theme.exemplars[0].startswith("s")
    assert -1.0 <= theme.x <= 1.0
