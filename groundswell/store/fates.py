"""Decide what becomes of each row that was read: accepted, duplicate, quarantined or erased."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from groundswell.domain import (
    AcceptedRow,
    FeedbackRecord,
    MarketSignal,
    QuarantinedRow,
    ReadRow,
)
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.columns import spelt
from groundswell.store.company import market_signal
from groundswell.store.engines import upsert
from groundswell.store.histories import Histories
from groundswell.store.messages import Messages, Outcome
from groundswell.store.refusals import Refusals
from groundswell.store.rows import columns_of, row_of

RAW_BYTES = 4096


@dataclass(slots=True)
class Fates:
    """What a batch changes, gathered before anything is written."""

    accepted: int = 0
    """May be negative, as `duplicate`: a row of an earlier batch can lose its place."""
    duplicate: int = 0
    quarantined: list[tuple[int, QuarantinedRow]] = field(default_factory=list)
    """(position in the package from 0, row)."""
    erased: int = 0
    """Rows that may not be kept."""
    changed: list[tuple[Table, list[dict[str, Any]]]] = field(default_factory=list)
    """The new or changed rows of each table."""
    sightings: list[dict[str, Any]] = field(default_factory=list)
    """Known records that stand in this file too: id, seen_in, line and position."""
    reworded: list[str] = field(default_factory=list)
    """Records whose words changed, so that their statements no longer hold."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows come from."""

    package_id: int
    source: str
    first: int
    """Position of the first row in its package, from 0."""
    read_at: datetime
    keep_after: datetime | None = None
    """Feedback that was said before may not be kept; None: all may."""


def decide(connection: Connection, place: Place, rows: Sequence[ReadRow]) -> Fates:
    """Compare rows with the store and with each other, in their order.

    A value that is known with the same content is a duplicate. What else can happen is told by
    `groundswell.store.messages` and `groundswell.store.histories`; a market signal under a known
    key takes the place of the one before. Which rows may not be kept is told by
    `groundswell.store.refusals`; nothing of them is.
    """
    refusals = Refusals(connection, place.keep_after)
    placed = [(n, r) for n, r in enumerate(rows, start=place.first) if not refusals.refuses(r)]
    fates = Fates(erased=len(rows) - len(placed))
    good = [row for _, row in placed if isinstance(row, AcceptedRow)]
    ids = [row.value.record_id for row in good if isinstance(row.value, FeedbackRecord)]
    messages = Messages(connection, place.package_id, ids)
    following = iter(ids)
    signals = _Signals(connection, [r.value for r in good if isinstance(r.value, MarketSignal)])
    histories = Histories(connection, place.source, place.read_at, good)
    for position, row in placed:
        if isinstance(row, QuarantinedRow):
            fates.quarantined.append((position, row))
        elif isinstance(row.value, FeedbackRecord):
            _tell(fates, messages.take(next(following), position, row.line, row.value))
        elif isinstance(row.value, MarketSignal):
            _count(fates, new=signals.take(row.value))
        else:
            _count(fates, new=histories.take(row.value, row.observed_at))
    fates.changed = [
        (tables.record, messages.rows()),
        (market_signal, signals.rows()),
        *histories.rows(),
    ]
    fates.sightings = messages.sightings()
    fates.reworded = messages.reworded()
    return fates


def keep(connection: Connection, package_id: int, fates: Fates) -> None:
    """Write the rows of a batch, accepted and quarantined."""
    if fates.reworded:
        reworded = tables.statement.c.record_id.in_(fates.reworded)
        connection.execute(delete(tables.statement).where(reworded))  # and their assignments
    for table, rows in fates.changed:
        upsert(connection, table, rows)
    if fates.sightings:
        seen = update(tables.record).where(tables.record.c.record_id == bindparam("id"))
        connection.execute(seen, fates.sightings)
    failpoint("feedback.batch.rows")
    entries = [
        row_of(_storable(row), package_id=package_id, position=position)
        for position, row in fates.quarantined
    ]
    upsert(connection, tables.quarantine, entries)
    failpoint("feedback.batch.quarantine")


def _count(fates: Fates, *, new: bool) -> None:
    if new:
        fates.accepted += 1
    else:
        fates.duplicate += 1


def _tell(fates: Fates, outcome: Outcome) -> None:
    fates.accepted += outcome.accepted
    fates.duplicate += outcome.duplicate
    if outcome.conflict is not None:
        loser = outcome.conflict
        fates.quarantined.append((loser.position, _conflict(loser.line, loser.value)))


class _Signals:
    """The market signals of a batch: the later one of a key replaces the one before."""

    def __init__(self, connection: Connection, signals: Sequence[MarketSignal]) -> None:
        self._new: dict[str, MarketSignal] = {}
        self._known: dict[str, MarketSignal] = {}
        if signals:
            ids = sorted({signal.signal_id for signal in signals})
            query = select(*columns_of(market_signal, MarketSignal))
            known = connection.execute(query.where(market_signal.c.signal_id.in_(ids)))
            self._known = {s.signal_id: s for s in (MarketSignal(*row) for row in known)}

    def take(self, value: MarketSignal) -> bool:
        key = value.signal_id
        if self._known.get(key) == value:
            return False
        self._known[key] = self._new[key] = value
        return True

    def rows(self) -> list[dict[str, Any]]:
        return [row_of(value, signal_id=key) for key, value in self._new.items()]


def _conflict(line: int, value: FeedbackRecord) -> QuarantinedRow:
    return QuarantinedRow(
        line=line,
        byte_start=None,
        byte_end=None,
        reason="id_conflict",
        detail=f"id {value.source_id!r} was used for another message in this file;"
        " give each message an id of its own",
        raw=value.text,
    )


def _storable(row: QuarantinedRow) -> QuarantinedRow:
    """Spell out what a database refuses in a text, and keep no more than `RAW_BYTES` of it."""
    raw = spelt(row.raw).encode()[:RAW_BYTES].decode(errors="ignore")
    return replace(row, detail=spelt(row.detail), raw=raw)
