"""Which ideas were handed over to which tracker, and what the issues are called there."""

from groundswell.domain import Handover
from groundswell.store.database import Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.handover_table import handover as table
from groundswell.store.rows import row_of, values


class Handovers:
    """The table ``handover``.

    A hand-over is kept before anything is sent and again when the tracker has answered, so that
    a crash between the two leaves word that there may be an issue.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, lease: Lease, handover: Handover) -> None:
        """Keep a hand-over in place of what was known under its mark."""
        with self._database.write("handovers.save", lease) as connection:
            upsert(connection, table, [row_of(handover)])

    def all(self) -> list[Handover]:
        """Return every hand-over, sorted by mark."""
        with self._database.read() as connection:
            return values(connection, table, Handover)
