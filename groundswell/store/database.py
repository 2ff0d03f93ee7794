"""Transactions: short reads of one moment, and writes that prove their lease."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as AllInUse

from groundswell.errors import StoreError
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.engines import CONNECTIONS, make_engine, place_of
from groundswell.store.remedies import explain

BATCH = 500
"""Most rows of a batch: a reviewer waits no longer than one batch for a turn."""

DERIVED_BATCH = 2_000
"""The same of rows that are computed from others. Most of a batch is the disk's: so many take twice
as long as 500, some 0.1 s."""

MAX_PAUSE_SECONDS = 0.06


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for `resource`; a higher epoch in the database ends it."""

    resource: str
    owner: str
    """``host:process id:start of the process``."""
    epoch: int


class Database:
    """An open database; `place` names it in messages, without a password."""

    def __init__(self, database: str) -> None:
        self.engine: Engine = make_engine(database)
        self.place = place_of(self.engine)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._reader = self.engine  # an SQLite transaction sees one moment in any case
        if not self.is_sqlite:
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer = self.engine.execution_options(write=True)
        self._urgent_writer = self.engine.execution_options(write=True, urgent=True)
        self._others_until = 0.0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment; do no long work inside."""
        with self.explained(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(
        self, name: str, lease: Lease | None, *, pause: bool = False, urgent: bool = False
    ) -> Iterator[Connection]:
        """Open the transaction of one unit of work, which is kept whole or not at all.

        Parameters
        ----------
        name
            Of the unit, for its failpoints.
        lease
            Checked in the same transaction, so that a run that was taken for dead, stood still
            and woke up again cannot write. None only for what comes before any lease, and for
            what people do, who wait for no run.
        pause
            Give others a turn between this and the next one of the kind. SQLite serves waiting
            writers in no order, so one that writes batch after batch would starve them; whoever
            computes meanwhile need not wait besides.
        urgent
            A person waits: come before other writers that wait.

        Raises
        ------
        StoreError
            The lease was lost, or the database refused for a reason the operator can mend.
        ValueError
            The rows break a constraint, or hold what a column cannot.
        """
        pause = pause and self.is_sqlite
        if pause:
            sleep(max(self._others_until - perf_counter(), 0.0))
        begun = perf_counter()
        failpoint(f"{name}.before")
        with self.unchecked_write(urgent=urgent) as connection:
            if lease is not None:
                self._check(connection, lease)
            yield connection
            failpoint(f"{name}.written")
        failpoint(f"{name}.committed")
        if pause:
            ended = perf_counter()
            self._others_until = ended + min(ended - begun, MAX_PAUSE_SECONDS)

    @contextmanager
    def unchecked_write(self, *, urgent: bool = False) -> Iterator[Connection]:
        """Open a bare write transaction, for the leases themselves."""
        writer = self._urgent_writer if urgent else self._writer
        with self.explained(), writer.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Open a connection without a transaction, for what cannot be done inside one."""
        options = {"alone": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with self.explained(), self.engine.execution_options(**options).connect() as connection:
            yield connection

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say what a database refuses in one line: what the operator can mend, or our mistake."""
        try:
            yield
        except IntegrityError as error:
            # The server's own message would quote the row, and with it a customer.
            diagnosis = getattr(error.orig, "diag", None)
            rule = _broken(diagnosis) if diagnosis else str(error.orig)
            raise ValueError(f"{self.place}: the rows break a rule: {rule}") from None
        except DBAPIError as error:
            line = explain(error)
            if line is None:
                raise
            raise StoreError(f"{self.place}: {line}") from None
        except AllInUse:
            raise StoreError(
                f"{self.place}: all {CONNECTIONS} connections of this process are in use; try"
                " again, or look what keeps the server busy"
            ) from None
        except StatementError as error:
            raise ValueError(f"{self.place}: a value cannot be written: {error.orig}") from None

    def _check(self, connection: Connection, lease: Lease) -> None:
        # On PostgreSQL the shared lock makes a successor wait until this transaction ends.
        owned = (
            select(tables.lease.c.owner, tables.lease.c.epoch)
            .where(tables.lease.c.resource == lease.resource)
            .with_for_update(read=True)
        )
        row = connection.execute(owned).one_or_none()
        if row is None or row.epoch != lease.epoch or row.owner != lease.owner:
            successor = f"to {row.owner}" if row is not None and row.owner else "or given back"
            raise StoreError(
                f"{self.place}: the lease on {lease.resource} was lost {successor} while this run"
                " stood still; nothing more was written, start it again"
            )


def _broken(diagnosis: Any) -> str:
    """Return the name of a constraint, or of a column that may not be empty."""
    column = f"{diagnosis.table_name}.{diagnosis.column_name} has no value"
    return str(diagnosis.constraint_name or column)
