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
from groundswell.store.analysts import stepping_aside
from groundswell.store.database import Database
from groundswell.store.engines import lock_schema

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = "0016"
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
            create(connection, database.place)
        elif found != REVISION:
            _upgrade(connection, database.place, found)


def revision(connection: Connection) -> str | None:
    """Return the schema's revision; None if there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def create(connection: Connection, place: str, wanted: str = REVISION) -> None:
    """Make the tables of a schema that this program knows where there are none.

    Raises
    ------
    StoreError
        There are tables.
    """
    others = inspect(connection).get_table_names()
    if others:
        raise StoreError(
            f"{place}: holds tables of another program ({min(others)}); name another database"
        )
    if wanted != REVISION:
        _to(connection, wanted)
        return
    tables.metadata.create_all(connection, checkfirst=False)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=REVISION))
    failpoint("schema.created")


def refuse_unknown(place: str, found: str) -> None:
    """Raise a StoreError unless a schema is one that this program knows."""
    from alembic.script import ScriptDirectory

    if found == REVISION:
        return
    scripts = ScriptDirectory.from_config(_config(None))
    if found not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            f"{place}: has schema {found}, this program knows up to {REVISION};"
            " install a newer groundswell, or name another database"
        )


def _upgrade(connection: Connection, place: str, found: str) -> None:
    refuse_unknown(place, found)
    with stepping_aside(connection):
        _to(connection, "head")
    failpoint("schema.upgraded")


def _to(connection: Connection, wanted: str) -> None:
    from alembic import command

    command.upgrade(_config(connection), wanted)


def _config(connection: Connection | None) -> "Config":
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config
