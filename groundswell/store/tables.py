"""The tables, the same on SQLite and PostgreSQL.

Rows are keyed by content hashes or by numbers given out in a fixed order, and text sorts by its
bytes, so that equal input makes an equal store. A column marked ``volatile`` tells of the clock
or of interruptions, not of the data: `groundswell.store.image` writes the marked value over it.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from groundswell.store.columns import Day, Document, Moment, Words, key, optional, part_of, required

metadata = MetaData()


def table(name: str, *parts: Any, **options: Any) -> Table:
    """Return a table of `metadata`; on SQLite its rows lie in the order of their key."""
    return Table(name, metadata, *parts, sqlite_with_rowid=False, **options)


lease = table(
    "lease",
    key("resource"),
    required("owner"),
    required("epoch", Integer),
    required("since", Moment),
    required("expires_at", Moment),
    info={"volatile": True},
)

run = table(
    "run",
    key("run_id", Integer),
    required("kind"),
    required("resource"),
    required("state"),
    required("started_at", Moment, volatile=""),
    optional("finished_at", Moment, volatile=""),
    required("config_hash"),
    required("versions", Document),
    required("attempts", Integer, volatile=0),
    required("message"),
)

step = table(
    "step",
    key("run_id", Integer, part_of("run.run_id")),
    key("step"),
    required("state"),
    required("items_in", Integer),
    required("items_out", Integer),
    required("rejected", Integer),
    required("seconds", Double, volatile=0),
    required("detail", Document),
    CheckConstraint("items_in = items_out + rejected", name="step_counts"),
)

package = table(
    "package",
    key("package_id", Integer),
    required("run_id", Integer, part_of("run.run_id")),
    required("source"),
    required("kind"),
    required("path"),
    required("sha256"),
    required("size_bytes", BigInteger),
    required("accepted", Integer),
    required("duplicate", Integer),
    required("quarantined", Integer),
    required("rows_done", Integer),
    required("complete", Boolean),
    UniqueConstraint("source", "path", "sha256", name="package_file"),
    CheckConstraint("rows_done = accepted + duplicate + quarantined", name="package_counts"),
)

quarantine = table(
    "quarantine",
    key("package_id", Integer, part_of("package.package_id")),
    key("position", Integer),
    required("line", Integer),
    optional("byte_start", BigInteger),
    optional("byte_end", BigInteger),
    required("reason"),
    required("detail"),
    required("raw"),
)

record = table(
    "record",
    key("record_id"),
    required("package_id", Integer, part_of("package.package_id")),
    required("line", Integer),
    optional("statements", Integer),
    required("source"),
    required("source_id"),
    required("text"),
    required("created_at", Moment),
    required("channel"),
    optional("author"),
    optional("account_id"),
    optional("rating", Double),
    optional("nps", Integer),
    optional("version"),
    optional("language"),
)
Index(
    "record_unsplit",
    record.c.record_id,
    sqlite_where=record.c.statements.is_(None),
    postgresql_where=record.c.statements.is_(None),
)

statement = table(
    "statement",
    key("statement_id"),
    required("record_id", Words, part_of("record.record_id")),
    required("start", Integer),
    required("end", Integer),
    required("text"),
    required("text_hash"),
)
Index("statement_record", statement.c.record_id)

vector = table(
    "vector",
    key("model_id"),
    key("text_hash"),
    required("vector", LargeBinary),
)

account = table(
    "account",
    key("account_id"),
    required("name"),
    optional("arr", Double),
    optional("segment"),
    optional("seats", Integer),
    optional("renewal_date", Day),
    required("status"),
    optional("churned_at", Day),
)

deal = table(
    "deal",
    key("deal_id"),
    optional("account_id"),
    required("stage"),
    optional("amount", Double),
    optional("probability", Double),
    optional("close_date", Day),
    required("reasons", Document),
    optional("competitor"),
)

market_signal = table(
    "market_signal",
    key("signal_id"),
    required("kind"),
    required("key"),
    required("value", Double),
    required("unit"),
    required("observed_at", Moment),
    required("source"),
    optional("competitor"),
    required("text"),
    optional("geo"),
)

work_item = table(
    "work_item",
    key("item_id"),
    required("title"),
    required("text"),
    optional("area"),
    optional("type"),
    required("status"),
    optional("team"),
    optional("estimate_days", Double),
    optional("actual_days", Double),
    optional("story_points", Double),
    optional("started", Day),
    optional("finished", Day),
    optional("url"),
)

capacity = table(
    "capacity",
    key("team"),
    key("release"),
    required("person_days", Double),
    optional("day_rate", Double),
)

theme_model = table(
    "theme_model",
    key("version", Integer),
    required("run_id", Integer, part_of("run.run_id")),
    required("encoder_id"),
    required("fingerprint"),
    required("settings", Document),
    required("file"),
    required("sha256"),
    required("statements", Integer),
)

theme = table(
    "theme",
    key("theme_id", Integer),
    required("label"),
    required("keywords", Document),
    required("exemplars", Document),
    required("size", Integer),
    required("stability", Double),
    required("state"),
    optional("parent_id", Integer),
    required("x", Double),
    required("y", Double),
    required("retired_into", Document),
)

assignment = table(
    "assignment",
    key("statement_id", Words, part_of("statement.statement_id")),
    key("theme_id", Integer),
    required("membership", Double),
    CheckConstraint("membership BETWEEN 0 AND 1", name="assignment_share"),
)

candidate = table(
    "candidate",
    key("run_id", Integer, part_of("run.run_id")),
    key("candidate_id"),
    required("title"),
    required("need"),
    required("coverage", Document),
    required("status"),
    required("reason"),
    required("item_ids", Document),
)

reference = table(
    "reference",
    key("key"),
    required("run_id", Integer, part_of("run.run_id")),
    required("document"),
)

report = table(
    "report",
    key("run_id", Integer, part_of("run.run_id")),
    required("as_of", Moment),
    required("document"),
    optional("reference_key", Words, ForeignKey("reference.key")),
)

report_file = table(
    "report_file",
    key("run_id", Integer, part_of("run.run_id")),
    key("name"),
    required("folder", volatile=""),
    required("sha256"),
    required("size", BigInteger),
)
