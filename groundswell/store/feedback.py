"""Input files, the records that came from them and the statements cut from the records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from groundswell.domain import FeedbackRecord, QuarantinedRow, ReadRow, Statement
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import BATCH, Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.fates import Fates, decide, keep
from groundswell.store.mentions import mentions, statements
from groundswell.store.rows import batches, columns_of, row_of, values

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Package:
    """One version of one input file and how far it was read.

    Every row of it has one fate: ``rows_done = accepted + duplicate + quarantined``.
    """

    package_id: int
    run_id: int
    """The run that opened it."""
    source: str
    kind: str
    path: str
    sha256: str
    size_bytes: int
    rows_done: int = 0
    """Rows from the top of the file that are in the store; a resumed reading skips them."""
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    complete: bool = False


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A row that could not be used, and the file it stands in."""

    source: str
    path: str
    row: QuarantinedRow


@dataclass(frozen=True, slots=True)
class FeedbackCounts:
    """What the store holds of feedback."""

    records: int
    statements: int
    quarantined: int
    """Rows of feedback files, as `duplicates`."""
    duplicates: int
    first_created_at: datetime | None
    last_created_at: datetime | None


class Feedback:
    """The tables ``package``, ``quarantine``, ``record`` and ``statement``."""

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
    ) -> Package:
        """Return the package of this version of a file, new or as far as it was read."""
        with self._database.write("feedback.package", lease) as connection:
            found = values(connection, tables.package, Package, *_file(source, path, sha256))
            if found:
                return found[0]
            last = connection.scalar(select(func.max(tables.package.c.package_id))) or 0
            new = Package(last + 1, run_id, source, kind, path, sha256, size_bytes)
            connection.execute(tables.package.insert(), row_of(new))
            return new

    def add_rows(
        self, lease: Lease, package: Package, rows: Sequence[ReadRow], *, last: bool
    ) -> Package:
        """Keep the next rows of a package with its counts and its cursor, as one unit.

        Parameters
        ----------
        rows
            At most `BATCH`, in file order, the first one the ``package.rows_done``-th of the file.
        last
            The file ends here.

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
            _require_current(connection, package)
            fates = decide(connection, package.package_id, package.rows_done, rows)
            keep(connection, package.package_id, fates)
            return _advance(connection, package, fates, last=last)

    def source_complete(self, source: str, path: str, sha256: str) -> bool:
        """Tell whether this version of a file was read to its end."""
        query = select(tables.package.c.complete).where(*_file(source, path, sha256))
        with self._database.read() as connection:
            return bool(connection.scalar(query))

    def packages(self) -> list[Package]:
        """Return every package in the order they were opened."""
        with self._database.read() as connection:
            return values(connection, tables.package, Package)

    def quarantined(self, limit: int, source: str | None = None) -> list[QuarantineEntry]:
        """Return quarantined rows, of the newest file first, within a file from its top."""
        package, row = tables.package, tables.quarantine
        query = (
            select(package.c.source, package.c.path, *columns_of(row, QuarantinedRow))
            .join_from(row, package)
            .order_by(package.c.package_id.desc(), row.c.position)
            .limit(limit)
        )
        if source is not None:
            query = query.where(package.c.source == source)
        with self._database.read() as connection:
            return [
                QuarantineEntry(source, path, QuarantinedRow(*fields))
                for source, path, *fields in connection.execute(query)
            ]

    def unsplit_records(self, limit: int = 2000) -> list[FeedbackRecord]:
        """Return records whose statements were not cut yet, sorted by id."""
        record = tables.record
        query = select(*columns_of(record, FeedbackRecord)).where(record.c.statements.is_(None))
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
        for batch in batches(sorted(by_record), BATCH):
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
            .where(~known.exists())
            .group_by(statement.c.text_hash)
            .order_by(statement.c.text_hash)
        )
        with self._database.read() as connection:
            return [(text_hash, text) for text_hash, text in connection.execute(query)]

    def statements(self) -> "pd.DataFrame":
        """Return every statement as `groundswell.store.mentions.statements` does."""
        with self._database.read() as connection:
            return statements(connection)

    def mentions(self) -> "pd.DataFrame":
        """Return what is said about which theme, as `groundswell.store.mentions.mentions` does."""
        with self._database.read() as connection:
            return mentions(connection)

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

    def counts(self) -> FeedbackCounts:
        """Count records, statements and the fates of the rows of feedback files."""
        record, package = tables.record.c, tables.package.c
        with self._database.read() as connection:
            records = connection.execute(
                select(func.count(), func.min(record.created_at), func.max(record.created_at))
            ).one()
            fates = connection.execute(
                select(func.sum(package.quarantined), func.sum(package.duplicate)).where(
                    package.kind == "feedback"
                )
            ).one()
            said = connection.scalar(select(func.count()).select_from(tables.statement)) or 0
        return FeedbackCounts(records[0], said, fates[0] or 0, fates[1] or 0, *records[1:])


def _file(source: str, path: str, sha256: str) -> tuple[ColumnElement[bool], ...]:
    c = tables.package.c
    return c.source == source, c.path == path, c.sha256 == sha256


def _require_current(connection: Connection, package: Package) -> None:
    stored = values(
        connection, tables.package, Package, tables.package.c.package_id == package.package_id
    )
    if stored != [package]:
        raise ValueError(f"{package} is not how the store knows it: {stored}")


def _advance(connection: Connection, package: Package, fates: Fates, *, last: bool) -> Package:
    new = (fates.accepted, fates.duplicate, len(fates.quarantined))
    package = replace(
        package,
        rows_done=package.rows_done + sum(new),
        accepted=package.accepted + new[0],
        duplicate=package.duplicate + new[1],
        quarantined=package.quarantined + new[2],
        complete=last,
    )
    upsert(connection, tables.package, [row_of(package)])
    failpoint("feedback.batch.cursor")
    return package


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
