"""What a job is about, and in which manner it is done. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
FILL = """
INSERT INTO job (job_id, kind, requested_by, requested_at, reason, state, attempts, step, done,
                 total, started_at, finished_at, run_id, message, subject, manner)
SELECT job_id, kind, requested_by, requested_at, reason, state, attempts, step, done,
       total, started_at, finished_at, run_id, message, '', '' FROM kept_job
"""


def upgrade() -> None:
    # Columns that are added would have defaults, which those of a new store have not.
    op.execute("CREATE TEMPORARY TABLE kept_job AS SELECT * FROM job")
    op.drop_table("job")
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
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("manner", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(FILL)
    op.execute("DROP TABLE kept_job")
