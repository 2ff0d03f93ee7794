from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from groundswell.domain import FeatureCandidate
from models.evidence.voices import usable
from models.outcomes.before_after import ReleaseEffect, in_need, measure_releases, strongest
from models.outcomes.shipped import Release

CANDIDATES = [FeatureCandidate(f"need-{n}", "x", "x", ((n, 1.0),)) for n in range(7)]
AGO = 100
"""Days from the release to the report."""


@pytest.fixture
def release(as_of: datetime) -> Release:
    return Release("need-0", (as_of - timedelta(days=AGO)).date(), "offline", "changelog 2.0")


@pytest.fixture
def measure(make_mentions: Any, as_of: datetime, release: Release) -> Any:
    def measured(rows: list[dict[str, Any]], *others: Release) -> ReleaseEffect:
        table = usable(make_mentions(rows), as_of)
        found = measure_releases(table, CANDIDATES, [release, *others], as_of)
        return found[0]

    return measured


def voices(theme: int, days_ago: float, number: int, **more: Any) -> list[dict[str, Any]]:
    """Return so many authors who speak once."""
    return [
        {"theme": theme, "days_ago": days_ago, "author": f"{theme}-{days_ago}-{n}", **more}
        for n in range(number)
    ]


def steady(windows: int = 3) -> list[dict[str, Any]]:
    """Return six needs with 20 voices in the window after the release and in those before."""
    days = [AGO - 45 + 90 * window for window in range(windows + 1)]
    return [row for theme in range(1, 7) for day in days for row in voices(theme, day, 20)]


def before(number: int = 30, windows: int = 3) -> list[dict[str, Any]]:
    days = [AGO + 45 + 90 * window for window in range(windows)]
    return [row for day in days for row in voices(0, day, number)] + voices(0, AGO + 275, 1)


def test_voices_before_and_after_are_counted_once_a_window(measure: Any) -> None:
    loud = [{"theme": 0, "days_ago": AGO - day, "author": "loud"} for day in range(1, 20)]
    found = measure(before() + steady() + loud)
    assert (found.effect.days, found.effect.before, found.effect.after) == (90, 30, 1)
    assert found.effect.verdict == "fell"
    assert found.effect.controls == 6


def test_praise_after_the_release_is_no_need(measure: Any) -> None:
    praise = voices(0, AGO - 30, 12, rating=5.0) + voices(0, AGO - 30.5, 3, rating=1.0)
    assert measure(before() + steady() + praise).effect.after == 3


def test_praise_by_its_words_is_no_need_where_kinds_are_known(make_mentions: Any) -> None:
    table = make_mentions([{"theme": 0}, {"theme": 0}]).assign(
        satisfied=float("nan"), kind=["praise", "problem"]
    )
    assert in_need(table)["kind"].tolist() == ["problem"]


def test_a_statement_counts_for_the_theme_it_belongs_to_most(make_mentions: Any) -> None:
    rows = [
        {"statement_id": "s1", "theme": 0, "membership": 0.3},
        {"statement_id": "s1", "theme": 1, "membership": 0.6},
        {"statement_id": "s2", "theme": -1, "membership": 1.0},
    ]
    assert strongest(make_mentions(rows))["theme_id"].tolist() == [1]


def test_fewer_days_after_the_release_shorten_all_windows(
    make_mentions: Any, as_of: datetime
) -> None:
    rows = before() + steady()
    table = usable(make_mentions(rows), as_of)
    fresh = Release("need-0", (as_of - timedelta(days=40)).date(), "x", "x")
    newest = Release("need-0", (as_of - timedelta(days=10)).date(), "x", "x")
    first, second = measure_releases(table, CANDIDATES, [fresh, newest], as_of)
    assert first.effect.days == 40
    assert (second.effect.days, second.effect.verdict) == (10, "too little to say")


def test_a_need_released_in_the_window_is_no_control(measure: Any, release: Release) -> None:
    other = Release("need-3", release.day + timedelta(days=10), "x", "x")
    assert measure(before() + steady(), other).effect.controls == 5
    before_all = Release("need-3", date(2020, 1, 1), "x", "x")
    assert measure(before() + steady(), before_all).effect.controls == 6


def test_a_second_release_of_the_need_in_the_window_leaves_nothing_to_say(
    measure: Any, release: Release
) -> None:
    again = Release("need-0", release.day + timedelta(days=40), "x", "x")
    assert measure(before() + steady(), again).effect.verdict == "too little to say"


def test_releases_before_the_first_voice_or_of_no_need_are_left_out(
    make_mentions: Any, as_of: datetime
) -> None:
    table = usable(make_mentions(before()), as_of)
    early = Release("need-0", date(2020, 1, 1), "x", "x")
    nameless = Release("item-7", date(2026, 3, 1), "x", "x")
    assert measure_releases(table, CANDIDATES, [early, nameless], as_of) == []
    nobody = usable(make_mentions(voices(0, 5, 1))[:0], as_of)
    assert measure_releases(nobody, CANDIDATES, [early], as_of) == []


def test_the_order_of_rows_does_not_matter(measure: Any) -> None:
    rows = [
        {**row, "statement_id": f"s{number:04d}"} for number, row in enumerate(before() + steady())
    ]
    assert measure(rows) == measure(rows[::-1])


def test_ratings_that_rise_more_than_all_others(measure: Any) -> None:
    rated = [
        row
        for theme, day, ratings in (
            (0, AGO + 30, (1.0, 2.0, 3.0)),  # 2.0 before
            (0, AGO - 30, (3.0, 4.0, 5.0)),  # 4.0 after
            (1, AGO + 30, (3.0, 3.0, 3.0)),  # 3.0 before
            (1, AGO - 30, (3.0, 4.0, 3.5)),  # 3.5 after
        )
        for place, rating in enumerate(ratings)
        for row in voices(theme, day + place / 10, 10, rating=rating)
    ]
    shift = measure(rated).rating
    assert shift is not None
    assert shift.points == pytest.approx((4.0 - 2.0) - (3.5 - 3.0))
    assert shift.low < 1.5 < shift.high
    assert shift.scale == "rating"
    assert measure(rated[:35]).rating is None, "a side without ten ratings"


def test_an_empty_table_has_no_mentions_to_measure(as_of: datetime) -> None:
    assert strongest(pd.DataFrame(columns=["statement_id", "theme_id", "membership"])).empty
