"""What only PostgreSQL has: rows in by COPY, and whole stores moved between schemas."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from groundswell.store.analysts import stepping_aside
from groundswell.store.portable import has_rows

OWN = "SELECT tablename FROM pg_tables WHERE schemaname = :schema AND tableowner = current_user"
FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = :schema AND p.proname = 'decision_only_added'
"""


def copy_in(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Write rows into a table by ``COPY``, checked as one statement; return how many."""
    from psycopg.sql import SQL, Identifier

    names = SQL(", ").join(map(Identifier, columns))
    statement = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), names)
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)


def swap(connection: Connection, made: str, moment: datetime) -> str:
    """Put the tables of a schema in the place of the store's, whose own are kept in another.

    Returns
    -------
    str
        The schema in which the old tables are now; empty if there were none with rows.
    """
    here = str(connection.scalar(text("SELECT current_schema()")))
    kept, old = f"before_restore_{moment:%Y%m%d%H%M%S}", _tables(connection, here)
    worth_it = bool(old) and has_rows(connection)
    with stepping_aside(connection):  # the views follow tables, wherever those go
        if old:
            connection.execute(text(f"CREATE SCHEMA {kept}"))
            _move(connection, here, kept)
        _move(connection, made, here)
    connection.execute(text(f"DROP SCHEMA {made}"))
    if old and not worth_it:
        connection.execute(text(f"DROP SCHEMA {kept} CASCADE"))
    return kept if worth_it else ""


def _tables(connection: Connection, schema: str) -> list[str]:
    return sorted(connection.scalars(text(OWN), {"schema": schema}))


def _move(connection: Connection, schema: str, into: str) -> None:
    for name in _tables(connection, schema):
        connection.execute(text(f'ALTER TABLE "{schema}"."{name}" SET SCHEMA "{into}"'))
    for signature in connection.scalars(text(FUNCTIONS), {"schema": schema}).all():
        connection.execute(text(f'ALTER FUNCTION {signature} SET SCHEMA "{into}"'))
