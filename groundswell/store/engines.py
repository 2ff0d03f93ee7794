"""What differs between SQLite and PostgreSQL: how to connect, lock, tell the time and explain.

SQLite before 3.51.3 (3.50.7 and 3.44.6 have the repair) can lose commits of a database in WAL
mode when a checkpoint races with a writer (sqlite.org/wal.html#walresetbug), so there the
rollback journal is used, in which readers and the writer wait for each other.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError

from groundswell.errors import StoreError
from groundswell.store.arrays import insert_arrays

PRAGMAS = {
    "foreign_keys": 1,
    "synchronous": 2,  # FULL: a commit survives a power cut
    "busy_timeout": 10_000,  # milliseconds
    "cache_size": -65_536,  # KiB: the inner pages of the indexes of millions of rows
    "soft_heap_limit": 512_000_000,  # bytes: of all connections of a process
    "secure_delete": 1,  # erased text is overwritten, not only unlinked
    "trusted_schema": 0,
    "cell_size_check": 1,
}
URGENT_SECONDS = 0.002
"""How often a person's write asks SQLite for its turn: often beside a batch's 50 ms."""

IDLE_TRANSACTION_SECONDS = 60  # PostgreSQL ends a stopped process's transaction after this

_Take = Callable[[Mapping[str, Any]], tuple[Any, ...]]
_Convert = Callable[[tuple[Any, ...]], tuple[Any, ...]]

CONNECTIONS_KEPT, CONNECTIONS = 5, 20
"""Of one process to a PostgreSQL server: what stays open, and at most. A server has 100 by default,
so a run, a worker and the review app leave room for others."""

CONNECTION_SECONDS = 10.0
"""How long a thread waits for one of them; transactions here take milliseconds."""

CONNECTION_LIFE_SECONDS = 1800
"""After this one is opened anew: firewalls forget connections that are silent for longer."""

_OPTIONS: dict[str, Any] = {"hide_parameters": True}
_FILES: dict[str, Any] = {"max_overflow": -1}  # as many as threads ask: they cost nobody anything
_POOL: dict[str, Any] = {
    "pool_size": CONNECTIONS_KEPT,
    "max_overflow": CONNECTIONS - CONNECTIONS_KEPT,
    "pool_timeout": CONNECTION_SECONDS,
    "pool_recycle": CONNECTION_LIFE_SECONDS,
    "pool_pre_ping": True,
}
_SCHEMA_LOCK = 0x67726F756E6473  # "grounds"; any number that other programs are unlikely to use
_DECISIONS_LOCK = _SCHEMA_LOCK + 1
_NUMBERS_LOCK = _SCHEMA_LOCK + 2
_RESTORE_LOCK = _SCHEMA_LOCK + 3


def make_engine(database: str) -> Engine:
    """Return the engine for a path, an ``sqlite:///`` or a ``postgresql://`` URL.

    Raises
    ------
    StoreError
        The text is no database, or the SQLite file or its folder cannot be made.
    """
    if "://" not in database:
        return _sqlite_engine(Path(database))
    try:
        url = make_url(database)
        if url.get_backend_name() == "sqlite":
            return _sqlite_engine(Path(url.database or ""))
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername == "postgresql+psycopg":
            return _postgres_engine(url)
    except (ArgumentError, NoSuchModuleError, ValueError):  # ValueError: the port is no number
        pass
    raise StoreError(
        f"store: {database.partition('://')[0]}:// is not a database that can be used;"
        " expected a file path or postgresql://user:password@host/name"
    )


def journal_mode(version: tuple[int, int, int] = sqlite3.sqlite_version_info[:3]) -> str:
    """Return ``wal`` where this SQLite keeps a WAL database safe, else ``delete``."""
    repaired = (
        version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    )
    return "wal" if repaired else "delete"


def place_of(engine: Engine) -> str:
    """Return where the database is, without its password."""
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    shown = engine.url.set(drivername="postgresql", query={})  # a query may hold a password
    return shown.render_as_string(hide_password=True)


def database_time(connection: Connection) -> datetime:
    """Return the database's own clock, the one all its clients share, in UTC."""
    if connection.dialect.name == "sqlite":
        now = connection.scalar(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(now)).replace(tzinfo=UTC)
    moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment.astimezone(UTC)


def lock_schema(connection: Connection) -> None:
    """Let one process at a time change the tables, until the transaction ends."""
    _lock(connection, _SCHEMA_LOCK)


def lock_decisions(connection: Connection) -> None:
    """Let one process at a time add to the log of decisions, until the transaction ends."""
    _lock(connection, _DECISIONS_LOCK)


def lock_numbers(connection: Connection) -> None:
    """Let one process at a time number a run, a package or a job, until that is kept."""
    _lock(connection, _NUMBERS_LOCK)


