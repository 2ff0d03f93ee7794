from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import FloatArray
from models.trends.shapley import EXACT_PREDICTORS, exact_shares, sampled_shares, share_out

Products = tuple[FloatArray, FloatArray, float]


def products(predictors: int, *, rows: int = 400, seed: int = 5) -> Products:
    """Return products of predictors that go together and a response to some of them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, predictors)) + rng.normal(size=(rows, 1))
    y = x @ np.linspace(-0.5, 1.0, predictors) + 2.0 * rng.normal(size=rows)
    x, y = x - x.mean(axis=0), y - y.mean()
    return x.T @ x, x.T @ y, float(y @ y)


def r_squared(gram: FloatArray, moments: FloatArray, total: float) -> float:
    return float(moments @ np.linalg.solve(gram, moments)) / total


def test_two_predictors_share_as_worked_out_by_hand() -> None:
    # Correlations with the response 0.6 and 0.5, with each other 0.5:
    # R2 = (0.36 + 0.25 - 2 * 0.6 * 0.5 * 0.5) / (1 - 0.25) = 0.31 / 0.75.
    # First in one order, second in the other: (0.36 + R2 - 0.25) / 2 and (0.25 + R2 - 0.36) / 2.
    both = 0.31 / 0.75
    gram, moments = np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([0.6, 0.5])
    expected = [(0.11 + both) / 2, (both - 0.11) / 2]
    np.testing.assert_allclose(exact_shares(gram, moments, 1.0), expected, atol=1e-8)


def test_unrelated_predictors_get_their_squared_correlations() -> None:
    # Lengths 2 and 3, response of length 5: correlations 3 / 10 and 6 / 15.
    gram, moments = np.diag([4.0, 9.0]), np.array([3.0, 6.0])
    np.testing.assert_allclose(exact_shares(gram, moments, 25.0), [0.09, 0.16], atol=1e-8)


def test_exact_shares_are_the_mean_over_all_orders() -> None:
    gram, moments, total = products(4)
    sums = np.zeros(4)
    for order in permutations(range(4)):
        before = 0.0
        for entered in range(1, 5):
            chosen = np.array(order[:entered])
            after = r_squared(gram[np.ix_(chosen, chosen)], moments[chosen], total)
            sums[order[entered - 1]] += after - before
            before = after
    np.testing.assert_allclose(exact_shares(gram, moments, total), sums / 24, atol=1e-8)


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(0, 1000))
def test_shares_are_never_negative_and_sum_to_r_squared(predictors: int, seed: int) -> None:
    gram, moments, total = products(predictors, rows=40, seed=seed)
    whole = r_squared(gram, moments, total)
    for shares in (
        exact_shares(gram, moments, total),
        sampled_shares(gram, moments, total, pairs=2, seed=seed).parts,
    ):
        assert shares.sum() == pytest.approx(whole, abs=1e-6)
        assert (shares > -1e-9).all()


def test_sampled_shares_of_six_are_the_exact_ones_within_their_error() -> None:
    gram, moments, total = products(6)
    exact = exact_shares(gram, moments, total)
    off = []
    for seed in range(40):
        sampled = sampled_shares(gram, moments, total, pairs=64, seed=seed)
        off.append((sampled.parts - exact) / sampled.errors)
    # 240 distances in standard errors: with a standard deviation of 1, and hardly one beyond 4.
    assert np.std(off) == pytest.approx(1.0, abs=0.15)
    assert np.abs(off).max() < 4.5


def test_an_order_and_its_reverse_are_all_there_is_of_two_predictors() -> None:
    gram, moments, total = products(2)
    sampled = sampled_shares(gram, moments, total, pairs=2, seed=1)
    np.testing.assert_allclose(sampled.parts, exact_shares(gram, moments, total), atol=1e-8)
    np.testing.assert_allclose(sampled.errors, 0.0, atol=1e-8)


def test_a_repeated_predictor_shares_with_its_twin() -> None:
    gram, moments, total = products(3)
    twice = np.array([0, 1, 2, 2])
    shares = exact_shares(gram[np.ix_(twice, twice)], moments[twice], total)
    assert shares[2] == pytest.approx(shares[3], abs=1e-6)
    assert shares.sum() == pytest.approx(r_squared(gram, moments, total), abs=1e-6)


def test_a_predictor_that_never_varies_gets_nothing() -> None:
    gram, moments, total = products(3)
    wider, longer = np.zeros((4, 4)), np.zeros(4)
    wider[:3, :3], longer[:3] = gram, moments
    shares = exact_shares(wider, longer, total)
    assert shares[3] == 0.0
    np.testing.assert_allclose(shares[:3], exact_shares(gram, moments, total), atol=1e-8)


def test_few_predictors_are_shared_exactly_and_many_by_sampling() -> None:
    few, many = products(EXACT_PREDICTORS), products(EXACT_PREDICTORS + 1)
    assert (share_out(*few, seed=1).errors == 0.0).all()
    assert (share_out(*many, seed=1).errors > 0.0).all()


def test_the_seed_decides_the_sample() -> None:
    data = products(20)
    first, again, other = (share_out(*data, seed=seed).parts for seed in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
