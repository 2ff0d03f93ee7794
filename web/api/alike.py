"""What programs read of meanings: the statements nearest to words, a statement or a need."""

from dataclasses import dataclass

from groundswell.store import Hit, SearchFilter
from web.api.endpoints import Call
from web.api.evidence import narrowed
from web.guard import Refused
from web.meanings import Missing
from web.pages.alike import like_that, like_words


@dataclass(frozen=True, slots=True)
class NearStatement:
    """A statement that is near in meaning."""

    hit: Hit
    more: int
    """Further statements in the same words."""


@dataclass(frozen=True, slots=True)
class NearStatements:
    """Statements by how near they are in meaning, the nearest first."""

    found: tuple[NearStatement, ...]
    unknown: tuple[str, ...]
    """Words that nobody said."""
    missing: Missing | None
    """`learning`: what words mean is being learnt, ask again in a moment; `nothing`: no run has
    left anything to learn from; null: it is known."""
    to: str | None
    """The statement, or the name of the need, that they are like; null: words."""


def alike(call: Call) -> NearStatements:
    """Find the statements nearest in meaning to words, to a statement, or to a need."""
    query = call.query
    if query.q and query.like:
        raise Refused(400, "expected either 'q', words, or 'like', a statement's id or a need")
    if not query.q and not query.like:
        return NearStatements((), (), None, None)
    where = narrowed(query)
    only = where if where != SearchFilter() else None
    if query.like:
        near = like_that(query.like, only, call.context)
    else:
        near = like_words(query.q, only, call.context)
    if near is None:
        raise Refused(404, "no such statement or need; it may have been erased or retired")
    more = near.more or {}
    return NearStatements(
        tuple(NearStatement(hit, more.get(hit.statement_id, 0)) for hit in near.hits),
        near.unknown,
        near.missing,
        near.to,
    )
