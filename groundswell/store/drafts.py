"""Decisions that reviewers stage in their drafts, and what is known of publishing one.

A draft is its reviewer's own: nobody else reads or changes it, and nothing of it counts until it
is published. These writes take no lease, as decisions take none.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from groundswell.domain import Decision, Draft, StagedDraft
from groundswell.domain.drafts import check_draft
from groundswell.domain.staged import digest_of, read_draft, spell_draft, wish_of, with_versions
from groundswell.errors import DecisionError
from groundswell.failpoints import failpoint
from groundswell.store.database import Database, Lease
from groundswell.store.decisions import record_within
from groundswell.store.engines import lock_decisions, upsert
from groundswell.store.job_tables import draft_preview, staged_draft

MOST_STAGED = 2_000
"""Decisions in one draft: one about each idea of a very long list."""


class StagedDrafts:
    """The tables ``staged_draft`` and ``draft_preview``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_all(self, drafts: Sequence[tuple[Draft, int | None]]) -> None:
        """Put decisions at the end of their reviewers' drafts, all of them or none.

        What the draft says already is not added again.

        Parameters
        ----------
        drafts
            Each with the version of the idea or theme that the reviewer saw; None: whatever there
            is when it is published.

        Raises
        ------
        DecisionError
            One cannot be decided as asked, or the draft is full.
        """
        for draft, _ in drafts:
            check_draft(draft)
        with self._database.write("drafts.add", None, urgent=True) as connection:
            lock_decisions(connection)
            for reviewer in {draft.reviewer for draft, _ in drafts}:
                there = _staged(connection, reviewer)
                said = {wish_of(one.draft) for one in there}
                mine = [(draft, seen) for draft, seen in drafts if draft.reviewer == reviewer]
                new = [one for one in mine if wish_of(one[0]) not in said]
                if len(there) + len(new) > MOST_STAGED:
                    raise DecisionError(
                        f"the draft holds {len(there):,} decisions and takes {MOST_STAGED:,};"
                        " publish it or remove some"
                    )
                _add(connection, new, there[-1].position if there else 0)

    def of(self, reviewer: str) -> list[StagedDraft]:
        """Return what a reviewer staged, in the order of adding."""
        with self._database.read() as connection:
            return _staged(connection, reviewer)

    def count(self, reviewer: str) -> int:
        """Return how many decisions a reviewer staged."""
        query = select(func.count()).where(staged_draft.c.reviewer == reviewer)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def remove(self, reviewer: str, position: int | None = None) -> None:
        """Take one decision out of a draft, or all; what is not there is gone already."""
        with self._database.write("drafts.remove", None, urgent=True) as connection:
            connection.execute(delete(staged_draft).where(*_mine(reviewer, position)))

    def confirm(self, reviewer: str, position: int, version: int) -> None:
        """Say that a staged decision is wanted though others decided up to `version`."""
        with self._database.write("drafts.confirm", None, urgent=True) as connection:
            mine = update(staged_draft).where(*_mine(reviewer, position))
            connection.execute(mine.values(version=version))

    def publish(self, reviewer: str, *, seen: str, at: datetime) -> list[Decision]:
        """Make all decisions of a draft, or none; then it is empty.

        Parameters
        ----------
        seen
            `digest_of` the draft as the reviewer saw it.

        Raises
        ------
        ConflictError
            Somebody decided in between about one of the ideas or themes.
        DecisionError
            The draft is empty or was changed, or one of its decisions cannot be made.
        """
        with self._database.write("drafts.publish", None, urgent=True) as connection:
            lock_decisions(connection)
            staged = _staged(connection, reviewer)
            if not staged:
                raise DecisionError("the draft is empty; stage decisions first")
            if digest_of(staged) != seen:
                raise DecisionError("the draft was changed since it was shown; look at it again")
            made = record_within(connection, with_versions(staged, at))
            failpoint("drafts.publish.recorded")
            connection.execute(delete(staged_draft).where(*_mine(reviewer)))
            connection.execute(delete(draft_preview).where(draft_preview.c.reviewer == reviewer))
            return made

    def save_preview(self, lease: Lease, reviewer: str, document: str, at: datetime) -> None:
        """Keep what a reviewer's draft would change, as JSON, in place of what was known."""
        row = {"reviewer": reviewer, "made_at": at, "document": document}
        with self._database.write("drafts.preview", lease) as connection:
            upsert(connection, draft_preview, [row])

    def preview(self, reviewer: str) -> tuple[str, datetime] | None:
        """Return what was kept last of a reviewer's draft, and when it was found."""
        known = draft_preview.c
        query = select(known.document, known.made_at).where(known.reviewer == reviewer)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else (row.document, row.made_at)


def _add(connection: Connection, drafts: Sequence[tuple[Draft, int | None]], last: int) -> None:
    for position, (draft, version) in enumerate(drafts, start=last + 1):
        one = {"position": position, "document": spell_draft(draft), "version": version}
        connection.execute(insert(staged_draft).values(reviewer=draft.reviewer, **one))
        failpoint("drafts.add.between")


def _staged(connection: Connection, reviewer: str) -> list[StagedDraft]:
    known = staged_draft.c
    query = select(known.position, known.document, known.version).where(*_mine(reviewer))
    rows = connection.execute(query.order_by(known.position))
    return [
        StagedDraft(position, replace(read_draft(document), reviewer=reviewer), version)
        for position, document, version in rows
    ]


def _mine(reviewer: str, position: int | None = None) -> list[ColumnElement[bool]]:
    found = [staged_draft.c.reviewer == reviewer]
    return found if position is None else [*found, staged_draft.c.position == position]
