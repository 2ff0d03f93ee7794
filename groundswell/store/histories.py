"""Keep what was observed of a thing, and tell which of it held at a moment.

An observation is kept under its key and its moment and holds until the next one. The moment is
the one the row states, or else that of the reading. Every stated observation is kept, even if
it says what the one before says: only so does a fact that arrives late split the right span,
and the result does not depend on the order of arrival. A reading that finds what the reading
before found adds nothing.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, and_, func, literal, or_, select, tuple_

from groundswell.domain import (
    AcceptedRow,
    Account,
    Deal,
    Dependency,
    ProductUsage,
    Row,
    SupportCost,
    TeamCapacity,
    WorkItem,
)
from groundswell.store import company
from groundswell.store.columns import Moment
from groundswell.store.rows import columns_of, row_of

TABLES: dict[type[Any], Table] = {
    Account: company.account,
    Deal: company.deal,
    WorkItem: company.work_item,
    TeamCapacity: company.capacity,
    ProductUsage: company.usage,
    SupportCost: company.support_cost,
    Dependency: company.dependency,
}
"""Where each kind of value is kept; its key is made of the value's attributes of those names."""

KEYS = {
    kind: tuple(c.name for c in table.primary_key if c.name != "observed_at")
    for kind, table in TABLES.items()
}

SINCE_EVER = datetime(1, 1, 1, tzinfo=UTC)
"""From when a first observation holds that states no moment."""

Key = tuple[Any, ...]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Version(Generic[Value]):
    """A value and the span of time in which it held."""

    value: Value
    valid_from: datetime
    """`SINCE_EVER` for a first observation that stated no moment."""
    valid_to: datetime | None
    """None: it holds still."""
    observed_at: datetime
    source: str
    """Name of the source that said so first; empty: kept before sources were noted."""


@dataclass(slots=True)
class _Timeline:
    """What is known of one key, oldest first."""

    moments: list[datetime]
    seen: dict[datetime, tuple[bool, Any]]
    """Moment to (stated, value)."""

    def reading_moment(self, read_at: datetime) -> datetime:
        """Return the moment of a reading; a clock put back must not make it an old one."""
        if not self.moments or self.moments[-1] <= read_at:
            return read_at
        last = max((m for m in self.moments if not self.seen[m][0]), default=read_at)
        return read_at if last <= read_at else last + timedelta(microseconds=1)

    def before(self, moment: datetime) -> datetime | None:
        """Return the newest moment that is not after this one."""
        place = bisect_right(self.moments, moment)
        return self.moments[place - 1] if place else None

    def add(self, moment: datetime, stated: bool, value: Any) -> None:
        if moment not in self.seen:
            self.moments.insert(bisect_right(self.moments, moment), moment)
        self.seen[moment] = stated, value


class Histories:
    """The observations of a batch, beside what the store has under their keys."""

    def __init__(
        self, connection: Connection, source: str, read_at: datetime, rows: Sequence[AcceptedRow]
    ) -> None:
        self._source, self._read_at = source, read_at
        self._known: dict[type[Any], dict[Key, _Timeline]] = {}
        self._new: dict[type[Any], dict[Key, dict[str, Any]]] = {}
        for kind in {type(row.value) for row in rows} & set(TABLES):
            alike = [row for row in rows if type(row.value) is kind]
            self._known[kind] = _timelines(connection, kind, alike, read_at)

    def take(self, value: Row, observed_at: datetime | None) -> bool:
        """Decide about the next row; return whether it says something new."""
        kind, key, stated = type(value), _key(value), observed_at is not None
        timeline = self._known[kind].setdefault(key, _Timeline([], {}))
        moment = observed_at or timeline.reading_moment(self._read_at)
        before = timeline.before(moment)
        if before is not None:
            before_stated, known = timeline.seen[before]
            if known == value and (before == moment or not (stated or before_stated)):
                return False
        new = before is None or known != value
        timeline.add(moment, stated, value)
        self._new.setdefault(kind, {})[*key, moment] = row_of(
            value, observed_at=moment, stated=stated, source=self._source
        )
        return new

    def rows(self) -> list[tuple[Table, list[dict[str, Any]]]]:
        """Return the new or changed rows of each table."""
        return [(TABLES[kind], list(self._new.get(kind, {}).values())) for kind in TABLES]


