"""The first schema. Frozen: what has been released is changed by a further migration only."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _runs()
    _feedback()
    _records()
    _statements()
    _customers()
    _market()
    _themes()
    _reports()


def _runs() -> None:
    _create(
        "lease",
        _key("resource"),
        _some("owner"),
        _some("epoch", sa.Integer),
        _some("since"),
        _some("expires_at"),
    )
    _create(
        "run",
        _key("run_id", sa.Integer),
        _some("kind"),
        _some("resource"),
        _some("state"),
        _some("started_at"),
        _maybe("finished_at"),
        _some("config_hash"),
        _some("versions"),
        _some("attempts", sa.Integer),
        _some("message"),
    )
    _create(
        "step",
        _key("run_id", sa.Integer, _of("run.run_id")),
        _key("step"),
        _some("state"),
        _some("items_in", sa.Integer),
        _some("items_out", sa.Integer),
        _some("rejected", sa.Integer),
        _some("seconds", sa.Double),
        _some("detail"),
        sa.CheckConstraint("items_in = items_out + rejected", name="step_counts"),
    )


def _feedback() -> None:
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
        sa.UniqueConstraint("source", "path", "sha256", name="package_file"),
        sa.CheckConstraint("rows_done = accepted + duplicate + quarantined", name="package_counts"),
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
    )


def _records() -> None:
    _create(
        "record",
        _key("record_id"),
        _some("package_id", sa.Integer, _of("package.package_id")),
        _some("line", sa.Integer),
        _maybe("statements", sa.Integer),
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
    )
    op.create_index(
        "record_unsplit",
        "record",
        ["record_id"],
        sqlite_where=sa.text("statements IS NULL"),
        postgresql_where=sa.text("statements IS NULL"),
    )


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
        "vector",
        _key("model_id"),
        _key("text_hash"),
        _some("vector", sa.LargeBinary),
    )


def _customers() -> None:
    _create(
        "account",
        _key("account_id"),
        _some("name"),
        _maybe("arr", sa.Double),
        _maybe("segment"),
        _maybe("seats", sa.Integer),
        _maybe("renewal_date"),
        _some("status"),
        _maybe("churned_at"),
    )
    _create(
        "deal",
        _key("deal_id"),
        _maybe("account_id"),
        _some("stage"),
        _maybe("amount", sa.Double),
        _maybe("probability", sa.Double),
        _maybe("close_date"),
        _some("reasons"),
        _maybe("competitor"),
    )


def _market() -> None:
    _create(
        "market_signal",
        _key("signal_id"),
        _some("kind"),
        _some("key"),
        _some("value", sa.Double),
        _some("unit"),
        _some("observed_at"),
        _some("source"),
        _maybe("competitor"),
        _some("text"),
        _maybe("geo"),
    )
    _create(
        "work_item",
        _key("item_id"),
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
    _create(
        "capacity",
        _key("team"),
        _key("release"),
        _some("person_days", sa.Double),
        _maybe("day_rate", sa.Double),
    )


def _themes() -> None:
    _create(
        "theme_model",
        _key("version", sa.Integer),
        _some("run_id", sa.Integer, _of("run.run_id")),
        _some("encoder_id"),
        _some("fingerprint"),
        _some("settings"),
        _some("file"),
        _some("sha256"),
        _some("statements", sa.Integer),
    )
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
        _some("retired_into"),
    )
    _create(
        "assignment",
        _key("statement_id", WORDS, _of("statement.statement_id")),
        _key("theme_id", sa.Integer),
        _some("membership", sa.Double),
        sa.CheckConstraint("membership BETWEEN 0 AND 1", name="assignment_share"),
    )


def _reports() -> None:
    _create(
        "candidate",
        _key("run_id", sa.Integer, _of("run.run_id")),
        _key("candidate_id"),
        _some("title"),
        _some("need"),
        _some("coverage"),
        _some("status"),
        _some("reason"),
        _some("item_ids"),
    )
    _create(
        "reference",
        _key("key"),
        _some("run_id", sa.Integer, _of("run.run_id")),
        _some("document"),
    )
    _create(
        "report",
        _key("run_id", sa.Integer, _of("run.run_id")),
        _some("as_of"),
        _some("document"),
        _maybe("reference_key", WORDS, sa.ForeignKey("reference.key")),
    )
    _create(
        "report_file",
        _key("run_id", sa.Integer, _of("run.run_id")),
        _key("name"),
        _some("folder"),
        _some("sha256"),
        _some("size", sa.BigInteger),
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
