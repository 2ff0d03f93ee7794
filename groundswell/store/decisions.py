"""The log of decisions, and what stands by it.

A reviewer's write takes no lease. A lease tells a pipeline that was replaced from the one that
replaced it; a reviewer holds nothing over time that could be taken over. What a reviewer saw may be
out of date, and that is what the version of each idea is compared for, in the same transaction
that adds the decision. Reviewers come one after the other: on SQLite as any two writers do, on
PostgreSQL by a lock of the log's own, which no pipeline asks for.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, cast, insert, select, type_coerce

from groundswell.domain import (
    FIRST_HASH,
    Decision,
    Draft,
    Event,
    IdeaVerdict,
    ThemeVerdict,
    Verdicts,
    decide,
)
from groundswell.domain.chain import first_broken, read, written
from groundswell.domain.events import QUIET
from groundswell.domain.replay import resume
from groundswell.errors import DecisionError, StoreError
from groundswell.failpoints import failpoint
from groundswell.store.blanked import seals
from groundswell.store.columns import Words
from groundswell.store.database import Database
from groundswell.store.decision_table import decision as table
from groundswell.store.engines import lock_decisions, place_of
from groundswell.store.outbox import tell
from groundswell.store.rows import names_of


class Decisions:
    """The table ``decision``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept = Verdicts()
        self._blanked = 0

    def record(self, draft: Draft, expected_version: int | None = None) -> Decision:
        """Add a decision to the log.

        Parameters
        ----------
        expected_version
            The version of the idea or theme that the reviewer saw. None: whatever there is.

        Raises
        ------
        ConflictError
            Somebody decided in between; it says who, and carries what is there now.
        DecisionError
            It cannot be decided as asked.
        """
        return self.record_all([(draft, expected_version)])[0]

    def record_all(self, drafts: Sequence[tuple[Draft, int | None]]) -> list[Decision]:
        """Add several decisions, all of them or none; as `record` otherwise."""
        with self._database.write("decisions.record", None, urgent=True) as connection:
            return record_within(connection, drafts)

    def undo(
        self,
        number: int,
        *,
        reviewer: str,
        at: datetime,
        reason: str = "",
        expected_version: int | None = None,
    ) -> Decision:
        """Put back what a decision changed; undoing an undo makes it stand again.

        Raises
        ------
        ConflictError
            It was undone before, or a later decision set one of the same fields.
        DecisionError
            There is no such decision.
        """
        target = self.of_number(number).target
        draft = Draft("undo", target, reviewer, at, reason=reason, undoes=number)
        return self.record(draft, expected_version)

    def of_number(self, number: int) -> Decision:
        """Return a decision.

        Raises
        ------
        DecisionError
            There is none of this number.
        """
        found = self.log(after=number - 1, limit=1)
        if not found or found[0].number != number:
            raise DecisionError(
                f"decision {number}: there is none; 'groundswell log' shows which there are"
            )
        return found[0]

    def root(self, number: int) -> Decision:
        """Return the decision that a chain of undos is about; as `of_number` otherwise."""
        found = self.of_number(number)
        return found if found.undoes is None else self.root(found.undoes)

    def log(
        self, after: int = 0, limit: int | None = None, target: str | None = None
    ) -> list[Decision]:
        """Return decisions by number.

        Parameters
        ----------
        after
            Only those with a higher number.
        limit
            At most so many of them.
        target
            Only those about this idea or theme.
        """
        query = _log().where(table.c.number > after).limit(limit)
        if target is not None:
            query = query.where(table.c.target == target)
        with self._database.read() as connection:
            return _decisions(connection, query)

    def newest(self, count: int) -> list[Decision]:
        """Return the last decisions, by number."""
        query = select(*_COLUMNS).order_by(table.c.number.desc()).limit(count)
        with self._database.read() as connection:
            return _decisions(connection, query)[::-1]

    def verdicts(self, as_of: datetime | None = None) -> Verdicts:
        """Return what stands now, or stood at a moment.

        Raises
        ------
        StoreError
            The log was tampered with, so nothing can be said.
        """
        if as_of is not None:
            then = _log().where(table.c.at <= as_of)
            with self._database.read() as connection:
                return self._replayed(Verdicts(), _decisions(connection, then))
        kept, blanked = self._kept, len(self.blanked())
        since = self.log(after=max(kept.number - 1, 0))
        other = kept.number and (not since or since[0].hash != kept.hash)  # a backup was put back
        if other or blanked != self._blanked:
            kept, since, self._blanked = Verdicts(), self.log(), blanked
        self._kept = self._replayed(kept, [one for one in since if one.number > kept.number])
        return self._kept

    def ideas(self, as_of: datetime | None = None) -> dict[str, IdeaVerdict]:
        """Return what is said of each idea that was ever decided about, by its id."""
        return self.verdicts(as_of).ideas

    def themes(self, as_of: datetime | None = None) -> dict[int, ThemeVerdict]:
        """Return what is said of each theme that was ever decided about, by its id."""
        return self.verdicts(as_of).themes

    def blanked(self) -> list[int]:
        """Return the numbers of decisions that erasures blanked, sorted."""
        with self._database.read() as connection:
            return sorted(seals(connection))

    def verify(self, anchors: Iterable[tuple[int, str]] = ()) -> int | None:
        """Return the number of the first decision that is not as it was made; None: all are.

        Parameters
        ----------
        anchors
            (number, hash) of decisions as they were known elsewhere, such as in reports: without
            them nobody can tell that the end of the log was cut off.
        """
        with self._database.read() as connection:
            rows = connection.execute(_raw(sqlite=self._database.is_sqlite)).all()
            sealed = seals(connection)
        lines = [_Line(row[0], *map(_text, row[1:])) for row in rows]
        hashes = {0: FIRST_HASH} | {line.number: line.hash for line in lines}
        unknown = [number for number, known in anchors if hashes.get(number) != known]
        told = ((x.number, x.document, x.previous_hash, x.hash) for x in lines)
        chained = first_broken(told, sealed)
        whole = lines if chained is None else lines[: chained - 1]
        altered = [line.number for line in whole if not _agrees(line)]
        found = [*unknown, *altered, *([] if chained is None else [chained])]
        return min(found, default=None)

    def _replayed(self, kept: Verdicts, decisions: Sequence[Decision]) -> Verdicts:
        try:
            return resume(kept, decisions)
        except ValueError as error:
            raise StoreError(
                f"{self._database.place}: {error}; the log was changed by another hand,"
                " 'groundswell log --verify' finds where"
            ) from None


