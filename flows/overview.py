"""What the store knows, gathered for the commands that only read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flows.context import utc_now
from groundswell.config import Config
from groundswell.domain import DriftAlarm
from groundswell.errors import ConfigError, StoreError
from groundswell.report import IdeaReport, RankedIdea
from groundswell.schedule import next_run
from groundswell.store import Package, Run, StepResult, Store, open_store


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run and what its steps counted, in the order of the pipeline."""

    run: Run
    steps: tuple[StepResult, ...]

    @property
    def seconds(self) -> float:
        """How long it worked: a run that was carried on later has waited in between."""
        return sum(step.seconds for step in self.steps)


@dataclass(frozen=True, slots=True)
class Status:
    """How the installation stands."""

    store: str
    """Where the database is, without its password."""
    runs: tuple[RunEntry, ...]
    """Newest first."""
    sources: tuple[Package, ...]
    """The newest file of each source."""
    drift: tuple[DriftAlarm, ...]
    """What the themes in use do not meet any more, by the newest run."""
    cron: str
    next_run: datetime
    """When the schedule is due next, in its own time zone."""


def read_status(config: Config, *, runs: int = 5) -> Status:
    """Gather how the installation stands; before the first run, nothing is made."""
    cron = f"{config.schedule.cron} {config.schedule.timezone}"
    due = next_run(config.schedule, utc_now())
    if not is_made(config):
        return Status(str(config.store.path), (), (), (), cron, due)
    with open_store(config.store.database) as store:
        entries = tuple(run_entry(store, run) for run in store.ledger.runs(runs))
        drift = store.ledger.drift()
        return Status(store.place, entries, newest_packages(store), drift, cron, due)


def run_entry(store: Store, run: Run) -> RunEntry:
    """Return a run with its steps."""
    from flows import steps

    order = {
        step.__name__: place
        for pipeline in (steps.REFRESH, steps.RETRAIN)
        for place, step in enumerate(pipeline)
    }
    found = store.ledger.steps(run.run_id)
    return RunEntry(run, tuple(sorted(found, key=lambda step: order.get(step.step, len(order)))))


@contextmanager
def reading(config: Config) -> Iterator[Store]:
    """Open the store to read what a run has left there.

    Raises
    ------
    StoreError
        There is none yet; it is not made.
    """
    if not is_made(config):
        raise StoreError(f"{config.store.path}: no store yet; 'groundswell run' makes it")
    with open_store(config.store.database) as store:
        yield store


def newest_report(config: Config) -> IdeaReport:
    """Return the report of the newest run that went well.

    Raises
    ------
    GroundswellError
        There is none yet.
    """
    from flows.ranking import load_report

    with reading(config) as store:
        return load_report(store)


def published(report: IdeaReport) -> dict[str, Any]:
    """Return a report as ideas.json holds it (docs/schema/ideas.schema.json)."""
    import reports

    values: dict[str, Any] = json.loads(reports.to_json(report))
    return values


def is_made(config: Config) -> bool:
    """Tell whether there is a database; one on a server is taken to be there."""
    return bool(config.store.url.get_secret_value()) or config.store.path.exists()


def newest_packages(store: Store) -> tuple[Package, ...]:
    """Return the newest file of each source, sorted by the source's name.

    Where a source is several files, the counts are those of all of them as they were read last.
    """
    newest = {(package.source, package.path): package for package in store.feedback.packages()}
    of_source: dict[str, list[Package]] = {}
    for package in newest.values():
        of_source.setdefault(package.source, []).append(package)
    return tuple(_together(of_source[source]) for source in sorted(of_source))


def _together(files: list[Package]) -> Package:
    return replace(
        max(files, key=lambda package: package.package_id),
        rows_done=sum(package.rows_done for package in files),
        accepted=sum(package.accepted for package in files),
        duplicate=sum(package.duplicate for package in files),
        quarantined=sum(package.quarantined for package in files),
        erased=sum(package.erased for package in files),
        complete=all(package.complete for package in files),
    )


def find_idea(report: IdeaReport, name: str) -> RankedIdea:
    """Return the idea of an id such as ``need-12``, or of a rank.

    Raises
    ------
    ConfigError
        There is none.
    """
    for idea in report.ideas:
        if name in (idea.candidate_id, str(idea.rank)):
            return idea
    raise ConfigError(
        f"idea {name}: not in the report of run {report.run.run_id};"
        f" give a rank from 1 to {len(report.ideas)} or an id that 'groundswell ideas --json' shows"
    )
