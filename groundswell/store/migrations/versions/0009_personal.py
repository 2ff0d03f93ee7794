"""What a reviewer last saw, and saved views. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "web_seen",
        sa.Column("reviewer", WORDS, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "web_view",
        sa.Column("view_id", WORDS, primary_key=True, autoincrement=False),
        sa.Column("owner", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("query", WORDS, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("web_view_owner", "web_view", ["owner", "name"], unique=True)
    op.create_table(
        "web_default_view",
        sa.Column("reviewer", WORDS, primary_key=True, autoincrement=False),
        sa.Column("view_id", WORDS, nullable=True),
        sqlite_with_rowid=False,
    )
