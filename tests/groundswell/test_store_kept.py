"""The store that a server keeps open is always the one that lies there."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from groundswell.domain import Draft
from groundswell.errors import StoreError
from groundswell.store import open_store
from groundswell.store.database import Database
from groundswell.store.kept import KeptStore
from groundswell.store.schema import REVISION, revision

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decide(database: str, number: int) -> None:
    with open_store(database) as store:
        store.decisions.record(Draft("accept", f"need-{number}", "Ana", NOON))


def test_one_store_serves_every_request_and_sees_what_others_write(database: str) -> None:
    kept = KeptStore(database)
    with kept.use() as first:
        assert first.decisions.log() == []
    decide(database, 1)
    with kept.use() as second:
        assert second is first
        assert list(second.decisions.ideas()) == ["need-1"]


def test_a_backup_that_was_put_back_is_seen_at_once(tmp_path: Path) -> None:
    path, backup = tmp_path / "groundswell.db", tmp_path / "backup.db"
    decide(str(path), 1)
    shutil.copy(path, backup)
    decide(str(path), 2)
    kept = KeptStore(str(path))
    with kept.use() as store:
        assert len(store.decisions.log()) == 2
    backup.replace(path)
    with kept.use() as store:
        assert list(store.decisions.ideas()) == ["need-1"]


def test_a_file_that_was_removed_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "groundswell.db"
    decide(str(path), 1)
    kept = KeptStore(str(path))
    with kept.use() as store:
        assert store.decisions.log()
    path.unlink()
    with kept.use() as store:
        assert store.decisions.log() == []


def test_a_schema_that_is_newer_is_refused_at_once(database: str) -> None:
    kept = KeptStore(database)
    with kept.use():
        pass
    raw = Database(database)
    with raw.unchecked_write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="has schema 9999"), kept.use():
        pass
    with raw.unchecked_write() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{REVISION}'"))
    with kept.use(), raw.read() as connection:
        assert revision(connection) == REVISION
    raw.engine.dispose()


def test_many_threads_share_it(database: str) -> None:
    kept = KeptStore(database)

    def work(number: int) -> int:
        with kept.use() as store:
            store.decisions.record(Draft("accept", f"need-{number}", "Ana", NOON))
            return id(store)

    with ThreadPoolExecutor(12) as threads:
        stores = set(threads.map(work, range(60)))
    assert len(stores) == 1
    with kept.use() as store:
        assert len(store.decisions.ideas()) == 60
        assert store.decisions.verify() is None
