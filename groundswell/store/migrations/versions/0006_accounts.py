"""Users of the review app, their sessions and tokens. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "web_user",
        sa.Column("name", WORDS, primary_key=True, autoincrement=False),
        sa.Column("role", WORDS, nullable=False),
        sa.Column("password_hash", WORDS, nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "web_session",
        sa.Column("session_hash", WORDS, primary_key=True, autoincrement=False),
        _user(),
        sa.Column("created_at", WORDS, nullable=False),
        sa.Column("seen_at", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("web_session_user", "web_session", ["user_name"])
    op.create_table(
        "web_token",
        sa.Column("token_id", WORDS, primary_key=True, autoincrement=False),
        sa.Column("token_hash", WORDS, nullable=False),
        _user(),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("created_at", WORDS, nullable=False),
        sa.Column("expires_at", WORDS, nullable=False),
        sa.Column("used_at", WORDS, nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("web_token_hash", "web_token", ["token_hash"], unique=True)


def _user() -> sa.Column[str]:
    user = sa.ForeignKey("web_user.name", ondelete="CASCADE")
    return sa.Column("user_name", WORDS, user, nullable=False)
