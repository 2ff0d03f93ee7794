"""Indexes for what pages ask: the statements of a need, the messages of an account. Frozen."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index("record_account", "record", ["account_id"])
    op.create_index("assignment_theme", "assignment", ["theme_id"])
