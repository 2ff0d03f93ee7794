"""The run ledger: what ran, how far it came and what it counted.

The ledger, not a scheduler's colour, is the truth about a run. A run that was killed is found
still ``running`` by the next owner of its lease, who carries it on under the same number.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, exists, func, select, update

from groundswell.domain import DriftAlarm, Event
from groundswell.domain.drift import alarms_in
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import Database, Lease
from groundswell.store.engines import lock_numbers, upsert
from groundswell.store.outbox import forget_old, tell
from groundswell.store.rows import columns_of, row_of, values

RunState = Literal["running", "ok", "failed", "crashed", "withdrawn"]
"""``withdrawn``: it went well, and somebody went back behind it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline."""

    run_id: int
    """From 1, in the order of their beginning."""
    kind: str
    """refresh, retrain, ..."""
    resource: str
    """What its lease owned."""
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    config_hash: str
    versions: Mapping[str, str]
    """Of every component that takes part in the result."""
    attempts: int
    """1, and one more for each time it was carried on after a crash."""
    message: str
    """Why it failed or was withdrawn, in one line; empty otherwise."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step of a run did; ``items_in`` must be ``items_out + rejected``."""

    step: str
    items_in: int
    items_out: int
    rejected: int
    seconds: float
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Further counts, as JSON."""
    state: Literal["ok", "failed"] = "ok"


class Ledger:
    """The tables ``run`` and ``step``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_run(
        self,
        lease: Lease,
        *,
        kind: str,
        started_at: datetime,
        config_hash: str,
        versions: Mapping[str, str],
    ) -> Run:
        """Begin a run, or carry on the interrupted one of the same kind and settings.

        The lease is ours, so every run of its resource that still says ``running`` was
        interrupted; those that are not carried on become ``crashed``.
        """
        with self._database.write("ledger.begin", lease) as connection:
            resumed = _interrupted(connection, lease, kind, config_hash)
            if resumed is not None:
                run_id = resumed
                _set(connection, run_id, attempts=tables.run.c.attempts + 1, versions=versions)
            else:
                lock_numbers(connection)  # runs of other resources may begin now, too
                run_id = (connection.scalar(select(func.max(tables.run.c.run_id))) or 0) + 1
                new = Run(
                    run_id=run_id,
                    kind=kind,
                    resource=lease.resource,
                    state="running",
                    started_at=started_at,
                    finished_at=None,
                    config_hash=config_hash,
                    versions=versions,
                    attempts=1,
                    message="",
                )
                connection.execute(tables.run.insert(), row_of(new))
            return values(connection, tables.run, Run, tables.run.c.run_id == run_id)[0]

    def step_done(self, lease: Lease, run_id: int, result: StepResult) -> None:
        """Enter a step's result, once: what was entered as ``ok`` stays.

        Raises
        ------
        ValueError
            The counts do not add up.
        """
        with self._database.write("ledger.step", lease) as connection:
            entered = select(tables.step.c.state).where(
                tables.step.c.run_id == run_id, tables.step.c.step == result.step
            )
            if connection.scalar(entered) != "ok":
                upsert(connection, tables.step, [row_of(result, run_id=run_id)])

    def finish_run(
        self,
        lease: Lease,
        run_id: int,
        *,
        state: Literal["ok", "failed"],
        finished_at: datetime,
        message: str = "",
    ) -> None:
        """Close the books of a run."""
        with self._database.write("ledger.finish", lease) as connection:
            _set(connection, run_id, state=state, finished_at=finished_at, message=message)
            made = select(exists().where(tables.report.c.run_id == run_id))
            if state == "failed":
                tell(connection, [Event("run.failed", str(run_id))])
            elif connection.scalar(made):
                tell(connection, [Event("report.ready", str(run_id))])
            forget_old(connection)

    def withdraw(self, lease: Lease, run_ids: Sequence[int], message: str) -> None:
        """Take back the reports of runs that went well, and say why; what they read stays."""
        run, withdrawn = tables.run, {"state": "withdrawn", "message": message}
        with self._database.write("ledger.withdraw", lease) as connection:
            for run_id in run_ids:
                theirs = (run.c.run_id == run_id, run.c.state == "ok")
                connection.execute(update(run).where(*theirs).values(**withdrawn))

    def runs(self, limit: int = 20, before: int | None = None) -> list[Run]:
        """Return the newest runs, of those before run `before`, newest first."""
        query = select(*columns_of(tables.run, Run)).order_by(tables.run.c.run_id.desc())
        if before is not None:
            query = query.where(tables.run.c.run_id < before)
        with self._database.read() as connection:
            return [Run(*row) for row in connection.execute(query.limit(limit))]

    def steps(self, run_id: int) -> list[StepResult]:
        """Return a run's steps, sorted by name."""
        with self._database.read() as connection:
            return values(connection, tables.step, StepResult, tables.step.c.run_id == run_id)

    def drift(self, run_id: int | None = None) -> tuple[DriftAlarm, ...]:
        """Return the alarms of a run; None: of the newest that went well and looked for drift."""
        step, run = tables.step.c, tables.run.c
        query = select(step.detail).join_from(tables.step, tables.run)
        query = query.where(step.step == "update_themes", step.state == "ok")
        which = run.state == "ok" if run_id is None else run.run_id == run_id
        with self._database.read() as connection:
            newest = query.where(which).order_by(run.run_id.desc()).limit(1)
            return alarms_in(connection.scalar(newest) or {})

    def get(self, run_id: int) -> Run:
        """Return a run.

        Raises
        ------
        ValueError
            There is none of this number.
        """
        with self._database.read() as connection:
            found = values(connection, tables.run, Run, tables.run.c.run_id == run_id)
        if not found:
            raise ValueError(f"there is no run {run_id}")
        return found[0]

    def started(self, run_ids: Collection[int]) -> dict[int, datetime]:
        """Return when runs began, by run; of one that is not there nothing."""
        run = tables.run.c
        query = select(run.run_id, run.started_at).where(run.run_id.in_(run_ids))
        with self._database.read() as connection:
            return {row.run_id: row.started_at for row in connection.execute(query)}

    def last_run(self, state: RunState = "ok", before: int | None = None) -> Run | None:
        """Return the newest run in a state, of those before run `before`."""
        query = select(*columns_of(tables.run, Run)).where(tables.run.c.state == state)
        if before is not None:
            query = query.where(tables.run.c.run_id < before)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(tables.run.c.run_id.desc()).limit(1)).first()
            return None if row is None else Run(*row)


def _interrupted(connection: Connection, lease: Lease, kind: str, config_hash: str) -> int | None:
    """Return the interrupted run to carry on, and close the others."""
    run = tables.run
    ours = (run.c.state == "running", run.c.resource == lease.resource)
    alike = (run.c.kind == kind, run.c.config_hash == config_hash)
    resumed: int | None = connection.scalar(select(func.max(run.c.run_id)).where(*ours, *alike))
    others = (*ours, run.c.run_id != (resumed or 0))
    crashed = connection.scalars(select(run.c.run_id).where(*others)).all()
    tell(connection, (Event("run.failed", str(number)) for number in crashed))
    connection.execute(update(run).where(*others).values(state="crashed"))
    failpoint("ledger.begin.crashed")
    return resumed


def _set(connection: Connection, run_id: int, **changes: Any) -> None:
    run = tables.run
    found = connection.execute(update(run).where(run.c.run_id == run_id).values(**changes))
    if found.rowcount != 1:
        raise ValueError(f"there is no run {run_id}")
