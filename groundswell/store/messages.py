"""Decide which version of a message is kept, whatever the order they are read in.

Across files the newer version wins: by its `updated_at` where both have one, else the one that
was read later. Within one file the version with the larger ``updated_at or created_at`` wins,
ties by the hash of the content, so that a shuffled file leaves the same records. Two different
messages of one file under one id that were changed at the same time are a conflict: the loser
is quarantined.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from groundswell.domain import FeedbackRecord, content_id
from groundswell.store import tables
from groundswell.store.columns import spelt
from groundswell.store.rows import columns_of, row_of


class Kept(NamedTuple):
    """A record as the store has it, or will have it after the batch."""

    package_id: int
    """The file whose row was accepted."""
    seen_in: int
    """The newest file it stands in; `line` and `position` are its place there."""
    line: int
    position: int
    statements: int | None
    copy_of: str | None
    copy_similarity: float | None
    value: FeedbackRecord


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one row changes the counts of its package: by one row in all."""

    accepted: int = 0
    duplicate: int = 0
    conflict: Kept | None = None
    """The row that lost its id to another message, of this batch or an earlier one."""


_STANDING = Kept._fields[:-1]
_STORED = select(
    tables.record.c.record_id,
    *(tables.record.c[name] for name in _STANDING),
    *columns_of(tables.record, FeedbackRecord),
).where(tables.record.c.record_id.in_(bindparam("ids", expanding=True)))


class Messages:
    """The records of a batch, beside what the store has under their ids."""

    def __init__(self, connection: Connection, package_id: int, ids: Sequence[str]) -> None:
        self._package_id = package_id
        self._kept = _stored(connection, ids)
        self._before = dict(self._kept)

    def take(self, key: str, position: int, line: int, value: FeedbackRecord) -> Outcome:
        """Decide about the next row; `key` is the id of its record."""
        value, here = _storable(value), self._package_id
        new = Kept(here, here, line, position, None, None, None, value)
        before = self._kept.get(key)
        if before is None:
            self._kept[key] = new
            return Outcome(accepted=1)
        if before.value == value:
            if before.seen_in != here:
                self._kept[key] = before._replace(seen_in=here, line=line, position=position)
            return Outcome(duplicate=1)
        if before.seen_in != here:
            if _older(value, before.value):
                return Outcome(duplicate=1)
            self._kept[key] = new
            return Outcome(accepted=1)
        return self._settle(key, before, new)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of records that are new or changed, sorted by id."""
        changed = sorted(key for key, kept in self._kept.items() if self._is_new(key, kept))
        return [self._row(key) for key in changed]

    def sightings(self) -> list[dict[str, Any]]:
        """Return where known records stand in this file."""
        return [
            {"id": key, "seen_in": kept.seen_in, "line": kept.line, "position": kept.position}
            for key, kept in self._kept.items()
            if kept.seen_in != getattr(self._before.get(key), "seen_in", None)
            and not self._is_new(key, kept)
        ]

    def reworded(self) -> list[str]:
        """Return the known records whose text is another one now, sorted."""
        return sorted(
            key
            for key, before in self._before.items()
            if before.value.text != self._kept[key].value.text
        )

    def _settle(self, key: str, before: Kept, new: Kept) -> Outcome:
        """Decide between two versions in one file."""
        conflict = before.value.updated_at == new.value.updated_at
        if _rank(new.value) < _rank(before.value):
            return Outcome(conflict=new) if conflict else Outcome(duplicate=1)
        self._kept[key] = new
        # The row before was counted when it came, as accepted or as known already.
        accepted = 0 if before.package_id == new.package_id else 1
        if conflict:
            return Outcome(accepted, duplicate=-accepted, conflict=before)
        return Outcome(accepted, duplicate=1 - accepted)

    def _is_new(self, key: str, kept: Kept) -> bool:
        before = self._before.get(key)
        return before is None or (before.package_id, before.value) != (kept.package_id, kept.value)

    def _row(self, key: str) -> dict[str, Any]:
        """Return the columns of a record; what hangs on its words stays with them."""
        kept, before = self._kept[key], self._before.get(key)
        hanging = kept
        if before is not None and before.value.text == kept.value.text:
            hanging = before
        return row_of(
            kept.value,
            record_id=key,
            package_id=kept.package_id,
            seen_in=kept.seen_in,
            line=kept.line,
            position=kept.position,
            statements=hanging.statements,
            copy_of=hanging.copy_of,
            copy_similarity=hanging.copy_similarity,
        )


def _stored(connection: Connection, ids: Sequence[str]) -> dict[str, Kept]:
    if not ids:
        return {}
    width = len(_STANDING)
    found = connection.execute(_STORED, {"ids": sorted(set(ids))})
    return {row[0]: _kept(row[1 : width + 1], row[width + 1 :]) for row in found}


def _kept(standing: Sequence[Any], content: Sequence[Any]) -> Kept:
    return Kept(*standing, FeedbackRecord(*content))  # type: ignore[call-arg]


def _older(value: FeedbackRecord, kept: FeedbackRecord) -> bool:
    return (
        value.updated_at is not None
        and kept.updated_at is not None
        and value.updated_at < kept.updated_at
    )


def _rank(value: FeedbackRecord) -> tuple[datetime, str]:
    content = content_id(*(_spelling(getattr(value, field.name)) for field in fields(value)))
    return value.updated_at or value.created_at, content


def _spelling(cell: object) -> str:
    """Write a cell the same way before and after it was stored."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return repr(float(cell)) if isinstance(cell, int) else repr(cell)


def _storable(value: FeedbackRecord) -> FeedbackRecord:
    if value.raw is None:
        return value
    raw = spelt(value.raw)
    return value if raw == value.raw else replace(value, raw=raw)
