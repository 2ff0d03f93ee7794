"""One owner at a time: a lease that ends by itself, and an epoch that outlives a sleeper.

A lease belongs to a process. It is taken over at once when that process is gone from this host,
else when it was not renewed in time. Each owner gets a higher epoch, which every write checks:
an owner that was stopped, replaced and continued is refused (Kleppmann 2016, "How to do
distributed locking", calls the epoch a fencing token).
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

from sqlalchemy import Connection, Row, Update, update

from groundswell.errors import BusyError, StoreError
from groundswell.store import tables
from groundswell.store.database import Database, Lease
from groundswell.store.engines import database_time, insert_new

TTL_SECONDS = 60.0
BEATS = 4
"""Renewals in one lifetime of a lease."""


@contextmanager
def hold(database: Database, resource: str, *, ttl_seconds: float = TTL_SECONDS) -> Iterator[Lease]:
    """Own `resource` until the block ends, renewing the lease meanwhile.

    Raises
    ------
    BusyError
        A process that is alive, or may be on another host, owns it.
    """
    lease = _take(database, resource, ttl_seconds)
    ended = Event()
    # A thread that dies with the process: no lease outlives a crash by more than its lifetime.
    beat = Thread(target=_renew, args=(database, lease, ttl_seconds, ended), daemon=True)
    beat.start()
    try:
        yield lease
    finally:
        ended.set()
        beat.join()
        with suppress(StoreError):  # a lease that cannot be given back runs out by itself
            _give_back(database, lease)


def this_process() -> str:
    """Return ``host:process id:start``, which no later process shares."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start(os.getpid())}"


def is_gone(owner: str) -> bool:
    """Tell whether the owner was a process of this host that has ended."""
    host, pid, start = owner.rsplit(":", 2)
    return host == socket.gethostname() and str(_start(int(pid))) != start


def is_owned(database: Database, resource: str) -> bool:
    """Tell whether somebody who is alive, or may be on another host, owns a resource."""
    with database.read() as connection:
        return is_owned_within(connection, resource)


def is_owned_within(connection: Connection, resource: str) -> bool:
    """Tell the same as a part of a transaction."""
    table = tables.lease
    row = connection.execute(table.select().where(table.c.resource == resource)).one_or_none()
    return row is not None and _is_live(row, database_time(connection))


def _take(database: Database, resource: str, ttl_seconds: float) -> Lease:
    table = tables.lease
    with database.write("lease.take", None) as connection:
        now = database_time(connection)
        unowned = {"resource": resource, "owner": "", "epoch": 0, "since": now, "expires_at": now}
        insert_new(connection, table, [unowned])
        mine = table.c.resource == resource
        row = connection.execute(table.select().where(mine).with_for_update()).one()
        now = database_time(connection)  # again: the lock may have been waited for
        if _is_live(row, now):
            host, pid, _ = row.owner.rsplit(":", 2)
            raise BusyError(
                f"{database.place}: {resource} is owned by process {pid} on {host} since"
                f" {row.since:%Y-%m-%d %H:%M:%S} UTC; wait for it to end, or end it"
            )
        lease = Lease(resource, this_process(), row.epoch + 1)
        taken = {
            "owner": lease.owner,
            "epoch": lease.epoch,
            "since": now,
            "expires_at": now + timedelta(seconds=ttl_seconds),
        }
        connection.execute(update(table).where(mine).values(taken))
    return lease


def _renew(database: Database, lease: Lease, ttl_seconds: float, ended: Event) -> None:
    while not ended.wait(ttl_seconds / BEATS):
        # A beat may fail on a busy database; the next one, or the epoch, sets it right.
        with suppress(StoreError), database.unchecked_write() as connection:
            later = database_time(connection) + timedelta(seconds=ttl_seconds)
            connection.execute(_mine(lease).values(expires_at=later))


def _give_back(database: Database, lease: Lease) -> None:
    with database.write("lease.give_back", None) as connection:
        connection.execute(_mine(lease).values(owner="", expires_at=database_time(connection)))


def _mine(lease: Lease) -> Update:
    table = tables.lease
    return update(table).where(
        table.c.resource == lease.resource,
        table.c.owner == lease.owner,
        table.c.epoch == lease.epoch,
    )


def _is_live(row: Row[Any], now: datetime) -> bool:
    return bool(row.owner) and now < row.expires_at and not is_gone(row.owner)


def _start(pid: int) -> str | None:
    """Return when a living process started; None if there is no such process."""
    try:
        # The name in brackets may hold spaces; state is field 3, start time field 22 (proc(5)).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]
