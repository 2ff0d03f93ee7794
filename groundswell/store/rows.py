"""Dataclasses to rows and back: a table's columns are called as the fields of its value."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, select

if TYPE_CHECKING:
    import pandas as pd

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


def frame(connection: Connection, query: Select[Any]) -> "pd.DataFrame":
    """Return the rows of a query as a table, columns named as in the query."""
    import pandas as pd

    rows: Iterable[Any] = connection.execute(query)
    return pd.DataFrame.from_records(
        [tuple(row) for row in rows], columns=list(query.selected_columns.keys())
    )


def moments(column: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Return a column of times as `groundswell.store.columns.Moment` writes them, as UTC."""
    import pandas as pd

    return pd.to_datetime(column, format="ISO8601", utc=True).astype("datetime64[us, UTC]")
