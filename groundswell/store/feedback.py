"""Input files, the records that came from them and the statements cut from the records."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, func, select, update

from groundswell.domain import Copy, FeedbackRecord, ReadRow, Statement
from groundswell.failpoints import failpoint
from groundswell.store import copies as copying
from groundswell.store import packages, quarantine, tables
from groundswell.store.counts import FeedbackCounts, feedback_counts
from groundswell.store.database import BATCH, DERIVED_BATCH, Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.fates import Place, decide, keep
from groundswell.store.mentions import Columns, mentions, said_after, spoken, statements
from groundswell.store.packages import Package
from groundswell.store.quarantine import QuarantineEntry
from groundswell.store.rows import batches, columns_of, in_parts, row_of, values

if TYPE_CHECKING:
    import pandas as pd


class Feedback:
    """The tables ``package``, ``source_cursor``, ``quarantine``, ``record`` and ``statement``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_package(
        self,
        lease: Lease,
        *,
        run_id: int,
        source: str,
        kind: str,
        path: str,
        sha256: str,
        size_bytes: int,
        whole: bool = True,
    ) -> Package:
        """Return the package of this version of a file, new or as far as it was read.

        Parameters
        ----------
        whole
            It is read from the beginning, as a file is. False: only what came since the last
            reading, from a cursor on.
        """
        new = Package(0, run_id, source, kind, path, sha256, size_bytes, whole=whole)
        with self._database.write("feedback.package", lease) as connection:
            return packages.open_package(connection, new)

    def add_rows(
        self,
        lease: Lease,
        package: Package,
        rows: Sequence[ReadRow],
        *,
        last: bool,
        read_at: datetime | None = None,
        cursor: str | None = None,
        place: str | None = None,
        keep_after: datetime | None = None,
    ) -> Package:
        """Keep the next rows of a package with its counts and its cursor, as one unit.

        Parameters
        ----------
        rows
            At most `BATCH`, in file order, the first one the ``package.rows_done``-th of the file.
        last
            The file ends here.
        read_at
            The moment of what states none; None: the start of the run that opened the package.
        cursor
            Where the next reading of `place` begins, once these rows are kept; None: as before.
        place
            What the cursor points into; None: the package's path.
        keep_after
            Feedback that was said before is not taken in; None: all of it is.

        Returns
        -------
        Package
            As it stands now; hand it to the next call.

        Raises
        ------
        ValueError
            Too many rows, or `package` is not how the store knows it.
        """
        if len(rows) > BATCH:
            raise ValueError(f"{len(rows)} rows in a batch, at most {BATCH}")
        with self._database.write("feedback.batch", lease, pause=True) as connection:
            packages.require_current(connection, package)
            moment = read_at or packages.run_began(connection, package)
            first = package.rows_done
            here = Place(package.package_id, package.source, first, moment, keep_after)
            fates = decide(connection, here, rows)
            keep(connection, package.package_id, fates)
            if cursor is not None:
                packages.save_cursor(connection, package, place or package.path, cursor)
            return packages.advance(connection, package, fates, last=last)

    def cursor(self, source: str, place: str) -> str:
        """Return where the next reading begins; empty: at the beginning."""
        c = tables.source_cursor.c
        with self._database.read() as connection:
            query = select(c.cursor).where(c.source == source, c.place == place)
            return connection.scalar(query) or ""

    def forget_cursor(self, lease: Lease, source: str) -> None:
        """Let the next reading of every place of a source begin at its beginning."""
        with self._database.write("feedback.forget", lease) as connection:
            packages.forget_cursors(connection, source)

    def reopen_source(self, lease: Lease, source: str) -> int:
        """Let the next run read a source anew, files and cursors; keep what came from it.

        Returns
        -------
        int
            How many packages no longer count as read.
        """
        with self._database.write("feedback.reopen", lease) as connection:
            packages.forget_cursors(connection, source)
            return packages.forget_packages(connection, source)

    def source_complete(self, source: str, path: str, sha256: str) -> bool:
        """Tell whether this version of a file was read to its end."""
        file = packages.file_of(source, path, sha256)
        with self._database.read() as connection:
            return bool(connection.scalar(select(tables.package.c.complete).where(*file)))

    def packages(self) -> list[Package]:
        """Return every package in the order they were opened."""
        with self._database.read() as connection:
            return values(connection, tables.package, Package)

    def quarantined(self, limit: int, source: str | None = None) -> list[QuarantineEntry]:
        """Return entries that stand, of the newest file first, within a file from its top."""
        with self._database.read() as connection:
            return quarantine.newest_entries(connection, limit, source)

    def quarantine_entry(self, entry_id: str) -> QuarantineEntry | None:
        """Return one entry by its id, settled or not; None if there is none."""
        with self._database.read() as connection:
            return quarantine.entry_of(connection, entry_id)

    def quarantine_counts(self) -> list[tuple[str, str, str, int]]:
        """Return (source, path, reason, entries that stand), sorted."""
        with self._database.read() as connection:
            return quarantine.entry_counts(connection)

    def unsplit_records(self, limit: int = 2000, *, after: str = "") -> list[FeedbackRecord]:
        """Return records whose statements were not cut yet, sorted by id; those after an id."""
        record = tables.record
        query = select(*columns_of(record, FeedbackRecord)).where(
            record.c.statements.is_(None), record.c.record_id > after
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(record.c.record_id).limit(limit))
            return [FeedbackRecord(*row) for row in rows]

    def add_statements(
        self, lease: Lease, records: Sequence[str], statements: Sequence[Statement]
    ) -> None:
        """Keep the statements of these records in place of what they had, if anything.

        Parameters
        ----------
        records
            Ids of the records that were split, also of those that gave no statement.
        statements
            All of theirs, in any order.
        """
        by_record: dict[str, list[Statement]] = {record_id: [] for record_id in records}
        for statement in statements:
            by_record[statement.record_id].append(statement)
        for batch in batches(sorted(by_record), DERIVED_BATCH):
            with self._database.write("statements.batch", lease, pause=True) as connection:
                _replace_statements(connection, {key: by_record[key] for key in batch})

    def texts_without_vector(self, model_id: str) -> list[tuple[str, str]]:
        """Return (hash, text) of each distinct text a model has not embedded, sorted by hash."""
        statement, vector = tables.statement, tables.vector
        known = select(vector.c.text_hash).where(
            vector.c.model_id == model_id, vector.c.text_hash == statement.c.text_hash
        )
        query = (
            select(statement.c.text_hash, func.min(statement.c.text))
            .where(spoken(), ~known.exists())
            .group_by(statement.c.text_hash)
            .order_by(statement.c.text_hash)
        )
        with self._database.read() as connection:
            return [(text_hash, text) for text_hash, text in connection.execute(query)]

    def said_texts(self) -> dict[str, str]:
        """Return what is said in records that are no copies, each text once, by its hash."""
        c = tables.statement.c
        with self._database.read() as connection:
            parts = in_parts(connection, select(c.text_hash, c.text).where(spoken()))
            return {text_hash: text for rows in parts for text_hash, text in rows}

    def statements(
        self, model_id: str | None = None, *, informative_only: bool = False, only: Columns = ()
    ) -> "pd.DataFrame":
        """Return what is said, as `groundswell.store.mentions.statements` does."""
        with self._database.read() as connection:
            return statements(connection, model_id, informative_only=informative_only, only=only)

    def said_after(self, run_id: int, model_id: str) -> "pd.DataFrame":
        """Return what came after a run, as `groundswell.store.mentions.said_after` does."""
        with self._database.read() as connection:
            return said_after(connection, run_id, model_id)

    def mentions(
        self, model_id: str | None = None, *, informative_only: bool = False, only: Columns = ()
    ) -> "pd.DataFrame":
        """Return what is said about which theme, as `groundswell.store.mentions.mentions` does."""
        with self._database.read() as connection:
            return mentions(connection, model_id, informative_only=informative_only, only=only)

    def statement_text(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the texts of those of the statements that are known."""
        c = tables.statement.c
        with self._database.read() as connection:
            return {
                statement_id: text
                for batch in batches(sorted(set(ids)), BATCH)
                for statement_id, text in connection.execute(
                    select(c.statement_id, c.text).where(c.statement_id.in_(batch))
                )
            }

    def records(self, ids: Sequence[str]) -> dict[str, FeedbackRecord]:
        """Return those of the records that are known, by id."""
        with self._database.read() as connection:
            return {
                record.record_id: record
                for batch in batches(sorted(set(ids)), BATCH)
                for record in values(
                    connection, tables.record, FeedbackRecord, tables.record.c.record_id.in_(batch)
                )
            }

    def copy_candidates(self) -> "pd.DataFrame":
        """Return the records, as `groundswell.store.copies.candidates` does."""
        with self._database.read() as connection:
            return copying.candidates(connection)

    def save_copies(self, lease: Lease, copies: Sequence[Copy]) -> None:
        """Make exactly these records copies, writing only what differs.

        A record that becomes a copy loses its assignments; one that is a copy no more has its
        statements among the unassigned again.

        Raises
        ------
        ValueError
            A record is named twice, an original is a copy itself, or a record is not known.
        """
        with self._database.read() as connection:
            changes = copying.differences(connection, copies)
        for batch in batches(changes, BATCH):
            with self._database.write("copies.batch", lease, pause=True) as connection:
                copying.write(connection, batch)

    def counts(self, model_id: str | None = None) -> FeedbackCounts:
        """Count records, statements and rows; with `model_id` also what it calls uninformative."""
        with self._database.read() as connection:
            return feedback_counts(connection, model_id)


def _replace_statements(connection: Connection, by_record: dict[str, list[Statement]]) -> None:
    cut = tables.statement.c.record_id.in_(list(by_record))
    connection.execute(delete(tables.statement).where(cut))
    found = [statement for record_id in by_record for statement in by_record[record_id]]
    new = [row_of(s, statement_id=s.statement_id, text_hash=s.text_hash) for s in found]
    upsert(connection, tables.statement, new)
    failpoint("statements.batch.rows")
    counts = [{"id": record_id, "count": len(cut)} for record_id, cut in by_record.items()]
    record = tables.record
    connection.execute(
        update(record)
        .where(record.c.record_id == bindparam("id"))
        .values(statements=bindparam("count")),
        counts,
    )
    failpoint("statements.batch.cursor")
