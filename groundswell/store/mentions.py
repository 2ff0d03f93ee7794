"""Statements and what they speak of, as tables."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, Text, select, type_coerce

from groundswell.store import tables
from groundswell.store.rows import frame

if TYPE_CHECKING:
    import pandas as pd


def statements(connection: Connection) -> "pd.DataFrame":
    """Return statement_id, record_id, text_hash and text, sorted by statement_id."""
    c = tables.statement.c
    query = select(c.statement_id, c.record_id, c.text_hash, c.text).order_by(c.statement_id)
    return frame(connection, query)


def mentions(connection: Connection) -> "pd.DataFrame":
    """Return one row per statement and theme it was assigned to, noise included.

    Returns
    -------
    DataFrame
        statement_id, record_id, theme_id (int64, `groundswell.domain.NOISE` for none),
        membership (float64, 0 to 1), text_hash, text, created_at (datetime64[us, UTC]), source,
        channel, author, account_id, rating (float64, 1 to 5), nps (float64, 0 to 10), version,
        path (of the input file) and line (int64, from 1); NaN where a value is not known; sorted
        by statement_id, then theme_id.
    """
    import pandas as pd

    table = frame(connection, _query())
    moments = pd.to_datetime(table["created_at"], format="ISO8601", utc=True)
    table["created_at"] = moments.astype("datetime64[us, UTC]")
    numbers = {"rating": "float64", "nps": "float64", "membership": "float64"}
    numbers |= {"theme_id": "int64", "line": "int64"}
    texts = table.columns.difference(["created_at", *numbers])
    return table.astype(numbers | dict.fromkeys(texts, "str"))


def _query() -> Select[Any]:
    assignment, statement = tables.assignment.c, tables.statement.c
    record, package = tables.record.c, tables.package.c
    return (
        select(
            assignment.statement_id,
            statement.record_id,
            assignment.theme_id,
            assignment.membership,
            statement.text_hash,
            statement.text,
            type_coerce(record.created_at, Text).label("created_at"),  # read by pandas, as a column
            record.source,
            record.channel,
            record.author,
            record.account_id,
            record.rating,
            record.nps,
            record.version,
            package.path,
            record.line,
        )
        .select_from(tables.assignment)
        .join(tables.statement)
        .join(tables.record)
        .join(tables.package)
        .order_by(assignment.statement_id, assignment.theme_id)
    )
