"""The posterior of the weights, against arithmetic and against integration."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_expit

from models.preference.posterior import (
    HALF_LIFE_DAYS,
    REVIEWER_SD,
    WEIGHT_SD,
    Regression,
    learn,
)
from tests.models.preference.answering import answers, drawn

PRIOR = np.array([0.6, 0.2])
tables = st.lists(st.tuples(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0)), min_size=1, max_size=12)


def test_without_answers_the_weights_are_those_before() -> None:
    known = learn(answers(np.empty((0, 2))), PRIOR)
    np.testing.assert_allclose(known.mean, PRIOR)
    np.testing.assert_allclose(known.covariance, WEIGHT_SD**2 * np.eye(2), atol=1e-12)
    assert known.side[0] == known.place[0] == 0.0


def test_the_gaussian_is_close_to_what_integration_over_a_grid_gives() -> None:
    # Two weights, one reviewer who weighs as all do, no habits: a posterior of two dimensions.
    table = drawn(30, np.array([1.2, 0.1])).difference
    precision = np.full(2, WEIGHT_SD**-2)
    problem = Regression(table, np.ones(30), np.ones(30), PRIOR, precision)
    axis = np.linspace(-2.0, 4.0, 401)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    logs = log_expit(grid @ table.T).sum(axis=1) - 0.5 * ((grid - PRIOR) ** 2) @ precision
    share = np.exp(logs - logs.max())
    share /= share.sum()
    mean = share @ grid
    covariance = (grid - mean).T * share @ (grid - mean)
    mode = problem.mode()
    np.testing.assert_allclose(mode, grid[np.argmax(logs)], atol=axis[1] - axis[0])
    # The mode lies a little off the mean, by a fraction of the spread; the spread agrees.
    assert np.abs(mode - mean).max() < 0.3 * np.sqrt(np.diag(covariance)).max()
    np.testing.assert_allclose(problem.covariance(mode), covariance, rtol=0.2, atol=0.01)


def test_the_mode_is_where_nothing_more_is_to_be_gained() -> None:
    table = drawn(40, np.array([2.0, 0.5, 0.0])).difference
    problem = Regression(table, np.ones(40), np.ones(40), np.zeros(3), np.full(3, 4.0))
    np.testing.assert_allclose(problem.slope(problem.mode()), 0.0, atol=1e-7)


@given(tables)
def test_a_pair_told_from_the_other_side_says_the_same(rows: list[tuple[float, float]]) -> None:
    told = answers(rows, side=np.ones(len(rows)), places=np.full(len(rows), 2.0))
    turned = replace(
        told,
        difference=-told.difference,
        won=1.0 - told.won,
        side=-told.side,
        places=-told.places,
    )
    one, other = learn(told, PRIOR), learn(turned, PRIOR)
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-8)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-8)
    assert one.side == pytest.approx(other.side, abs=1e-8)


@given(tables, st.permutations(range(2)))
def test_the_order_of_answers_and_criteria_does_not_matter(
    rows: list[tuple[float, float]], order: list[int]
) -> None:
    told = answers(rows)
    turned = replace(told, difference=told.difference[::-1][:, order])
    one, other = learn(told, PRIOR), learn(turned, PRIOR[order])
    np.testing.assert_allclose(one.mean[order], other.mean, atol=1e-8)


@given(tables)
def test_an_answer_for_an_idea_does_not_make_it_less_likely(
    rows: list[tuple[float, float]],
) -> None:
    told = answers(rows)
    once_more = answers([*rows, rows[0]])
    apart = np.array(rows[0])
    before, after = learn(told, PRIOR), learn(once_more, PRIOR)
    assert apart @ after.mean >= apart @ before.mean - 1e-8


def test_a_criterion_measured_in_halves_weighs_twice() -> None:
    # Where the prior is as wide in the new unit, the chance of every answer stays the same.
    told = drawn(60, np.array([1.0, 0.5]))
    precision = np.array([4.0, 4.0])
    one = Regression(told.difference, told.won, told.weight, PRIOR, precision).mode()
    halves, wider = told.difference / 2.0, precision / 4.0
    other = Regression(halves, told.won, told.weight, 2.0 * PRIOR, wider).mode()
    np.testing.assert_allclose(other, 2.0 * one, atol=1e-8)


def test_the_left_side_and_a_place_are_not_taken_for_weights() -> None:
    # The left one wins 45 of 50 pairs in which the ideas are alike: that is a habit.
    alike = np.zeros((50, 2))
    side = np.where(np.arange(50) < 45, 1.0, -1.0)
    known = learn(answers(alike, side=side, places=side), PRIOR)
    np.testing.assert_allclose(known.mean, PRIOR, atol=1e-9)
    assert known.side[0] > 0.5
    assert known.place[0] > 0.0


def test_cannot_say_draws_two_ideas_together() -> None:
    apart = np.array([[2.0, 0.0]] * 10)
    known = learn(answers(apart, won=np.full(10, 0.5)), PRIOR)
    assert 0.0 < known.mean[0] < PRIOR[0]


def test_an_answer_of_a_year_ago_counts_half() -> None:
    apart = np.array([[1.0, 0.0]])
    old = learn(answers(apart, age_days=np.array([HALF_LIFE_DAYS])), PRIOR)
    half = learn(answers(apart, weight=np.array([0.5])), PRIOR)
    np.testing.assert_allclose(old.mean, half.mean)


def test_what_one_reviewer_weighs_otherwise_is_told_from_what_all_do() -> None:
    # Two of three put the first criterion first each time, the third the second criterion.
    rows = [[1.5, -1.5]] * 20 + [[-1.5, 1.5]] * 10
    who = np.repeat([0, 1, 2], 10)
    known = learn(answers(rows, reviewer=who, reviewers=("Ana", "Ben", "Cy")), np.array([0.4, 0.4]))
    assert known.mean[0] > known.mean[1]
    assert known.offsets[2, 0] < 0.0 < known.offsets[0, 0]
    assert np.abs(known.offsets).max() < 4 * REVIEWER_SD


def test_a_prior_of_another_length_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="2 criteria"):
        learn(answers([[1.0, 0.0]]), np.ones(3))
