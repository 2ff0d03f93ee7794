"""What programs decide: one decision, several together, and undoing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundswell.accounts import needed_for
from groundswell.domain import Decision, Draft, Verdict
from groundswell.domain.decisions import FieldValue
from groundswell.domain.drafts import check_draft
from groundswell.errors import ConflictError, DecisionError
from web.api.endpoints import Call, adapter
from web.api.questions import Wanted
from web.guard import Refused
from web.pages.learnt import can_be_used

COUNTED = ("run", "weights")
"""Fields that hold a whole number."""


@dataclass(frozen=True, slots=True)
class Made:
    """The decisions that were recorded."""

    decisions: tuple[Decision, ...]


def decide(call: Call) -> Made:
    """Record decisions: all of them, or none.

    Each names the version that was seen; if somebody decided in between, nothing is changed (409).
    """
    seen = {one.target: one.expected_version for one in call.body.decisions}
    try:
        return Made(tuple(call.context.store.decisions.record_all(drafts_of(call))))
    except ConflictError as conflict:
        raise came_second(conflict, seen.get(conflict.now.target)) from None
    except DecisionError as error:
        raise Refused(422, str(error)) from None


def undo(call: Call) -> Made:
    """Put back what a decision changed; undoing an undo makes it stand again."""
    context, asked = call.context, call.body
    number = _number_of_one(call)
    require(call, context.store.decisions.root(number).kind)
    try:
        made = context.store.decisions.undo(
            number,
            reviewer=context.reviewer.name,
            at=context.now,
            reason=asked.reason,
            expected_version=asked.expected_version,
        )
    except ConflictError as conflict:
        raise came_second(conflict, asked.expected_version) from None
    except DecisionError as error:
        raise Refused(422, str(error)) from None
    return Made((made,))


def drafts_of(call: Call) -> list[tuple[Draft, int]]:
    """Return the decisions that a body names, each with the version that was seen.

    Raises
    ------
    Refused
        One needs another permission, or cannot be decided as asked.
    """
    wanted: list[Wanted] = call.body.decisions
    for one in wanted:
        require(call, one.kind)
    return [(_draft(one, call, place), one.expected_version) for place, one in enumerate(wanted)]


def require(call: Call, kind: str) -> None:
    """Let nobody make a decision of a kind who may not."""
    permission = needed_for(kind)
    if not call.context.reviewer.may(permission):
        raise Refused(403, f"{kind} needs the permission {permission!r}")


def came_second(
    conflict: ConflictError, expected: int | None, more: Mapping[str, Any] | None = None
) -> Refused:
    """Tell what was seen and what is there: the two versions, what stands, and who came first."""
    told = {
        "target": conflict.now.target,
        "expected_version": expected,
        "version": conflict.now.version,
        "now": told_now(conflict.now),
        "decision": told_decision(conflict.decision),
    }
    return Refused(409, str(conflict), more={**told, **(more or {})})


def told_now(verdict: Verdict) -> Any:
    """Return what stands as JSON has it."""
    return adapter(Verdict).dump_python(verdict, mode="json")


def told_decision(decision: Decision | None) -> Any:
    """Return a decision as JSON has it."""
    return adapter(Decision | None).dump_python(decision, mode="json")


def _number_of_one(call: Call) -> int:
    text = call.parts["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found = call.context.store.decisions.log(number - 1, 1) if number else []
    if not found or found[0].number != number:
        raise Refused(404, "no such decision; /api/v1/decisions lists them")
    return number


def _draft(wanted: Wanted, call: Call, place: int) -> Draft:
    context = call.context
    draft = Draft(
        wanted.kind,  # type: ignore[arg-type]
        wanted.target,
        context.reviewer.name,
        context.now,
        changes={name: _typed(name, value) for name, value in wanted.changes.items()},
        reason=wanted.reason,
    )
    try:
        check_draft(draft)
    except (DecisionError, ValueError) as error:
        # A field of another kind or type is a mistake of ours on a page; here it is the asker's.
        raise Refused(422, f"decisions/{place}: {error}") from None
    through = draft.changes.get("weights")
    if draft.kind == "adopt" and isinstance(through, int) and not can_be_used(context, through):
        raise Refused(422, f"decisions/{place}: these weights cannot be used yet")
    return draft


def _typed(name: str, value: FieldValue) -> FieldValue:
    """Return a value as its field has it: in JSON 5 days may be written 5 or 5.0."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value or 0) if is_whole and name not in COUNTED else value
