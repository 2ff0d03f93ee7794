"""A program's way to the plan's board: what a move costs, making it, taking it back."""

from dataclasses import dataclass

from groundswell.domain import Dependency, IdeaVerdict
from groundswell.errors import ConflictError, DecisionError
from groundswell.report import LeftOutIdea, PlannableIdea, PlannedIdea, PlanPlacement, ReleasePlan
from models.planning.moves import Move, moves_of
from web.api.deciding import Made, came_second
from web.api.endpoints import Call
from web.guard import Refused
from web.pages.moving import links_of, place_all
from web.pages.plan import placed_of
from web.planned import Planned, planned


@dataclass(frozen=True, slots=True)
class PlanNow:
    """The release plan with what planners moved since it was made."""

    version: int
    """Number of the last decision: the `version` of a move."""
    plan: ReleasePlan
    placed: tuple[IdeaVerdict, ...]
    """What was placed since, by decision."""
    freed: tuple[PlanPlacement, ...]
    """Placements that the plan heeds and that nobody stands by any more."""
    unheard: tuple[str, ...]
    """Ids of those in `placed` that no move can follow; the next plan may."""


@dataclass(frozen=True, slots=True)
class PlanCard:
    """An idea of the plan, and every place that it could be in."""

    version: int
    """Number of the last decision: the `version` of a move."""
    idea: PlannableIdea
    place: str
    """The release in which it ships now, or `not planned`."""
    planned: PlannedIdea | None
    """Null: it is not planned."""
    left_out: LeftOutIdea | None
    """Null: it is planned."""
    links: tuple[Dependency, ...]
    """What binds it to other ideas."""
    moves: tuple[Move, ...]
    """By release, with what each would change; `not planned` last."""


def board(call: Call) -> PlanNow:
    """Tell the release plan as it is now: as it was made, with every move since."""
    found = _planned(call)
    return PlanNow(
        version=_version(call),
        plan=found.now,
        placed=found.since,
        freed=found.freed,
        unheard=tuple(one.target for one in found.unheard),
    )


def card(call: Call) -> PlanCard:
    """Tell every place that an idea of the plan could be in, and what each would cost."""
    found, idea_id = _planned(call), call.parts["idea_id"]
    if found.board is None or idea_id not in found.ideas:
        raise Refused(404, "the plan does not know this idea; 'groundswell plan' makes a new one")
    now = found.now
    return PlanCard(
        version=_version(call),
        idea=found.ideas[idea_id],
        place=placed_of(found, idea_id),
        planned=next((one for one in now.ideas if one.candidate_id == idea_id), None),
        left_out=next((one for one in now.left_out if one.candidate_id == idea_id), None),
        links=tuple(links_of(found, idea_id)),
        moves=moves_of(found.board, idea_id),
    )


def place(call: Call) -> Made:
    """Say where an idea is to ship, and what moves along: all of it, or none.

    With `release` null a move is taken back; undoing its decision does so, too.
    """
    body, idea_id = call.body, call.parts["idea_id"]
    wanted = [(idea_id, body.release or "", body.team or "")]
    wanted += [(one.target, one.release, "") for one in body.along]
    try:
        made = place_all(_planned(call), call.context, wanted, body.version, body.reason.strip())
    except ConflictError as conflict:
        raise came_second(conflict, body.version) from None
    except DecisionError as error:
        raise Refused(422, str(error)) from None
    return Made(tuple(made))


def _planned(call: Call) -> Planned:
    verdicts = call.context.store.decisions.verdicts()
    found = planned(call.context.config.report.folder, verdicts)
    if found is None:
        raise Refused(404, "no plan yet; 'groundswell plan' makes one")
    return found


def _version(call: Call) -> int:
    return call.context.store.decisions.verdicts().number
