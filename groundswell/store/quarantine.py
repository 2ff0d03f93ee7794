"""Rows that could not be used, and which of them still stand.

An entry is settled when its place was read anew, from the beginning to the end: whatever is
still wrong there was quarantined again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from groundswell.domain import QuarantinedRow
from groundswell.store import tables
from groundswell.store.rows import columns_of


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A row that could not be used, and the file it stands in."""

    source: str
    path: str
    row: QuarantinedRow
    entry_id: str
    """``12-3``: number of the package and position in it."""


def standing() -> ColumnElement[bool]:
    """Return the condition for packages whose quarantined rows still stand."""
    c, later = tables.package.c, tables.package.alias("later")
    anew = select(later.c.package_id).where(
        later.c.source == c.source,
        later.c.path == c.path,
        later.c.package_id > c.package_id,
        later.c.complete.is_(True),
        later.c.whole.is_(True),
    )
    return ~anew.exists()


def newest_entries(connection: Connection, limit: int, source: str | None) -> list[QuarantineEntry]:
    """Return the entries that stand, of the newest file first, within a file from its top."""
    query = _entries().where(standing()).limit(limit)
    if source is not None:
        query = query.where(tables.package.c.source == source)
    return [_entry(row) for row in connection.execute(query)]


def entry_of(connection: Connection, entry_id: str) -> QuarantineEntry | None:
    """Return one entry, settled or not; None if there is none under this id."""
    package_id, _, position = entry_id.partition("-")
    if not (package_id.isdecimal() and position.removeprefix("-").isdecimal()):
        return None
    numbers = int(package_id), int(position)
    if max(map(abs, numbers)) >= 2**31:
        return None
    c = tables.quarantine.c
    query = _entries().where(c.package_id == numbers[0], c.position == numbers[1])
    row = connection.execute(query).one_or_none()
    return None if row is None else _entry(row)


def entry_counts(connection: Connection) -> list[tuple[str, str, str, int]]:
    """Return (source, path, reason, entries that stand), sorted."""
    package, row = tables.package.c, tables.quarantine.c
    query = (
        select(package.source, package.path, row.reason, func.count())
        .join_from(tables.quarantine, tables.package)
        .where(standing())
        .group_by(package.source, package.path, row.reason)
        .order_by(package.source, package.path, row.reason)
    )
    return [
        (source, path, reason, count) for source, path, reason, count in connection.execute(query)
    ]


def _entries() -> Select[Any]:
    package, row = tables.package, tables.quarantine
    return (
        select(
            package.c.source,
            package.c.path,
            row.c.package_id,
            row.c.position,
            *columns_of(row, QuarantinedRow),
        )
        .join_from(row, package)
        .order_by(package.c.package_id.desc(), row.c.position)
    )


def _entry(row: Sequence[Any]) -> QuarantineEntry:
    source, path, package_id, position, *fields = row
    return QuarantineEntry(source, path, QuarantinedRow(*fields), f"{package_id}-{position}")
