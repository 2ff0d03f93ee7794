"""Give back the room of what was taken out of a database, so that its bytes are gone, too."""

from sqlalchemy import text

from groundswell.store import tables
from groundswell.store.database import Database
from groundswell.store.engines import journal_mode

PATIENCE = "10s"
"""How long PostgreSQL waits for readers of a table; others wait behind it meanwhile."""


def compact(database: Database) -> None:
    """Write the database anew without what was taken out.

    SQLite makes a copy of the file and puts it in place; overwritten pages and the write-ahead log
    are gone with it. On PostgreSQL each table is written anew, one after another: a plain VACUUM
    would leave the bytes of rows in pages until others need the room. What a server keeps beside
    its tables (its log of writes, replicas, backups) is not reached.

    Raises
    ------
    StoreError
        Somebody reads for too long, or there is no room for the copy.
    """
    if database.is_sqlite:
        with database.alone() as connection:
            connection.exec_driver_sql("VACUUM")
            if journal_mode() == "wal":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with database.alone() as connection:
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
        for table in tables.metadata.sorted_tables:
            connection.execute(text(f'VACUUM (FULL, ANALYZE) "{table.name}"'))
        connection.execute(text("RESET lock_timeout"))
