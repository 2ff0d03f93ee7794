"""Rows that may not be taken in: of people who were erased, and older than their source keeps."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from groundswell.domain import Account, Deal, FeedbackRecord, QuarantinedRow, ReadRow
from groundswell.domain.erasure import Tombstone, digest_of, pseudonyms_in
from groundswell.store.erasure_tables import erasure


class Tombstones:
    """All that were set, to ask whose they are."""

    def __init__(self, found: list[Tombstone]) -> None:
        self.all = found
        self._digests = {(one.salt, one.digest) for one in found}
        self._salts = sorted({one.salt for one in found})
        self._known: dict[str, bool] = {}

    def hold(self, pseudonym: str) -> bool:
        """Tell whether whoever has this pseudonym was erased."""
        if pseudonym not in self._known:
            digests = ((salt, digest_of(salt, pseudonym)) for salt in self._salts)
            self._known[pseudonym] = any(one in self._digests for one in digests)
        return self._known[pseudonym]


class Refusals:
    """Says which rows of a batch may not be kept.

    Parameters
    ----------
    keep_after
        Feedback that was said before may not; None: all may.
    """

    def __init__(self, connection: Connection, keep_after: datetime | None) -> None:
        self._tombstones = tombstones(connection)
        self._keep_after = keep_after

    def refuses(self, row: ReadRow) -> bool:
        """Tell whether a row may not be kept."""
        if self._keep_after is not None and _said_at(row, self._keep_after) < self._keep_after:
            return True
        return bool(self._tombstones.all) and any(map(self._tombstones.hold, _people(row)))


def tombstones(connection: Connection) -> Tombstones:
    """Return the tombstones of a store."""
    rows = connection.scalars(select(erasure.c.tombstones).order_by(erasure.c.erasure_id))
    return Tombstones([Tombstone(*one) for row in rows for one in row])


def _said_at(row: ReadRow, otherwise: datetime) -> datetime:
    value = None if isinstance(row, QuarantinedRow) else row.value
    return value.created_at if isinstance(value, FeedbackRecord) else otherwise


def _people(row: ReadRow) -> Iterator[str]:
    """Yield the pseudonyms of whom a row is about."""
    if isinstance(row, QuarantinedRow):
        yield from pseudonyms_in((row.raw, row.detail))
        return
    value = row.value
    names: tuple[str | None, ...] = ()
    if isinstance(value, FeedbackRecord):
        names = (value.author, value.account_id)
    elif isinstance(value, Account | Deal):
        names = (value.account_id,)
    yield from (name for name in names if name)
