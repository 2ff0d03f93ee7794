"""Themes that are there foretell which of the newest statements are neighbours."""

import numpy as np
import pytest

from groundswell.domain import NOISE, IntArray, Vectors
from models.gates.foresight import GoldenSet, foresee, golden_set
from models.gates.verdicts import golden

TEXTS = 300
TRUE = np.arange(TEXTS) % 6


def drawn() -> Vectors:
    chance = np.random.default_rng(3)
    middles = chance.normal(size=(6, 32))
    vectors = middles[TRUE] + 0.5 * chance.normal(size=(TEXTS, 32))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture(scope="module")
def known() -> GoldenSet:
    said = [f"about thing {n} of {theme}" for n, theme in enumerate(TRUE.tolist())]
    return golden_set(drawn(), said, np.arange(TEXTS, dtype=np.float64))


def shuffled(labels: IntArray) -> IntArray:
    return np.random.default_rng(4).permutation(labels)


def test_themes_that_are_there_foretell_and_shuffled_ones_do_not(known: GoldenSet) -> None:
    found = foresee(known, TRUE, shuffled(TRUE))
    assert found.champion > 0.8
    assert found.challenger < 0.0
    assert found.lost
    assert not golden(found).passed


def test_the_same_themes_under_other_numbers_foretell_the_same(known: GoldenSet) -> None:
    found = foresee(known, TRUE, (TRUE + 3) % 6)
    assert found.challenger == pytest.approx(found.champion)
    assert not found.lost


def test_better_themes_are_never_a_loss(known: GoldenSet) -> None:
    assert not foresee(known, shuffled(TRUE), TRUE).lost


def test_a_theme_that_is_dropped_foretells_less(known: GoldenSet) -> None:
    found = foresee(known, TRUE, np.where(TRUE == 0, NOISE, TRUE))
    assert found.lost


def test_what_each_newest_statement_itself_was_given_plays_no_part(known: GoldenSet) -> None:
    newest = np.arange(TEXTS) >= 240
    found = foresee(known, TRUE, np.where(newest, NOISE, TRUE))
    assert found.challenger == pytest.approx(found.champion)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 12])
def test_of_few_texts_nothing_is_told(count: int) -> None:
    vectors, said = drawn()[:count], [f"text {n}" for n in range(count)]
    found = foresee(
        golden_set(vectors, said, np.arange(count, dtype=np.float64)), TRUE[:count], TRUE[:count]
    )
    assert not found.known
    assert not found.lost
    assert golden(found).passed
