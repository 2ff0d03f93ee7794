"""Erasing people from a store, and what is older than may be kept.

All that a database holds of somebody goes in one transaction, in which a row tells what was done
and that files are still to go. Whoever opens the store for a run finishes that first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, func, select, update

from groundswell.domain.erasure import Erasure, Left, Subject, Tombstone, digest_of
from groundswell.failpoints import failpoint
from groundswell.store import erasing
from groundswell.store.blanking import blank
from groundswell.store.compacting import compact
from groundswell.store.database import Database, Lease
from groundswell.store.engines import lock_numbers
from groundswell.store.erasing import Going
from groundswell.store.erasure_tables import erasure as table
from groundswell.store.people import people_in
from groundswell.store.refusals import Tombstones, tombstones
from groundswell.store.rows import columns_of, row_of
from groundswell.store.tables import report_file
from groundswell.store.unlearning import last_numbers, unlearn, unquote

FROM_RECEIPT = "a receipt"
"""Who asks where a store is put back that still holds somebody who was erased."""

FROM_AGE = "keep_days"
"""Who asks where something is older than its source keeps."""


class Erasures:
    """The table ``erasure``, and what erasing does to all others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Erasure]:
        """Return every erasure, the first one first."""
        with self._database.read() as connection:
            query = select(*columns_of(table, Erasure)).order_by(table.c.erasure_id)
            return [_erasure(row) for row in connection.execute(query)]

    def open(self) -> list[Erasure]:
        """Return those of which files are still to go."""
        return [one for one in self.all() if one.state != "done"]

    def tombstones(self) -> Tombstones:
        """Return by what erased people are known again."""
        with self._database.read() as connection:
            return tombstones(connection)

    def found(self, subjects: Sequence[Subject]) -> dict[str, int]:
        """Return how many of what would go with these people."""
        with self._database.read() as connection:
            return erasing.counted(connection, erasing.of_people(connection, subjects))

    def erase(
        self,
        lease: Lease,
        subjects: Sequence[Subject],
        *,
        at: datetime,
        by: str,
        salt: str,
        key: bytes,
    ) -> Erasure | None:
        """Take people out of the database, and refuse them from now on, in one transaction.

        Parameters
        ----------
        at
            The moment of the request, aware.
        by
            Who asks.
        salt
            Hex digits drawn by chance, for the first erasure of a store; later ones use its.
        key
            Bytes drawn by chance for this call alone; nobody keeps them.

        Returns
        -------
        Erasure
            Files are still to go; None: nothing of them is there, and they are refused already.
        """
        with self._database.write("erasure.erase", lease) as connection:
            known = tombstones(connection)
            going = erasing.of_people(connection, subjects)
            new = [one for one in subjects if not known.hold(one.pseudonym)]
            if not new and not going.is_learned and not going.quarantined:
                return None
            salt = known.all[0].salt if known.all else salt
            stones = tuple(
                Tombstone(one.kind, salt, digest_of(salt, one.pseudonym)) for one in subjects
            )
            return _erase(connection, going, stones, at, by, key)

    def erase_again(
        self, lease: Lease, known: Sequence[Tombstone], *, at: datetime, key: bytes
    ) -> Erasure | None:
        """Erase whoever tombstones are of; see `reapply_erasures`."""
        asked = Tombstones(list(known))
        with self._database.write("erasure.again", lease) as connection:
            here = tombstones(connection).all
            new = tuple(dict.fromkeys(one for one in known if one not in here))
            subjects = [one for one in people_in(connection) if asked.hold(one.pseudonym)]
            going = erasing.of_people(connection, subjects)
            if not new and not going.is_learned and not going.quarantined:
                return None
            return _erase(connection, going, new, at, FROM_RECEIPT, key)

    def expire(self, lease: Lease, limits: Mapping[str, datetime], *, at: datetime) -> None:
        """Take out what is older than its source keeps, and its quotes from earlier reports.

        Parameters
        ----------
        limits
            Source to the moment from which on its feedback is kept.
        at
            When the run began that does it.
        """
        with self._database.read() as connection:
            going = erasing.of_age(connection, limits)
        if not going.records and not going.quarantined:
            return
        with self._database.write("erasure.expire", lease) as connection:
            going = erasing.of_age(connection, limits)
            counts = erasing.remove(connection, going)
            counts |= unquote(connection, going.records)
            number = _next_number(connection)
            made = Erasure(number, at, FROM_AGE, "done", (), counts, False, finished_at=at)
            connection.execute(table.insert(), _row(made))

    def finish(self, lease: Lease, done: Erasure) -> None:
        """Note that the files are gone, too."""
        with self._database.write("erasure.finish", lease) as connection:
            mine = update(table).where(table.c.erasure_id == done.erasure_id)
            connection.execute(mine.values(_row(replace(done, state="done", files=()))))

    def compact(self) -> None:
        """Give back the room of what was taken out, so that nothing of it is left there.

        Raises
        ------
        StoreError
            Somebody reads for too long, or there is no room for the copy that this makes.
        """
        compact(self._database)


