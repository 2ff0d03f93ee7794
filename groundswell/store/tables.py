"""The tables, the same on SQLite and PostgreSQL.

Rows are keyed by content hashes or by numbers given out in a fixed order, and text sorts by its
bytes, so that equal input makes an equal store. A column marked ``volatile`` tells of the clock
or of interruptions, not of the data: `groundswell.store.image` writes the marked value over it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
)

# So that `metadata` knows every table:
from groundswell.store import (
    account_tables,
    company,
    decision_table,
    erasure_tables,
    event_tables,
    handover_table,
    job_tables,
)
from groundswell.store.columns import (
    Day,
    Document,
    Moment,
    Words,
    key,
    metadata,
    optional,
    part_of,
    required,
    table,
)
from groundswell.store.theme_tables import assignment, found_assignment, found_theme, theme
from groundswell.store.version_table import model_version

__all__ = [
    "account_tables",
    "assignment",
    "company",
    "decision_table",
    "erasure_tables",
    "event_tables",
    "found_assignment",
    "found_theme",
    "handover_table",
    "job_tables",
    "metadata",
    "model_version",
    "theme",
]

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
    required("whole", Boolean),
    required("forgotten", Boolean),
    required("erased", Integer),
    CheckConstraint(
        "rows_done = accepted + duplicate + quarantined + erased", name="package_counts"
    ),
)
Index(
    "package_file",
    package.c.source,
    package.c.path,
    package.c.sha256,
    unique=True,
    sqlite_where=package.c.forgotten.is_(False),
    postgresql_where=package.c.forgotten.is_(False),
)

source_cursor = table(
    "source_cursor",
    key("source"),
    key("place"),
    required("cursor"),
    required("package_id", Integer, part_of("package.package_id")),
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
    CheckConstraint("length(raw) <= 4096", name="quarantine_raw"),
)

record = table(
    "record",
    key("record_id"),
    required("package_id", Integer, part_of("package.package_id")),
    required("seen_in", Integer, part_of("package.package_id")),
    required("line", Integer),
    required("position", Integer, volatile=0),  # follows the order in which rows are handed in
    optional("statements", Integer),
    optional("copy_of", Words, ForeignKey("record.record_id", ondelete="SET NULL")),
    optional("copy_similarity", Double),
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
    optional("votes", Integer),
    optional("prompt"),
    optional("updated_at", Moment),
    optional("raw"),
)
Index(
    "record_unsplit",
    record.c.record_id,
    sqlite_where=record.c.statements.is_(None),
    postgresql_where=record.c.statements.is_(None),
)
Index(
    "record_copy",
    record.c.copy_of,
    sqlite_where=record.c.copy_of.is_not(None),
    postgresql_where=record.c.copy_of.is_not(None),
)
Index("record_account", record.c.account_id)

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

annotation = table(
    "annotation",
    key("model_id"),
    key("text_hash"),
    required("kind"),
    required("confidence", Double),
    required("polarity", Double),
    required("severity", Double),
    required("informative", Boolean),
    CheckConstraint(
        "confidence BETWEEN 0 AND 1 AND polarity BETWEEN -1 AND 1 AND severity BETWEEN 0 AND 1",
        name="annotation_ranges",
    ),
)

theme_change = table(
    "theme_change",
    key("run_id", Integer, part_of("run.run_id")),
    key("position", Integer),
    required("kind"),
    required("theme_ids", Document),
    required("earlier_ids", Document),
    required("figures", Document),
    required("sentence"),
)

rise_alert = table(
    "rise_alert",
    key("theme_id", Integer),
    key("view"),
    key("raised_on", Day),
    optional("ended_on", Day),
    optional("version"),
    required("voices", Integer),
    required("ratio", Double),
)

name_proposal = table(
    "name_proposal",
    key("key"),
    required("title"),
    required("refusal"),
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
