from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import NOISE, FloatArray, RiseAlert
from groundswell.report import Estimate, Rise
from models.trends.alerts import END_RATIO, new_alerts
from models.trends.emerging import (
    EmergingParameters,
    Reading,
    Sensitivity,
    read_releases,
    read_themes,
    rises_by_theme,
)
from models.trends.rises import (
    DISPERSIONS,
    Counted,
    compare,
    dispersion_weights,
    keep_likely,
    ordinary,
)
from models.trends.windows import read_spoken

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
TODAY = AS_OF.date()
USUAL = EmergingParameters()
HISTORY_DAYS = 14 * 7
"""A window of 14 days and six before it."""


def mentions(rows: list[tuple[int, float, str]], **columns: Any) -> pd.DataFrame:
    """Return a table of (theme, age in days, voice)."""
    table = pd.DataFrame(rows, columns=["theme_id", "age_days", "voice"])
    numbers = pd.Series(range(len(table))).map("s{:06d}".format)
    return table.assign(statement_id=numbers, membership=1.0, **columns)


def steady(
    rates: list[float], *, days: int = HISTORY_DAYS, times: float = 1.0, since: float = 0.0
) -> list[tuple[int, float, str]]:
    """Return voices at even distances; theme 0 speaks `times` as often in the last `since` days."""
    rows = []
    for theme, rate in enumerate(rates):
        ages = list(np.arange(0.5 / rate, days, 1.0 / rate))
        if theme == 0 and times > 1.0:
            ages += list(np.arange(0.25 / rate, since, 1.0 / (rate * (times - 1.0))))
        rows += [(theme, float(age), f"voice {theme} {age:.4f}") for age in ages]
    return rows


def one(voices: float, past: list[float], total: float = 100.0) -> Counted:
    """Return one unit's counts where every window has the same total."""
    return Counted(
        np.array([voices]), total, np.array([past], dtype=np.float64), np.full(len(past), total)
    )


def rise(view: str = "incident", since: date = TODAY - timedelta(days=7)) -> Rise:
    return Rise(view, since, 12, 4.0, Estimate(3.0, 2.0, 4.5, "x"), 0.99, None)


def reading(ratio: float = 3.0, *, view: str = "incident", found: Rise | None = None) -> Reading:
    return Reading(0, view, ratio, found)


def test_expected_voices_are_the_past_share_of_the_voices_now() -> None:
    # (4 + 6 + 1/2) of 200 voices in the past, 300 now: 10.5 / 200 * 300 = 15.75
    counted = Counted(np.array([20.0]), 300.0, np.array([[4.0, 6.0]]), np.array([120.0, 80.0]))
    result = compare(counted, rate_ratio=1.5, interval=0.8)
    np.testing.assert_allclose(result.expected, [15.75])


def test_the_ratio_has_its_interval_and_probability_from_a_beta_distribution() -> None:
    # With as good as no dispersion G1 ~ Gamma(20.5) and G2 ~ Gamma(60.5) draw the same posterior.
    result = compare(one(20, [10.0] * 6), rate_ratio=1.5, interval=0.8)
    draws = np.random.default_rng(1)
    weights = dispersion_weights(np.full((1, 6), 10.0), np.full(6, 100.0))
    known = 60.5 / (1.0 + (weights @ DISPERSIONS)[0] * 60.5 / 6)
    drawn = draws.gamma(20.5, size=200_000) / 100.0
    drawn /= draws.gamma(known, 1.0 / known, size=200_000) * 60.5 / 600.0
    low, middle, high = np.quantile(drawn, [0.1, 0.5, 0.9])
    np.testing.assert_allclose(
        [result.low[0], result.ratio[0], result.high[0]], [low, middle, high], rtol=0.02
    )
    assert result.exceeds[0] == pytest.approx(float((drawn > 1.5).mean()), abs=0.01)


def test_bursts_of_the_past_are_no_evidence_for_a_rise_now() -> None:
    even, bursty = [10.0] * 6, [2.0, 30.0, 1.0, 4.0, 20.0, 3.0]
    past = np.array([even, bursty])
    result = compare(
        Counted(np.array([30.0, 30.0]), 100.0, past, np.full(6, 100.0)),
        rate_ratio=1.5,
        interval=0.8,
    )
    assert result.evidence[0] > 4.0
    assert result.evidence[1] < 1.0


def test_dispersion_is_learnt_from_all_units_together() -> None:
    draws = np.random.default_rng(2)
    factor = draws.gamma(1 / 0.16, 0.16, (100, 6))
    past = draws.poisson(30.0 * factor).astype(np.float64)
    weights = dispersion_weights(past, np.full(6, 3000.0))
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert 0.12 < float((weights @ DISPERSIONS).mean()) < 0.2
    calm = draws.poisson(np.full((100, 6), 30.0)).astype(np.float64)
    assert float((dispersion_weights(calm, np.full(6, 3000.0)) @ DISPERSIONS).mean()) < 0.01


