import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from groundswell.domain import FloatArray
from models.evidence.rates import (
    FALLBACK_PRIOR,
    burst_weights,
    decay,
    exposure_days,
    gamma_prior,
    rate_ratio,
    shrunk_rate,
)


def test_a_voice_counts_half_after_one_half_life_and_a_quarter_after_two() -> None:
    np.testing.assert_allclose(decay(np.array([0.0, 90.0, 180.0]), 90.0), [1.0, 0.5, 0.25])


def test_exposure_is_the_sum_of_the_decayed_days() -> None:
    by_hand = sum(2 ** (-day / 90) for day in range(200))
    assert exposure_days(200.0, 90.0) == pytest.approx(by_hand)


def test_steady_demand_counts_in_full() -> None:
    np.testing.assert_array_equal(burst_weights(np.full((1, 30), 7.0), 90.0), np.ones((1, 30)))


def test_a_burst_counts_by_its_square_root() -> None:
    weekly = np.zeros((1, 2))
    weekly[0, 0] = 15.0
    # Two weeks that weigh about the same: the usual week has 15 / (1 + 2^(-7/90)) voices.
    usual = 15.0 / (1.0 + 2 ** (-7 / 90))
    assert burst_weights(weekly, 90.0)[0, 0] == pytest.approx(((usual + 1.0) / 15.0) ** 0.5)


@given(arrays(np.float64, (3, 12), elements=st.floats(0, 1e4)))
def test_more_voices_in_a_week_never_count_less_in_total(weekly: FloatArray) -> None:
    more = weekly.copy()
    more[:, 4] += 5.0
    before = (weekly * burst_weights(weekly, 90.0)).sum(axis=1)
    assert ((more * burst_weights(more, 90.0)).sum(axis=1) >= before - 1e-9).all()


def test_rates_are_shrunk_towards_the_prior_by_its_days() -> None:
    # 90 (2 + 7) / (40 + 140) = 4.5 voices per 90 days
    assert shrunk_rate(np.array([7.0]), np.array([140.0]), (2.0, 40.0))[0] == pytest.approx(4.5)


def test_the_prior_is_found_by_the_method_of_moments() -> None:
    strength, exposure = np.array([0.0, 10.0, 50.0]), np.full(3, 100.0)
    # rates 0, .1, .5: mean .2, variance .07; less chance .2 / 100 leaves .068
    assert gamma_prior(strength, exposure) == pytest.approx((0.04 / 0.068, 0.2 / 0.068))


def test_without_spread_or_with_two_candidates_the_prior_is_the_stated_one() -> None:
    assert gamma_prior(np.full(5, 3.0), np.full(5, 100.0)) == FALLBACK_PRIOR
    assert gamma_prior(np.array([1.0, 9.0]), np.full(2, 100.0)) == FALLBACK_PRIOR


def test_a_steady_rate_has_ratio_one_and_tripling_is_damped_by_the_added_voice() -> None:
    np.testing.assert_allclose(rate_ratio(np.array([5.0, 9.0]), np.array([5.0, 3.0])), [1.0, 2.5])