def reapply_erasures(
    store: Any,
    lease: Lease,
    known: Sequence[Tombstone],
    *,
    at: datetime,
    key: bytes,
) -> Erasure | None:
    """Erase from a store that was put back whoever was erased since it was backed up.

    Parameters
    ----------
    store
        An open `groundswell.store.Store`; the lease on its ``pipeline`` is held.
    known
        Tombstones of receipts or of the store that it takes the place of. Those that it has are
        left alone.
    at
        The moment, aware.
    key
        As for `Erasures.erase`.

    Returns
    -------
    Erasure
        Files are still to go; None: it knew all of them, and holds nobody of them.
    """
    found: Erasure | None = store.erasures.erase_again(lease, known, at=at, key=key)
    return found


def _erase(
    connection: Connection,
    going: Going,
    stones: tuple[Tombstone, ...],
    at: datetime,
    by: str,
    key: bytes,
) -> Erasure:
    number = _next_number(connection)
    numbers, since = last_numbers(connection), erasing.first_run(connection, going)
    made = Erasure(number, at, by, "files", stones, {}, False, numbers, (), _left(going))
    connection.execute(table.insert(), _row(made))
    failpoint("erasure.entered")
    counts = blank(connection, number, going, key)
    anew = going.is_learned or bool(counts)  # a report quotes what reviewers wrote, too
    files = _files(connection, since) if anew else ()
    counts |= erasing.remove(connection, going)
    counts |= unlearn(connection, since) if anew else {}
    whole = replace(made, counts=counts, anew=anew, files=files)
    connection.execute(update(table).where(table.c.erasure_id == number).values(_row(whole)))
    return whole


def _next_number(connection: Connection) -> int:
    lock_numbers(connection)
    return (connection.scalar(select(func.max(table.c.erasure_id))) or 0) + 1


def _files(connection: Connection, since: int) -> tuple[str, ...]:
    """Return the paths of the files that runs from `since` on wrote."""
    c = report_file.c
    rows = connection.execute(select(c.folder, c.name).where(c.run_id >= since).distinct())
    return tuple(sorted(str(PurePath(folder, name)) for folder, name in rows))


def _left(going: Going) -> tuple[Left, ...]:
    """Return where else they stand by what the store knows: the inputs they came from."""
    named = ((s, path if "://" in path else PurePath(path).name) for s, path in going.places)
    remedy = "take them out there, too; until then their rows are refused"
    return tuple(("input", f"{source}: {name}", remedy) for source, name in named)


def _row(made: Erasure) -> dict[str, Any]:
    stones = [[one.kind, one.salt, one.digest] for one in made.tombstones]
    return row_of(made, tombstones=stones)


def _erasure(row: Sequence[Any]) -> Erasure:
    made = Erasure(*row)
    return replace(made, tombstones=tuple(Tombstone(*one) for one in made.tombstones))  # type: ignore[misc]