def test_one_window_of_past_leaves_every_dispersion_possible() -> None:
    weights = dispersion_weights(np.array([[5.0]]), np.array([100.0]))
    np.testing.assert_allclose(weights, 1.0 / len(DISPERSIONS))


@given(st.integers(8, 60), st.integers(1, 20))
@settings(deadline=None)
def test_above_what_is_expected_more_voices_never_speak_less_for_a_rise(
    voices: int, more: int
) -> None:
    few = compare(one(voices, [8.0] * 6), rate_ratio=1.5, interval=0.8)
    many = compare(one(voices + more, [8.0] * 6), rate_ratio=1.5, interval=0.8)
    assert many.exceeds[0] >= few.exceeds[0]
    assert many.evidence[0] >= few.evidence[0] - 1e-9
    assert many.low[0] > few.low[0]


@given(st.floats(0.1, 50.0))
def test_the_total_volume_alone_changes_no_ratio(factor: float) -> None:
    # Twice as many voices of everything are twice as many expected: only the counting error moves.
    past = np.full((3, 6), 400.0)
    now = np.full(3, 400.0 * factor)
    result = compare(
        Counted(now, 10_000.0 * factor, past, np.full(6, 10_000.0)), rate_ratio=1.5, interval=0.8
    )
    np.testing.assert_allclose(result.ratio, 1.0, atol=0.01)
    assert (result.evidence < 0.0).all()


def test_a_comparison_without_any_voice_is_refused() -> None:
    with pytest.raises(ValueError, match="needs voices"):
        compare(one(0, [0.0, 0.0], total=0.0), rate_ratio=1.5, interval=0.8)


def test_the_chance_of_no_rise_follows_bayes_by_hand() -> None:
    windows = [compare(one(count, [10.0] * 6), rate_ratio=1.5, interval=0.8) for count in (25, 12)]
    # the prior odds 1 : 99 times the mean of both Bayes factors
    factor = (np.exp(windows[0].evidence[0]) + np.exp(windows[1].evidence[0])) / 2
    null, best = ordinary(windows, rising=0.01)
    assert null[0] == pytest.approx(0.99 / (0.99 + 0.01 * factor))
    assert best[0] == 0


def test_discoveries_are_kept_while_their_mean_error_allows() -> None:
    # means .01, .03, .0867, .14: three are kept at .10, and the order of the units is theirs
    null = np.array([0.35, 0.01, 0.2, 0.05])
    np.testing.assert_array_equal(keep_likely(null, 0.10), [False, True, True, True])
    assert not keep_likely(np.array([0.2, 0.3]), 0.10).any()
    hints = keep_likely(np.array([0.3, 0.2, 0.9]), 0.10, at_least=2)
    np.testing.assert_array_equal(hints, [True, True, False])
    assert keep_likely(np.empty(0), 0.10).shape == (0,)


def test_a_need_that_triples_is_an_incident_since_the_days_it_did() -> None:
    table = mentions(steady([3.0, 4.0, 2.0, 5.0, 8.0], times=3.0, since=7.0))
    found = rises_by_theme(read_themes(table, AS_OF, USUAL))
    assert list(found) == [0]
    (risen,) = found[0]
    assert (risen.view, risen.since) == ("incident", date(2026, 5, 25))
    assert risen.voices == 63  # 3 a day for 7 days, three times
    # 21 a week of 154, now 63 of 196: (0.5 + 21 * 12) / (154 * 12) * 196 = 26.8
    assert risen.expected == pytest.approx(26.8, abs=0.3)
    assert risen.ratio.low is not None
    assert risen.ratio.high is not None
    assert 1.5 < risen.ratio.low < (risen.ratio.value or 0.0) < risen.ratio.high
    assert risen.probability > 0.9
    assert risen.version is None


def test_a_jump_of_the_total_volume_alone_is_no_rise() -> None:
    rows = steady([3.0, 4.0, 2.0, 5.0])
    louder = rows + [(theme, age, f"{voice} too") for theme, age, voice in rows if age < 7.0]
    assert rises_by_theme(read_themes(mentions(louder), AS_OF, USUAL)) == {}


def test_voices_of_no_theme_count_towards_the_volume_and_never_rise() -> None:
    rows = steady([3.0, 4.0, 2.0], times=3.0, since=7.0)
    rows = [(NOISE if theme == 0 else theme, age, voice) for theme, age, voice in rows]
    readings = read_themes(mentions(rows), AS_OF, USUAL)
    assert {reading.theme_id for reading in readings} == {1, 2}
    # 9 a day in all, 15 in the last week: what stayed the same now has a smaller share
    assert all(reading.ratio < 0.9 for reading in readings)
    assert rises_by_theme(readings) == {}


