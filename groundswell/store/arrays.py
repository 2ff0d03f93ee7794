"""Many rows into PostgreSQL by one statement: each column travels as an array.

Sent row after row, a batch waits for the server hundreds of times
(docs/decisions/0041-postgresql.md).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Double,
    Integer,
    LargeBinary,
    Table,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.type_api import TypeEngine

_DIALECT: Any = PGDialect_psycopg()  # type: ignore[no-untyped-call]

_PLAIN: tuple[tuple[type[TypeEngine[Any]], Callable[[Any], Any]], ...] = (
    (Boolean, bool),
    (Integer, int),
    (Double, float),
    (LargeBinary, bytes),
)


def insert_arrays(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: bool
) -> None:
    """Insert rows that all have the same columns.

    Parameters
    ----------
    replace
        What becomes of a row whose key is there: the new values, or nothing. Of two rows with one
        key the last counts, as if one had come after the other.
    """
    names = tuple(column.name for column in table.c if column.name in rows[0])
    if replace:
        keys = [column.name for column in table.primary_key]
        rows = list({tuple(row[key] for key in keys): row for row in rows}.values())
    ways = _ways(table)
    cells = {f"c{n}": [ways[name](row[name]) for row in rows] for n, name in enumerate(names)}
    connection.exec_driver_sql(_statement(table, names, replace), cells)


@cache
def _statement(table: Table, names: tuple[str, ...], replace: bool) -> str:
    quoted = {c.name: _DIALECT.identifier_preparer.quote(c.name) for c in table.c}
    kinds = (table.c[name].type.compile(_DIALECT).partition(" COLLATE")[0] for name in names)
    arrays = ", ".join(f"%(c{n})s::{kind}[]" for n, kind in enumerate(kinds))
    columns, keys = ", ".join(quoted[name] for name in names), table.primary_key.columns.keys()
    changed = ", ".join(f"{quoted[n]} = excluded.{quoted[n]}" for n in names if n not in keys)
    conflict = "DO NOTHING"
    if replace and changed:
        conflict = f"({', '.join(quoted[key] for key in keys)}) DO UPDATE SET {changed}"
    # The names are those of our own tables.
    return (
        f"INSERT INTO {table.name} ({columns})"  # noqa: S608
        f" SELECT * FROM unnest({arrays}) ON CONFLICT {conflict}"
    )


@cache
def _ways(table: Table) -> Mapping[str, Callable[[Any], Any]]:
    return {column.name: _way(column.type) for column in table.c}


def _way(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """Return how a cell is written; an array's cells must be of one type to the letter."""
    processor = kind.bind_processor(_DIALECT)
    if isinstance(kind, TypeDecorator) and processor is not None:
        return processor  # which knows what stands for no value
    plain = next((convert for one, convert in _PLAIN if isinstance(kind, one)), str)
    return lambda cell: None if cell is None else plain(cell)
