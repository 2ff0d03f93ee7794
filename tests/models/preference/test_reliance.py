"""When learned weights can be used, on both sides of each bound."""

from dataclasses import replace

import numpy as np
import pytest

from models.preference.reliance import Foresight, Reliance, judge
from tests.models.preference.answering import answers, drawn

PRIOR = np.array([0.1, 1.5])
OTHERWISE = np.array([2.5, 0.1])
"""Weights far from `PRIOR`."""


@pytest.mark.parametrize(
    ("count", "people", "enough"),
    [(29, 2, False), (30, 2, True), (59, 1, False), (60, 1, True), (30, 1, False)],
)
def test_as_many_answers_are_wanted_as_reviewers_ask_for(
    count: int, people: int, enough: bool
) -> None:
    found = judge(drawn(count, OTHERWISE, people=people), PRIOR)
    assert (found.pairs, found.reviewers, found.enough) == (count, people, enough)
    assert found.wanted == (30 if people > 1 else 60)


def test_weights_that_foretell_better_can_be_used() -> None:
    found = judge(drawn(60, OTHERWISE, people=2), PRIOR)
    assert found.foresight is not None
    assert found.foresight.gain == pytest.approx(found.foresight.before - found.foresight.learned)
    assert found.foresight.gain > found.foresight.error > 0.0
    assert found.usable


def test_weights_that_were_right_before_gain_nothing() -> None:
    # The answers are given by the weights before: there is nothing to learn but noise.
    gains = [judge(drawn(60, PRIOR, seed=seed, people=2), PRIOR) for seed in range(10)]
    assert sum(one.usable for one in gains) <= 3


def test_the_gain_must_be_more_than_its_error() -> None:
    just = Foresight(before=0.6, learned=0.5, gain=0.1, error=0.1)
    assert not Reliance(30, 30, 2, just).usable
    assert Reliance(30, 30, 2, replace(just, error=0.09)).usable
    assert not Reliance(29, 30, 2, replace(just, error=0.09)).usable
    assert not Reliance(30, 30, 2, None).usable


def test_who_cannot_say_is_not_counted() -> None:
    told = drawn(30, OTHERWISE, people=2)
    ties = replace(told, won=np.where(np.arange(30) < 5, 0.5, 1.0))
    assert judge(ties, PRIOR).pairs == 25


def test_pairs_of_decisions_count_by_their_weight() -> None:
    # 3 accepted and 3 rejected make nine pairs, which weigh 3 together.
    told = answers(np.ones((9, 2)), weight=np.full(9, 1.0 / 3.0))
    assert judge(told, PRIOR).pairs == 3


def test_from_a_handful_nothing_is_foretold() -> None:
    assert judge(answers(np.ones((4, 2))), PRIOR).foresight is None
    assert judge(answers(np.empty((0, 2))), PRIOR).pairs == 0
    assert judge(answers(np.ones((5, 2))), PRIOR).foresight is not None


def test_a_pull_of_the_left_side_is_no_foresight() -> None:
    # All answers say left, and the ideas are alike: no weights foretell that.
    told = answers(np.zeros((60, 2)), side=np.ones(60))
    found = judge(told, PRIOR).foresight
    assert found is not None
    assert found.gain == pytest.approx(0.0, abs=1e-9)