def test_one_customer_who_writes_all_day_is_one_voice() -> None:
    rows = steady([1.0, 4.0, 2.0, 5.0])
    shouted = rows + [(0, 0.01 * number, "ann") for number in range(200)]
    assert rises_by_theme(read_themes(mentions(shouted), AS_OF, USUAL)) == {}
    crowd = rows + [(0, 0.01 * number, f"customer {number}") for number in range(200)]
    assert list(rises_by_theme(read_themes(mentions(crowd), AS_OF, USUAL))) == [0]


def test_fewer_voices_than_asked_for_are_no_rise() -> None:
    rows = steady([4.0, 5.0, 6.0])
    new = rows + [(7, 0.5 * number, f"first {number}") for number in range(6)]
    assert list(rises_by_theme(read_themes(mentions(new), AS_OF, USUAL))) == [7]
    strict = EmergingParameters(min_voices=7)
    assert rises_by_theme(read_themes(mentions(new), AS_OF, strict)) == {}


def test_what_was_said_after_the_moment_is_not_known() -> None:
    rows = steady([3.0, 4.0, 2.0, 5.0])
    later = rows + [(0, -1.0 - number / 100, f"later {number}") for number in range(300)]
    known, more = (read_themes(mentions(some), AS_OF, USUAL) for some in (rows, later))
    assert known == more


def test_a_view_without_two_windows_of_past_says_nothing() -> None:
    short = mentions(steady([3.0, 4.0], days=41))
    assert read_themes(short, AS_OF, USUAL) == []
    enough = mentions(steady([3.0, 4.0], days=43))
    assert {reading.view for reading in read_themes(enough, AS_OF, USUAL)} == {"incident"}
    long = mentions(steady([1.0, 1.5], days=275))
    assert {reading.view for reading in read_themes(long, AS_OF, USUAL)} == {"incident", "need"}
    assert read_themes(mentions([]), AS_OF, USUAL) == []


def test_a_slow_rise_shows_in_the_view_of_needs() -> None:
    rows = steady([0.5, 2.0, 3.0, 1.0, 1.5, 2.5], days=90 * 7, times=2.2, since=90.0)
    found = rises_by_theme(read_themes(mentions(rows), AS_OF, USUAL))
    assert "need" in {risen.view for risen in found[0]}


def test_sensitivity_decides_about_a_rise_in_doubt() -> None:
    rows = steady([2.0, 4.0, 2.0, 5.0, 3.0, 6.0], times=2.8, since=8.0)

    def found_at(level: Sensitivity) -> bool:
        asked = EmergingParameters(sensitivity=level)
        return bool(rises_by_theme(read_themes(mentions(rows), AS_OF, asked)))

    levels: tuple[Sensitivity, ...] = ("low", "normal", "high")
    found = {level: found_at(level) for level in levels}
    assert found == {"low": False, "normal": True, "high": True}


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = steady([3.0, 4.0, 2.0, 5.0], times=3.0, since=7.0)
    table = mentions(rows, version=["2.0" if age < 7 else "1.0" for _, age, _ in rows])
    mixed = table.sample(frac=1.0, random_state=np.random.RandomState(3))
    assert read_themes(table, AS_OF, USUAL) == read_themes(mixed, AS_OF, USUAL)
    assert read_releases(table, AS_OF, USUAL) == read_releases(mixed, AS_OF, USUAL)


def test_a_statement_counts_for_the_theme_it_belongs_to_most() -> None:
    table = pd.DataFrame(
        {
            "statement_id": ["a", "a", "b", "b"],
            "theme_id": [4, 2, 9, 4],
            "membership": [0.3, 0.6, 0.5, 0.5],
            "voice": ["ann", "ann", "bob", "bob"],
            "age_days": [1.0, 1.0, 2.0, 2.0],
        }
    )
    spoken = read_spoken(table)
    assert spoken.themes[spoken.theme].tolist() == [2, 4]


def test_the_version_that_a_rise_came_with_is_named() -> None:
    rows = steady([3.0, 4.0, 2.0, 5.0, 8.0], times=3.0, since=7.0)
    extra = {row for row in rows if row[0] == 0 and row[1] < 7.0}
    version = [
        "5.1" if (row in extra and number % 3) or (row[1] < 7.0 and number % 5 == 0) else "5.0"
        for number, row in enumerate(rows)
    ]
    (risen,) = rises_by_theme(read_themes(mentions(rows, version=version), AS_OF, USUAL))[0]
    assert risen.version == "5.1"
    everywhere = ["5.1" if number % 5 == 0 else "5.0" for number in range(len(rows))]
    (risen,) = rises_by_theme(read_themes(mentions(rows, version=everywhere), AS_OF, USUAL))[0]
    assert risen.version is None


