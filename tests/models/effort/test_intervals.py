import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.effort.intervals import conformal_quantile, measure_spread
from models.evidence.inputs import EffortParameters

PARAMETERS = EffortParameters()
misses = st.lists(st.floats(-3.0, 3.0), min_size=20, max_size=80)


def test_with_few_items_the_quantile_is_the_conformal_one() -> None:
    # Weights of nine items differ by 3 %: ceil((9 + 1) 0.8) = the eighth.
    assert conformal_quantile(np.arange(1.0, 10.0), 0.79) == 8.0
    assert conformal_quantile(np.arange(1.0, 10.0), 0.95) == 9.0


def test_recent_misses_count_more_than_old_ones() -> None:
    # Of 400 misses the 200 newest weigh twice as much as the 200 before: 2/3 of all.
    old, new = np.full(200, 1.0), np.full(200, 2.0)
    assert conformal_quantile(np.concatenate([old, new]), 0.4) == 2.0
    assert conformal_quantile(np.concatenate([new, old]), 0.6) == 1.0


def test_until_twenty_misses_are_known_a_factor_of_three_is_assumed() -> None:
    spread = measure_spread(np.zeros(19), PARAMETERS)
    assert spread.half == pytest.approx(math.log(3.0))
    assert not spread.measured
    # A normal distribution whose 10th and 90th percentiles are 1/3 and 3.
    assert spread.log_sd == pytest.approx(math.log(3.0) / 1.2816, rel=1e-4)
    assert spread.upper == pytest.approx(0.8416 * spread.log_sd, rel=1e-4)
    assert measure_spread(np.zeros(20), PARAMETERS).half == 0.0


@given(misses)
def test_at_least_four_in_five_misses_lie_inside(found: list[float]) -> None:
    newest_last = np.array(found)
    spread = measure_spread(newest_last, PARAMETERS)
    weight = 0.5 ** (np.arange(len(found))[::-1] / 200)
    inside = np.abs(newest_last) <= spread.half + 1e-9
    assert weight[inside].sum() >= 0.8 * weight.sum() - 1e-9
    assert 0.0 <= spread.upper <= spread.half


@given(misses, st.floats(1.0, 4.0))
def test_the_further_estimates_missed_the_wider_is_the_interval(
    found: list[float], times: float
) -> None:
    near, far = (measure_spread(np.array(found) * f, PARAMETERS) for f in (1.0, times))
    assert far.half >= near.half - 1e-9
    assert far.upper >= near.upper - 1e-9


def test_the_interval_of_drifting_work_is_that_of_its_recent_past() -> None:
    rng = np.random.default_rng(0)
    calmer = np.concatenate([rng.normal(0, 1.0, 1000), rng.normal(0, 0.2, 1000)])
    assert measure_spread(calmer, PARAMETERS).half < 0.35
