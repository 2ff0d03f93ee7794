"""What programs decide: one decision, several together, and undoing."""

from dataclasses import dataclass

from groundswell.accounts import needed_for
from groundswell.domain import Decision, Draft, Verdict
from groundswell.domain.drafts import check_draft
from groundswell.errors import ConflictError, DecisionError
from web.api.endpoints import Call, adapter
from web.api.questions import Wanted
from web.guard import Refused


@dataclass(frozen=True, slots=True)
class Made:
    """The decisions that were recorded."""

    decisions: tuple[Decision, ...]


def decide(call: Call) -> Made:
    """Record decisions: all of them, or none.

    Each names the version that was seen; if somebody decided in between, nothing is changed (409).
    """
    wanted: list[Wanted] = call.body.decisions
    for one in wanted:
        _require(call, one.kind)
    drafts = [(_draft(one, call, place), one.expected_version) for place, one in enumerate(wanted)]
    seen = {one.target: one.expected_version for one in wanted}
    try:
        return Made(tuple(call.context.store.decisions.record_all(drafts)))
    except ConflictError as conflict:
        raise _conflict(conflict, seen.get(conflict.now.target)) from None
    except DecisionError as error:
        raise Refused(422, str(error)) from None


def undo(call: Call) -> Made:
    """Put back what a decision changed; undoing an undo makes it stand again."""
    context, asked = call.context, call.body
    number = _number_of_one(call)
    _require(call, context.store.decisions.root(number).kind)
    try:
        made = context.store.decisions.undo(
            number,
            reviewer=context.reviewer.name,
            at=context.now,
            reason=asked.reason,
            expected_version=asked.expected_version,
        )
    except ConflictError as conflict:
        raise _conflict(conflict, asked.expected_version) from None
    except DecisionError as error:
        raise Refused(422, str(error)) from None
    return Made((made,))


def _number_of_one(call: Call) -> int:
    text = call.parts["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found = call.context.store.decisions.log(number - 1, 1) if number else []
    if not found or found[0].number != number:
        raise Refused(404, "no such decision; /api/v1/decisions lists them")
    return number


def _require(call: Call, kind: str) -> None:
    permission = needed_for(kind)
    if not call.context.reviewer.may(permission):
        raise Refused(403, f"{kind} needs the permission {permission!r}")


def _draft(wanted: Wanted, call: Call, place: int) -> Draft:
    context = call.context
    draft = Draft(
        wanted.kind,  # type: ignore[arg-type]
        wanted.target,
        context.reviewer.name,
        context.now,
        changes=wanted.changes,
        reason=wanted.reason,
    )
    try:
        check_draft(draft)
    except (DecisionError, ValueError) as error:
        # A field of another kind or type is a mistake of ours on a page; here it is the asker's.
        raise Refused(422, f"decisions/{place}: {error}") from None
    return draft


def _conflict(conflict: ConflictError, expected: int | None) -> Refused:
    """Tell what was seen and what is there: the two versions, what stands, and who came first."""
    first = conflict.decision
    more = {
        "target": conflict.now.target,
        "expected_version": expected,
        "version": conflict.now.version,
        "now": adapter(Verdict).dump_python(conflict.now, mode="json"),
        "decision": adapter(Decision | None).dump_python(first, mode="json"),
    }
    return Refused(409, str(conflict), more=more)
