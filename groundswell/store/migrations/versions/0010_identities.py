"""By what a provider knows a user. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    user = sa.ForeignKey("web_user.name", ondelete="CASCADE")
    op.create_table(
        "web_identity",
        sa.Column("issuer", WORDS, primary_key=True, autoincrement=False),
        sa.Column("subject", WORDS, primary_key=True, autoincrement=False),
        sa.Column("user_name", WORDS, user, nullable=False),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("created_at", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("web_identity_user", "web_identity", ["user_name"])
