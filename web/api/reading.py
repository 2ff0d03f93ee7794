"""What programs read of a report: ideas, needs, what changed, the plan."""

from groundswell import __version__
from groundswell.accounts import PERMISSIONS
from groundswell.domain import IdeaVerdict, ThemeVerdict
from groundswell.report import RankedIdea, ReleasePlan
from web import reading as store_reading
from web.api.answers import (
    About,
    ChangesOfRun,
    ComparedCriterion,
    Comparison,
    Heir,
    IdeaLine,
    IdeaPage,
    NeedLine,
    NeedPage,
    ToldChange,
    WholeIdea,
    WholeNeed,
    line_of,
)
from web.api.endpoints import Call
from web.guard import Refused
from web.pages import compare as side_by_side
from web.pages.needs import areas_of, matches, number_of
from web.pages.said import what_is_said
from web.pages.view import View, chosen_ideas, ranks_of
from web.reading import Reading


def ideas(call: Call) -> IdeaPage:
    """List ideas: the filters, the order and the pages of a view."""
    reading, query = _newest(call), call.query
    view = View(**query.model_dump(exclude={"size"}))
    said = what_is_said(call.context.store)
    found = chosen_ideas(view, reading, said, call.context.now.date())
    ranks, verdicts = ranks_of(view, reading), call.context.store.decisions.ideas()
    first, last = _place(query.page, query.size, len(found))
    return IdeaPage(
        run=reading.report.run.run_id,
        as_of=reading.report.as_of,
        total=len(found),
        page=query.page,
        pages=last,
        ideas=tuple(
            line_of(idea, verdicts.get(idea.candidate_id), ranks[idea.candidate_id])
            for idea in found[first : first + query.size]
        ),
    )


def idea(call: Call) -> WholeIdea:
    """Tell everything about one idea: its reasons, its evidence, what was decided."""
    reading, idea_id = _newest(call), call.parts["idea_id"]
    verdicts, decisions = call.context.store.decisions.verdicts(), call.context.store.decisions
    about = tuple(decisions.log(target=idea_id))
    verdict = verdicts.of(idea_id)
    return WholeIdea(
        run=reading.report.run.run_id,
        idea=_idea(reading, idea_id),
        move=reading.moves.get(idea_id),
        verdict=verdict if isinstance(verdict, IdeaVerdict) else IdeaVerdict(idea_id),
        undone=tuple(one.number for one in about if one.number in verdicts.undone),
        decisions=about,
    )


def compare(call: Call) -> Comparison:
    """Set two ideas side by side, criterion by criterion."""
    reading = _newest(call)
    one, other = (_idea(reading, name) for name in call.query.ideas)
    return Comparison(
        run=reading.report.run.run_id,
        first=_line(call, one),
        second=_line(call, other),
        verdict=side_by_side.verdict(one, other),
        criteria=tuple(
            ComparedCriterion(
                line.criterion,
                first=first.part if first else None,
                second=second.part if second else None,
                difference=line.difference,
            )
            for line in side_by_side.lines_of(one, other)
            for first, second in (line.steps,)
        ),
    )


def needs(call: Call) -> NeedPage:
    """List needs, by area and voices as the page of needs does."""
    reading, query = _newest(call), call.query
    wanted = (query.q, query.state, query.area)
    kept = [need for need in reading.report.themes if matches(need, *wanted)]
    found = [need for area in areas_of(kept) for need in area.needs]
    verdicts = call.context.store.decisions.themes()
    first, last = _place(query.page, query.size, len(found))
    shown = (
        NeedLine(
            need.theme_id,
            need.label,
            need.keywords,
            need.state,
            need.stability,
            need.size,
            need.voices,
            need.area,
            need.candidate_id,
            rising=bool(need.rises),
            version=verdicts[need.theme_id].version if need.theme_id in verdicts else 0,
        )
        for need in found[first : first + query.size]
    )
    return NeedPage(reading.report.run.run_id, len(found), query.page, last, tuple(shown))


def need(call: Call) -> WholeNeed:
    """Tell everything about one need; of a retired one, who took it over."""
    reading, store = _newest(call), call.context.store
    theme_id = number_of(call.parts["theme_id"])
    known = reading.needs.get(theme_id)
    heirs = () if known else store.themes.retired_into().get(theme_id)
    if heirs is None:
        raise Refused(404, "no such need in the newest report, nor among the retired ones")
    target = f"theme-{theme_id}"
    verdict = store.decisions.verdicts().of(target)
    return WholeNeed(
        run=reading.report.run.run_id,
        need=known,
        heirs=tuple(Heir(*heir) for heir in heirs),
        verdict=verdict if isinstance(verdict, ThemeVerdict) else ThemeVerdict(theme_id),
        decisions=tuple(store.decisions.log(target=target)),
        history=tuple(ToldChange(*told) for told in store.lookups.theme_history(theme_id)),
    )


def changes(call: Call) -> ChangesOfRun:
    """Tell what changed since the run before: what the inbox is made of."""
    reading = _newest(call)
    return ChangesOfRun(reading.report.run.run_id, reading.report.as_of, reading.changes)


def plan(call: Call) -> ReleasePlan:
    """Hand out the release plan that was made last."""
    found = store_reading.plan(call.context.config.report.folder)
    if found is None:
        raise Refused(404, "no plan yet; 'groundswell plan' makes one")
    return found


def about(call: Call) -> About:
    """Tell who asks and what the newest report rests on: method, weights, versions."""
    context, reading = call.context, store_reading.newest(call.context.store)
    report = reading.report if reading else None
    return About(
        program=__version__,
        reviewer=context.reviewer.name,
        role=context.reviewer.role,
        may=tuple(one for one in PERMISSIONS if context.reviewer.may(one)),
        store=context.store.facts(),
        run=report.run.run_id if report else None,
        as_of=report.as_of if report else None,
        currency=report.currency if report else None,
        strategy=report.strategy if report else None,
        strategies=reading.strategies if reading else (),
        weights=dict(report.weights) if report else {},
        versions=dict(report.versions) if report else {},
        evidence_level=report.evidence_level if report else None,
        unlocks_next=report.unlocks_next if report else None,
        notes=report.notes if report else (),
        totals=report.totals if report else None,
    )


def _newest(call: Call) -> Reading:
    found = store_reading.newest(call.context.store)
    if found is None:
        raise Refused(404, "no report yet; 'groundswell run' makes one")
    return found


def _idea(reading: Reading, idea_id: str) -> RankedIdea:
    if idea_id not in reading.ideas:
        raise Refused(404, "no such idea in the newest report; /api/v1/ideas lists them")
    return reading.ideas[idea_id]


def _line(call: Call, idea: RankedIdea) -> IdeaLine:
    verdict = call.context.store.decisions.ideas().get(idea.candidate_id)
    return line_of(idea, verdict, idea.rank)


def _place(page: int, size: int, total: int) -> tuple[int, int]:
    """Return where a page begins, and the number of pages."""
    return (page - 1) * size, max(1, -(-total // size))
