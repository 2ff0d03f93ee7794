"""What analysts may read of a PostgreSQL store: views of their own, and a role that has no more.

The tables are the program's and change with it; the views keep their columns
(docs/deploy/postgresql.md). Texts are as they were cleaned; raw texts, people's names, reasons
that reviewers gave, and all that has to do with signing in are in none of them. Grants come from
default privileges, so that an upgrade, which makes the views anew, leaves them as they were.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from groundswell.errors import StoreError
from groundswell.store.database import Database

SCHEMA = "groundswell_analysis"

VIEWS = {
    "records": """
SELECT record_id, source, channel, created_at::timestamptz AS created_at, account_id, rating, nps,
       version, language, votes, copy_of IS NOT NULL AS is_copy
FROM record""",
    "statements": "SELECT statement_id, record_id, text FROM statement",
    "needs": """
SELECT theme_id AS need_id, label, state, level, parent_id, size AS statements, stability
FROM theme""",
    "statement_needs": """
SELECT statement_id, theme_id AS need_id, membership FROM assignment WHERE theme_id >= 0""",
    "accounts": """
SELECT DISTINCT ON (account_id) account_id, arr, segment, seats, renewal_date::date AS renewal_date,
       status, churned_at::date AS churned_at
FROM account ORDER BY account_id, observed_at DESC""",
    "ideas": """
SELECT report.run_id, report.as_of::timestamptz AS as_of, (idea->>'rank')::integer AS rank,
       (idea->>'rank_low')::integer AS rank_low, (idea->>'rank_high')::integer AS rank_high,
       (idea->>'tier')::integer AS tier, idea->>'candidate_id' AS idea_id, idea->>'title' AS title,
       idea->>'status' AS status, (idea->>'score')::double precision AS score,
       (idea->>'voices')::double precision AS voices, (idea->>'mentions')::integer AS mentions
FROM report JOIN run USING (run_id)
CROSS JOIN LATERAL jsonb_array_elements(report.document::jsonb->'ideas') AS idea
WHERE run.state = 'ok'""",
    "runs": """
SELECT run_id, kind, state, started_at::timestamptz AS started_at,
       finished_at::timestamptz AS finished_at
FROM run""",
    "decisions": """
SELECT number, at::timestamptz AS at, document::jsonb->>'kind' AS kind, target FROM decision""",
}
"""Name to query. Columns may be added at the end, never changed or taken away."""


def make_views(database: Database) -> None:
    """Make the views, or make them anew.

    Raises
    ------
    StoreError
        The store is no PostgreSQL database, or the user may make no schema in it.
    """
    if database.is_sqlite:
        raise StoreError(
            f"{database.place}: an SQLite file has no users; analysts' views need PostgreSQL"
        )
    with database.unchecked_write() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        _drop(connection)
        _make(connection)


def grants(connection: Connection, role: str) -> str:
    """Return the SQL with which an administrator makes a role that can read the views alone."""
    name, owner = (_quoted(connection, one) for one in (role, _user(connection)))
    where = _quoted(connection, str(connection.scalar(text("SELECT current_database()"))))
    return "\n".join(
        (
            f"CREATE ROLE {name} LOGIN;",
            f"ALTER ROLE {name} SET default_transaction_read_only = on;",
            f"ALTER ROLE {name} SET statement_timeout = '5min';",
            f"GRANT CONNECT ON DATABASE {where} TO {name};",
            f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name};",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {name};",
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {SCHEMA}"
            f" GRANT SELECT ON TABLES TO {name};",
        )
    )


@contextmanager
def stepping_aside(connection: Connection) -> Iterator[None]:
    """Take the views away while the tables under them change, where there are any."""
    there = connection.dialect.name == "postgresql" and connection.scalar(
        text("SELECT 1 FROM pg_views WHERE schemaname = :schema"), {"schema": SCHEMA}
    )
    if there:
        _drop(connection)
    yield
    if there:
        _make(connection)


def _make(connection: Connection) -> None:
    for name, query in VIEWS.items():
        # The name of a view and its query are ours.
        connection.exec_driver_sql(f"CREATE VIEW {SCHEMA}.{name} AS {query}")


def _drop(connection: Connection) -> None:
    for name in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {SCHEMA}.{name}")


def _user(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT current_user")))


def _quoted(connection: Connection, name: str) -> str:
    return str(connection.scalar(text("SELECT quote_ident(:name)"), {"name": name}))
