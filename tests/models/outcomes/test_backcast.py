from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from groundswell.domain import FeatureCandidate, WorkItem
from models.evidence.inputs import EffortParameters
from models.outcomes.backcast import foretell_demand, foretell_efforts, need_times, top_needs
from models.outcomes.pace import calibration
from models.outcomes.shipped import Release

CANDIDATES = [FeatureCandidate(f"need-{n}", "x", "x", ((n, 1.0),)) for n in range(12)]
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def said(*rows: tuple[int, date]) -> pd.DataFrame:
    """Return a table of (theme, day), each by a customer of its own."""
    return pd.DataFrame(
        {
            "theme_id": np.array([theme for theme, _ in rows], np.int64),
            "voice": [f"author:{number}" for number in range(len(rows))],
            "created_at": pd.to_datetime([day for _, day in rows], utc=True),
        }
    )


def test_a_need_is_met_by_the_first_release_after_its_first_voice() -> None:
    spoken = said((0, date(2026, 2, 1)), (0, date(2026, 1, 10)), (1, date(2026, 3, 1)))
    releases = [
        Release("need-0", date(2025, 12, 1), "before anybody asked", "x"),
        Release("need-0", date(2026, 4, 1), "x", "x"),
        Release("need-0", date(2026, 5, 1), "x", "x"),
    ]
    first, second = need_times(spoken, CANDIDATES, releases)
    assert (first.first_voice, first.shipped) == (date(2026, 1, 10), date(2026, 4, 1))
    assert (second.candidate_id, second.shipped) == ("need-1", None)


def test_top_needs_are_the_ten_voiced_most_before_a_quarter_and_not_yet_met() -> None:
    rows = [(0, date(2025, 10, 1))]  # 90 days of past from 30 December
    rows += [(theme, date(2025, 12, 1)) for theme in range(12) for _ in range(theme + 1)]
    spoken = said(*rows)
    releases = [Release("need-11", date(2025, 12, 20), "x", "x")]
    times = need_times(spoken, CANDIDATES, releases)
    tops = top_needs(spoken, times, CANDIDATES, AS_OF)
    assert [day for day, _ in tops] == [date(2026, 1, 1), date(2026, 4, 1)]
    assert tops[0][1] == [f"need-{n}" for n in range(10, 0, -1)]
    assert tops[1][1] == [], "silent for 90 days"


def test_steady_needs_come_as_foretold() -> None:
    draws = np.random.default_rng(3)
    rows = [
        (theme, date(2024, 1, 1) + timedelta(days=int(day)))
        for theme in range(12)
        for day in draws.integers(0, 880, 20 * (theme + 1))
    ]
    forecasts = foretell_demand(said(*rows), CANDIDATES, AS_OF, 90.0)
    # quarters from April 2024 on whose 90 days are over: 8, of 12 needs each
    assert len(forecasts) == 8 * 12
    assert 0.7 <= (calibration(forecasts).value or 0.0) <= 0.95
    assert foretell_demand(said()[:0], CANDIDATES, AS_OF, 90.0) == []


def test_efforts_are_foretold_from_what_was_finished_before_the_quarter(axes: Any) -> None:
    def item(number: int, day: date, days: float) -> WorkItem:
        name = f"W-{number:02d}"
        return WorkItem(name, name, status="done", finished=day, actual_days=days)

    past = [item(n, date(2025, 1, 1) + timedelta(days=n), 8.0 + n % 3) for n in range(25)]
    now = [item(30, date(2025, 5, 2), 9.0), item(31, date(2025, 5, 3), 500.0)]
    vectors = np.tile(axes(1), (27, 1))
    forecasts = foretell_efforts([*past, *now], vectors, EffortParameters())
    assert [forecast.actual for forecast in forecasts] == [9.0, 500.0]
    assert calibration(forecasts).value == 0.5
    assert forecasts[0].low == pytest.approx(forecasts[1].low), "one does not teach the other"
    assert foretell_efforts(past[:10], vectors[:10], EffortParameters()) == []