def releases(share: dict[str, float], voices: int = 200) -> pd.DataFrame:
    """Return 200 voices of each version, a month apart; theme 0 has the share given."""
    rows, names = [], []
    for place, (name, part) in enumerate(share.items()):
        for number in range(voices):
            theme = 0 if number < part * voices else 1 + number % 3
            rows.append((theme, 30.0 * (len(share) - place) + number / 100, f"{name} {number}"))
            names.append(name)
    return mentions(rows, version=names)


def test_a_release_is_compared_with_all_before_it() -> None:
    table = releases({"1.9": 0.05, "1.10": 0.05, "2.0": 0.05, "2.1": 0.3})
    found = read_releases(table, AS_OF, USUAL)
    assert list(found) == ["1.10", "2.0", "2.1"]
    assert list(found["2.1"]) == [0]
    risen = found["2.1"][0]
    # 30 of 600 before, 60 of 200 now: 10 are expected
    assert (risen.view, risen.version, risen.voices) == ("release", "2.1", 60)
    assert risen.expected == pytest.approx((30 + 0.5) / 600 * 200)
    assert found["1.10"] == found["2.0"] == {}


def test_rows_without_a_version_are_no_release() -> None:
    table = releases({"1.0": 0.05, "1.1": 0.05, "1.2": 0.3})
    unknown = table.assign(
        version=table["version"].where(table["version"] != "1.0", None),
    )
    assert list(read_releases(unknown, AS_OF, USUAL)) == ["1.2"]
    assert read_releases(table.drop(columns="version"), AS_OF, USUAL) == {}


def test_a_hundred_bursty_themes_that_do_not_rise_raise_hardly_an_alarm() -> None:
    draws = np.random.default_rng(8)
    weeks = 14
    rates = np.exp(draws.uniform(np.log(0.2), np.log(3.0), 100))
    means = rates[:, None] * np.repeat(draws.gamma(20.0, 1 / 20.0, (100, weeks)), 7, axis=1)
    counts = draws.poisson(means)
    rows = [
        (theme, day + place / 50, f"{theme} {day} {place}")
        for theme, day in zip(*np.nonzero(counts), strict=True)
        for place in range(counts[theme, day])
    ]
    assert len(rises_by_theme(read_themes(mentions(rows), AS_OF, USUAL))) <= 1


def test_a_rise_is_told_of_once_in_whichever_view() -> None:
    both = [reading(found=rise()), reading(view="need", found=rise("need"))]
    first = new_alerts(both, [], TODAY, USUAL)
    expected = RiseAlert(0, "incident", TODAY, voices=12, ratio=3.0)
    assert (first.raised, first.ended) == ((expected,), ())
    again = new_alerts(both, first.raised, TODAY + timedelta(days=1), USUAL)
    assert (again.raised, again.ended) == ((), ())


@pytest.mark.parametrize(
    ("ratio", "days", "ends"),
    [(END_RATIO - 0.01, 14, True), (END_RATIO - 0.01, 13, False), (END_RATIO + 0.01, 60, False)],
    ids=["calm for a window", "not yet a window", "still above the lower bound"],
)
def test_an_alert_ends_when_a_whole_window_was_calm(ratio: float, days: int, ends: bool) -> None:
    alert = RiseAlert(0, "incident", TODAY)
    today = TODAY + timedelta(days=days)
    changes = new_alerts([reading(ratio)], [alert], today, USUAL)
    assert changes.raised == ()
    assert [one.ended_on for one in changes.ended] == ([today] if ends else [])


def test_an_alert_of_a_theme_that_is_gone_ends() -> None:
    changes = new_alerts([], [RiseAlert(3, "need", TODAY)], TODAY + timedelta(days=1), USUAL)
    assert changes.ended == (RiseAlert(3, "need", TODAY, TODAY + timedelta(days=1)),)


def test_after_it_ended_only_what_began_later_is_a_new_rise() -> None:
    over = RiseAlert(0, "incident", TODAY - timedelta(days=40), TODAY - timedelta(days=10))
    old = reading(found=rise("need", TODAY - timedelta(days=45)), view="need")
    assert new_alerts([old], [over], TODAY, USUAL).raised == ()
    new = reading(found=rise(since=TODAY - timedelta(days=7)))
    (raised,) = new_alerts([new], [over], TODAY, USUAL).raised
    assert raised.raised_on == TODAY


def test_evidence_is_finite_for_absurd_counts() -> None:
    past: FloatArray = np.array([[0.0, 0.0], [1e6, 1e6], [0.0, 1e5]])
    counted = Counted(np.array([1e6, 0.0, 1e6]), 2e6, past, np.array([2e6, 2e6]))
    result = compare(counted, rate_ratio=1.5, interval=0.8)
    for figures in (result.ratio, result.exceeds, result.evidence, result.expected):
        assert np.isfinite(figures).all()
