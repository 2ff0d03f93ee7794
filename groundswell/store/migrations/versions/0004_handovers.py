"""Which ideas were handed over to a tracker. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("mark", WORDS, primary_key=True, autoincrement=False),
        sa.Column("candidate_id", WORDS, nullable=False),
        sa.Column("tracker", WORDS, nullable=False),
        sa.Column("way", WORDS, nullable=False),
        sa.Column("begun_at", WORDS, nullable=False),
        sa.Column("brief_sha256", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("sent_at", WORDS, nullable=True),
        sqlite_with_rowid=False,
    )
