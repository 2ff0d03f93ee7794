"""The next pair is the one whose answer tells most."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import entr, expit

from models.preference.choosing import (
    POOL,
    Pair,
    expected_gain,
    left_first,
    next_pair,
    pair_of,
)
from models.preference.posterior import REVIEWER_SD, learn
from tests.models.preference.answering import answers, drawn, seen

KNOWN = learn(drawn(20, np.array([1.5, 0.2])), np.array([0.6, 0.4]))


def test_the_expected_gain_is_what_draws_of_the_weights_give() -> None:
    apart = np.array([[2.0, -1.0], [0.3, 0.1], [-1.0, 2.5]])
    draws = np.random.default_rng(5)
    weights = draws.multivariate_normal(KNOWN.mean, KNOWN.covariance, 200_000)
    blur = 1.0 + np.pi / 8.0 * REVIEWER_SD**2 * (apart**2).sum(axis=1)
    chance = expit(weights @ apart.T / np.sqrt(blur))
    entropy = entr(chance) + entr(1.0 - chance)
    mean = chance.mean(axis=0)
    expected = entr(mean) + entr(1.0 - mean) - entropy.mean(axis=0)
    np.testing.assert_allclose(expected_gain(KNOWN, apart), expected, atol=2e-4)


@given(st.lists(st.tuples(st.floats(-6, 6), st.floats(-6, 6)), min_size=1, max_size=8))
def test_no_answer_tells_less_than_nothing_or_more_than_a_coin(
    rows: list[tuple[float, float]],
) -> None:
    gain = expected_gain(KNOWN, np.array(rows))
    assert (gain >= -1e-12).all()
    assert (gain <= np.log(2.0)).all()
    np.testing.assert_allclose(gain, expected_gain(KNOWN, -np.array(rows)), atol=1e-12)


def test_ideas_that_are_alike_are_not_asked_about() -> None:
    # need-1 and need-2 are alike: whatever is said of them tells nothing.
    shown = seen(need_1=(1, [1.0, 0.0]), need_2=(2, [1.0, 0.0]), need_3=(3, [-1.0, 1.0]))
    ideas = ["need-1", "need-2", "need-3"]
    assert next_pair(KNOWN, shown, known=(), ideas=ideas) == ("need-1", "need-3")


def test_a_pair_is_never_asked_twice_and_in_the_end_none_is_left() -> None:
    shown = seen(**{f"need_{n}": (n, [0.3 * n, 1.0 / n]) for n in range(1, 6)})
    known: set[Pair] = set()
    ideas = sorted(shown.ranks)
    while (pair := next_pair(KNOWN, shown, known=known, ideas=ideas)) is not None:
        assert pair not in known
        known.add(pair)
    assert known == set(combinations(ideas, 2))


def test_only_the_best_are_asked_about() -> None:
    ideas = [f"need-{n:03}" for n in range(POOL + 1)]
    shown = seen(**{name.replace("-", "_"): (n, [0.0, 0.0]) for n, name in enumerate(ideas, 1)})
    shown.values[ideas[-1]][:] = 3.0  # the most telling one of all, but too far down
    found = next_pair(KNOWN, shown, known=(), ideas=ideas)
    assert found is not None and ideas[-1] not in found


def test_who_stands_on_the_left_is_drawn_evenly_and_stays() -> None:
    pairs = [pair_of(f"need-{a}", f"need-{b}") for a, b in combinations(range(40), 2)]
    left = [left_first(pair, "Ana", 7) for pair in pairs]
    assert 0.45 < np.mean(left) < 0.55
    assert left == [left_first(pair, "Ana", 7) for pair in pairs]
    assert left != [left_first(pair, "Ben", 7) for pair in pairs]
    assert left != [left_first(pair, "Ana", 8) for pair in pairs]


def test_chosen_pairs_narrow_the_weights_more_than_drawn_ones() -> None:
    values = np.random.default_rng(3).standard_normal((30, 2))
    apart = np.array([values[a] - values[b] for a, b in combinations(range(30), 2)])
    prior = np.array([0.6, 0.4])

    def narrowed(rows: list[int]) -> float:
        return float(np.linalg.det(learn(answers(apart[rows]), prior).covariance))

    chosen: list[int] = []
    for _ in range(10):
        gain = expected_gain(learn(answers(apart[chosen].reshape(-1, 2)), prior), apart)
        gain[chosen] = -1.0
        chosen.append(int(np.argmax(gain)))
    assert narrowed(chosen) < narrowed(list(range(0, 400, 40)))
