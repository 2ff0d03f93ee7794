"""Erasures, the decisions they blanked, and rows of input files that may not be kept. Frozen.

SQLite can neither change a constraint nor drop a table that others refer to without losing their
rows, so there the table of packages is made anew with all that hangs on it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
COUNTS = "rows_done = accepted + duplicate + quarantined + erased"
HANGING = (
    "package",
    "source_cursor",
    "quarantine",
    "record",
    "statement",
    "assignment",
    "found_assignment",
)
"""The table of packages and all that refer to it, parents first."""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint("package_counts", "package", type_="check")
        op.add_column("package", sa.Column("erased", sa.Integer(), nullable=True))
        op.execute("UPDATE package SET erased = 0")
        op.alter_column("package", "erased", nullable=False)
        op.create_check_constraint("package_counts", "package", COUNTS)
    else:
        _make_packages_anew(connection)
    _erasures()


def _make_packages_anew(connection: sa.Connection) -> None:
    query = "SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = ?"
    written = {t: connection.exec_driver_sql(query, (t,)).all() for t in HANGING}
    for table in HANGING:
        connection.exec_driver_sql(f"CREATE TABLE aside_{table} AS SELECT * FROM {table}")  # noqa: S608
    for table in reversed(HANGING):
        op.drop_table(table)
    for table in HANGING:
        for kind, sql in sorted(written[table], reverse=True):  # the table before its indexes
            if (kind, table) == ("table", "package"):
                _packages()
            else:
                connection.exec_driver_sql(sql)
        _bring_back(connection, table)


def _bring_back(connection: sa.Connection, table: str) -> None:
    names = [column["name"] for column in sa.inspect(connection).get_columns(f"aside_{table}")]
    cells = ", ".join(f'"{name}"' for name in names)
    more = (", erased", ", 0") if table == "package" else ("", "")
    into = f"INSERT INTO {table} ({cells}{more[0]})"
    connection.exec_driver_sql(f"{into} SELECT {cells}{more[1]} FROM aside_{table}")  # noqa: S608
    op.drop_table(f"aside_{table}")


def _packages() -> None:
    op.create_table(
        "package",
        sa.Column("package_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column(
            "run_id", sa.Integer(), sa.ForeignKey("run.run_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("path", WORDS, nullable=False),
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicate", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.CheckConstraint(COUNTS, name="package_counts"),
        sqlite_with_rowid=False,
    )


def _erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("erasure_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("requested_at", WORDS, nullable=False),
        sa.Column("requested_by", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("tombstones", WORDS, nullable=False),
        sa.Column("counts", WORDS, nullable=False),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.Column("numbers", WORDS, nullable=False),
        sa.Column("files", WORDS, nullable=False),
        sa.Column("left", WORDS, nullable=False),
        sa.Column("finished_at", WORDS, nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "blanked_decision",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column(
            "erasure_id",
            sa.Integer(),
            sa.ForeignKey("erasure.erasure_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("seal", WORDS, nullable=False),
        sqlite_with_rowid=False,
    )
