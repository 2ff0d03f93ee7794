"""What ran and what it refused: the ledger and the quarantine."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response

from groundswell.config import ScheduleConfig
from groundswell.errors import ConfigError
from groundswell.schedule import next_run
from groundswell.store import Run, StepResult, Store
from web.guard import Context
from web.pages.jobs import asked_for
from web.pages.rendering import not_found, page
from web.reading import newest

RUNS = 20
"""Runs on the page, the newest."""
ENTRIES = 200
"""Refused rows on the page, those of the newest files."""
RAW_BYTES = 4096
"""What the store keeps of a refused row at most."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run with its steps, the longest first."""

    run: Run
    steps: tuple[StepResult, ...]

    @property
    def seconds(self) -> float:
        """Return how long it worked."""
        return sum(step.seconds for step in self.steps)


def show(request: Request, context: Context) -> Response:
    """Answer with the newest runs and the steps of one of them."""
    entries = [_entry(context.store, run) for run in context.store.ledger.runs(RUNS)]
    asked = request.query_params.get("run", "")
    chosen = next((e for e in entries if str(e.run.run_id) == asked), None)
    reading = newest(context.store)
    return page(
        request,
        context,
        "runs.html",
        title="Runs",
        report=reading.report if reading else None,
        runs=entries,
        chosen=chosen or (entries[0] if entries else None),
        due=_due(context.config.schedule),
        **asked_for(request, context),
    )


def show_quarantine(request: Request, context: Context) -> Response:
    """Answer with the rows that could not be used."""
    feedback = context.store.feedback
    counts = feedback.quarantine_counts()
    total = sum(n for *_, n in counts)
    entries = feedback.quarantined(ENTRIES)
    return page(
        request,
        context,
        "quarantine.html",
        title="Quarantine",
        entries=[(e, f"{PurePath(e.path).name}:{e.row.line}") for e in entries],
        counts=counts,
        more=total if total > len(entries) else 0,
    )


def show_quarantined(request: Request, context: Context) -> Response:
    """Answer with one refused row as it came."""
    entry_id = request.path_params["entry_id"]
    entry = context.store.feedback.quarantine_entry(entry_id)
    if entry is None:
        advice = "The quarantine lists those that still stand."
        return not_found(request, context, f"No refused row {entry_id}", advice)
    return page(
        request,
        context,
        "quarantined.html",
        title=f"Refused row {entry.entry_id}",
        crumbs=[("/quarantine", "Quarantine")],
        entry=entry,
        cut=len(entry.row.raw.encode()) > RAW_BYTES - 4,
    )


def _entry(store: Store, run: Run) -> RunEntry:
    steps = sorted(store.ledger.steps(run.run_id), key=lambda step: (-step.seconds, step.step))
    return RunEntry(run, tuple(steps))


def _due(schedule: ScheduleConfig) -> str:
    try:
        due = next_run(schedule, datetime.now(UTC))
    except ConfigError as error:
        return str(error)
    when = f"{due:%a %Y-%m-%d %H:%M %Z}"
    return f"Next run: {when} (cron {schedule.cron}), while 'groundswell schedule' runs."
