"""Statements and what they speak of, as tables. What a copy says is left out everywhere."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, select, type_coerce

from groundswell.store import tables
from groundswell.store.rows import frame, moments

if TYPE_CHECKING:
    import pandas as pd

Columns = Sequence[str]
"""Names of columns of a table."""

_ANNOTATED = {
    "kind": "str",
    "polarity": "float64",
    "severity": "float64",
    "informative": "object",
}
_RATED = {"rating": "float64", "nps": "float64"}
_MENTIONED = {
    **_RATED,
    **dict.fromkeys(("votes", "membership", "variant_id"), "float64"),
    **dict.fromkeys(("theme_id", "line", "start", "end"), "int64"),
}


def spoken() -> ColumnElement[bool]:
    """Return the condition for statements of records that are no copies."""
    copy = tables.record.alias("copy").c
    copies = select(copy.record_id).where(copy.copy_of.is_not(None))
    return tables.statement.c.record_id.not_in(copies)


def uninformative(model_id: str) -> ColumnElement[bool]:
    """Return the condition for statements that, to a model, tell nothing."""
    c = tables.annotation.alias("empty").c
    return (
        select(c.text_hash)
        .where(
            c.model_id == model_id,
            c.text_hash == tables.statement.c.text_hash,
            c.informative.is_(False),
        )
        .exists()
    )


def chosen(model_id: str | None, informative_only: bool) -> list[ColumnElement[bool]]:
    """Return the conditions for statements to be shown.

    Raises
    ------
    ValueError
        Only informative ones are wanted, and no model is named that could tell.
    """
    if not informative_only:
        return [spoken()]
    if model_id is None:
        raise ValueError("which statements are informative is for a model to say; name one")
    return [spoken(), ~uninformative(model_id)]


def statements(
    connection: Connection,
    model_id: str | None = None,
    *,
    informative_only: bool = False,
    only: Columns = (),
) -> "pd.DataFrame":
    """Return what the records say, copies left out.

    Parameters
    ----------
    model_id
        Of the annotations to give with it; None: none.
    informative_only
        Leave out what that model calls uninformative.
    only
        The columns that are wanted: of a million rows each takes a second. Empty: all.

    Returns
    -------
    DataFrame
        statement_id, record_id, text_hash, text, rating (float64, 1 to 5) and nps (float64, 0 to
        10; both NaN where not known); with `model_id` also kind ("other" where
        not annotated), polarity (float64, -1 to 1), severity (float64, 0 to 1; both NaN where
        not annotated) and informative (bool, True where not annotated); sorted by statement_id.

    Raises
    ------
    ValueError
        `informative_only` without `model_id`.
    """
    c, record = tables.statement.c, tables.record.c
    query = select(c.statement_id, c.record_id, c.text_hash, c.text, record.rating, record.nps)
    query = query.select_from(tables.statement).join(tables.record)
    query = query.where(*chosen(model_id, informative_only)).order_by(c.statement_id)
    query = _narrowed(_annotated(query, model_id), only)
    return _filled(frame(connection, query, _RATED | _ANNOTATED), model_id)


def said_after(connection: Connection, run_id: int, model_id: str) -> "pd.DataFrame":
    """Return the informative statements of records that came after a run.

    Parameters
    ----------
    model_id
        Of the annotations that say which are informative.

    Returns
    -------
    DataFrame
        As `statements`, with author and account_id in place of rating and nps.
    """
    c, record, package = tables.statement.c, tables.record.c, tables.package.c
    query = select(
        c.statement_id, c.record_id, c.text_hash, c.text, record.author, record.account_id
    )
    query = query.select_from(tables.statement).join(tables.record)
    query = query.join(tables.package, package.package_id == record.package_id)
    query = query.where(*chosen(model_id, True), package.run_id > run_id)
    query = _annotated(query.order_by(c.statement_id), model_id)
    return _filled(frame(connection, query, _ANNOTATED), model_id)


def mentions(
    connection: Connection,
    model_id: str | None = None,
    *,
    informative_only: bool = False,
    only: Columns = (),
) -> "pd.DataFrame":
    """Return one row per statement and theme it was assigned to, noise included.

    Parameters are those of `statements`.

    Returns
    -------
    DataFrame
        statement_id, record_id, theme_id (int64, `groundswell.domain.NOISE` for none),
        membership (float64, 0 to 1), variant_id (float64), text_hash, text, start and end (int64,
        offsets into the record's text), created_at (datetime64[us, UTC]), source, channel,
        author, account_id, rating (float64, 1 to 5), nps (float64, 0 to 10), votes (float64),
        version, language, path (of the newest input file it stands in) and line there (int64,
        from 1), with `model_id` also what `statements` adds; NaN where a value is not known;
        sorted by statement_id, then theme_id.
    """
    query = _query().where(*chosen(model_id, informative_only))
    query = _narrowed(_annotated(query, model_id), only)
    table = frame(connection, query, _MENTIONED | _ANNOTATED)
    if "created_at" in table:
        table["created_at"] = moments(table["created_at"])
    return _filled(table, model_id)


def _annotated(query: Select[Any], model_id: str | None) -> Select[Any]:
    """Give a query of statements the columns of what a model says of them."""
    if model_id is None:
        return query
    c = tables.annotation.c
    same = and_(c.model_id == model_id, c.text_hash == tables.statement.c.text_hash)
    return query.add_columns(*(c[name] for name in _ANNOTATED)).outerjoin(tables.annotation, same)


def _narrowed(query: Select[Any], only: Columns) -> Select[Any]:
    if not only:
        return query
    return query.with_only_columns(*(query.selected_columns[name] for name in only))


def _filled(table: "pd.DataFrame", model_id: str | None) -> "pd.DataFrame":
    if model_id is None:
        return table
    if "informative" in table:  # a text that no model has seen must not be left out for it
        table["informative"] = ~table["informative"].isin([False])
    if "kind" in table:
        table["kind"] = table["kind"].fillna("other")
    return table


def _query() -> Select[Any]:
    assignment, statement = tables.assignment.c, tables.statement.c
    record, package = tables.record.c, tables.package.c
    return (
        select(
            assignment.statement_id,
            statement.record_id,
            assignment.theme_id,
            assignment.membership,
            assignment.variant_id,
            statement.text_hash,
            statement.text,
            statement.start,
            statement.end,
            type_coerce(record.created_at, Text).label("created_at"),  # read by pandas, as a column
            record.source,
            record.channel,
            record.author,
            record.account_id,
            record.rating,
            record.nps,
            record.votes,
            record.version,
            record.language,
            package.path,
            record.line,
        )
        .select_from(tables.assignment)
        .join(tables.statement)
        .join(tables.record)
        .join(tables.package, package.package_id == record.seen_in)
        .order_by(assignment.statement_id, assignment.theme_id)
    )
