"""Stores of every schema there was, with a few drawn rows in every table."""

from collections.abc import Sequence
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Double, Float, Integer, LargeBinary, MetaData, Table

from groundswell.store.database import Database
from groundswell.store.schema import _config

STATES = {1: "champion", 2: "retired"}
EACH = 2
"""Rows of a table."""


def revisions() -> list[str]:
    """Return all schemas, the oldest first."""
    scripts = ScriptDirectory.from_config(_config(None)).walk_revisions()
    return [script.revision for script in scripts][::-1]


def draw(database: str, revision: str) -> None:
    """Make a store of a schema, all of whose tables have rows."""
    raw = Database(database)
    with raw.unchecked_write() as connection:
        command.upgrade(_config(connection), revision)
        found = MetaData()
        found.reflect(connection)
        for table in found.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert(), drawn(table))
    raw.engine.dispose()


def drawn(table: Table) -> Sequence[dict[str, Any]]:
    """Return rows that keep every rule of a table."""
    return [{c.name: _cell(table, c, n) for c in table.c} for n in range(1, EACH + 1)]


def _cell(table: Table, column: Column[Any], n: int) -> Any:
    if column.name == "state" and table.name == "model_version":
        return STATES[n]
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return _cell(key.column.table, key.column, n) if key.column.table is not table else None
    if isinstance(column.type, Boolean):
        return n == 1
    if isinstance(column.type, Double | Float):
        return 0.5
    if isinstance(column.type, Integer):
        return n if column.primary_key or column.name == "line" else 0
    if isinstance(column.type, LargeBinary):
        return bytes([0, n, 255])
    # Migrations read some texts as JSON.
    return f'{{"n":{n}}}'
