"""The page of one idea: everything the report says of it, with the places it can be checked."""

import re

from starlette.requests import Request
from starlette.responses import Response

from groundswell.domain import IdeaVerdict
from groundswell.report import RankedIdea
from reports import figures, plan_words
from reports.inert import markdown_text
from web import reading as store_reading
from web.guard import Context
from web.pages.correcting import kinds_of_quotes, matches_of
from web.pages.deciding import decided
from web.pages.rendering import not_found, page
from web.pages.said import what_is_said, with_verdicts
from web.planned import Planned, planned


def show(request: Request, context: Context) -> Response:
    """Answer with the page of the idea that the address names."""
    idea_id = request.path_params["idea_id"]
    reading = store_reading.newest(context.store)
    if reading is None or idea_id not in reading.ideas:
        return not_found(
            request,
            context,
            f"No idea {idea_id}",
            "It is not in the newest report: it may have merged with another, or fallen out of"
            " those that are shown. The inbox says what moved.",
        )
    idea = reading.ideas[idea_id]
    ideas = reading.report.ideas
    place = ideas.index(idea)
    found = planned(context.config.report.folder, context.store.decisions.verdicts())
    return page(
        request,
        context,
        "idea_page.html",
        title=idea.title,
        crumbs=[("/ideas", "Ideas")],
        report=reading.report,
        idea=idea,
        scale=reading.scale,
        move=reading.moves.get(idea_id),
        needs=[reading.needs[n] for n in idea.theme_ids if n in reading.needs],
        before=ideas[place - 1] if place else None,
        after=ideas[place + 1] if place + 1 < len(ideas) else None,
        plan_line=_planned(idea, found) if found else "",
        kinds=kinds_of_quotes((*idea.quotes, *idea.counter_quotes), context),
        matches=matches_of(
            idea.matches, context.store.decisions.ideas().get(idea_id, IdeaVerdict(idea_id))
        ),
        in_plan=found is not None and found.board is not None and idea_id in found.ideas,
        **decided(context, idea_id),
    )


def brief(request: Request, context: Context) -> Response:
    """Answer with the brief of an idea as Markdown, to be pasted into an issue."""
    from reports.handover import Details, brief_of, markdown

    idea_id = request.path_params["idea_id"]
    reading = store_reading.newest(context.store)
    if reading is None or idea_id not in reading.ideas:
        return not_found(request, context, f"No idea {idea_id}", "The inbox says what moved.")
    said = what_is_said(context.store)
    (idea,) = with_verdicts([reading.ideas[idea_id]], said, context.now.date())
    settings, least = context.config.handover, context.config.privacy.least_voices
    details = Details(settings.link, settings.accounts, least)
    found = brief_of(idea, reading.report, "", details)
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", idea_id).strip("-.") or "idea"
    return Response(
        f"# {markdown_text(found.title)}\n\n{markdown(found.blocks)}",
        headers={"Content-Disposition": f'attachment; filename="{name}.md"'},
        media_type="text/markdown; charset=utf-8",
    )


def _planned(idea: RankedIdea, found: Planned) -> str:
    """Say where an idea stands in the plan; empty where the plan does not know it."""
    moved = any(one.target == idea.candidate_id for one in found.since)
    since = " A planner moved it since the plan was made." if moved else ""
    for one in found.now.ideas:
        if one.candidate_id == idea.candidate_id:
            return (
                f"ships in {one.ships}: {plan_words.work(one)};"
                f" in time with a probability of {figures.share(one.finish)}.{since}"
            )
    for out in found.now.left_out:
        if out.candidate_id == idea.candidate_id:
            return f"left out: {out.reason}.{since}"
    return ""
