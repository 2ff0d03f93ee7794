"""What programs are told of where a need could be cut in two, for a person to mend."""

from dataclasses import dataclass

from web.api.endpoints import Call
from web.guard import Refused
from web.pages.needs import number_of
from web.pages.shaping import LOOKED_AT, Part, next_made, propose_parts
from web.reading import newest


@dataclass(frozen=True, slots=True)
class CutStatement:
    """A statement on one side of a proposed cut."""

    statement_id: str
    """With `statement:` before it a field of the decision that splits or moves."""
    record_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CutSide:
    """One side of a proposed cut."""

    total: int
    """Statements of this side among those looked at."""
    statements: tuple[CutStatement, ...]
    """Some of them: the surest first, the least sure last."""


@dataclass(frozen=True, slots=True)
class ProposedCut:
    """A need in two parts."""

    target: str
    """Of a decision that splits: the number that the new need would have."""
    split_from: str
    """The need, as that decision names it."""
    stays: CutSide
    goes: CutSide


def cut(call: Call) -> ProposedCut:
    """Propose where a need could be cut in two. Nothing is changed by it."""
    context = call.context
    theme_id, reading = number_of(call.parts["theme_id"]), newest(context.store)
    if reading is None or theme_id not in reading.needs:
        raise Refused(404, "no such need in the newest report")
    stays, goes = propose_parts(context, context.store.lookups.statements_of(theme_id, LOOKED_AT))
    return ProposedCut(
        target=f"theme-{next_made(context)}",
        split_from=f"theme-{theme_id}",
        stays=_side(stays),
        goes=_side(goes),
    )


def _side(part: Part) -> CutSide:
    told = (CutStatement(one.statement_id, one.record_id, one.text) for one in part.statements)
    return CutSide(part.total, tuple(told))
