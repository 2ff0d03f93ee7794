"""How an installation does, in figures: for metrics, for alerts and for whoever looks it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from groundswell.operating_config import AlertsConfig

LEAST_ARRIVALS = 3
"""A source that brought something new in fewer runs has no habit that it could leave."""

LEAST_PAUSE = timedelta(days=1)
"""A shorter pause is no silence, however often a source brings something."""

AlertKind = Literal["source.silent", "report.old"]


@dataclass(frozen=True, slots=True)
class SourceVitals:
    """What became of the rows of one source, and when it brought something new."""

    source: str
    kind: str
    accepted: int
    duplicate: int
    quarantined: int
    arrivals: tuple[datetime, ...]
    """When the runs began that got something new of it, newest first; the last twenty."""

    @property
    def longest_pause(self) -> timedelta:
        """The longest time between two arrivals, at least `LEAST_PAUSE`."""
        pauses = (newer - older for newer, older in pairwise(self.arrivals))
        return max(LEAST_PAUSE, *pauses) if len(self.arrivals) > 1 else LEAST_PAUSE

    def is_silent(self, looked_at: datetime, times: float) -> bool:
        """Tell whether it brought nothing for `times` its longest pause before `looked_at`.

        That is when the newest run began, not now: where nothing runs, no source is to blame.
        """
        if not times or len(self.arrivals) < LEAST_ARRIVALS:
            return False
        return looked_at - self.arrivals[0] > times * self.longest_pause


@dataclass(frozen=True, slots=True)
class StepVitals:
    """What one step of the newest run that went well counted."""

    step: str
    items_in: int
    items_out: int
    rejected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Vitals:
    """All of it at one moment; taken from the books, so that looking costs next to nothing."""

    schema: str
    size_bytes: int
    sources: tuple[SourceVitals, ...]
    runs: Mapping[tuple[str, str], int]
    """(kind, state) to how many."""
    run_id: int | None
    """The newest that went well; None: none yet. What follows is of it."""
    run_kind: str
    run_at: datetime | None
    run_seconds: float
    steps: tuple[StepVitals, ...]
    new_vectors: int
    """More than the run before knew."""
    running_since: datetime | None
    """When the run began that is at work, or was killed; None: there is none."""
    failed_since: int
    """Runs that failed or were killed since the newest that went well."""
    report_run: int | None
    report_at: datetime | None
    """When the run of the newest report began; None: there is none."""
    looked_at: datetime | None
    """When the newest run began that looked at the sources and went well."""
    jobs: Mapping[str, int]
    """State to how many."""
    deliveries: Mapping[str, int]
    """State to how many, of the last 90 days."""

    def step(self, name: str) -> StepVitals | None:
        """Return a step of the newest run that went well."""
        return next((one for one in self.steps if one.step == name), None)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that went quiet, by what it is about."""

    kind: AlertKind
    subject: str
    """Source and day of its last arrival, or the run of the report: told once for each."""
    found: str
    remedy: str


def alerts_of(vitals: Vitals, now: datetime, settings: AlertsConfig) -> tuple[Alert, ...]:
    """Return what went quiet, by the settings."""
    quiet = [
        _silent(source)
        for source in vitals.sources
        if vitals.looked_at and source.is_silent(vitals.looked_at, settings.silence)
    ]
    began = vitals.report_at
    if settings.report_days and began and now - began > timedelta(days=settings.report_days):
        days = f"{(now - began) / timedelta(days=1):.0f} days"
        found = f"the newest report, of run {vitals.report_run}, is {days} old"
        remedy = "see 'groundswell status' for why, or type 'groundswell run'"
        quiet.append(Alert("report.old", str(vitals.report_run), found, remedy))
    return tuple(quiet)


def _silent(source: SourceVitals) -> Alert:
    last = source.arrivals[0]
    pause = f"{source.longest_pause / timedelta(days=1):.0f}"
    found = (
        f"{source.source} has brought nothing new since {last:%Y-%m-%d}; its longest pause before"
        f" was {pause} day{'' if pause == '1' else 's'}"
    )
    remedy = "look whether its export or its service still gives what is new"
    return Alert("source.silent", f"{source.source} {last:%Y-%m-%d}", found, remedy)
