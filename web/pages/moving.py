"""One idea of the plan: what it rests on, every place it could be, and moving it there.

What a move costs is told before it is made. A move is a decision, of several ideas at once where
others have to come along: all of them are kept or none.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.domain import Decision, Dependency, Draft
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.errors import ConflictError, DecisionError
from groundswell.report import ReleasePlan
from models.planning.moves import Move, moves_of
from reports import plan_words
from web import reading as store_reading
from web.guard import Context
from web.pages.answers import conflict_page, refused_page, whole_number
from web.pages.plan import card_of, placed_of
from web.pages.rendering import not_found, page, with_query
from web.planned import Planned, planned


def show(request: Request, context: Context) -> Response:
    """Answer with the places of the idea that the address names, and what each would cost."""
    idea_id = request.path_params["idea_id"]
    verdicts = context.store.decisions.verdicts()
    found = planned(context.config.report.folder, verdicts)
    if found is None or idea_id not in found.ideas or found.board is None:
        return not_found(
            request,
            context,
            f"{idea_id} cannot be moved in the plan",
            "The plan does not know it: it is done, needs work that no idea stands for, or is"
            " newer than the plan. 'groundswell plan' makes a new one.",
        )
    reading = store_reading.newest(context.store)
    idea = found.ideas[idea_id]
    return page(
        request,
        context,
        "plan_idea.html",
        title=idea.title,
        crumbs=[("/plan", "Plan")],
        report=reading.report if reading else None,
        plan=found.now,
        found=found,
        idea=idea,
        ranked=reading.ideas.get(idea_id) if reading else None,
        planned=next((one for one in found.now.ideas if one.candidate_id == idea_id), None),
        out=next((one for one in found.now.left_out if one.candidate_id == idea_id), None),
        heeded=next((p for p in found.standing if p.candidate_id == idea_id), None),
        moves=moves_of(found.board, idea_id),
        links=_bonds(found, idea_id),
        verdict=verdicts.of(idea_id),
        version=verdicts.number,
        may_plan=context.reviewer.may("plan"),
        not_planned=NOT_PLANNED,
        action=card_of(idea_id),
        placed_in=lambda other: placed_of(found, other),
        team_of=_team_of,
        told=lambda move: _told(move, found.now),
    )


def place(request: Request, context: Context) -> Response:
    """Record where an idea is to ship, and what comes along, then show the board."""
    idea_id, form = request.path_params["idea_id"], context.form
    verdicts = context.store.decisions.verdicts()
    found = planned(context.config.report.folder, verdicts)
    wanted = [(idea_id, form.get("release", ""), form.get("team", ""))]
    wanted += [(i, to, "") for i, to in zip(form.getlist("with"), form.getlist("to"), strict=False)]
    seen = whole_number(form.get("version", ""))
    if found is None:
        return refused_page(request, context, "there is no plan to move it in", "/plan")
    try:
        made = place_all(found, context, wanted, seen, form.get("reason", "").strip())
    except ConflictError as conflict:
        return conflict_page(
            request,
            context,
            conflict,
            action=card_of(idea_id),
            version=context.store.decisions.verdicts().number,
            wanted=[("place", form.get("release", "") or "as the plan has it")],
            back="/plan",
        )
    except DecisionError as error:
        return refused_page(request, context, str(error), "/plan")
    told = with_query("/plan", {"moved": made[0].number})
    told += "".join(f"&moved={one.number}" for one in made[1:])
    return RedirectResponse(f"{told}#rank-{found.ideas[idea_id].rank}", 303)


def place_all(
    found: Planned,
    context: Context,
    wanted: Iterable[tuple[str, str, str]],
    seen: int,
    reason: str,
) -> list[Decision]:
    """Record where ideas are to ship: all of them, or none.

    Parameters
    ----------
    wanted
        (idea, release, team) of each; an empty release gives the idea back to the plan, an empty
        team leaves the choice to it.
    seen
        Number of the last decision that the planner knew of.

    Raises
    ------
    ConflictError
        Somebody decided in between about one of the ideas.
    DecisionError
        The plan knows no such idea, release or team.
    """
    drafts = [_draft(found, context, *one, reason) for one in dict.fromkeys(wanted)]
    stands = context.store.decisions.verdicts()
    versions = [min(stands.of(draft.target).version, seen) for draft in drafts]
    return context.store.decisions.record_all(list(zip(drafts, versions, strict=True)))


def links_of(found: Planned, idea_id: str) -> list[Dependency]:
    """Return what binds an idea to others."""
    basis = found.made.basis
    links = basis.links if basis else ()
    return [link for link in links if idea_id in (link.item_id, link.other_id)]


def _draft(
    found: Planned, context: Context, target: str, release: str, team: str, reason: str
) -> Draft:
    if target not in found.ideas:
        raise DecisionError(f"the plan does not know {target[:80]!r}")
    if release not in ("", NOT_PLANNED, *found.made.releases):
        raise DecisionError(f"the plan has no release {release[:80]!r}")
    teams = {load.team for load in found.made.loads}
    if team not in ("", *teams):
        raise DecisionError(f"the plan has no team {team[:80]!r}")
    changes = {"release": release or None, "team": (release and team) or None}
    name, now = context.reviewer.name, context.now
    return Draft("place", target, name, now, changes=changes, reason=reason)


def _bonds(found: Planned, idea_id: str) -> list[tuple[str, str, str]]:
    """Return (what binds it, id, title) for each dependency of an idea."""
    told = []
    for link in links_of(found, idea_id):
        other = link.other_id if link.item_id == idea_id else link.item_id
        words = {"excludes": "excludes", "together": "goes together with"}
        forward = "requires" if link.item_id == idea_id else "is required by"
        told.append((words.get(link.kind, forward), other, found.ideas[other].title))
    return told


def _team_of(move: Move) -> str:
    """Return the team that a move must name to lead there; empty: it leads there by itself."""
    return "" if move.preferred else move.teams[0]


def _told(move: Move, plan: ReleasePlan) -> str:
    """Say in a line what a move costs."""
    if move.impossible:
        return move.impossible
    if move.alone is None:
        return "where it is"
    words = [plan_words.change(move.alone.value, plan) or "no change of value"]
    if count := len(move.alone.broken):
        words.append(f"breaks {count} rule{'s' if count > 1 else ''}")
    if any(load.risky for load in move.alone.loads):
        words.append("may overrun")
    if move.companions:
        words.append(f"{len(move.companions)} would come along")
    return "; ".join(words)