def holding(table: Table, as_of: datetime | None) -> ColumnElement[bool]:
    """Return the condition for the observations that held at a moment; None: that hold now."""
    c, other = table.c, table.alias("other")
    same = _same_key(table, other)
    later = select(other.c.observed_at).where(*same, other.c.observed_at > c.observed_at)
    if as_of is None:
        return ~later.exists()
    moment = literal(as_of, Moment)
    earlier = select(other.c.observed_at).where(*same, other.c.observed_at < c.observed_at)
    return or_(
        and_(c.observed_at <= moment, ~later.where(other.c.observed_at <= moment).exists()),
        and_(c.observed_at > moment, ~c.stated, ~earlier.exists()),
    )


def versions(connection: Connection, kind: type[Value]) -> list[Version[Value]]:
    """Return what held when, sorted by key, then time; equal neighbours are one version."""
    table = TABLES[kind]
    query = select(
        table.c.observed_at, table.c.stated, table.c.source, *columns_of(table, kind)
    ).order_by(*table.primary_key)
    found: list[Version[Value]] = []
    last: Key | None = None
    for observed_at, stated, source, *content in connection.execute(query):
        value, first = kind(*content), False
        if (key := _key(value)) != last:
            last, first = key, True
        elif found[-1].value == value:
            continue
        else:
            found[-1] = _ended(found[-1], observed_at)
        since = SINCE_EVER if first and not stated else observed_at
        found.append(Version(value, since, None, observed_at, source))
    return found


def _ended(version: Version[Value], moment: datetime) -> Version[Value]:
    return Version(version.value, version.valid_from, moment, version.observed_at, version.source)


def _timelines(
    connection: Connection, kind: type[Any], rows: Sequence[AcceptedRow], read_at: datetime
) -> dict[Key, _Timeline]:
    """Return what is known of the rows' keys, no earlier than these rows need."""
    table, other = TABLES[kind], TABLES[kind].alias("other")
    first = min(row.observed_at or read_at for row in rows)
    start = (
        select(func.max(other.c.observed_at, type_=Moment))
        .where(*_same_key(table, other), other.c.observed_at <= first)
        .scalar_subquery()
    )
    needed = table.c.observed_at >= func.coalesce(start, literal(SINCE_EVER, Moment))
    if all(row.observed_at for row in rows):
        needed &= table.c.observed_at <= max(row.observed_at or read_at for row in rows)
    query = (
        select(table.c.observed_at, table.c.stated, *columns_of(table, kind))
        .where(_among(table, kind, sorted({_key(row.value) for row in rows})), needed)
        .order_by(*table.primary_key)
    )
    found: dict[Key, _Timeline] = {}
    for observed_at, stated, *content in connection.execute(query):
        value = kind(*content)
        found.setdefault(_key(value), _Timeline([], {})).add(observed_at, stated, value)
    return found


def _among(table: Table, kind: type[Any], keys: Sequence[Key]) -> ColumnElement[bool]:
    columns = [table.c[name] for name in KEYS[kind]]
    if len(columns) == 1:
        return columns[0].in_([key for (key,) in keys])
    return tuple_(*columns).in_(keys)


def _same_key(table: Any, other: Any) -> list[ColumnElement[bool]]:
    names = [c.name for c in table.primary_key if c.name != "observed_at"]
    return [table.c[name] == other.c[name] for name in names]


def _key(value: Any) -> Key:
    return tuple(getattr(value, name) for name in KEYS[type(value)])
