from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.outcomes.before_after import ReleaseEffect
from models.outcomes.effect import Change, Effect
from models.outcomes.pace import (
    Forecast,
    NeedTimes,
    calibration,
    lead_time,
    quarter_of,
    satisfied_reach,
    share_of,
    shipped_of_top,
)
from models.outcomes.shipped import Release

TODAY = date(2026, 6, 1)


def need(waited: int, shipped: bool) -> NeedTimes:
    first = TODAY - timedelta(days=400)
    if shipped:
        return NeedTimes("n", first, first + timedelta(days=waited))
    return NeedTimes("n", TODAY - timedelta(days=waited), None)


def test_open_needs_count_as_taking_longer() -> None:
    met = [need(days, True) for days in (10, 20, 30, 40)]
    alone = lead_time(met, TODAY)
    # after 10, 20 of 4: 3/4, 2/4 are left
    assert (alone.median_days, alone.shipped, alone.open) == (20.0, 4, 0)
    # 6 needs: after 10, 5/6; 20, 4/6; 30, 3/6
    waiting = lead_time([*met, need(50, False), need(60, False)], TODAY)
    assert (waiting.median_days, waiting.open) == (30.0, 2)
    assert waiting.low is not None
    assert waiting.low <= 30.0
    # one that has waited 15 days only is out of 6 - 1 = 5 at the next: 5/6, then 5/6 * 3/4
    early = lead_time([*met, need(15, False), need(60, False)], TODAY)
    assert early.median_days == 30.0


def test_where_most_needs_are_open_there_is_no_median() -> None:
    found = lead_time([need(10, True), *[need(200, False)] * 5], TODAY)
    assert (found.median_days, found.shipped, found.open) == (None, 1, 5)
    assert lead_time([], TODAY).median_days is None
    assert lead_time([need(10, True)], TODAY).median_days == 10.0


def effect(name: str, day: date, expected: float, p_fell: float, days: int = 90) -> ReleaseEffect:
    change = Change(expected, 0.5, 0.3, 0.9, p_fell, 0.5, 0.1, 1.0)
    what = Effect("fell", days, int(expected), 10, 8, change)
    return ReleaseEffect(Release(name, day, "x", "x"), what, None)


def test_the_reach_of_needs_that_fell_is_added_by_quarter() -> None:
    effects = [
        effect("a", date(2026, 1, 5), 30.0, 0.95),
        effect("a", date(2026, 3, 5), 50.0, 0.95),  # again in the same quarter: once
        effect("b", date(2026, 2, 5), 10.0, 0.99, days=45),  # 20 per 90 days
        effect("c", date(2026, 2, 5), 99.0, 0.85),  # not sure enough
        effect("d", date(2026, 4, 1), 7.0, 0.91),
    ]
    assert satisfied_reach(effects) == [("2026-Q1", 70.0), ("2026-Q2", 7.0)]


def test_top_needs_are_judged_after_two_quarters() -> None:
    tops = [(date(2025, 7, 1), ["a", "b", "c", "d"]), (date(2026, 4, 1), ["e"])]
    releases = [
        ("a", date(2025, 9, 1)),
        ("b", date(2026, 3, 1)),  # too late
        ("c", date(2025, 6, 1)),  # before
        ("e", date(2026, 5, 1)),  # its two quarters are not over
    ]
    found = shipped_of_top(tops, releases, TODAY)
    assert (found.value, found.hits, found.of) == (0.25, 1, 4)
    assert shipped_of_top([], releases, TODAY).value is None


def test_calibration_is_the_share_within_the_interval() -> None:
    forecasts = [Forecast(1.0, 2.0, actual) for actual in (0.5, 1.0, 1.5, 2.0, 9.0)]
    assert calibration(forecasts).value == pytest.approx(0.6)


@given(st.integers(0, 40), st.integers(0, 40))
def test_an_interval_holds_its_share(hits: int, misses: int) -> None:
    found = share_of(hits, hits + misses)
    if found.value is None:
        assert hits + misses == 0
    else:
        assert found.low is not None
        assert found.high is not None
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_quarters_are_named_by_year() -> None:
    days = [date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31)]
    assert [quarter_of(day) for day in days] == ["2026-Q1", "2026-Q1", "2026-Q2", "2026-Q4"]
