"""Bring a database to the newest schema; refuse one that is newer or not ours.

An empty database is given the tables as the code knows them, which takes a fifth of the time that
all migrations take one after another; tests compare what either makes.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    text,
)

from groundswell.errors import StoreError
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import Database
from groundswell.store.engines import lock_schema

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = "0015"
"""The newest schema; a test compares it with the migrations."""

_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(database: Database) -> None:
    """Create or upgrade the tables, all of them or none.

    Raises
    ------
    StoreError
        The schema is newer than this program, or the database holds something else.
    """
    with database.read() as connection:
        if revision(connection) == REVISION:
            return
    with database.write("schema", None) as connection:
        lock_schema(connection)
        found = revision(connection)  # again: another process may have come first
        if found is None:
            _create(connection, database.place)
        elif found != REVISION:
            _upgrade(connection, database.place, found)


def revision(connection: Connection) -> str | None:
    """Return the schema's revision; None if there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _create(connection: Connection, place: str) -> None:
    others = inspect(connection).get_table_names()
    if others:
        raise StoreError(
            f"{place}: holds tables of another program ({min(others)}); name another database"
        )
    tables.metadata.create_all(connection, checkfirst=False)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=REVISION))
    failpoint("schema.created")


def _upgrade(connection: Connection, place: str, found: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = _config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found not in known:
        raise StoreError(
            f"{place}: has schema {found}, this program knows up to {REVISION};"
            " install a newer groundswell, or name another database"
        )
    command.upgrade(config, "head")
    failpoint("schema.upgraded")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config
