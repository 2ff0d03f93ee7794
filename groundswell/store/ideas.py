"""What a run proposes: candidates, the report and the files written from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, select

from groundswell.domain import FeatureCandidate
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.rows import row_of, values


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of the report, as it was written."""

    name: str
    sha256: str
    size: int
    """Bytes."""
    folder: str


class Ideas:
    """The tables ``candidate``, ``report``, ``report_file`` and ``reference``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_candidates(
        self, lease: Lease, run_id: int, candidates: Sequence[FeatureCandidate]
    ) -> None:
        """Keep a run's candidates in place of those it had."""
        table = tables.candidate
        with self._database.write("ideas.candidates", lease) as connection:
            connection.execute(delete(table).where(table.c.run_id == run_id))
            failpoint("ideas.candidates.cleared")
            upsert(connection, table, [row_of(c, run_id=run_id) for c in candidates])

    def candidates(self) -> list[FeatureCandidate]:
        """Return the candidates of the newest run that has any and stands, sorted by id."""
        table, run = tables.candidate, tables.run
        standing = select(func.max(table.c.run_id)).join(run).where(run.c.state != "withdrawn")
        newest = standing.scalar_subquery()
        with self._database.read() as connection:
            return values(connection, table, FeatureCandidate, table.c.run_id == newest)

    def save_report(
        self,
        lease: Lease,
        run_id: int,
        *,
        as_of: datetime,
        document: str,
        reference: tuple[str, str] | None = None,
    ) -> None:
        """Keep a run's report.

        Parameters
        ----------
        document
            The report as JSON.
        reference
            (key, JSON) of the reference snapshot it was scored with; kept under its key. None:
            none was used.
        """
        with self._database.write("ideas.report", lease) as connection:
            if reference is not None:
                snapshot = {"key": reference[0], "run_id": run_id, "document": reference[1]}
                upsert(connection, tables.reference, [snapshot])
                failpoint("ideas.report.reference")
            row = {"run_id": run_id, "as_of": as_of, "document": document}
            row["reference_key"] = None if reference is None else reference[0]
            upsert(connection, tables.report, [row])

    def report(self, run_id: int | None = None) -> str | None:
        """Return a run's report as JSON; without `run_id` that of the newest run that went well."""
        report = tables.report
        with self._database.read() as connection:
            if run_id is None:
                return connection.scalar(_good_reports().limit(1))
            return connection.scalar(select(report.c.document).where(report.c.run_id == run_id))

    def previous_report(self, before_run: int) -> str | None:
        """Return the report of the newest run before `before_run` that went well."""
        query = _good_reports().where(tables.report.c.run_id < before_run)
        with self._database.read() as connection:
            return connection.scalar(query.limit(1))

    def report_by(self, moment: datetime) -> str | None:
        """Return the report of the newest run that had begun by a moment and went well.

        A run that was asked for an earlier day counts for what it was: the newest by its own
        beginning.
        """
        query = _good_reports().where(tables.run.c.started_at <= moment)
        with self._database.read() as connection:
            return connection.scalar(query.limit(1))

    def reports_ready(self) -> list[tuple[datetime, int]]:
        """Return when each report of a run that went well was ready, and its run, in order.

        Those withdrawn since count: they were seen.
        """
        report, run = tables.report.c, tables.run.c
        query = (
            select(run.finished_at, report.run_id)
            .join_from(tables.report, tables.run)
            .where(run.state.in_(("ok", "withdrawn")), run.finished_at.is_not(None))
            .order_by(run.finished_at, report.run_id)
        )
        with self._database.read() as connection:
            return [(row.finished_at, row.run_id) for row in connection.execute(query)]

    def reference(self, key: str) -> str | None:
        """Return the reference snapshot kept under a key, as JSON."""
        table = tables.reference
        with self._database.read() as connection:
            return connection.scalar(select(table.c.document).where(table.c.key == key))

    def save_files(
        self, lease: Lease, run_id: int, folder: str, files: Sequence[tuple[str, str, int]]
    ) -> None:
        """Name the files of a run's report, after they were written, in place of those it had.

        Parameters
        ----------
        files
            (name, sha256, bytes).
        """
        table = tables.report_file
        rows = [ReportFile(name, sha256, size, folder) for name, sha256, size in files]
        with self._database.write("ideas.files", lease) as connection:
            connection.execute(delete(table).where(table.c.run_id == run_id))
            failpoint("ideas.files.cleared")
            upsert(connection, table, [row_of(row, run_id=run_id) for row in rows])

    def files(self, run_id: int) -> list[ReportFile]:
        """Return the files of a run's report, sorted by name."""
        table = tables.report_file
        with self._database.read() as connection:
            return values(connection, table, ReportFile, table.c.run_id == run_id)


def _good_reports() -> Select[tuple[str]]:
    report, run = tables.report.c, tables.run.c
    return (
        select(report.document)
        .join_from(tables.report, tables.run)
        .where(run.state == "ok")
        .order_by(report.run_id.desc())
    )
