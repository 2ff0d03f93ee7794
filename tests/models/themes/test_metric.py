"""What is learned of the space of statements from the themes that people want."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.themes.metric import MOST_STRETCH, in_metric, metric_of

DIMS = 16
THEMES = 12
EACH = 20


def planted(seed: int) -> tuple[Vectors, IntArray]:
    """Themes that differ in the first half of the dimensions; the loud rest says nothing."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(THEMES), EACH)
    middles = np.zeros((THEMES, DIMS))
    middles[:, : DIMS // 2] = rng.normal(size=(THEMES, DIMS // 2))
    spread = np.r_[np.full(DIMS // 2, 0.5), np.full(DIMS // 2, 2.0)]
    rows = middles[labels] + spread * rng.normal(size=(len(labels), DIMS))
    return unit(rows), labels


def unit(rows: FloatArray) -> Vectors:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / norms, np.float32)


def nearest_alike(vectors: Vectors, labels: IntArray, rows: IntArray) -> float:
    """Share of some statements whose nearest other one has the same label."""
    cosines = vectors[rows] @ vectors.T
    cosines[np.arange(len(rows)), rows] = -2.0
    return float((labels[cosines.argmax(axis=1)] == labels[rows]).mean())


@pytest.mark.parametrize("seed", range(5))
def test_statements_that_taught_nothing_are_told_apart_better(seed: int) -> None:
    vectors, labels = planted(seed)
    half = np.arange(len(labels)) % EACH < EACH // 2
    changed = in_metric(metric_of(vectors, np.where(half, labels, NOISE)), vectors)
    others = np.flatnonzero(~half)
    plain = nearest_alike(vectors, labels, others)
    assert nearest_alike(changed, labels, others) > plain + 0.05


def test_what_says_nothing_is_shrunk_and_what_differs_is_stretched() -> None:
    vectors, labels = planted(1)
    lengths = np.linalg.norm(metric_of(vectors, labels), axis=1)
    assert lengths[: DIMS // 2].min() > lengths[DIMS // 2 :].max()


@pytest.mark.parametrize("groups", [np.full(8, NOISE), np.arange(8), np.zeros(8, np.int64)])
def test_less_than_two_groups_of_two_teach_nothing(groups: IntArray) -> None:
    vectors = planted(1)[0][:8]
    assert np.array_equal(metric_of(vectors, groups), np.eye(DIMS))


def test_without_a_change_vectors_stay_where_they_lie() -> None:
    vectors = planted(1)[0]
    assert np.abs(in_metric(np.eye(DIMS), vectors) - vectors).max() < 3e-4


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), first=st.integers(0, 50), count=st.integers(1, 9))
def test_a_statement_lies_where_it_does_alone_and_among_others(
    seed: int, first: int, count: int
) -> None:
    vectors, labels = planted(seed)
    matrix = metric_of(vectors, labels)
    some = slice(first, first + count)
    assert np.array_equal(in_metric(matrix, vectors)[some], in_metric(matrix, vectors[some]))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_no_direction_is_stretched_beyond_the_bound(seed: int) -> None:
    vectors, labels = planted(seed)
    stretches = np.linalg.svd(metric_of(vectors, labels), compute_uv=False)
    assert stretches.min() >= 1.0 / MOST_STRETCH - 1e-3
    assert stretches.max() <= MOST_STRETCH + 1e-3
