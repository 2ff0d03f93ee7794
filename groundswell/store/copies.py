"""Records that say what another one said before."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Text, bindparam, delete, select, type_coerce, update

from groundswell.domain import Copy
from groundswell.failpoints import failpoint
from groundswell.store import tables
from groundswell.store.rows import frame, moments

if TYPE_CHECKING:
    import pandas as pd


def candidates(connection: Connection) -> "pd.DataFrame":
    """Return every record as what may be a copy, sorted by record_id.

    Returns
    -------
    DataFrame
        record_id, text, author, account_id (None where not known) and created_at
        (datetime64[us, UTC]).
    """
    c = tables.record.c
    created_at = type_coerce(c.created_at, Text).label("created_at")
    query = select(c.record_id, c.text, c.author, c.account_id, created_at).order_by(c.record_id)
    table = frame(connection, query, {"author": "object", "account_id": "object"})
    table["created_at"] = moments(table["created_at"])
    return table


def differences(connection: Connection, copies: Sequence[Copy]) -> list[tuple[str, Copy | None]]:
    """Return (record, copy it must become or None) where the store has it otherwise, sorted.

    Raises
    ------
    ValueError
        A record is named twice, an original is a copy itself, or a record is not known.
    """
    wanted = {copy.record_id: copy for copy in copies}
    if len(wanted) < len(copies):
        raise ValueError("copies: a record is named twice")
    originals = {copy.original_id for copy in copies}
    if chained := originals & set(wanted):
        raise ValueError(f"copies: originals that are copies themselves: {sorted(chained)[:3]}")
    c = tables.record.c
    known = set(connection.scalars(select(c.record_id))) if copies else set()
    if unknown := (originals | set(wanted)) - known:
        raise ValueError(f"copies: records that are not known: {sorted(unknown)[:3]}")
    query = select(c.record_id, c.copy_of, c.copy_similarity).where(c.copy_of.is_not(None))
    now = {copy.record_id: copy for copy in (Copy(*row) for row in connection.execute(query))}
    changed = {key for key in {*now, *wanted} if now.get(key) != wanted.get(key)}
    # First those that are copies no more: an original must never be seen as a copy.
    order = sorted(changed, key=lambda key: (key in wanted, key))
    return [(key, wanted.get(key)) for key in order]


def write(connection: Connection, changes: Sequence[tuple[str, Copy | None]]) -> None:
    """Mark records as copies, or as none; a copy loses its assignments."""
    statement = tables.statement.c
    copied = [key for key, copy in changes if copy is not None]
    said = select(statement.statement_id).where(statement.record_id.in_(copied))
    for placed in (tables.assignment, tables.found_assignment):
        connection.execute(delete(placed).where(placed.c.statement_id.in_(said)))
    failpoint("copies.batch.assignments")
    mark = update(tables.record).where(tables.record.c.record_id == bindparam("id"))
    rows = [
        {
            "id": key,
            "copy_of": None if copy is None else copy.original_id,
            "copy_similarity": None if copy is None else copy.similarity,
        }
        for key, copy in changes
    ]
    connection.execute(mark, rows)
