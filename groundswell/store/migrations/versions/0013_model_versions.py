"""Versions of every model, with their states, in the place of theme models alone. Frozen."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CHAMPION = "state = 'champion'"


def upgrade() -> None:
    table = op.create_table(
        "model_version",
        sa.Column("kind", WORDS, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column(
            "run_id", sa.Integer(), sa.ForeignKey("run.run_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("encoder_id", WORDS, nullable=False),
        sa.Column("fingerprint", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("why", WORDS, nullable=False),
        sa.Column("code_version", WORDS, nullable=False),
        sa.Column("snapshot", WORDS, nullable=False),
        sa.Column("settings", WORDS, nullable=False),
        sa.Column("parents", WORDS, nullable=False),
        sa.Column("metrics", WORDS, nullable=False),
        sa.Column("gates", WORDS, nullable=False),
        sa.Column("files", WORDS, nullable=False),
        sa.Column("promoted_in", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('challenger', 'champion', 'retired', 'refused')",
            name="model_version_states",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "model_version_champion",
        "model_version",
        ["kind"],
        unique=True,
        sqlite_where=sa.text(CHAMPION),
        postgresql_where=sa.text(CHAMPION),
    )
    _move(table)
    op.drop_table("theme_model")


def _move(table: sa.Table) -> None:
    """Take over the theme models; the newest is the one in use."""
    connection = op.get_bind()
    query = "SELECT version, run_id, encoder_id, fingerprint, settings, sha256, statements"
    models = connection.execute(sa.text(f"{query} FROM theme_model ORDER BY version")).all()
    for model in models:
        settings = json.loads(model.settings)
        row = {
            "kind": "themes",
            "version": model.version,
            "run_id": model.run_id,
            "encoder_id": model.encoder_id,
            "fingerprint": model.fingerprint,
            "state": "champion" if model is models[-1] else "retired",
            "why": str(settings.pop("why", "")),
            "code_version": "",
            "snapshot": _spelt({"statements": model.statements}),
            "settings": _spelt(settings),
            "parents": "[]",
            "metrics": "{}",
            "gates": "[]",
            "files": _spelt({"model.safetensors": model.sha256}),
            "promoted_in": model.run_id,
        }
        connection.execute(table.insert(), row)


def _spelt(value: dict[str, object]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
