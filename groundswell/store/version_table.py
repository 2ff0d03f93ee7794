"""The table of model versions."""

from sqlalchemy import CheckConstraint, Index, Integer, text

from groundswell.store.columns import Document, key, optional, part_of, required, table

model_version = table(
    "model_version",
    key("kind"),
    key("version", Integer),
    required("run_id", Integer, part_of("run.run_id")),
    required("encoder_id"),
    required("fingerprint"),
    required("state"),
    required("why"),
    required("code_version"),
    required("snapshot", Document),
    required("settings", Document),
    required("parents", Document),
    required("metrics", Document),
    required("gates", Document),
    required("files", Document),
    optional("promoted_in", Integer),
    CheckConstraint(
        "state IN ('challenger', 'champion', 'retired', 'refused')", name="model_version_states"
    ),
)
Index(
    "model_version_champion",
    model_version.c.kind,
    unique=True,
    sqlite_where=text("state = 'champion'"),
    postgresql_where=text("state = 'champion'"),
)
