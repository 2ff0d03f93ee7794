"""A copy of the whole store in an SQLite file, taken while others read and decide.

Who may sign in, leases, jobs and what others are to be told are not copied: a copy is for computing
on. It is of one moment between two runs.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic

from sqlalchemy import Connection, Table, insert, select

from groundswell.errors import BusyError
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import BATCH, Database, Lease
from groundswell.store.leases import is_owned, is_owned_within
from groundswell.store.schema import migrate

OF_PEOPLE = "web_"
"""How tables begin that tell who may sign in, and what they looked at."""

PAGES = 1_000
"""Copied at a time, 4 MB: between two such parts a reviewer's write has its turn."""

PAUSE_SECONDS = 0.002

PATIENCE_SECONDS = 10.0
"""How long it is tried in parts: a store of some gigabytes, if nobody writes."""


def copy_store(database: Database, path: Path, resource: str, lease: Lease | None = None) -> None:
    """Copy a store into a new SQLite file that its owner alone may read.

    Parameters
    ----------
    resource
        Of the lease that whoever changes the store over a longer time holds.
    lease
        That lease, where it is the caller's own.

    Raises
    ------
    BusyError
        Somebody is at it, so no moment of it is whole.
    """
    watched = None if lease is not None else resource
    if watched is not None and is_owned(database, watched):
        raise _busy(database)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if database.is_sqlite:
        _back_up(Path(database.place), path)
    copy = Database(str(path))
    try:
        migrate(copy)
        whole = _forget(copy, watched) if database.is_sqlite else _fill(copy, database, watched)
    finally:
        copy.engine.dispose()
    if not whole:  # a run began in the meantime
        raise _busy(database)


def back_up(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy an SQLite database page by page over what `target` holds, whole or not at all.

    Where somebody writes in between, SQLite begins again by itself. Where that goes on, all is
    copied at once, and writers wait meanwhile.
    """
    patience = monotonic() + PATIENCE_SECONDS

    def mind(_status: int, _remaining: int, _total: int) -> None:
        failpoint("copying.pages")
        if monotonic() > patience:
            raise TimeoutError

    try:
        source.backup(target, pages=PAGES, progress=mind, sleep=PAUSE_SECONDS)
    except TimeoutError:
        source.backup(target)


def _back_up(path: Path, into: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(into)) as target:
        back_up(source, target)


def _forget(copy: Database, watched: str | None) -> bool:
    with copy.unchecked_write() as connection:
        whole = watched is None or not is_owned_within(connection, watched)
        for table in reversed(tables.metadata.sorted_tables):
            if not _is_copied(table):
                connection.execute(table.delete())
    return whole


def _fill(copy: Database, database: Database, watched: str | None) -> bool:
    with database.read() as source, copy.unchecked_write() as target:
        # A record may be a copy of one that comes later.
        target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        whole = watched is None or not is_owned_within(source, watched)
        for table in tables.metadata.sorted_tables:
            if whole and _is_copied(table):
                _copy_table(source, target, table)
    return whole


def _is_copied(table: Table) -> bool:
    # Volatile is what tells nothing of the data: leases, jobs, what others were told.
    return not table.name.startswith(OF_PEOPLE) and not table.info.get("volatile")


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    rows = source.execution_options(yield_per=BATCH).execute(select(table))
    for part in rows.mappings().partitions():
        target.execute(insert(table), [dict(row) for row in part])


def _busy(database: Database) -> BusyError:
    return BusyError(f"{database.place}: a run is at work; wait for it to end")
