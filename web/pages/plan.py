"""The release plan as a board: ideas as cards in releases, by team, beside the team's days."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.domain import Decision
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.report import LeftOutIdea, PlannedIdea, ReleasePlan, TeamLoad
from reports.plan_page import load_bars
from web import reading as store_reading
from web.guard import Context
from web.pages.ideas import KINDS
from web.pages.rendering import address_of, not_found, page
from web.planned import Planned, planned


@dataclass(frozen=True, slots=True)
class Lane:
    """What one team does in one release."""

    load: TeamLoad
    ideas: tuple[PlannedIdea, ...]
    """Those of which it does most, and which ship there."""


@dataclass(frozen=True, slots=True)
class Column:
    """A release, or what is not planned."""

    release: str
    lanes: tuple[Lane, ...]
    left_out: tuple[LeftOutIdea, ...]

    @property
    def count(self) -> int:
        """How many ideas stand in it."""
        return sum(len(lane.ideas) for lane in self.lanes) + len(self.left_out)


def show(request: Request, context: Context) -> Response:
    """Answer with the board, or with how to make a plan."""
    reading = store_reading.newest(context.store)
    verdicts = context.store.decisions.verdicts()
    found = planned(context.config.report.folder, verdicts)
    if reading is None or found is None:
        return page(request, context, "plan_page.html", title="Release plan", plan=None)
    return page(
        request,
        context,
        "plan_page.html",
        title="Release plan",
        report=reading.report,
        found=found,
        plan=found.now,
        columns=tuple(columns_of(found.now)),
        made=[one for one in _named(request, context) if one.number not in verdicts.undone],
        titles={one: idea.title for one, idea in found.ideas.items()},
        may_plan=context.reviewer.may("plan") and found.board is not None,
        load_bar=load_bars(found.now),
        not_planned=NOT_PLANNED,
    )


def show_file(_request: Request, _context: Context) -> Response:
    """Lead from where the report's page says the plan is to where it is here."""
    return RedirectResponse("/plan", 303)


def export(request: Request, context: Context) -> Response:
    """Answer with the plan as the board shows it, as CSV, XLSX or JSON."""
    from reports.export import plan_csv, plan_xlsx
    from reports.interchange import plan_json

    form = request.path_params["form"]
    if form not in KINDS:
        return not_found(request, context, "No such form", "There are csv, xlsx and json.")
    reading = store_reading.newest(context.store)
    found = planned(context.config.report.folder, context.store.decisions.verdicts())
    if reading is None or found is None:
        return not_found(request, context, "No plan yet", "Type 'groundswell plan' first.")
    if form == "csv":
        body = plan_csv(found.now)
    elif form == "xlsx":
        body = plan_xlsx(found.now, reading.report)
    else:
        body = plan_json(found.now).encode()
    headers = {"Content-Disposition": f'attachment; filename="plan.{form}"'}
    return Response(body, headers=headers, media_type=KINDS[form])


def columns_of(plan: ReleasePlan) -> Iterator[Column]:
    """Yield the releases in their order, then what is not planned."""
    for release in plan.releases:
        shipped = [idea for idea in plan.ideas if idea.ships == release]
        lanes = (
            Lane(load, tuple(idea for idea in shipped if main_team(idea) == load.team))
            for load in plan.loads
            if load.release == release
        )
        yield Column(release, tuple(lanes), ())
    yield Column(NOT_PLANNED, (), plan.left_out)


def main_team(idea: PlannedIdea) -> str:
    """Return the team that does most of an idea in the release in which it ships."""
    here = [(days, team) for team, release, days in idea.work if release == idea.ships]
    return max(here, key=lambda part: part[0])[1]


def placed_of(found: Planned, idea_id: str) -> str:
    """Return where an idea stands: a release, or `NOT_PLANNED`."""
    return next((i.ships for i in found.now.ideas if i.candidate_id == idea_id), NOT_PLANNED)


def card_of(idea_id: str) -> str:
    """Return the address of an idea's page in the plan."""
    return address_of("plan/ideas", idea_id)


def _named(request: Request, context: Context) -> Iterator[Decision]:
    """Yield the decisions that the address says were made just now."""
    for text in request.query_params.getlist("moved")[:20]:
        if text.isascii() and text.isdigit() and len(text) < 10:
            for one in context.store.decisions.log(after=int(text) - 1, limit=1):
                if one.number == int(text) and "release" in one.after:
                    yield one
