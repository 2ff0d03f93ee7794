"""What the fit found, where reviewers shaped the themes otherwise. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "found_theme",
        sa.Column("theme_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("keywords", WORDS, nullable=False),
        sa.Column("exemplars", WORDS, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("stability", sa.Double, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("parent_id", sa.Integer, nullable=True),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
        sa.Column("level", WORDS, nullable=False),
        sa.Column("named_by", WORDS, nullable=False),
        sa.Column("name_evidence", WORDS, nullable=False),
        sa.Column("counter_exemplars", WORDS, nullable=False),
        sa.Column("retired_into", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    statement = sa.ForeignKey("statement.statement_id", ondelete="CASCADE")
    op.create_table(
        "found_assignment",
        sa.Column("statement_id", WORDS, statement, primary_key=True),
        sa.Column("theme_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("membership", sa.Double, nullable=False),
        sa.Column("variant_id", sa.Integer, nullable=True),
        sa.CheckConstraint("membership BETWEEN 0 AND 1", name="found_assignment_share"),
        sqlite_with_rowid=False,
    )
