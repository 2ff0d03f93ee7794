"""The store: what the pipeline remembers, in one relational database."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from groundswell.store.accounts import Accounts
from groundswell.store.analysts import grants, make_views
from groundswell.store.annotations import Annotations
from groundswell.store.copying import copy_store
from groundswell.store.database import Database, Lease
from groundswell.store.decisions import Decisions
from groundswell.store.drafts import StagedDrafts
from groundswell.store.engines import database_time, journal_mode
from groundswell.store.erasures import Erasures
from groundswell.store.feedback import Feedback
from groundswell.store.handovers import Handovers
from groundswell.store.ideas import Ideas
from groundswell.store.identities import Identities
from groundswell.store.image import image
from groundswell.store.jobs import Jobs
from groundswell.store.leases import TTL_SECONDS, hold, is_owned
from groundswell.store.ledger import Ledger
from groundswell.store.lookups import Lookups
from groundswell.store.market import Market
from groundswell.store.outbox import Outbox
from groundswell.store.personal import Personal
from groundswell.store.schema import migrate, revision
from groundswell.store.shapes import Shapes
from groundswell.store.themes import Themes
from groundswell.store.vectors import Vectors
from groundswell.store.versions import Versions
from groundswell.store.vitals import read_vitals
from groundswell.vitals import Vitals


class Store:
    """An open store. Reading needs nothing more; every writing method takes a lease.

    Only what people do (`decisions`, `drafts`, `jobs`, `accounts`, `identities`, `personal`) is
    written without one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.feedback = Feedback(database)
        self.market = Market(database)
        self.vectors = Vectors(database)
        self.annotations = Annotations(database)
        self.themes = Themes(database)
        self.shapes = Shapes(database)
        self.ideas = Ideas(database)
        self.handovers = Handovers(database)
        self.accounts = Accounts(database)
        self.identities = Identities(database)
        self.personal = Personal(database)
        self.decisions = Decisions(database)
        self.drafts = StagedDrafts(database)
        self.jobs = Jobs(database)
        self.ledger = Ledger(database)
        self.lookups = Lookups(database)
        self.outbox = Outbox(database)
        self.versions = Versions(database)
        self.erasures = Erasures(database)

    @property
    def place(self) -> str:
        """Where the database is, without its password."""
        return self._database.place

    def lease(
        self, resource: str, *, ttl_seconds: float = TTL_SECONDS
    ) -> AbstractContextManager[Lease]:
        """Own `resource` for the length of a ``with`` block.

        Raises
        ------
        BusyError
            Another process owns it.
        """
        return hold(self._database, resource, ttl_seconds=ttl_seconds)

    def is_owned(self, resource: str) -> bool:
        """Tell whether somebody who is alive, or may be on another host, owns `resource`."""
        return is_owned(self._database, resource)

    def copy_to(self, path: Path, lease: Lease | None = None) -> None:
        """Copy all but accounts, leases and jobs into a new SQLite file.

        Parameters
        ----------
        lease
            Of the run that copies, if it is one; while it has it, nobody else changes the store.

        Raises
        ------
        BusyError
            A run is at work.
        """
        copy_store(self._database, path, "pipeline", lease)

    def image(self) -> bytes:
        """Return bytes that are equal for stores of equal content; takes a copy of all of it."""
        return image(self._database)

    def views_for(self, role: str) -> str:
        """Make the analysts' views; return the SQL that lets a role read them and nothing else.

        Raises
        ------
        StoreError
            The store is no PostgreSQL database.
        """
        make_views(self._database)
        with self._database.read() as connection:
            return grants(connection, role)

    def facts(self) -> dict[str, str]:
        """Return what there is to know about the database itself, name by name."""
        with self._database.read() as connection:
            schema = str(revision(connection))
            if self._database.is_sqlite:
                return {"schema": schema} | _sqlite_facts(self.place)
            version = connection.scalar(text("SHOW server_version"))
            size = connection.scalar(text("SELECT pg_database_size(current_database())"))
        facts = {"database": f"PostgreSQL {version}", "place": self.place, "schema": schema}
        return facts | {"size_bytes": str(size)}

    def vitals(self) -> Vitals:
        """Return how the installation does, in figures."""
        return read_vitals(self._database, self.facts())

    def clock_ahead_seconds(self) -> float:
        """Return by how much the database's clock is ahead of this machine's."""
        with self._database.read() as connection:
            return (database_time(connection) - datetime.now(UTC)).total_seconds()

    def damage(self) -> str:
        """Return the first thing that is wrong with the database's own files; empty: nothing.

        Looks at every page of an SQLite file; a PostgreSQL server checks its pages as it reads.
        """
        if not self._database.is_sqlite:
            return ""
        with self._database.read() as connection:
            found = str(connection.scalar(text("PRAGMA quick_check(1)")))
        return "" if found == "ok" else " ".join(found.splitlines())


@contextmanager
def open_store(database: str) -> Iterator[Store]:
    """Open the store, creating or upgrading its tables.

    Parameters
    ----------
    database
        Path of an SQLite file, made with its folder if need be, or a URL: ``sqlite:///path``,
        ``postgresql://user:password@host/name``.

    Raises
    ------
    StoreError
        It cannot be reached or used; one line that says where and what would do.
    """
    opened = Database(database)
    try:
        migrate(opened)
        yield Store(opened)
    finally:
        opened.engine.dispose()


def _sqlite_facts(place: str) -> dict[str, str]:
    mode = journal_mode()
    facts = {
        "database": f"SQLite {sqlite3.sqlite_version}",
        "place": place,
        "size_bytes": str(Path(place).stat().st_size),
        "journal_mode": mode,
    }
    if mode != "wal":
        facts["note"] = (
            "this SQLite can lose commits in WAL mode (the WAL-reset bug, repaired in 3.51.3,"
            " 3.50.7 and 3.44.6), so the rollback journal is used: safe, readers wait for writers"
        )
    return facts
