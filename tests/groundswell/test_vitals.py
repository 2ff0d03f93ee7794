"""What went quiet, with the arithmetic in sight."""

from datetime import UTC, datetime, timedelta

import pytest

from groundswell.operating_config import AlertsConfig
from groundswell.vitals import SourceVitals, Vitals, alerts_of

NOW = datetime(2026, 6, 30, 5, tzinfo=UTC)
ON = AlertsConfig(silence=3.0, report_days=14.0)


def source(*days_ago: float) -> SourceVitals:
    arrivals = tuple(NOW - timedelta(days=days) for days in days_ago)
    return SourceVitals("tickets", "feedback", 10, 0, 0, arrivals)


def vitals(*sources: SourceVitals, looked: float = 0.0, report: float | None = 0.0) -> Vitals:
    began = None if report is None else NOW - timedelta(days=report)
    return Vitals(
        schema="0014",
        size_bytes=1,
        sources=sources,
        runs={},
        run_id=7,
        run_kind="refresh",
        run_at=began,
        run_seconds=1.0,
        steps=(),
        new_vectors=0,
        running_since=None,
        failed_since=0,
        report_run=None if report is None else 7,
        report_at=began,
        looked_at=NOW - timedelta(days=looked),
        jobs={},
        deliveries={},
    )


@pytest.mark.parametrize(
    ("days_ago", "silent"),
    [
        ((20.9, 27.9, 34.9), False),  # weekly: 20.9 days are less than 3 x 7
        ((21.1, 28.1, 35.1), True),
        ((40.0, 47.0, 80.0), False),  # it once paused for 33 days: 3 x 33 = 99
        ((2.9, 2.95, 3.0), False),  # hourly: the least pause is a day, 3 x 1
        ((3.1, 3.15, 3.2), True),
        ((300.0, 307.0), False),  # two arrivals are no habit
        ((), False),
    ],
)
def test_a_source_is_silent_after_three_of_its_longest_pauses(
    days_ago: tuple[float, ...], silent: bool
) -> None:
    alerts = alerts_of(vitals(source(*days_ago)), NOW, ON)
    assert [alert.kind for alert in alerts] == (["source.silent"] if silent else [])


def test_where_nothing_runs_no_source_is_to_blame() -> None:
    weekly = source(30.0, 37.0, 44.0)
    assert alerts_of(vitals(weekly, looked=25.0), NOW, ON) == ()
    (alert,) = alerts_of(vitals(weekly), NOW, ON)
    assert alert.subject == "tickets 2026-05-31"
    assert "its longest pause before was 7 days" in alert.found


def test_a_report_is_old_by_the_days_of_the_settings() -> None:
    assert alerts_of(vitals(report=13.9), NOW, ON) == ()
    assert alerts_of(vitals(report=None), NOW, ON) == ()
    (alert,) = alerts_of(vitals(report=20.0), NOW, ON)
    assert (alert.kind, alert.subject) == ("report.old", "7")
    assert "is 20 days old" in alert.found


def test_nothing_is_said_where_the_settings_say_never() -> None:
    quiet = vitals(source(90.0, 91.0, 92.0), report=90.0)
    assert len(alerts_of(quiet, NOW, ON)) == 2
    assert alerts_of(quiet, NOW, AlertsConfig(silence=0.0, report_days=0.0)) == ()
