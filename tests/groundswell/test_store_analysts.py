"""Analysts read views of a PostgreSQL store, and nothing else; their columns stay."""

import re
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy.engine import make_url

from groundswell.errors import StoreError
from groundswell.store import open_store, snapshot, staging
from groundswell.store.analysts import SCHEMA, VIEWS
from groundswell.store.database import Database
from groundswell.store.schema import _config
from tests.groundswell.old_stores import draw, revisions
from tests.promises.scenarios import pipeline
from tests.promises.servers import fresh_postgres

PAGE = Path(__file__).parents[2] / "docs" / "deploy" / "postgresql.md"


@pytest.fixture
def filled(tmp_path: Path) -> str:
    database = fresh_postgres()
    with open_store(database):
        pass
    pipeline(database, tmp_path)
    return database


def granted(database: str) -> str:
    """Make the views and the role; return what lets it in."""
    name = f"analyst_{make_url(database).database}"
    with open_store(database) as store:
        sql = store.views_for(name)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(sql.encode())
    return make_url(database).set(username=name).render_as_string()


def test_an_analyst_reads_the_views_and_nothing_else(filled: str) -> None:
    with psycopg.connect(granted(filled), autocommit=True) as connection:
        counts = {}
        for name in VIEWS:
            row = connection.execute(f"SELECT count(*) FROM {SCHEMA}.{name}".encode()).fetchone()
            assert row is not None
            counts[name] = row[0]
        assert min(counts[name] for name in ("records", "statements", "needs", "runs")) >= 1
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in rows.fetchall()]
        assert len(tables) > 30
        for name in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f'SELECT 1 FROM "{name}"'.encode())
        for statement in (
            f"DELETE FROM {SCHEMA}.runs",
            f"CREATE VIEW {SCHEMA}.mine AS SELECT 1",
            "CREATE TABLE public.mine (n integer)",
            "CREATE TEMP TABLE mine (n integer)",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode())


def test_no_view_shows_raw_texts_or_names_of_people(filled: str) -> None:
    granted(filled)
    with psycopg.connect(filled) as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s", [SCHEMA]
        ).fetchall()
    shown = {name for (name,) in rows}
    assert not shown & {"raw", "author", "name", "reviewer", "reason", "document", "password_hash"}


def test_the_page_documents_every_column(filled: str) -> None:
    granted(filled)
    text = PAGE.read_text(encoding="utf-8")
    told = {
        view: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        for view, part in re.findall(r"^#### `(\w+)`\n(.*?)(?=^#|\Z)", text, re.M | re.S)
    }
    with psycopg.connect(filled) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = %s ORDER BY table_name, ordinal_position",
            [SCHEMA],
        ).fetchall()
    made: dict[str, list[str]] = {}
    for view, column in rows:
        made.setdefault(view, []).append(column)
    assert told == made


def test_views_and_grants_outlive_an_upgrade() -> None:
    database = fresh_postgres()
    draw(database, revisions()[-2])
    analyst = granted_in_old(database)
    with open_store(database):
        pass
    with psycopg.connect(analyst) as connection:
        assert connection.execute(f"SELECT count(*) FROM {SCHEMA}.runs".encode()).fetchone() == (2,)


def granted_in_old(database: str) -> str:
    """Make the views in a store before it is brought to the newest schema."""
    with open_store(database):
        pass
    analyst = granted(database)
    raw = Database(database)
    with raw.unchecked_write() as connection:
        # As a store of the schema before, with its views; the last migration makes indexes alone.
        connection.exec_driver_sql("DROP INDEX record_account, assignment_theme")
        command.stamp(_config(connection), revisions()[-2])
    raw.engine.dispose()
    return analyst


def test_views_show_what_was_restored(filled: str, tmp_path: Path) -> None:
    analyst = granted(filled)
    empty = str(tmp_path / "empty.db")
    with open_store(empty):
        pass
    with (
        snapshot(empty) as found,
        staging(filled, found.revision, replace=True) as made,
    ):
        made.finish()
        kept = made.take_over()
    assert kept.startswith("before_restore_")
    with psycopg.connect(analyst) as connection:
        assert connection.execute(f"SELECT count(*) FROM {SCHEMA}.runs".encode()).fetchone() == (0,)


def test_a_file_has_no_analysts(tmp_path: Path) -> None:
    with (
        open_store(str(tmp_path / "store.db")) as store,
        pytest.raises(StoreError, match="an SQLite file has no users"),
    ):
        store.views_for("analyst")