def record_within(
    connection: Connection, drafts: Sequence[tuple[Draft, int | None]]
) -> list[Decision]:
    """Add decisions as a part of a transaction; as `Decisions.record_all` otherwise."""
    lock_decisions(connection)
    made: list[Decision] = []
    last = _last(connection)
    for draft, expected in drafts:
        if made:
            failpoint("decisions.record.between")
        earlier = _decisions(connection, _log().where(table.c.target == draft.target))
        last = decide(draft, earlier, last, expected)
        connection.execute(insert(table).values(_row(last)))
        made.append(last)
    told = (one.number for one in made if one.kind not in QUIET)
    tell(connection, (Event("decision.made", str(number)) for number in told))
    return made


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it is in the database, whatever that may be."""

    number: int
    target: str
    at: str
    document: str
    previous_hash: str
    hash: str


_COLUMNS = (table.c.number, table.c.document, table.c.previous_hash, table.c.hash)


def _log() -> Select[Any]:
    return select(*_COLUMNS).order_by(table.c.number)


def _last(connection: Connection) -> Decision | None:
    newest = select(*_COLUMNS).order_by(table.c.number.desc()).limit(1)
    return next(iter(_decisions(connection, newest)), None)


def _decisions(connection: Connection, query: Select[Any]) -> list[Decision]:
    decisions = []
    for row in connection.execute(query):
        try:
            decisions.append(read(row.document, row.previous_hash, row.hash))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise StoreError(
                f"{place_of(connection.engine)}: decision {row.number} cannot be read; it was"
                " changed by another hand, 'groundswell log --verify' finds where"
            ) from None
    return decisions


def _row(decision: Decision) -> dict[str, Any]:
    return {
        "number": decision.number,
        "target": decision.target,
        "at": decision.at,
        "document": written(decision),
        "previous_hash": decision.previous_hash,
        "hash": decision.hash,
    }


def _raw(*, sqlite: bool) -> Select[Any]:
    """Select all rows as bytes where a database may hold what is no text."""
    texts = [table.c[name] for name in names_of(_Line)[1:]]
    shown = [cast(c, LargeBinary) if sqlite else type_coerce(c, Words) for c in texts]
    return select(table.c.number, *shown).order_by(table.c.number)


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _agrees(line: _Line) -> bool:
    """Tell whether what is looked for is what the text of a row says."""
    told = json.loads(line.document)
    return (line.target, line.at) == (told["target"], told["at"])
