"""The registry's rows: every version of every model, one of each kind in use."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, select, update

from groundswell.domain import ModelKind, ModelVersion
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.database import Database, Lease
from groundswell.store.engines import upsert
from groundswell.store.rows import row_of, values
from groundswell.store.unlearning import last_numbers


class Versions:
    """The table ``model_version``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def champion(self, kind: ModelKind) -> ModelVersion | None:
        """Return the version in use."""
        found = self._where(tables.model_version.c.state == "champion", kind)
        return found[0] if found else None

    def get(self, kind: ModelKind, version: int) -> ModelVersion | None:
        """Return a version."""
        found = self._where(tables.model_version.c.version == version, kind)
        return found[0] if found else None

    def made_in(self, run_id: int) -> list[ModelVersion]:
        """Return the versions that a run made, by kind and number."""
        return self._where(tables.model_version.c.run_id == run_id, None)

    def all(self, kind: ModelKind | None = None) -> list[ModelVersion]:
        """Return the versions by kind and number."""
        return self._where(tables.model_version.c.version > 0, kind)

    def next_number(self, kind: ModelKind) -> int:
        """Return the number of the version that is made next; one that was erased had its own."""
        with self._database.read() as connection:
            return last_numbers(connection).get(kind, 0) + 1

    def keep(self, lease: Lease, version: ModelVersion) -> None:
        """Keep a version, or what is known of it by now; which one is in use stays.

        Raises
        ------
        ValueError
            It says that it is in use, or it was and does not any more.
        """
        with self._database.write("versions.keep", lease) as connection:
            c = tables.model_version.c
            mine = (c.kind == version.kind, c.version == version.version)
            before = connection.scalar(select(c.state).where(*mine))
            if "champion" in (before, version.state) and before != version.state:
                raise ValueError(f"{version.name}: put in use or out of it by `promote` alone")
            upsert(connection, tables.model_version, [row_of(version)])

    def promote(self, lease: Lease, run_id: int, version: ModelVersion) -> None:
        """Put a version in use, and out of use the one that was, in one transaction."""
        with self._database.write("versions.promote", lease) as connection:
            enthrone(connection, version, run_id)

    def _where(self, chosen: ColumnElement[bool], kind: ModelKind | None) -> list[ModelVersion]:
        table = tables.model_version
        of_kind = () if kind is None else (table.c.kind == kind,)
        with self._database.read() as connection:
            return values(connection, table, ModelVersion, chosen, *of_kind)


def enthrone(connection: Connection, version: ModelVersion, run_id: int) -> None:
    """Put a version in use as a part of a transaction."""
    table = tables.model_version
    before = (table.c.kind == version.kind, table.c.state == "champion")
    connection.execute(update(table).where(*before).values(state="retired"))
    failpoint("versions.promote.retired")
    crowned = replace(version, state="champion", promoted_in=run_id)
    upsert(connection, table, [row_of(crowned)])
