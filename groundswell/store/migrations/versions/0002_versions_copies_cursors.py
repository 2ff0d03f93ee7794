"""Versions of what changes, copies, annotations and cursors. Frozen, as every migration.

The tables are made anew and filled from a copy: SQLite can neither add a constraint to a table
nor drop one that others refer to without losing their rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SINCE_EVER = "'0001-01-01T00:00:00.000000+00:00'"
OBSERVED = {"observed_at": SINCE_EVER, "stated": "false", "source": "''"}

MADE_ANEW: dict[str, Mapping[str, str]] = {
    "package": {"whole": "true", "forgotten": "false"},
    "quarantine": {"raw": "substr(raw, 1, 4096)"},
    # The position of a row was not kept; it only must be no other row's.
    "record": {"seen_in": "package_id", "position": "-line"},
    "statement": {},
    "assignment": {},
    "account": OBSERVED,
    "deal": OBSERVED,
    "work_item": OBSERVED,
    "capacity": OBSERVED,
}
"""Tables, parents first, with the SQL of each column that is new or changed."""


def upgrade() -> None:
    columns = {table: _set_aside(table) for table in MADE_ANEW}
    for table in reversed(MADE_ANEW):
        op.drop_table(table)
    makers: tuple[Callable[[], None], ...] = (
        _packages,
        _records,
        _statements,
        _customers,
        _work,
        _product,
        _annotations,
    )
    for make in makers:
        make()
    for table, filled in MADE_ANEW.items():
        _bring_back(table, {name: f'"{name}"' for name in columns[table]} | dict(filled))


def _set_aside(table: str) -> list[str]:
    connection = op.get_bind()
    columns = [str(column["name"]) for column in sa.inspect(connection).get_columns(table)]
    aside = f"CREATE TABLE aside_{table} AS SELECT * FROM {table}"  # noqa: S608  # our own names
    connection.execute(sa.text(aside))
    return columns


def _bring_back(table: str, values: Mapping[str, str]) -> None:
    connection = op.get_bind()
    names, cells = ", ".join(f'"{name}"' for name in values), ", ".join(values.values())
    back = f"INSERT INTO {table} ({names}) SELECT {cells} FROM aside_{table}"  # noqa: S608
    connection.execute(sa.text(back))
    op.drop_table(f"aside_{table}")


def _packages() -> None:
    _create(
        "package",
        _key("package_id", sa.Integer),
        _some("run_id", sa.Integer, _of("run.run_id")),
        _some("source"),
        _some("kind"),
        _some("path"),
        _some("sha256"),
        _some("size_bytes", sa.BigInteger),
        _some("accepted", sa.Integer),
        _some("duplicate", sa.Integer),
        _some("quarantined", sa.Integer),
        _some("rows_done", sa.Integer),
        _some("complete", sa.Boolean),
        _some("whole", sa.Boolean),
        _some("forgotten", sa.Boolean),
        sa.CheckConstraint("rows_done = accepted + duplicate + quarantined", name="package_counts"),
    )
    _index("package_file", "package", "forgotten IS {false}", "source", "path", "sha256")
    _create(
        "source_cursor",
        _key("source"),
        _key("place"),
        _some("cursor"),
        _some("package_id", sa.Integer, _of("package.package_id")),
    )
    _create(
        "quarantine",
        _key("package_id", sa.Integer, _of("package.package_id")),
        _key("position", sa.Integer),
        _some("line", sa.Integer),
        _maybe("byte_start", sa.BigInteger),
        _maybe("byte_end", sa.BigInteger),
        _some("reason"),
        _some("detail"),
        _some("raw"),
        sa.CheckConstraint("length(raw) <= 4096", name="quarantine_raw"),
    )


def _records() -> None:
    _create(
        "record",
        _key("record_id"),
        _some("package_id", sa.Integer, _of("package.package_id")),
        _some("seen_in", sa.Integer, _of("package.package_id")),
        _some("line", sa.Integer),
        _some("position", sa.Integer),
        _maybe("statements", sa.Integer),
        _maybe("copy_of", WORDS, sa.ForeignKey("record.record_id", ondelete="SET NULL")),
        _maybe("copy_similarity", sa.Double),
        _some("source"),
        _some("source_id"),
        _some("text"),
        _some("created_at"),
        _some("channel"),
        _maybe("author"),
        _maybe("account_id"),
        _maybe("rating", sa.Double),
        _maybe("nps", sa.Integer),
        _maybe("version"),
        _maybe("language"),
        _maybe("votes", sa.Integer),
        _maybe("prompt"),
        _maybe("updated_at"),
        _maybe("raw"),
    )
    _index("record_unsplit", "record", "statements IS NULL", "record_id", unique=False)
    _index("record_copy", "record", "copy_of IS NOT NULL", "copy_of", unique=False)


def _statements() -> None:
    _create(
        "statement",
        _key("statement_id"),
        _some("record_id", WORDS, _of("record.record_id")),
        _some("start", sa.Integer),
        _some("end", sa.Integer),
        _some("text"),
        _some("text_hash"),
    )
    op.create_index("statement_record", "statement", ["record_id"])
    _create(
        "assignment",
        _key("statement_id", WORDS, _of("statement.statement_id")),
        _key("theme_id", sa.Integer),
        _some("membership", sa.Double),
        sa.CheckConstraint("membership BETWEEN 0 AND 1", name="assignment_share"),
    )


def _customers() -> None:
    _observations(
        "account",
        [_key("account_id")],
        _some("name"),
        _maybe("arr", sa.Double),
        _maybe("segment"),
        _maybe("seats", sa.Integer),
        _maybe("renewal_date"),
        _some("status"),
        _maybe("churned_at"),
    )
    _observations(
        "deal",
        [_key("deal_id")],
        _maybe("account_id"),
        _some("stage"),
        _maybe("amount", sa.Double),
        _maybe("probability", sa.Double),
        _maybe("close_date"),
        _some("reasons"),
        _maybe("competitor"),
    )


def _work() -> None:
    _observations(
        "work_item",
        [_key("item_id")],
        _some("title"),
        _some("text"),
        _maybe("area"),
        _maybe("type"),
        _some("status"),
        _maybe("team"),
        _maybe("estimate_days", sa.Double),
        _maybe("actual_days", sa.Double),
        _maybe("story_points", sa.Double),
        _maybe("started"),
        _maybe("finished"),
        _maybe("url"),
    )
    _observations(
        "capacity",
        [_key("team"), _key("release")],
        _some("person_days", sa.Double),
        _maybe("day_rate", sa.Double),
    )
    _observations("dependency", [_key("item_id"), _key("kind"), _key("other_id")])


def _product() -> None:
    _observations(
        "usage",
        [_key("date"), _key("area")],
        _maybe("unique_users", sa.BigInteger),
        _maybe("events", sa.BigInteger),
    )
    _observations(
        "support_cost",
        [_key("date"), _key("area")],
        _maybe("tickets", sa.BigInteger),
        _maybe("minutes", sa.Double),
        _maybe("cost", sa.Double),
    )


def _annotations() -> None:
    _create(
        "annotation",
        _key("model_id"),
        _key("text_hash"),
        _some("kind"),
        _some("confidence", sa.Double),
        _some("polarity", sa.Double),
        _some("severity", sa.Double),
        _some("informative", sa.Boolean),
        sa.CheckConstraint(
            "confidence BETWEEN 0 AND 1 AND polarity BETWEEN -1 AND 1 AND severity BETWEEN 0 AND 1",
            name="annotation_ranges",
        ),
    )


def _observations(name: str, keys: "list[sa.Column[Any]]", *content: "sa.Column[Any]") -> None:
    moment = (_key("observed_at"), _some("stated", sa.Boolean), _some("source"))
    _create(name, *keys, *moment, *content)


def _index(name: str, table: str, where: str, *columns: str, unique: bool = True) -> None:
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        sqlite_where=sa.text(where.format(false=0)),
        postgresql_where=sa.text(where.format(false="false")),
    )


def _create(name: str, *parts: Any) -> None:
    op.create_table(name, *parts, sqlite_with_rowid=False)


def _key(name: str, kind: Any = WORDS, *references: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, *references, primary_key=True, autoincrement=False)


def _some(name: str, kind: Any = WORDS, *references: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, *references, nullable=False)


def _maybe(name: str, kind: Any = WORDS, *references: Any) -> "sa.Column[Any]":
    return sa.Column(name, kind, *references, nullable=True)


def _of(column: str) -> sa.ForeignKey:
    return sa.ForeignKey(column, ondelete="CASCADE")
