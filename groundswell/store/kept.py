"""One open store for all requests of a process.

To open a store takes a connection, a look at its schema and, for what stands, the whole log of
decisions. So a server keeps it open, and looks for each request whether it is still the same one:
another file may lie there, such as a backup that was put back, or another schema.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from groundswell.errors import StoreError
from groundswell.store.database import Database
from groundswell.store.schema import REVISION, migrate
from groundswell.store.store import Store

Identity = tuple[int, int] | None


class KeptStore:
    """Hands out the open store of a database; may be asked by several threads at once."""

    def __init__(self, database: str) -> None:
        self._name = database
        self._turn = Lock()
        self._open: tuple[Identity, Database, Store] | None = None

    @contextmanager
    def use(self) -> Iterator[Store]:
        """Lend the store for one request.

        Raises
        ------
        StoreError
            As `groundswell.store.open_store`.
        """
        found = self._open
        if found is None or not _is_same(*found[:2]):
            with self._turn:
                if self._open is found or self._open is None:  # else another thread was first
                    self._open = None
                    self._open = _opened(self._name)
                found = self._open
        yield found[2]


def _opened(name: str) -> tuple[Identity, Database, Store]:
    database = Database(name)
    # Requests that still use it keep it; then its connections are closed.
    weakref.finalize(database, database.engine.dispose)
    migrate(database)
    return _identity(database), database, Store(database)


def _identity(database: Database) -> Identity:
    """Return which file it is; None on PostgreSQL, or where there is no file."""
    if not database.is_sqlite:
        return None
    try:
        found = Path(database.place).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _is_same(identity: Identity, database: Database) -> bool:
    if _identity(database) != identity or (database.is_sqlite and identity is None):
        return False
    try:
        with database.read() as connection:
            return bool(
                connection.scalar(text("SELECT version_num FROM alembic_version")) == REVISION
            )
    except (StoreError, DBAPIError):
        return False  # opening it says in words what is the matter
