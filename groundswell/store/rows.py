"""Dataclasses to rows and back: a table's columns are called as the fields of its value."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

if TYPE_CHECKING:
    import pandas as pd

PART_ROWS = 50_000
"""Rows that are held as Python values at once: some 50 MB."""

T = TypeVar("T")
Value = TypeVar("Value")


def row_of(value: Any, **more: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as a row, with further columns."""
    return {name: getattr(value, name) for name in names_of(value.__class__)} | more


@cache
def names_of(kind: Hashable) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass."""
    dataclass: Any = kind
    return tuple(field.name for field in fields(dataclass))


def columns_of(table: Table, kind: type[Any]) -> list[ColumnElement[Any]]:
    """Return the table's columns in the order of the fields of a dataclass."""
    dataclass: Any = kind
    return [table.c[name] for name in names_of(dataclass)]


def values(
    connection: Connection, table: Table, kind: type[Value], *where: ColumnElement[bool]
) -> list[Value]:
    """Return the values in a table in the order of its key."""
    query = select(*columns_of(table, kind)).where(*where).order_by(*table.primary_key)
    return [kind(*row) for row in connection.execute(query)]


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into parts of at most `size` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def in_parts(connection: Connection, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of a query, `PART_ROWS` at a time: all of them may be more than fits."""
    found = connection.execute(query, execution_options={"yield_per": PART_ROWS})
    yield from found.partitions()


def frame(
    connection: Connection, query: Select[Any], types: Mapping[str, str] = MappingProxyType({})
) -> "pd.DataFrame":
    """Return the rows of a query as a table, columns named as in the query.

    Parameters
    ----------
    types
        Of the columns that are no text. In a column of text NaN stands for what is not known, in
        one of the type ``object`` None.
    """
    import pandas as pd

    names = list(query.selected_columns.keys())

    def part(rows: Sequence[Row[Any]]) -> "pd.DataFrame":
        columns = zip(*rows, strict=True) if rows else ([] for _ in names)
        return pd.DataFrame(
            {
                name: pd.Series(list(column), dtype=types.get(name, "str"))
                for name, column in zip(names, columns, strict=True)
            }
        )

    parts = [part(rows) for rows in in_parts(connection, query)]
    return pd.concat(parts, ignore_index=True) if parts else part(())


def moments(column: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Return a column of times as `groundswell.store.columns.Moment` writes them, as UTC."""
    import pandas as pd

    return pd.to_datetime(column, format="ISO8601", utc=True).astype("datetime64[us, UTC]")
