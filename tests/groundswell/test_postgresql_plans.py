"""What pages ask of a large PostgreSQL store is found by indexes, not by reading it all.

100,000 drawn statements here; 1,000,000 with ``GROUNDSWELL_NIGHTLY=1``. The plans are the same.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from groundswell.store import SearchFilter, Store, open_store
from groundswell.store.database import Database
from tests.nightly import NIGHTLY
from tests.promises.servers import fresh_postgres, stop_server

__all__ = ["stop_server"]

ROWS = 1_000_000 if NIGHTLY else 100_000
NEEDS, ACCOUNTS = 300, 5_000
LARGE = {"record", "statement", "assignment", "found_assignment", "vector", "annotation"}
FILL = f"""
INSERT INTO run VALUES (1, 'refresh', 'pipeline', 'ok', '2026', '2026', 'c', '{{}}', 1, '');
INSERT INTO package
  VALUES (1, 1, 'crm', 'feedback', 'a.csv', 'x', 1, 0, 0, 5, 5, true, true, false, 0);
INSERT INTO quarantine
  SELECT 1, n, n, NULL, NULL, 'bad_date', 'd', 'r' FROM generate_series(1, 5) AS n;
CREATE TEMP TABLE drawn AS SELECT n, md5(n::text) || md5((-n)::text) AS id,
  'the ' || (ARRAY['export', 'sync', 'login', 'map'])[1 + mod(n, 4)] || ' fails on ' || md5(n::text)
  AS said FROM generate_series(1, {ROWS}) AS n;
INSERT INTO record (record_id, package_id, seen_in, line, position, statements, source, source_id,
  text, created_at, channel, author, account_id, copy_of)
  SELECT id, 1, 1, n, n, 1, 'crm', n::text, said,
  to_char(date '2024-01-01' + mod(n, 900), 'YYYY-MM-DD') || 'T09:00:00.000000+00:00', 'ticket',
  'author-' || mod(n, 50000), 'account-' || mod(n, {ACCOUNTS}), NULL FROM drawn ORDER BY id;
INSERT INTO statement SELECT id, id, 0, length(said), said, md5(said) FROM drawn ORDER BY id;
INSERT INTO vector SELECT 'm', md5(said), '\\x3c003c00' FROM drawn;
INSERT INTO annotation SELECT 'm', md5(said), 'problem', 0.9, 0, 0, true FROM drawn;
INSERT INTO assignment
  SELECT id, mod(n, {NEEDS}), 0.5 + mod(n, 2) * 0.3, NULL FROM drawn ORDER BY id;
ANALYZE;
"""
SOME = [f"{n:064x}" for n in range(20)]

Ask = Callable[[Store], object]

PAGES: dict[str, Ask] = {
    "a record": lambda store: store.lookups.record(SOME[0]),
    "the statements of a need": lambda store: store.lookups.statements_of(7, 50),
    "hits by their ids": lambda store: store.lookups.hits(SOME),
    "statements by their ids": lambda store: store.lookups.said(SOME),
    "texts by their ids": lambda store: store.feedback.statement_text(SOME),
    "records by their ids": lambda store: store.feedback.records(SOME),
    "a search in a need": lambda store: store.lookups.search(
        ["export"], SearchFilter(theme_id=7), limit=20
    ),
    "a search in an account": lambda store: store.lookups.search(
        ["export"], SearchFilter(account_id="account-7"), limit=20
    ),
    "all that a need lets through": lambda store: store.lookups.matching(SearchFilter(theme_id=7)),
    "all that an account says": lambda store: store.lookups.matching(
        SearchFilter(account_id="account-7")
    ),
    "what is said of texts": lambda store: store.annotations.load("m", SOME),
    "a quarantined row": lambda store: store.feedback.quarantine_entry("1-3"),
    "the newest report": lambda store: store.lookups.newest_report(),
    "the history of a need": lambda store: store.lookups.theme_history(7),
}


@pytest.fixture(scope="module")
def large() -> str:
    """Return a PostgreSQL store with many drawn statements."""
    database = fresh_postgres()
    with open_store(database):
        pass
    raw = Database(database)
    with raw.unchecked_write() as connection:
        connection.exec_driver_sql(FILL)
        # As docs/deploy/postgresql.md asks for; the default is that of turning disks.
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET random_page_cost = 1.1")
    raw.engine.dispose()
    return database


@contextmanager
def heard(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Yield what is asked of a server meanwhile: SQL with its parameters."""
    asked: list[tuple[str, Any]] = []

    def hear(*told: Any) -> None:
        asked.append((told[2], told[3]))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def read_whole(database: str, ask: Ask) -> list[str]:
    """Return the large tables that are read from one end to the other, with the SQL."""
    found = []
    with open_store(database) as store:
        raw = store._database
        with heard(raw.engine) as asked:
            ask(store)
        with raw.read() as connection:
            for sql, parameters in asked:
                if not sql.startswith("SELECT"):
                    continue
                plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
                told: Any = plan.scalar()
                tree = json.loads(told) if isinstance(told, str) else told
                scans = {name for name in _scans(tree[0]["Plan"]) if name in LARGE}
                found += [f"{name}: {sql}" for name in sorted(scans)]
    return found


def _scans(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _scans(below)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_finds_what_it_shows_by_an_index(page: str, large: str) -> None:
    assert read_whole(large, PAGES[page]) == []


def test_a_search_for_words_uses_trigrams_where_they_are(large: str) -> None:
    raw = Database(large)
    with raw.unchecked_write() as connection:
        known = connection.exec_driver_sql(
            "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"
        )
        if known.first() is None:
            pytest.skip("this server has no pg_trgm")
        connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
        connection.exec_driver_sql(
            "CREATE INDEX statement_words ON statement USING gin (text gin_trgm_ops)"
        )
        connection.exec_driver_sql("ANALYZE statement")
    raw.engine.dispose()
    rare = "c4ca4238a0b923820dcc509a6f75849b"  # md5 of 1
    found = read_whole(large, lambda store: store.lookups.search([rare], SearchFilter(), limit=20))
    assert found == []
    with open_store(large) as store:
        assert store.lookups.search([rare], SearchFilter(), limit=20).total == 1
