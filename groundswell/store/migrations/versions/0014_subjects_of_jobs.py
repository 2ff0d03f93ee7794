"""What a job is about, and in which manner it is done. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name in ("subject", "manner"):
        op.add_column("job", sa.Column(name, WORDS, nullable=False, server_default=""))
