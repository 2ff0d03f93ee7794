"""What is learned of the space of statements from those that people put together or apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.themes.metric import (
    MOST_STRETCH,
    STRENGTHS,
    Metric,
    fit_metric,
    linked_groups,
    metric_of,
)

DIMS = 16
THEMES = 12
EACH = 20


def planted(seed: int, *, apart: float = 1.0) -> tuple[Vectors, IntArray]:
    """Themes that differ in the first half of the dimensions; the loud rest says nothing."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(THEMES), EACH)
    middles = np.zeros((THEMES, DIMS))
    middles[:, : DIMS // 2] = apart * rng.normal(size=(THEMES, DIMS // 2))
    spread = np.r_[np.full(DIMS // 2, 0.5), np.full(DIMS // 2, 2.0)]
    rows = middles[labels] + spread * rng.normal(size=(len(labels), DIMS))
    return unit(rows), labels


def unit(rows: FloatArray) -> Vectors:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / norms, np.float32)


def pairs(labels: IntArray, rows: IntArray) -> tuple[IntArray, IntArray]:
    """All pairs among some rows, by whether their labels are equal."""
    one, other = np.triu_indices(len(rows), 1)
    both = np.stack([rows[one], rows[other]], axis=1)
    same = labels[both[:, 0]] == labels[both[:, 1]]
    return both[same], both[~same]


def sides(labels: IntArray) -> tuple[IntArray, IntArray]:
    """The first half of each theme, and the rest."""
    first = np.arange(len(labels)) % EACH < EACH // 2
    return np.flatnonzero(first), np.flatnonzero(~first)


def mean_cosine(vectors: Vectors, both: IntArray) -> float:
    return float((vectors[both[:, 0]] * vectors[both[:, 1]]).sum(axis=1).mean())


def learned(seed: int) -> tuple[Metric, Vectors, IntArray]:
    vectors, labels = planted(seed)
    return fit_metric(vectors, *pairs(labels, sides(labels)[0])), vectors, labels


def test_without_pairs_nothing_changes() -> None:
    vectors, labels = planted(1)
    none = np.empty((0, 2), np.int64)
    for groups in (None, labels):
        metric = fit_metric(vectors, none, none, groups)
        assert not metric.kept
        assert np.array_equal(metric.matrix, np.eye(DIMS))
        assert metric.apply(vectors) is vectors


def test_links_of_one_kind_alone_change_nothing() -> None:
    vectors, labels = planted(1)
    must, cannot = pairs(labels, sides(labels)[0])
    none = np.empty((0, 2), np.int64)
    assert not fit_metric(vectors, must, none).kept
    assert not fit_metric(vectors, none, cannot).kept


@pytest.mark.parametrize("seed", range(5))
def test_statements_that_nobody_linked_come_nearer_and_go_farther_as_their_themes_do(
    seed: int,
) -> None:
    metric, vectors, labels = learned(seed)
    assert metric.kept
    assert metric.lead > 0.02
    must, cannot = pairs(labels, sides(labels)[1])
    after = metric.apply(vectors)
    assert mean_cosine(after, must) > mean_cosine(vectors, must) + 0.1
    assert mean_cosine(after, cannot) < mean_cosine(vectors, cannot)


@pytest.mark.parametrize("seed", range(3))
def test_themes_as_shown_teach_more_than_the_linked_statements_alone(seed: int) -> None:
    vectors, labels = planted(seed)
    few = np.flatnonzero(np.arange(len(labels)) % EACH < 8)
    must, cannot = pairs(labels, few)
    shown = fit_metric(vectors, must, cannot, labels)
    assert shown.kept
    assert shown.lead > fit_metric(vectors, must, cannot).lead


@given(st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_the_order_of_pairs_and_of_their_ends_decides_nothing(seed: int) -> None:
    vectors, labels = planted(2)
    must, cannot = pairs(labels, sides(labels)[0])
    rng = np.random.default_rng(seed)
    again = fit_metric(vectors, rng.permutation(must)[:, ::-1], rng.permutation(cannot))
    first = fit_metric(vectors, must, cannot)
    assert again.strength == first.strength
    assert np.array_equal(again.matrix, first.matrix)


@pytest.mark.parametrize("seed", range(8))
def test_links_drawn_by_chance_teach_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors, labels = planted(seed)
    drawn = rng.permutation(labels)
    metric = fit_metric(vectors, *pairs(drawn, sides(labels)[0]))
    assert not metric.kept
    assert np.array_equal(metric.matrix, np.eye(DIMS))


def test_what_is_told_apart_perfectly_is_left_as_it_is() -> None:
    labels = np.repeat(np.arange(4), 8)
    vectors = unit(np.eye(DIMS)[labels] + 0.01 * np.random.default_rng(1).normal(size=(32, DIMS)))
    metric = fit_metric(vectors, *pairs(labels, np.arange(32)))
    assert not metric.kept
    assert metric.lead == 0.0


def test_rows_stay_unit_rows() -> None:
    metric, vectors, _ = learned(4)
    after = metric.apply(vectors)
    assert after.dtype == np.float32
    assert np.linalg.norm(after, axis=1) == pytest.approx(np.ones(len(after)), abs=1e-5)


def test_no_direction_is_stretched_without_bound() -> None:
    vectors, labels = planted(5, apart=50.0)
    stretches = np.linalg.svd(metric_of(vectors, labels, STRENGTHS[-1]), compute_uv=False)
    assert stretches.max() <= MOST_STRETCH + 1e-3
    assert stretches.min() >= 1.0 / MOST_STRETCH - 1e-3
    assert stretches.max() > 1.5


def test_groups_of_one_and_statements_in_no_group_teach_nothing() -> None:
    vectors, labels = planted(6)
    more = np.concatenate([vectors, -vectors[:2]])
    groups = np.concatenate([labels, [THEMES, NOISE]])
    assert np.array_equal(
        metric_of(more, groups, STRENGTHS[0]), metric_of(vectors, labels, STRENGTHS[0])
    )


def test_the_same_is_learned_each_time() -> None:
    first, again = learned(7)[0], learned(7)[0]
    assert first.strength == again.strength
    assert first.lead == again.lead
    assert np.array_equal(first.matrix, again.matrix)


def test_chains_of_must_links_make_groups() -> None:
    groups = linked_groups(6, np.array([[0, 1], [1, 2], [4, 5]]))
    assert groups[0] == groups[1] == groups[2] != groups[4]
    assert groups[4] == groups[5]
    assert groups[3] == NOISE


def test_a_pair_of_a_row_that_is_not_there_is_refused() -> None:
    vectors, _ = planted(8)
    with pytest.raises(ValueError, match="a pair of rows"):
        fit_metric(vectors, np.array([[0, len(vectors)]]), np.empty((0, 2), np.int64))
