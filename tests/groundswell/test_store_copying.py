"""A copy of the store in an SQLite file, from both databases."""

import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from groundswell.accounts import User
from groundswell.domain import AcceptedRow, Copy, Draft
from groundswell.domain.staged import digest_of
from groundswell.errors import BusyError
from groundswell.store import Lease, Store, open_store
from tests.groundswell.samples import FULL_RECORD, RECORD, begin, opened

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "argon2-of-somebody"


def fill(store: Store) -> None:
    """Write a run, two records of which the first is a copy of the second, and a draft."""
    with store.lease("pipeline") as lease:
        run_id = begin(store, lease)
        package = opened(store, lease, run_id)
        rows = [AcceptedRow(2, RECORD), AcceptedRow(3, FULL_RECORD)]
        store.feedback.add_rows(lease, package, rows, last=True, read_at=NOON)
        first, last = sorted((RECORD, FULL_RECORD), key=lambda one: one.record_id)
        store.feedback.save_copies(lease, [Copy(first.record_id, last.record_id, 0.9)])
        store.vectors.add(lease, "hashing", ["a"], np.array([[0.6, 0.8]], np.float32))
        store.ledger.finish_run(lease, run_id, state="ok", finished_at=NOON)
    store.accounts.add_user(User("ann", "admin", SECRET, False, NOON))
    store.decisions.record(Draft("accept", "need-1", "ann", NOON))
    store.drafts.add_all([(Draft("reject", "need-1", "ann", NOON, reason="dear"), 1)])
    store.jobs.request("refresh", by="ann", at=NOON)


def test_a_copy_holds_what_a_run_needs_and_no_secret(store: Store, tmp_path: Path) -> None:
    fill(store)
    path = tmp_path / "copy.db"
    store.copy_to(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with open_store(str(path)) as copy:
        ids = [RECORD.record_id, FULL_RECORD.record_id]
        assert copy.feedback.records(ids) == store.feedback.records(ids)
        assert copy.feedback.counts() == store.feedback.counts()
        assert copy.feedback.counts().copies == 1
        assert (copy.vectors.load("hashing", ["a"]) == store.vectors.load("hashing", ["a"])).all()
        assert copy.ledger.runs() == store.ledger.runs()
        assert copy.decisions.log() == store.decisions.log()
        assert copy.decisions.verify() is None
        assert copy.drafts.of("ann") == store.drafts.of("ann")
        assert not copy.accounts.any_users()
        assert copy.jobs.newest(9) == []
    assert set(rows_of(path)) >= {"record", "vector", "decision", "staged_draft"}
    assert not any(name.startswith("web_") for name in rows_of(path))
    assert SECRET.encode() not in path.read_bytes()


def rows_of(path: Path) -> list[str]:
    """Return the names of the tables of a copy that hold anything."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return [n for n in names if connection.execute(f"SELECT 1 FROM {n} LIMIT 1").fetchone()]


def test_a_copy_is_one_of_its_own(store: Store, tmp_path: Path) -> None:
    fill(store)
    before = store.image()
    store.copy_to(tmp_path / "copy.db")
    with open_store(str(tmp_path / "copy.db")) as copy:
        copy.drafts.publish("ann", seen=digest_of(copy.drafts.of("ann")), at=NOON)
        with copy.lease("pipeline") as lease:
            begin(copy, lease)
        assert len(copy.decisions.log()) == 2
    assert store.image() == before
    assert len(store.decisions.log()) == 1


def test_nothing_is_copied_in_the_midst_of_a_run(
    store: Store, lease: Lease, tmp_path: Path
) -> None:
    with pytest.raises(BusyError, match="a run is at work"):
        store.copy_to(tmp_path / "copy.db")
    assert list(tmp_path.glob("copy*")) == []


def test_a_run_that_begins_while_it_is_copied_is_noticed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the lease were taken right after the first look.
    monkeypatch.setattr("groundswell.store.copying.is_owned", lambda *_: False)
    with store.lease("pipeline"), pytest.raises(BusyError, match="a run is at work"):
        store.copy_to(tmp_path / "copy.db")


def test_a_copy_comes_to_its_end_while_others_write(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groundswell.store.copying.PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("groundswell.store.copying.PAGES", 1)  # slower than they write
    fill(store)
    ended = threading.Event()

    def decide() -> None:
        while not ended.is_set():
            store.decisions.record(Draft("comment", "need-1", "bob", NOON, reason="hm"))

    deciding = threading.Thread(target=decide)
    deciding.start()
    try:
        store.copy_to(tmp_path / "copy.db")
    finally:
        ended.set()
        deciding.join()
    with open_store(str(tmp_path / "copy.db")) as copy:
        assert copy.decisions.verify() is None
        assert 1 <= len(copy.decisions.log()) <= len(store.decisions.log())
