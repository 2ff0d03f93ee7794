"""How values are written in a column: the same text and order on SQLite and PostgreSQL."""

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Dialect, ForeignKey, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import OrderedSet

metadata = MetaData()

Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its bytes, as SQLite sorts it."""


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as ISO 8601 text in UTC with microseconds: text order is time order."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the time; a ValueError if it has no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without time zone: {value}")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read the time."""
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A date, kept as ISO 8601 text."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Write the date."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Read the date."""
        return None if value is None else date.fromisoformat(value)


class Document(TypeDecorator[Any]):
    """A JSON value in canonical spelling; lists come back as tuples."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Write the value with sorted keys."""
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the value."""
        return None if value is None else _tuples(json.loads(value))


def table(name: str, *parts: Any, **options: Any) -> Table:
    """Return a table of `metadata`; on SQLite its rows lie in the order of their key."""
    made = Table(name, metadata, *parts, sqlite_with_rowid=False, **options)
    # A plain set has another order in every process, and equal stores are equal bytes.
    made.indexes = OrderedSet(made.indexes)
    return made


def key(name: str, kind: Any = Words, *references: Any) -> Column[Any]:
    """Return a column of the primary key; its value is given, never drawn from a sequence."""
    return Column(name, kind, *references, primary_key=True, autoincrement=False)


def required(name: str, kind: Any = Words, *references: Any, volatile: Any = None) -> Column[Any]:
    """Return a column that always has a value; `volatile`: what stands for it in an image."""
    info = {} if volatile is None else {"volatile": volatile}
    return Column(name, kind, *references, nullable=False, info=info)


def optional(name: str, kind: Any = Words, *references: Any, volatile: Any = None) -> Column[Any]:
    """Return a column that may be empty: not known, which is not zero."""
    info = {} if volatile is None else {"volatile": volatile}
    return Column(name, kind, *references, nullable=True, info=info)


def spelt(text: str) -> str:
    """Spell out what a database refuses in a text: NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def part_of(column: str) -> ForeignKey:
    """Return a reference to the row this one goes away with."""
    return ForeignKey(column, ondelete="CASCADE")


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return value
