"""What reviewers decided: rows that are only added. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

SQLITE = """
CREATE TRIGGER decision_no_{verb} BEFORE {verb} ON decision
BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END
"""
POSTGRESQL = (
    """
    CREATE FUNCTION decision_only_added() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'decisions are only added'; END $$
    """,
    """
    CREATE TRIGGER decision_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON decision
    FOR EACH STATEMENT EXECUTE FUNCTION decision_only_added()
    """,
)


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("target", WORDS, nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sa.Column("document", WORDS, nullable=False),
        sa.Column("previous_hash", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("decision_target", "decision", ["target", "number"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE.format(verb=verb))
    else:
        for statement in POSTGRESQL:
            op.execute(statement)
