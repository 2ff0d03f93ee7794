"""One owner at a time, and no dead one in the way."""

import multiprocessing
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from time import sleep, time
from typing import Any

import pytest
from sqlalchemy import update

from groundswell.errors import BusyError, StoreError
from groundswell.store import Lease, Store, open_store, tables
from groundswell.store.database import Database
from groundswell.store.leases import is_gone, this_process
from tests.promises.children import processes

START = datetime(2024, 6, 1, tzinfo=UTC)


def own_and_write(database: str, ttl_seconds: float, pipe: Connection) -> None:
    """Take the lease, then begin a run each time the parent says so."""
    with open_store(database) as store, store.lease("pipeline", ttl_seconds=ttl_seconds) as lease:
        pipe.send("owned")
        while pipe.recv() == "write":
            try:
                begin(store, lease, "child")
                pipe.send("written")
            except StoreError as error:
                pipe.send(str(error))


@contextmanager
def other_owner(database: str, ttl_seconds: float = 60.0) -> Iterator[tuple[int, Connection]]:
    """Yield the process id of another owner of the lease, and a pipe to it."""
    ours, theirs = processes.Pipe()
    child = processes.Process(target=own_and_write, args=(database, ttl_seconds, theirs))
    child.start()
    try:
        assert ours.recv() == "owned"
        assert child.pid is not None
        yield child.pid, ours
    finally:
        child.kill()
        child.join()


def begin(store: Store, lease: Lease, kind: str = "refresh") -> None:
    store.ledger.begin_run(lease, kind=kind, started_at=START, config_hash="c", versions={})


def test_of_two_processes_one_owns_and_the_other_is_told_who(store: Store, database: str) -> None:
    with (
        other_owner(database) as (pid, _),
        pytest.raises(BusyError) as refused,
        store.lease("pipeline"),
    ):
        pass
    assert f"process {pid} on " in str(refused.value)
    assert "\n" not in str(refused.value)


def test_another_resource_is_free(store: Store, database: str) -> None:
    with other_owner(database), store.lease("review") as lease:
        begin(store, lease)


def test_a_killed_owner_is_replaced_before_its_lease_ran_out(store: Store, database: str) -> None:
    with other_owner(database, ttl_seconds=3600) as (pid, _):
        os.kill(pid, signal.SIGKILL)  # not waited for: even as a zombie it owns nothing
        until(lambda: can_take(store), seconds=20)


def test_a_stopped_owner_that_wakes_up_cannot_write(store: Store, database: str) -> None:
    # Stopped between two renewals, the first of which is due after 3 s / 4.
    with other_owner(database, ttl_seconds=3.0) as (pid, pipe):
        pipe.send("write")
        assert pipe.recv() == "written"
        os.kill(pid, signal.SIGSTOP)
        until(lambda: can_take(store))
        with store.lease("pipeline") as lease:
            begin(store, lease, "parent")
            os.kill(pid, signal.SIGCONT)
            pipe.send("write")
            assert "the lease on pipeline was lost to" in pipe.recv()
    assert [run.kind for run in store.ledger.runs()] == ["parent", "child"]


def test_an_owner_that_gave_the_lease_back_cannot_write(store: Store) -> None:
    with store.lease("pipeline") as lease:
        pass
    with pytest.raises(StoreError, match="was lost or given back"):
        begin(store, lease)


def test_a_live_owner_keeps_its_lease_beyond_the_first_lifetime(store: Store) -> None:
    with store.lease("pipeline", ttl_seconds=0.8) as lease:
        sleep(2.0)
        with pytest.raises(BusyError), store.lease("pipeline"):
            pass
        begin(store, lease)


def test_each_owner_has_a_higher_epoch(store: Store) -> None:
    epochs = []
    for _ in range(3):
        with store.lease("pipeline") as lease:
            epochs.append(lease.epoch)
    assert epochs == [1, 2, 3]


@pytest.mark.parametrize(("seconds", "free"), [(60, False), (-1, True)])
def test_an_owner_on_another_host_is_replaced_only_when_its_lease_ran_out(
    store: Store, database: str, seconds: int, free: bool
) -> None:
    now = datetime.now(UTC)
    expires = now + timedelta(seconds=seconds)
    entry = {"resource": "pipeline", "owner": "elsewhere:1:1", "epoch": 7, "since": now}
    raw = Database(database)
    with raw.unchecked_write() as connection:
        connection.execute(tables.lease.insert(), entry | {"expires_at": expires})
    raw.engine.dispose()
    assert can_take(store) is free


def test_a_later_process_with_the_same_number_is_not_the_owner() -> None:
    host, pid, start = this_process().rsplit(":", 2)
    assert not is_gone(f"{host}:{pid}:{start}")
    assert is_gone(f"{host}:{pid}:{int(start) - 1}")
    assert not is_gone(f"elsewhere:{pid}:{int(start) - 1}")


def test_a_process_that_ended_unnoticed_by_its_parent_is_gone() -> None:
    child = subprocess.Popen(["sleep", "60"])
    state = Path(f"/proc/{child.pid}/stat")
    start = state.read_text().split()[21]  # the name, field 2, holds no space here
    owner = f"{socket.gethostname()}:{child.pid}:{start}"
    assert not is_gone(owner)
    child.kill()
    until(lambda: state.read_text().split()[2] == "Z")
    assert is_gone(owner)
    child.wait()
    assert is_gone(owner)


def test_a_successor_waits_until_what_the_owner_is_writing_is_decided(
    store: Store, database: str
) -> None:
    raw = Database(database)
    with store.lease("pipeline") as lease:
        with raw.unchecked_write() as connection:  # as if the owner had stood still for long
            connection.execute(update(tables.lease).values(expires_at=START))
        with ThreadPoolExecutor() as threads:
            with raw.write("unit", lease):
                taken = threads.submit(can_take, store)
                sleep(0.5)
                assert not taken.done()
            assert taken.result(timeout=20)
    raw.engine.dispose()


def test_a_forked_child_gets_connections_of_its_own(database: str) -> None:
    opened = Database(database)
    with opened.read() as connection:
        assert connection.info["pid"] == os.getpid()
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(target=report_owner, args=(opened, theirs))
    child.start()
    assert ours.recv() == child.pid
    child.join()
    with opened.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    opened.engine.dispose()


def report_owner(database: Database, pipe: Any) -> None:
    with database.read() as connection:
        pipe.send(connection.info["pid"])


def can_take(store: Store) -> bool:
    try:
        with store.lease("pipeline"):
            return True
    except BusyError:
        return False


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time() + seconds
    while not condition():
        assert time() < end, "it never came about"
        sleep(0.05)
