"""How an installation does, read from its books: a few small tables, never the feedback."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from groundswell.store import tables
from groundswell.store.database import Database
from groundswell.store.event_tables import delivery
from groundswell.store.job_tables import job
from groundswell.vitals import SourceVitals, StepVitals, Vitals

ARRIVALS = 20
"""How many of a source are looked at."""

EMBEDDING = "embed_new"
"""The step that counts vectors."""

REPORTING = ("refresh", "retrain")
LOOKING = (*REPORTING, "ingest")
"""Kinds of runs that make a report, and that look at the sources."""


def read_vitals(database: Database, facts: dict[str, str]) -> Vitals:
    """Return how the installation does; `facts` are those of the database itself."""
    with database.read() as connection:
        good = _newest(connection, REPORTING, limit=2)
        looked = _newest(connection, LOOKING, limit=1)
        steps = [_steps(connection, run.run_id) for run in good]
        report = _report(connection)
        return Vitals(
            schema=facts["schema"],
            size_bytes=int(facts["size_bytes"]),
            sources=tuple(_sources(connection)),
            runs=_runs(connection),
            run_id=good[0].run_id if good else None,
            run_kind=good[0].kind if good else "",
            run_at=good[0].started_at if good else None,
            run_seconds=sum(step.seconds for step in steps[0]) if good else 0.0,
            steps=steps[0] if good else (),
            new_vectors=_vectors(steps[:1]) - _vectors(steps[1:]),
            running_since=_running(connection),
            failed_since=_failed(connection, good[0].run_id if good else 0),
            report_run=report.run_id if report else None,
            report_at=report.started_at if report else None,
            looked_at=looked[0].started_at if looked else None,
            jobs=_by_state(connection, job),
            deliveries=_by_state(connection, delivery),
        )


def _sources(connection: Connection) -> Iterator[SourceVitals]:
    package, run = tables.package.c, tables.run.c
    fates = [func.sum(c) for c in (package.accepted, package.duplicate, package.quarantined)]
    each = (package.source, package.kind)
    for source, kind, accepted, duplicate, quarantined in connection.execute(
        select(*each, *fates).group_by(*each).order_by(*each)
    ).all():
        moments = (
            select(run.started_at)
            .join_from(tables.package, tables.run)
            .where(package.source == source, package.kind == kind, package.accepted > 0)
            .distinct()
            .order_by(run.started_at.desc())
            .limit(ARRIVALS)
        )
        yield SourceVitals(
            source,
            kind,
            accepted,
            duplicate,
            quarantined,
            tuple(connection.scalars(moments)),
        )


def _newest(connection: Connection, kinds: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    run = tables.run.c
    query = select(run.run_id, run.kind, run.started_at)
    query = query.where(run.state == "ok", run.kind.in_(kinds))
    return connection.execute(query.order_by(run.run_id.desc()).limit(limit)).all()


def _steps(connection: Connection, run_id: int) -> tuple[StepVitals, ...]:
    step = tables.step.c
    query = select(step.step, step.items_in, step.items_out, step.rejected, step.seconds)
    rows = connection.execute(query.where(step.run_id == run_id).order_by(step.step))
    return tuple(StepVitals(*row) for row in rows)


def _vectors(runs: Sequence[tuple[StepVitals, ...]]) -> int:
    return sum(step.items_out for steps in runs for step in steps if step.step == EMBEDDING)


def _report(connection: Connection) -> Row[Any] | None:
    report, run = tables.report.c, tables.run.c
    query = select(run.run_id, run.started_at).join_from(tables.report, tables.run)
    newest = query.where(run.state == "ok").order_by(report.run_id.desc()).limit(1)
    return connection.execute(newest).one_or_none()


def _runs(connection: Connection) -> dict[tuple[str, str], int]:
    run = tables.run.c
    each = (run.kind, run.state)
    query = select(*each, func.count()).group_by(*each).order_by(*each)
    return {(kind, state): count for kind, state, count in connection.execute(query)}


def _running(connection: Connection) -> datetime | None:
    run = tables.run.c
    query = select(run.started_at).where(run.state == "running").order_by(run.run_id.desc())
    began: datetime | None = connection.scalar(query.limit(1))
    return began


def _failed(connection: Connection, since: int) -> int:
    run = tables.run.c
    failed: ColumnElement[bool] = run.state.in_(("failed", "crashed"))
    query = select(func.count()).where(failed, run.run_id > since)
    return connection.scalar(query) or 0


def _by_state(connection: Connection, table: Table) -> dict[str, int]:
    query = select(table.c.state, func.count()).group_by(table.c.state).order_by(table.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}