def try_lock_restore(connection: Connection) -> bool:
    """Let one process at a time restore into a PostgreSQL database, until it disconnects."""
    return bool(connection.scalar(text(f"SELECT pg_try_advisory_lock({_RESTORE_LOCK})")))


def upsert(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert each row, or give the row of that key the new values."""
    batch = list(rows)
    if batch and connection.dialect.name == "sqlite":
        sql, take, convert = _prepared(connection.dialect, table)
        connection.exec_driver_sql(sql, [convert(take(row)) for row in batch])
    elif batch:
        insert_arrays(connection, table, batch, replace=True)


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert each row whose key is not there yet."""
    batch = list(rows)
    if batch and connection.dialect.name == "sqlite":
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), batch)
    elif batch:
        insert_arrays(connection, table, batch, replace=False)


def _lock(connection: Connection, number: int) -> None:
    if connection.dialect.name == "postgresql":  # on SQLite every writer is alone already
        connection.execute(text(f"SELECT pg_advisory_xact_lock({number})"))


def _upsert(table: Table) -> sqlite.Insert:
    insert = sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {c.name: insert.excluded[c.name] for c in table.c if c.name not in keys}
    if not changed:
        return insert.on_conflict_do_nothing()
    return insert.on_conflict_do_update(index_elements=keys, set_=changed)


@cache
def _prepared(dialect: Dialect, table: Table) -> tuple[str, _Take, _Convert]:
    """Return the SQL of an upsert, and how a row becomes its parameters.

    SQLAlchemy would look at every cell of every row again, which took a third of the time.
    """
    compiled = _upsert(table).compile(
        dialect=dialect, column_keys=[column.name for column in table.c]
    )
    names = compiled.positiontup or []
    found = ((n, table.c[name].type.bind_processor(dialect)) for n, name in enumerate(names))
    processors = [(n, process) for n, process in found if process is not None]

    def convert(cells: tuple[Any, ...]) -> tuple[Any, ...]:
        converted = list(cells)
        for n, process in processors:
            converted[n] = process(converted[n])
        return tuple(converted)

    return str(compiled), itemgetter(*names), convert


def _sqlite_engine(path: Path) -> Engine:
    if path.name in ("", ":memory:"):
        raise StoreError("store: no file is named; several connections share it, so name one")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be opened: {error.strerror};"
            " name a file in a folder that may be written"
        ) from None
    engine = create_engine(URL.create("sqlite", database=str(path)), **_OPTIONS, **_FILES)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return _without_forks(engine)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # no implicit BEGIN: it would not be IMMEDIATE
    for name, wanted in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={wanted}")
    mode = journal_mode()
    if connection.execute("PRAGMA journal_mode").fetchone() != (mode,):
        connection.execute(f"PRAGMA journal_mode={mode}")
    expected: dict[str, int | str] = {**PRAGMAS, "journal_mode": mode}
    for name, value in expected.items():
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != value:
            raise StoreError(
                f"SQLite {sqlite3.sqlite_version}: PRAGMA {name} stays at {found}, not {value};"
                " close other programs that have the file open, or use another SQLite"
            )


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes would fail at once when another one came first.
    options = connection.get_execution_options()
    if options.get("urgent", False):
        _begin_soon(connection)
    elif not options.get("alone", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("write", False) else "BEGIN")


def _begin_soon(connection: Connection) -> None:
    """Begin to write as soon as another writer ends.

    SQLite's own waiting asks more and more seldom, up to every 100 ms, and whoever asks in the
    right moment is served: between two pipelines a reviewer waited for seconds.
    """
    raw: Any = connection.connection.dbapi_connection
    patience = monotonic() + PRAGMAS["busy_timeout"] / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while monotonic() < patience:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                sleep(URGENT_SECONDS)
            else:
                return
    finally:
        raw.execute(f"PRAGMA busy_timeout={PRAGMAS['busy_timeout']}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres_engine(url: URL) -> Engine:
    arguments = {"connect_timeout": 10, "application_name": "groundswell"}
    engine = create_engine(url, connect_args=arguments, **_OPTIONS, **_POOL)
    event.listen(engine, "connect", _prepare_postgres)
    return _without_forks(engine)


def _prepare_postgres(connection: Any, _record: object) -> None:
    milliseconds = IDLE_TRANSACTION_SECONDS * 1000
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
    connection.commit()


def _without_forks(engine: Engine) -> Engine:
    """Give a forked child connections of its own: two processes must never share one."""

    def remember(_connection: object, record: Any) -> None:
        record.info["pid"] = os.getpid()

    def refuse(_connection: object, record: Any, fairy: Any) -> None:
        if record.info["pid"] != os.getpid():
            record.dbapi_connection = fairy.dbapi_connection = None
            raise DisconnectionError("opened by another process")

    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", refuse)
    return engine
