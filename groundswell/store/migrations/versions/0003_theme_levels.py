"""Themes in three levels, what became of them, alerts and proposed names. Frozen.

The tables are made anew and filled from a copy, so that a migrated store has the very schema of
a new one.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

MADE_ANEW: dict[str, Mapping[str, str]] = {
    "theme": {
        "level": "CASE WHEN parent_id IS NULL THEN 'area' ELSE 'need' END",
        "named_by": "'machine'",
        "name_evidence": "'[]'",
        "counter_exemplars": "'[]'",
    },
    "assignment": {},
}
"""Tables with the SQL of each column that is new."""


def upgrade() -> None:
    columns = {table: _set_aside(table) for table in MADE_ANEW}
    for table in MADE_ANEW:
        op.drop_table(table)
    _themes()
    _told()
    for table, filled in MADE_ANEW.items():
        _bring_back(table, {name: f'"{name}"' for name in columns[table]} | dict(filled))
    _give_shares()


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


def _themes() -> None:
    _create(
        "theme",
        _key("theme_id", sa.Integer),
        _some("label"),
        _some("keywords"),
        _some("exemplars"),
        _some("size", sa.Integer),
        _some("stability", sa.Double),
        _some("state"),
        _maybe("parent_id", sa.Integer),
        _some("x", sa.Double),
        _some("y", sa.Double),
        _some("level"),
        _some("named_by"),
        _some("name_evidence"),
        _some("counter_exemplars"),
        _some("retired_into"),
    )
    _create(
        "assignment",
        _key("statement_id", WORDS, _of("statement.statement_id")),
        _key("theme_id", sa.Integer),
        _some("membership", sa.Double),
        _maybe("variant_id", sa.Integer),
        sa.CheckConstraint("membership BETWEEN 0 AND 1", name="assignment_share"),
    )


def _told() -> None:
    _create(
        "theme_change",
        _key("run_id", sa.Integer, _of("run.run_id")),
        _key("position", sa.Integer),
        _some("kind"),
        _some("theme_ids"),
        _some("earlier_ids"),
        _some("figures"),
        _some("sentence"),
    )
    _create(
        "rise_alert",
        _key("theme_id", sa.Integer),
        _key("view"),
        _key("raised_on"),
        _maybe("ended_on"),
        _maybe("version"),
        _some("voices", sa.Integer),
        _some("ratio", sa.Double),
    )
    _create("name_proposal", _key("key"), _some("title"), _some("refusal"))


def _give_shares() -> None:
    """Give heirs of retired themes the shares that were not kept: equal ones."""
    connection = op.get_bind()
    ended = connection.execute(sa.text("SELECT theme_id, retired_into FROM theme"))
    for theme_id, text in ended.fetchall():
        heirs = json.loads(text)
        shared = json.dumps([[heir, 1.0 / len(heirs)] for heir in heirs], separators=(",", ":"))
        update = sa.text("UPDATE theme SET retired_into = :heirs WHERE theme_id = :theme")
        connection.execute(update, {"heirs": shared, "theme": theme_id})


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
