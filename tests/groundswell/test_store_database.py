"""Opening: what is set, what is refused and how it is said."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert

import groundswell.store
from groundswell.errors import StoreError
from groundswell.store import SINCE_EVER, Store, company, engines, open_store, tables
from groundswell.store.database import Database
from groundswell.store.engines import journal_mode
from groundswell.store.schema import REVISION, _config
from tests.promises.children import processes
from tests.promises.servers import dumped, fresh_postgres


@pytest.fixture
def opened(database: str) -> Iterator[Database]:
    with open_store(database):
        pass
    raw = Database(database)
    yield raw
    raw.engine.dispose()


def open_and_count(database: str) -> int:
    with open_store(database) as store:
        return store.feedback.counts().records


def test_four_processes_that_open_a_new_store_at_once_all_succeed(database: str) -> None:
    with processes.Pool(4) as pool:
        assert pool.map(open_and_count, [database] * 4, chunksize=1) == [0] * 4


def test_every_connection_has_the_pragmas(tmp_path: Path) -> None:
    raw = Database(str(tmp_path / "store.db"))
    with raw.read() as first, raw.read() as second, raw.unchecked_write() as third:
        for connection in (first, second, third):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in [*engines.PRAGMAS, "journal_mode"]
            }
            assert found == {
                "foreign_keys": 1,
                "synchronous": 2,
                "busy_timeout": 10_000,
                "cache_size": -65_536,
                "soft_heap_limit": 512_000_000,
                "secure_delete": 1,
                "trusted_schema": 0,
                "cell_size_check": 1,
                "journal_mode": journal_mode(),
            }
    raw.engine.dispose()


def test_a_pragma_that_does_not_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engines.PRAGMAS, "page_size", 1000)  # not a power of two: ignored
    with (
        pytest.raises(StoreError, match="PRAGMA page_size stays at 4096, not 1000"),
        open_store(str(tmp_path / "store.db")),
    ):
        pass


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "delete"),
        ((3, 44, 5), "delete"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "delete"),
        ((3, 50, 6), "delete"),
        ((3, 50, 7), "wal"),
        ((3, 51, 2), "delete"),
        ((3, 51, 3), "wal"),
        ((3, 52, 0), "wal"),
    ],
)
def test_wal_is_used_only_where_its_reset_bug_is_repaired(
    version: tuple[int, int, int], mode: str
) -> None:
    assert journal_mode(version) == mode


def test_doctor_is_told_why_the_rollback_journal_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for mode in ("delete", "wal"):
        monkeypatch.setattr("groundswell.store.engines.journal_mode", lambda mode=mode: mode)
        monkeypatch.setattr("groundswell.store.store.journal_mode", lambda mode=mode: mode)
        with open_store(str(tmp_path / f"{mode}.db")) as store:
            facts = store.facts()
        assert facts["journal_mode"] == mode
        assert ("WAL-reset" in facts.get("note", "")) is (mode == "delete")


def test_facts_name_the_database_and_its_schema(store: Store) -> None:
    facts = store.facts()
    assert facts["schema"] == REVISION
    assert facts["database"].split()[0] in ("SQLite", "PostgreSQL")
    assert int(facts["size_bytes"]) > 0


def test_the_file_and_its_folder_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with open_store(str(tmp_path / "new" / "store.db")):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "store.db").stat().st_mode) == 0o600


def test_a_path_and_its_url_are_the_same_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(f"sqlite:///{path}") as store:
        assert store.place == str(path)
    assert path.exists()


def test_a_newer_schema_is_refused(opened: Database, database: str) -> None:
    with opened.unchecked_write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with (
        pytest.raises(StoreError, match=f"has schema 9999, this program knows up to {REVISION}"),
        open_store(database),
    ):
        pass


def test_the_tables_of_another_program_are_left_alone(database: str) -> None:
    raw = Database(database)
    with raw.unchecked_write() as connection:
        connection.exec_driver_sql("CREATE TABLE flow_run (id INTEGER)")
    raw.engine.dispose()
    with (
        pytest.raises(StoreError, match=r"tables of another program \(flow_run\)"),
        open_store(database),
    ):
        pass


@dataclass(frozen=True)
class Refusal:
    database: str
    says: str


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal("{tmp}/text.txt", "file is not a database; name another file"),
        Refusal("{tmp}", "cannot be opened: Is a directory"),
        Refusal("{tmp}/text.txt/store.db", "cannot be opened: "),
        Refusal("", "no file is named"),
        Refusal("sqlite://", "no file is named"),
        Refusal("mysql://root:secret@127.0.0.1/x", "mysql:// is not a database that can be used"),
        Refusal("postgresql://groundswell:secret@127.0.0.1:1/x", "Connection refused; check that"),
        Refusal(
            "postgresql://127.0.0.1:1/x?user=jo&password=secret", "postgresql://127.0.0.1:1/x: "
        ),
        Refusal("postgresql://groundswell:secret@127.0.0.1:port/x", "is not a database that can"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line(refusal: Refusal, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("These are words, not a database. " * 100)
    with pytest.raises(StoreError) as refused, open_store(refusal.database.format(tmp=tmp_path)):
        pass
    assert refusal.says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(str(path)):
        pass
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"store\.db: .*malformed.*restore a backup"):
        open_and_count(str(path))


def test_a_database_that_stays_locked_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    monkeypatch.setitem(engines.PRAGMAS, "busy_timeout", 100)
    with open_store(str(path)) as store, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="database is locked; another program holds it"):
            store.ledger.runs()


def test_a_transaction_that_stands_still_is_ended_by_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "IDLE_TRANSACTION_SECONDS", 1)
    raw = Database(fresh_postgres())
    with pytest.raises(StoreError, match="run again"), raw.unchecked_write() as connection:
        connection.exec_driver_sql("SELECT 1")
        sleep(2)
        connection.exec_driver_sql("SELECT 1")
    raw.engine.dispose()


def test_counts_that_do_not_add_up_are_refused_without_quoting_the_row(opened: Database) -> None:
    run: dict[str, Any] = {"run_id": 1, "step": "ingest", "state": "ok", "detail": "jane@doe.org"}
    counts = {"items_in": 10, "items_out": 7, "rejected": 2, "seconds": 1.0}
    with (
        pytest.raises(ValueError, match="step_counts") as refused,
        opened.unchecked_write() as connection,
    ):
        connection.execute(insert(tables.step), run | counts)
    assert "jane" not in str(refused.value)


def test_a_row_without_its_parent_is_refused(opened: Database) -> None:
    orphan = {"package_id": 99, "position": 0, "line": 1, "reason": "", "detail": "", "raw": ""}
    with (
        pytest.raises(ValueError, match=r"(?i)foreign.?key|fkey"),
        opened.unchecked_write() as connection,
    ):
        connection.execute(insert(tables.quarantine), orphan)


def test_text_sorts_by_its_bytes(opened: Database) -> None:
    names = ["a", "B", "é", "_", "Z", "z"]
    plain = {"name": "", "status": "active", "observed_at": SINCE_EVER, "stated": False}
    rows = [{"account_id": name, "source": "", **plain} for name in names]
    with opened.unchecked_write() as connection:
        connection.execute(insert(company.account), rows)
    with opened.read() as connection:
        found = connection.scalars(
            company.account.select()
            .with_only_columns(company.account.c.account_id)
            .order_by(company.account.c.account_id)
        ).all()
    assert found == ["B", "Z", "_", "a", "z", "é"]


def test_the_migrations_make_the_tables_that_the_code_knows(database: str) -> None:
    migrated = migrate_from_nothing(database)
    with migrated.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []
    migrated.engine.dispose()


def test_the_migrations_make_what_a_new_store_is_given_to_the_letter(tmp_path: Path) -> None:
    # compare_metadata sees neither CHECK constraints nor WITHOUT ROWID nor triggers.
    migrate_from_nothing(str(tmp_path / "migrated.db")).engine.dispose()
    with open_store(str(tmp_path / "new.db")):
        pass
    migrated = schema_of(tmp_path / "migrated.db")
    assert migrated == schema_of(tmp_path / "new.db")
    assert "WITHOUT ROWID" in migrated["package"]
    assert "CHECK" in migrated["package"]
    assert "RAISE" in migrated["decision_no_UPDATE"]


def test_so_they_do_on_postgresql() -> None:
    first, second = fresh_postgres(), fresh_postgres()
    migrate_from_nothing(first).engine.dispose()
    with open_store(second):
        pass
    migrated = dumped(first)
    assert migrated == dumped(second)
    assert any("decision_only_added" in line for line in migrated)


def migrate_from_nothing(database: str) -> Database:
    raw = Database(database)
    with raw.unchecked_write() as connection:
        command.upgrade(_config(connection), "head")
    return raw


def test_the_revision_is_the_newest_migration() -> None:
    config = Config()
    folder = Path(groundswell.store.__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def schema_of(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(
            connection.execute("SELECT name, trim(sql) FROM sqlite_master WHERE sql IS NOT NULL")
        )


def test_a_process_opens_no_more_connections_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = {"pool_size": 1, "max_overflow": 1, "pool_timeout": 0.05}
    monkeypatch.setattr(engines, "_POOL", engines._POOL | pool)
    raw = Database(fresh_postgres())
    with (
        raw.read(),
        raw.read(),
        pytest.raises(StoreError, match="connections of this process are in use"),
        raw.read(),
    ):
        pass
    with raw.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    raw.engine.dispose()


def test_a_server_has_room_for_an_app_a_worker_and_two_runs() -> None:
    assert engines.CONNECTIONS_KEPT <= engines.CONNECTIONS
    assert 4 * engines.CONNECTIONS < 97  # PostgreSQL's default, less three for administrators
