"""All rows of a store at one moment, in a form that either kind of database takes back.

A row is a list of cells as JSON knows them: what the column keeps, with true and false as such
and bytes as base64. Tables and columns are those that the database has, not those this program
would make: so a store of an older schema can be read as it stands.
"""

import os
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    StaticPool,
    Table,
    column,
    create_engine,
    literal,
    select,
)
from sqlalchemy.exc import DBAPIError

from groundswell.errors import StoreError
from groundswell.store.copying import back_up
from groundswell.store.database import Database
from groundswell.store.schema import refuse_unknown, revision

LEFT_OUT = ("alembic_version", "lease", "web_session")
"""Tables whose rows mean nothing elsewhere or later: the revision, which is told beside them, who
owns what, and who is signed in."""

FETCHED = 2_000
"""Rows that are asked of a server at a time."""

Cells = list[Any]


@dataclass(frozen=True)
class Snapshot:
    """A store at one moment."""

    kind: str
    """``sqlite`` or ``postgresql``."""
    revision: str
    """Of its schema."""
    columns: Mapping[str, tuple[str, ...]]
    """Of each table, by its name; a table comes after those that it points to."""
    _connection: Connection
    _tables: Mapping[str, Table]

    def rows(self, name: str) -> Iterator[Cells]:
        """Yield the rows of a table in the order of its key."""
        table = self._tables[name]
        ways = _ways(table.columns, _told)
        # As the database keeps it: a column of a known type would be read as a value.
        query = select(*(column(c.name) for c in table.columns)).select_from(table)
        found = self._connection.execution_options(yield_per=FETCHED).execute(
            query.order_by(*table.primary_key)
        )
        for row in found:
            cells = list(row)
            for place, way in ways:
                cells[place] = way(cells[place])
            yield cells


@contextmanager
def snapshot(database: str) -> Iterator[Snapshot]:
    """Read a store of any known schema as it is now, while others go on writing.

    Raises
    ------
    StoreError
        There is no store there, it is newer than this program, or cannot be read.
    """
    opened = Database(database)
    try:
        with opened.explained(), plain_errors(), _one_moment(opened) as connection:
            found = revision(connection)
            if found is None:
                raise StoreError(f"{opened.place}: holds no store; name another database")
            refuse_unknown(opened.place, found)
            tables = kept_tables(connection)
            columns = {name: tuple(c.name for c in table.c) for name, table in tables.items()}
            yield Snapshot(opened.engine.dialect.name, found, columns, connection, tables)
    finally:
        opened.engine.dispose()


def kept_tables(connection: Connection) -> dict[str, Table]:
    """Return the tables that a snapshot holds, each after those that it points to."""
    found = MetaData()
    found.reflect(connection)
    return {table.name: table for table in found.sorted_tables if table.name not in LEFT_OUT}


def has_rows(connection: Connection) -> bool:
    """Tell whether any table of a store holds anything."""
    found = kept_tables(connection).values()
    return any(
        connection.execute(select(literal(1)).select_from(t).limit(1)).first() for t in found
    )


def as_stored(table: Table, columns: Sequence[str], rows: Iterator[Cells]) -> Iterator[Cells]:
    """Turn the cells of a snapshot's rows into what a driver writes."""
    ways = _ways([table.c[name] for name in columns], _read)
    for cells in rows:
        for place, way in ways:
            cells[place] = way(cells[place])
        yield cells


@contextmanager
def plain_errors() -> Iterator[None]:
    """Show the errors of drivers that are used directly as those of SQLAlchemy."""
    import psycopg

    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(None, None, error, sqlite3.Error) from None
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from None


@contextmanager
def _one_moment(opened: Database) -> Iterator[Connection]:
    if opened.is_sqlite:
        with _nameless_copy(Path(opened.place)) as connection:
            yield connection
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with opened.engine.execution_options(**options).begin() as connection:
        yield connection


@contextmanager
def _nameless_copy(path: Path) -> Iterator[Connection]:
    """Copy an SQLite file into one without a name, which goes with this process however it ends.

    Whoever reads the file itself for long keeps writers waiting, where it has a rollback journal.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.copy")
    aside.unlink(missing_ok=True)
    os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(aside)) as copy:
        copy.execute("PRAGMA journal_mode=OFF").fetchone()  # which opens the file
        aside.unlink()
        with closing(sqlite3.connect(path)) as source:
            back_up(source, copy)
        engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
        with engine.connect() as connection:
            yield connection


def _ways(
    columns: Sequence[Column[Any]] | Any, way: Callable[[Column[Any]], Callable[[Any], Any] | None]
) -> list[tuple[int, Callable[[Any], Any]]]:
    found = ((place, way(one)) for place, one in enumerate(columns))
    return [(place, one) for place, one in found if one is not None]


def _told(one: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(one.type, Boolean):
        return lambda cell: None if cell is None else bool(cell)
    if isinstance(one.type, LargeBinary):
        return lambda cell: None if cell is None else b64encode(cell).decode("ascii")
    return None


def _read(one: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(one.type, LargeBinary):
        return lambda cell: None if cell is None else b64decode(cell, validate=True)
    return None
