import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import FloatArray
from models.outcomes.effect import Effect, measure_effect

STEADY = np.tile([[40.0], [60.0], [80.0], [100.0], [50.0], [70.0]], (1, 6))
"""Six untouched needs that never change, in six windows."""

counts = st.lists(
    st.lists(st.integers(0, 200), min_size=5, max_size=5), min_size=4, max_size=8
).map(lambda rows: np.array(rows, np.float64))


def measured(treated: list[float], controls: FloatArray = STEADY, days: int = 90) -> Effect:
    return measure_effect(np.array(treated), controls, days=days)


def test_worked_example_of_a_need_that_faded() -> None:
    effect = measured([60, 60, 60, 60, 60, 24])
    assert (effect.verdict, effect.before, effect.after, effect.controls) == ("fell", 60, 24, 6)
    assert effect.change is not None
    # the past is 60 a window plus half a voice over three windows; 24 / 60.17 = 0.40
    assert effect.change.expected == pytest.approx(60 + 0.5 / 3)
    assert effect.change.ratio == pytest.approx(24 / 60.17, rel=0.05)
    assert effect.change.low < 0.4 < effect.change.high < 1.0
    assert effect.change.removed == pytest.approx(1 - effect.change.ratio, abs=0.03)
    assert effect.change.course == 1.0


def test_a_need_that_goes_with_all_the_others_has_not_changed() -> None:
    doubled = STEADY * np.array([1, 1, 1, 1, 1, 2])
    effect = measured([60, 60, 60, 60, 60, 120], doubled)
    assert effect.verdict == "no clear change"
    assert effect.change is not None
    assert effect.change.course == pytest.approx(2.0)
    assert effect.change.ratio == pytest.approx(1.0, abs=0.05)
    assert measured([60, 60, 60, 60, 60, 60], doubled).verdict == "fell", "by half of the course"


def test_a_rise_is_called_one() -> None:
    assert measured([20, 20, 20, 20, 20, 90]).verdict == "rose"


def test_a_return_from_a_peak_is_expected_where_peaks_do_not_last() -> None:
    draws = np.random.default_rng(5)
    shocks = draws.normal(0.0, 0.4, (30, 9))
    passing = np.round(60 * np.exp(shocks))
    lasting = np.round(60 * np.exp(shocks.cumsum(axis=1)))
    peaked = np.array([60.0, 60, 60, 60, 60, 60, 60, 120, 60])
    among_passing = measure_effect(peaked, passing, days=90).change
    among_lasting = measure_effect(peaked, lasting, days=90).change
    assert among_passing is not None
    assert among_lasting is not None
    # the mean of the past is 80, the last window 120
    assert among_passing.expected / among_passing.course < 90
    assert among_lasting.expected / among_lasting.course > 110
    assert among_passing.p_fell < 0.8 < 0.9 < among_lasting.p_fell


def test_needs_that_vary_widen_the_interval() -> None:
    wild = STEADY * np.array([[1, 2, 1, 0.5, 1, 2], [2, 1, 0.5, 1, 2, 0.5]] * 3)
    treated = [60.0, 60, 60, 60, 60, 36]
    calm, doubt = measured(treated).change, measured(treated, wild).change
    assert calm is not None
    assert doubt is not None
    assert doubt.high / doubt.low > 1.3 * calm.high / calm.low


@pytest.mark.parametrize(
    ("treated", "controls", "days"),
    [
        ([0.0, 0, 0, 0, 0, 0], STEADY, 90),  # never heard
        ([2.0, 1, 2, 1, 2, 0], STEADY, 90),  # two voices expected
        ([60.0, 60, 60, 60, 60, 0], STEADY[:2], 90),  # two untouched needs
        ([60.0, 60, 60, 60, 60, 0], np.zeros((6, 6)), 90),  # nobody else speaks
        ([60.0, 60, 60, 60, 60, 0], STEADY, 20),  # 20 days after
        ([60.0, 60, 60, 60, np.nan, 0], STEADY, 90),  # another release just before
        ([60.0, 60, 60, 60, 60, np.nan], STEADY, 90),  # another release after
        ([0.0], np.zeros((6, 1)), 90),  # no past
    ],
)
def test_where_too_little_is_known_nothing_is_said(
    treated: list[float], controls: FloatArray, days: int
) -> None:
    assert measured(treated, controls, days).verdict == "too little to say"


def test_only_the_past_since_an_earlier_release_is_compared_with() -> None:
    since = measured([200, 200, np.nan, 60, 60, 60]).change
    assert since is not None
    assert since.expected == pytest.approx(60, rel=0.02)


def test_needs_released_meanwhile_are_no_controls() -> None:
    touched = STEADY.copy()
    touched[0, 4] = np.nan
    assert measured([60, 60, 60, 60, 60, 24], touched).controls == 5
    touched[0] = STEADY[0]
    touched[0, 0] = np.nan
    assert measured([60, 60, 60, 60, 60, 24], touched).controls == 6, "long before"


def test_windows_have_to_agree() -> None:
    with pytest.raises(ValueError, match="5 windows"):
        measured([1, 2, 3, 4, 5])


@settings(max_examples=25, deadline=None)
@given(counts, st.randoms(use_true_random=False))
def test_the_order_of_the_untouched_needs_does_not_matter(rows: FloatArray, chance: object) -> None:
    order = list(range(1, len(rows)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    straight = measure_effect(rows[0], rows[1:], days=90)
    assert measure_effect(rows[0], rows[order], days=90) == straight


@settings(max_examples=25, deadline=None)
@given(counts, st.sampled_from([2, 3, 5]))
def test_more_of_everything_after_the_release_turns_no_verdict(
    rows: FloatArray, times: int
) -> None:
    louder = rows.copy()
    louder[:, -1] *= times
    verdicts = {measure_effect(one[0], one[1:], days=90).verdict for one in (rows, louder)}
    assert verdicts != {"fell", "rose"}


@settings(max_examples=25, deadline=None)
@given(counts)
def test_fewer_voices_after_mean_a_lower_ratio(rows: FloatArray) -> None:
    more = rows[0].copy()
    more[-1] += 20.0
    changes = [measure_effect(one, rows[1:], days=90).change for one in (rows[0], more)]
    if changes[0] and changes[1]:
        assert changes[0].ratio < changes[1].ratio
        assert changes[0].low <= changes[0].ratio <= changes[0].high
        assert 0.0 <= changes[0].removed <= 1.0
