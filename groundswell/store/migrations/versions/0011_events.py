"""What happened, and which webhooks were told. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("event_id", WORDS, primary_key=True, autoincrement=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("happened_at", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("event_time", "event", ["happened_at"])
    op.create_table(
        "webhook",
        sa.Column("name", WORDS, primary_key=True, autoincrement=False),
        sa.Column("since", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery",
        sa.Column("webhook", WORDS, primary_key=True, autoincrement=False),
        sa.Column(
            "event_id",
            WORDS,
            sa.ForeignKey("event.event_id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", WORDS, nullable=True),
        sa.Column("begun_at", WORDS, nullable=True),
        sa.Column("found", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("delivery_waiting", "delivery", ["state", "webhook"])
