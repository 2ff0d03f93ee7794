"""Queued jobs, decisions staged in drafts, and what a draft would change. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("job_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("requested_by", WORDS, nullable=False),
        sa.Column("requested_at", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("step", WORDS, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("started_at", WORDS, nullable=True),
        sa.Column("finished_at", WORDS, nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("message", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staged_draft",
        sa.Column("reviewer", WORDS, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("document", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "draft_preview",
        sa.Column("reviewer", WORDS, primary_key=True, autoincrement=False),
        sa.Column("made_at", WORDS, nullable=False),
        sa.Column("document", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
