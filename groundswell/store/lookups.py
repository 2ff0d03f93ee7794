"""What a reader asks of the store beside the report: a record, a word, what became of a theme.

A search for words is one pass over the statements with ``LIKE``, which needs no index to be
kept true (docs/decisions/0024-search-by-like.md). It folds the case of ASCII letters; a word
with other letters is also looked for in capitals, in small letters and with a capital first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, type_coerce

from groundswell.domain import NOISE, Account, FeedbackRecord, ThemeChange
from groundswell.store import tables
from groundswell.store.columns import Words
from groundswell.store.database import BATCH, Database
from groundswell.store.found import ORDERED, Found, Hit, Part, Said, SearchFilter, WholeRecord
from groundswell.store.histories import TABLES, holding
from groundswell.store.rows import batches, columns_of, values


class Lookups:
    """Reads over several tables, each a query or two."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest_report(self) -> int | None:
        """Return the run of the newest report that went well, without reading the report."""
        report, run = tables.report.c, tables.run.c
        newest = (
            select(func.max(report.run_id))
            .join_from(tables.report, tables.run)
            .where(run.state == "ok")
        )
        with self._database.read() as connection:
            found: int | None = connection.scalar(newest)
        return found

    def good_runs(self) -> list[tuple[int, datetime]]:
        """Return (run, when it began) of every report that went well, the newest first."""
        report, run = tables.report.c, tables.run.c
        query = (
            select(report.run_id, run.started_at)
            .join_from(tables.report, tables.run)
            .where(run.state == "ok")
            .order_by(report.run_id.desc())
        )
        with self._database.read() as connection:
            return [(run_id, began) for run_id, began in connection.execute(query)]

    def record(self, record_id: str) -> WholeRecord | None:
        """Return one record; None if there is none of this id."""
        table, package = tables.record, tables.package.c
        query = (
            select(*columns_of(table, FeedbackRecord), package.path, table.c.line, table.c.copy_of)
            .join(tables.package, package.package_id == table.c.seen_in)
            .where(table.c.record_id == record_id)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            *fields, path, line, copy_of = row
            record = FeedbackRecord(*fields)
            account = _account(connection, record.account_id)
            name = str(path).replace("\\", "/").rpartition("/")[2]
            parts = _parts(connection, record_id)
            return WholeRecord(record, f"{name}:{line}", account, copy_of, parts)

    def theme_history(self, theme_id: int) -> list[tuple[int, datetime, ThemeChange]]:
        """Return what was told of a theme: (run, its beginning, change), newest run first."""
        change, run = tables.theme_change, tables.run.c
        query = (
            select(run.run_id, run.started_at, *columns_of(change, ThemeChange))
            .join_from(change, tables.run)
            .order_by(run.run_id.desc(), change.c.position)
        )
        with self._database.read() as connection:
            told = [(n, began, ThemeChange(*row)) for n, began, *row in connection.execute(query)]
        return [one for one in told if theme_id in (*one[2].theme_ids, *one[2].earlier_ids)]

    def statements_of(self, theme_id: int, limit: int) -> list[Said]:
        """Return the statements of which a theme is the strongest, the surest first."""
        own, other = tables.assignment.c, tables.assignment.alias().c
        stronger = select(other.theme_id).where(
            other.statement_id == own.statement_id,
            or_(
                other.membership > own.membership,
                and_(other.membership == own.membership, other.theme_id < own.theme_id),
            ),
        )
        query = (
            select(*columns_of(tables.statement, Said))
            .join(tables.assignment)
            .where(own.theme_id == theme_id, ~stronger.exists())
            .order_by(own.membership.desc(), own.statement_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [Said(*row) for row in connection.execute(query)]

    def search(
        self, words: Sequence[str], where: SearchFilter, *, limit: int, offset: int = 0
    ) -> Found:
        """Find the statements that hold every one of the words, anywhere, in any case.

        What copies say is left out, as everywhere. No words: every statement.
        """
        record, statement = tables.record.c, tables.statement.c
        held = [_holds(word, fold=not self._database.is_sqlite) for word in words]
        # As text: in the order of the texts, which is that of the moments, none has to be read.
        moment = type_coerce(record.created_at, Words).label("moment")
        found = (
            select(moment, statement.statement_id)
            .select_from(tables.statement.join(tables.record))
            .where(*held, record.copy_of.is_(None), *_filters(where))
            .limit(ORDERED + 1)
            .subquery()
        )
        # Put in order there: each row handed over waits for the other threads of this process.
        ordered = (
            select(found.c.statement_id, func.count().over())
            .order_by(found.c.moment.desc(), found.c.statement_id)
            .limit(max(0, min(limit, ORDERED - offset)))
            .offset(offset)
        )
        with self._database.read() as connection:
            rows = connection.execute(ordered).all()
            total = rows[0][1] if rows else 0
            if offset and not rows:
                total = connection.scalar(select(func.count()).select_from(found)) or 0
            hits = _hits(connection, [key for key, _ in rows])
        return Found(min(total, ORDERED), total > ORDERED, hits)

    def matching(self, where: SearchFilter) -> set[str]:
        """Return the ids of all statements that a filter lets through, those of copies too."""
        joined = tables.statement.join(tables.record)
        query = select(tables.statement.c.statement_id).select_from(joined)
        with self._database.read() as connection:
            return set(connection.scalars(query.where(*_filters(where))))

    def hits(self, statement_ids: Sequence[str]) -> tuple[Hit, ...]:
        """Return statements in the order of their ids, without those that are not there."""
        with self._database.read() as connection:
            return _hits(connection, statement_ids)

    def said(self, statement_ids: Sequence[str]) -> list[Said]:
        """Return statements by id, without those that are not there, sorted by id."""
        query, found = select(*columns_of(tables.statement, Said)), []
        with self._database.read() as connection:
            for batch in batches(sorted(set(statement_ids)), BATCH):
                rows = connection.execute(query.where(tables.statement.c.statement_id.in_(batch)))
                found += [Said(*row) for row in rows]
        return sorted(found, key=lambda one: one.statement_id)


def _hits(connection: Connection, statement_ids: Sequence[str]) -> tuple[Hit, ...]:
    record, statement = tables.record.c, tables.statement.c
    query = (
        select(
            *(statement.statement_id, statement.record_id, statement.text),
            *(record.created_at, record.channel, record.source, record.account_id, record.rating),
        )
        .select_from(tables.statement.join(tables.record))
        .where(statement.statement_id.in_(statement_ids))
    )
    rows = {row.statement_id: row for row in connection.execute(query)}
    themes = _themes_of(connection, statement_ids)
    return tuple(
        Hit(**rows[key]._asdict(), theme_id=_strongest(themes.get(key, ())))
        for key in statement_ids
        if key in rows
    )


def _strongest(themes: Sequence[tuple[int, float]]) -> int:
    return themes[0][0] if themes else NOISE


def _account(connection: Connection, account_id: str | None) -> Account | None:
    if account_id is None:
        return None
    table = TABLES[Account]
    found = values(
        connection, table, Account, holding(table, None), table.c.account_id == account_id
    )
    return found[0] if found else None


def _parts(connection: Connection, record_id: str) -> tuple[Part, ...]:
    c = tables.statement.c
    query = select(c.statement_id, c.start, c.end).where(c.record_id == record_id)
    rows = connection.execute(query.order_by(c.start, c.end)).all()
    themes = _themes_of(connection, [row.statement_id for row in rows])
    return tuple(
        Part(row.statement_id, row.start, row.end, themes.get(row.statement_id, ())) for row in rows
    )


def _themes_of(
    connection: Connection, statement_ids: Sequence[str]
) -> dict[str, tuple[tuple[int, float], ...]]:
    c = tables.assignment.c
    query = (
        select(c.statement_id, c.theme_id, c.membership)
        .where(c.statement_id.in_(statement_ids), c.theme_id != NOISE)
        .order_by(c.statement_id, c.membership.desc(), c.theme_id)
    )
    found: dict[str, tuple[tuple[int, float], ...]] = {}
    for statement_id, theme_id, membership in connection.execute(query):
        found[statement_id] = (*found.get(statement_id, ()), (theme_id, membership))
    return found


def _holds(word: str, *, fold: bool) -> ColumnElement[bool]:
    """Return the condition; SQLite's ``LIKE`` folds ASCII letters without being asked."""
    text = tables.statement.c.text
    spellings = {word}
    if not word.isascii():
        spellings |= {word.lower(), word.upper(), word.capitalize(), word.casefold()}
    if fold:
        return or_(*(text.icontains(one, autoescape=True) for one in sorted(spellings)))
    return or_(*(text.contains(one, autoescape=True) for one in sorted(spellings)))


def _filters(where: SearchFilter) -> list[ColumnElement[bool]]:
    record, statement, assignment = tables.record.c, tables.statement.c, tables.assignment.c
    equal = ((record.channel, where.channel), (record.account_id, where.account_id))
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    if where.theme_id is not None:
        of_theme = select(assignment.statement_id).where(assignment.theme_id == where.theme_id)
        found.append(statement.statement_id.in_(of_theme))
    created: Any = record.created_at
    # Moments are ISO 8601 text: the days' own spelling compares with them as it stands.
    text = func.substr(created, 1, 10, type_=Words)
    if where.since:
        found.append(text >= where.since.isoformat())
    if where.until:
        found.append(text <= where.until.isoformat())
    return found
