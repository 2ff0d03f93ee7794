"""A store that is made beside another one, and takes its place in one step when it is whole.

On SQLite it is a file beside the store's own; on PostgreSQL a schema in the same database. Until
it takes the place, readers and writers see the old store; a process that is killed before leaves
something that the next one clears away.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.engine import make_url

from groundswell.errors import BusyError, StoreError
from groundswell.failpoints import failpoint
from groundswell.store import moving
from groundswell.store.copying import back_up
from groundswell.store.database import Database
from groundswell.store.engines import database_time, try_lock_restore
from groundswell.store.leases import hold
from groundswell.store.portable import (
    Cells,
    as_stored,
    has_rows,
    kept_tables,
    plain_errors,
)
from groundswell.store.schema import create, migrate

SCHEMA = "groundswell_restoring"
"""Where a PostgreSQL store is made."""

RUNS = "pipeline"
"""What a run owns: none may begin while its store is replaced."""


class Staging:
    """A store in the making; `database` opens it once it is `finished`."""

    def __init__(self, target: Database, database: str, *, replace: bool) -> None:
        self.database = database
        self._target = target
        self._replace = replace

    @property
    def place(self) -> str:
        """Where it will be, without a password."""
        return self._target.place

    def earlier(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table of the store that is to be replaced, if it has one."""
        target = self._target
        with target.explained(), target.read() as connection:
            table = kept_tables(connection).get(name)
            if table is None:
                return []
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def fill(self, name: str, columns: Sequence[str], rows: Iterator[Cells]) -> int:
        """Write all rows of a table, those that it points to being there; return how many.

        Raises
        ------
        StoreError
            The schema has no such table or column, or the database refuses a row.
        """
        made = Database(self.database)
        try:
            with made.explained(), plain_errors():
                with made.read() as connection:
                    table = kept_tables(connection).get(name)
                if table is None or not set(columns) <= set(table.c.keys()):
                    raise StoreError(f"{name}: no such table or columns in the backup's schema")
                stored = as_stored(table, columns, rows)
                if made.is_sqlite:
                    return _insert(Path(made.place), name, columns, stored)
                with made.unchecked_write() as connection:
                    return moving.copy_in(connection, name, columns, stored)
        finally:
            made.engine.dispose()

    def finish(self) -> None:
        """Check what rows say of one another, and bring them to the newest schema.

        Raises
        ------
        StoreError
            A row points to one that is not there.
        """
        made = Database(self.database)
        try:
            if made.is_sqlite:
                with made.read() as connection:
                    astray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if astray is not None:
                    raise StoreError(
                        f"{astray[0]}: a row points to one of {astray[2]} that is gone"
                    )
            migrate(made)
        finally:
            made.engine.dispose()
        failpoint("restore.finished")

    def take_over(self) -> str:
        """Take the place of the store; return where the old one is kept, empty if it had no rows.

        Raises
        ------
        StoreError
            The store got rows meanwhile, and may not be replaced.
        """
        target = self._target
        with target.explained(), plain_errors():
            _refuse_rows(target, self._replace)
            kept = _keep_file(target) if target.is_sqlite else ""
            failpoint("restore.kept")
            if target.is_sqlite:
                _copy_over(Path(self.database), Path(target.place))
            else:
                with target.unchecked_write() as connection:
                    kept = moving.swap(connection, SCHEMA, database_time(connection))
        failpoint("restore.taken_over")
        return kept


@contextmanager
def staging(database: str, revision: str, *, replace: bool) -> Iterator[Staging]:
    """Make an empty store of a schema, which may take the place of the one at `database`.

    Parameters
    ----------
    replace
        Whether one that has rows may be replaced; it is kept beside.

    Raises
    ------
    StoreError
        A store with rows is there, and `replace` is false.
    BusyError
        A run is at work there, or another restore.
    """
    target = Database(database)
    with ExitStack() as stack:
        stack.callback(target.engine.dispose)
        with target.explained(), plain_errors():
            _refuse_rows(target, replace)
            _alone(target, stack)
            made = _place(target, database)
            stack.callback(_clear, target)
            _clear(target)
            _make(target, made, revision)
        yield Staging(target, made, replace=replace)


def _refuse_rows(target: Database, replace: bool) -> None:
    with target.read() as connection:
        if not replace and has_rows(connection):
            raise StoreError(
                f"{target.place}: holds a store already; name another database with --into,"
                " or add --replace, which keeps the old one beside it"
            )


def _alone(target: Database, stack: ExitStack) -> None:
    """Let no run begin in the store, and no other restore."""
    if target.is_sqlite:
        # The folder's lock: one on a file would be given up with SQLite's own.
        folder = os.open(Path(target.place).parent, os.O_RDONLY)
        stack.callback(os.close, folder)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(target) from None
    else:
        # Outside of any transaction, which the server would end when it stands still.
        free = target.engine.execution_options(isolation_level="AUTOCOMMIT")
        if not try_lock_restore(stack.enter_context(free.connect())):
            raise _busy(target)
    with target.read() as connection:
        has_leases = inspect(connection).has_table("lease")
    if has_leases:
        stack.enter_context(hold(target, RUNS))


def _busy(target: Database) -> BusyError:
    return BusyError(f"{target.place}: another restore is at work; wait for it to end")


def _place(target: Database, database: str) -> str:
    if target.is_sqlite:
        path = Path(target.place)
        return str(path.with_name(f".{path.name}.restoring"))
    url = make_url(database)
    given = str(url.query.get("options", ""))
    options = f"{given} -csearch_path={SCHEMA}".strip()
    return url.update_query_dict({"options": options}).render_as_string(hide_password=False)


def _clear(target: Database) -> None:
    if target.is_sqlite:
        file = _place(target, "")
        for name in (file, f"{file}-journal", f"{file}-wal", f"{file}-shm"):
            Path(name).unlink(missing_ok=True)
    else:
        with target.unchecked_write() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


def _make(target: Database, made: str, revision: str) -> None:
    if not target.is_sqlite:
        with target.unchecked_write() as connection:
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    empty = Database(made)
    try:
        with empty.write("restore.schema", None) as connection:
            create(connection, empty.place, revision)
    finally:
        empty.engine.dispose()


def _insert(path: Path, name: str, columns: Sequence[str], rows: Iterator[Cells]) -> int:
    names = ", ".join(f'"{one}"' for one in columns)
    marks = ", ".join("?" * len(columns))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # Nobody reads this file before it is whole, and a killed process's is thrown away.
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        statement = f'INSERT INTO "{name}" ({names}) VALUES ({marks})'  # noqa: S608  # as the schema has them
        count = connection.executemany(statement, rows).rowcount
        connection.execute("COMMIT")
    return max(0, count)


def _keep_file(target: Database) -> str:
    """Copy the old store aside, whole or not at all; return where to."""
    path = Path(target.place)
    with target.read() as connection:
        if not has_rows(connection):
            return ""
        moment = database_time(connection)
    kept = path.with_name(f"{path.name}.before-restore-{moment:%Y%m%dT%H%M%SZ}")
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    _copy_over(path, part)
    part.replace(kept)
    return str(kept)


def _copy_over(source: Path, target: Path) -> None:
    # In one transaction of the target: whoever has it open sees the one or the other.
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        back_up(old, new)
