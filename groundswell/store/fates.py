"""Decide what becomes of each row that was read: accepted, duplicate or quarantined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Table, delete, select, tuple_

from groundswell.domain import (
    Account,
    Deal,
    FeedbackRecord,
    MarketSignal,
    QuarantinedRow,
    ReadRow,
    Row,
    TeamCapacity,
    WorkItem,
)
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.engines import upsert
from groundswell.store.rows import columns_of, row_of

TABLES: dict[type[Any], Table] = {
    FeedbackRecord: tables.record,
    Account: tables.account,
    Deal: tables.deal,
    MarketSignal: tables.market_signal,
    WorkItem: tables.work_item,
    TeamCapacity: tables.capacity,
}
"""Where each kind of value is kept; its key is made of the value's attributes of those names."""

KEYS = {kind: tuple(column.name for column in table.primary_key) for kind, table in TABLES.items()}

RAW_BYTES = 4096

Key = tuple[Any, ...]


@dataclass(slots=True)
class Fates:
    """What a batch changes, gathered before anything is written."""

    accepted: int = 0
    duplicate: int = 0
    quarantined: list[tuple[int, QuarantinedRow]] = field(default_factory=list)
    """(position in the package from 0, row)."""
    rows: dict[type[Row], dict[Key, dict[str, Any]]] = field(default_factory=dict)
    """The new or changed rows by key."""
    replaced: set[str] = field(default_factory=set)
    """Records whose words changed, so that their statements no longer hold."""


def decide(connection: Connection, package_id: int, first: int, rows: Sequence[ReadRow]) -> Fates:
    """Compare rows with the store and with each other, in their order.

    A value that is known with the same content is a duplicate. Other content under a known key
    replaces it, except for a record that came from the same file: there one id stands for two
    messages, and the later row is quarantined.
    """
    fates = Fates()
    known, homes = _known(connection, rows)
    for position, row in enumerate(rows, start=first):
        if isinstance(row, QuarantinedRow):
            fates.quarantined.append((position, row))
            continue
        value = row.value
        kind, key = type(value), _key(value)
        before = known[kind].get(key)
        if before == value:
            fates.duplicate += 1
        elif not isinstance(value, FeedbackRecord) or homes.get(key) != package_id:
            fates.accepted += 1
            known[kind][key] = value
            more: dict[str, Any] = dict(zip(KEYS[kind], key, strict=True))
            if isinstance(value, FeedbackRecord):
                homes[key] = package_id
                more |= {"package_id": package_id, "line": row.line, "statements": None}
                if before is not None:
                    fates.replaced.add(value.record_id)
            fates.rows.setdefault(kind, {})[key] = row_of(value, **more)
        else:
            fates.quarantined.append((position, _conflict(row.line, value)))
    return fates


def keep(connection: Connection, package_id: int, fates: Fates) -> None:
    """Write the rows of a batch, accepted and quarantined."""
    replaced = tables.statement.c.record_id.in_(sorted(fates.replaced))
    connection.execute(delete(tables.statement).where(replaced))  # and their assignments
    for kind, rows in fates.rows.items():
        upsert(connection, TABLES[kind], rows.values())
    failpoint("feedback.batch.rows")
    entries = [
        row_of(_storable(row), package_id=package_id, position=position)
        for position, row in fates.quarantined
    ]
    upsert(connection, tables.quarantine, entries)
    failpoint("feedback.batch.quarantine")


def _known(
    connection: Connection, rows: Sequence[ReadRow]
) -> tuple[dict[type[Row], dict[Key, Row]], dict[Key, int]]:
    """Return the stored values of the rows' keys, and each record's package."""
    found: dict[type[Row], dict[Key, Row]] = {}
    homes: dict[Key, int] = {}
    for kind, table in TABLES.items():
        here = [
            r.value for r in rows if not isinstance(r, QuarantinedRow) and type(r.value) is kind
        ]
        found[kind] = dict(_stored(connection, kind, here))
        if kind is FeedbackRecord and found[kind]:
            ids = [key[0] for key in found[kind]]
            query = select(table.c.record_id, table.c.package_id).where(table.c.record_id.in_(ids))
            homes = {
                (record_id,): package_id for record_id, package_id in connection.execute(query)
            }
    return found, homes


def _stored(
    connection: Connection, kind: type[Row], like: Sequence[Row]
) -> Iterable[tuple[Key, Row]]:
    if not like:
        return
    table = TABLES[kind]
    keys = sorted({_key(value) for value in like})
    query = select(*columns_of(table, kind)).where(tuple_(*table.primary_key).in_(keys))
    for row in connection.execute(query):
        value = kind(*row)
        yield _key(value), value


def _key(value: Row) -> Key:
    return tuple(getattr(value, name) for name in KEYS[type(value)])


def _conflict(line: int, value: FeedbackRecord) -> QuarantinedRow:
    return QuarantinedRow(
        line=line,
        byte_start=None,
        byte_end=None,
        reason="id_conflict",
        detail=f"id {value.source_id!r} was used for another message in this file;"
        " give each message an id of its own",
        raw=value.text.encode()[:RAW_BYTES].decode(errors="ignore"),
    )


def _storable(row: QuarantinedRow) -> QuarantinedRow:
    """Spell out what a database refuses in a text: NUL and halves of surrogate pairs."""

    def spelt(text: str) -> str:
        return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")

    return replace(row, detail=spelt(row.detail), raw=spelt(row.raw))
