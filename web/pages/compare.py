"""Two ideas side by side: their figures, and what each criterion adds to either."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from groundswell.report import IdeaReport, RankedIdea
from reports import figures
from reports.waterfall import Scale, Step
from web.guard import Context
from web.pages.rendering import page
from web.pages.view import marked
from web.reading import Reading, newest

CHOICES = 200
"""Ideas to choose from on the page, the best ones; any other is marked in the list of ideas."""


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion in both ideas; None: it plays no part in that one."""

    criterion: str
    steps: tuple[Step | None, Step | None]
    difference: float
    """What it adds to the first less what it adds to the second, in standard deviations."""


def show(request: Request, context: Context) -> Response:
    """Answer with the first two of the ideas that the query names."""
    reading = newest(context.store)
    title = "Side by side"
    if reading is None:
        return page(request, context, "compare.html", title=title, report=None, two=())
    asked = _asked(request, reading)
    known = [reading.ideas[one] for one in asked if one in reading.ideas]
    two = (known[0], known[1]) if len(known) > 1 else ()
    lines = lines_of(*two) if two else ()
    return page(
        request,
        context,
        "compare.html",
        title=title,
        crumbs=[("/ideas", "Ideas")],
        report=reading.report,
        two=two,
        chosen=[idea.candidate_id for idea in known[:2]],
        unknown=[one for one in asked if one not in reading.ideas],
        choices=_choices(reading, known),
        verdict=verdict(*two) if two else "",
        facts=list(facts(*two, reading.report)) if two else (),
        lines=lines,
        scale=_scale(lines),
    )


def lines_of(one: RankedIdea, other: RankedIdea) -> tuple[Line, ...]:
    """Return every criterion that plays a part, the one that sets them apart most first."""
    parts = [{part.criterion: part for part in idea.parts} for idea in (one, other)]
    lines = []
    for criterion in dict.fromkeys([*parts[0], *parts[1]]):
        found = [of_idea.get(criterion) for of_idea in parts]
        adds = [part.contribution if part else 0.0 for part in found]
        first, second = (Step(part, 0.0, part.contribution) if part else None for part in found)
        lines.append(Line(criterion, (first, second), adds[0] - adds[1]))
    return tuple(sorted(lines, key=lambda line: -abs(line.difference)))


def verdict(one: RankedIdea, other: RankedIdea) -> str:
    """Say whether the data can tell the two apart."""
    first, second = sorted((one, other), key=lambda idea: idea.rank)
    if first.rank_high < second.rank_low:
        return f"“{first.title}” comes first: their intervals of ranks do not meet."
    same = "one tier" if one.tier == other.tier else f"tiers {first.tier} and {second.tier}"
    return (
        f"Their intervals of ranks meet ({figures.rank_interval(one)} and"
        f" {figures.rank_interval(other)}, {same}): the data alone do not settle the order."
    )


def facts(
    one: RankedIdea, other: RankedIdea, report: IdeaReport
) -> Iterator[tuple[str, list[str]]]:
    """Yield (name, both values) of the figures that a reader weighs."""
    currency = report.currency
    rows = (
        ("Rank, 80 %", figures.rank_interval),
        ("In the top ten", lambda idea: figures.share(idea.p_top10)),
        ("Voices", lambda idea: figures.voices(idea.voices)),
        ("Trend", lambda idea: figures.trend(idea.trend)),
        ("Revenue at stake", lambda idea: figures.money(idea.revenue.value, currency)),
        ("Effort", lambda idea: figures.effort(idea.effort)),
        ("Net of the first year", lambda idea: _net(idea, currency)),
        ("Segments", lambda idea: _most(idea.segments)),
        ("Channels", lambda idea: _most(idea.channels)),
        ("Warnings", lambda idea: ", ".join(idea.badges) or "none"),
    )
    for name, figure in rows:
        yield name, [figure(one), figure(other)]


def _asked(request: Request, reading: Reading) -> tuple[str, ...]:
    values = request.query_params.getlist("ideas")
    if all(value in reading.ideas or not value for value in values):
        return tuple(dict.fromkeys(value for value in values if value))
    return marked(values)  # one value with commas, as in a link written by hand


def _choices(reading: Reading, known: list[RankedIdea]) -> list[tuple[str, str]]:
    ideas = reading.report.ideas[:CHOICES]
    listed = [*ideas, *(idea for idea in known if idea.rank > CHOICES)]
    return [(idea.candidate_id, f"{idea.rank} {idea.title[:60]}") for idea in listed]


def _net(idea: RankedIdea, currency: str) -> str:
    return figures.money(None if idea.profit is None else idea.profit.net.value, currency)


def _most(counted: tuple[tuple[str, int], ...]) -> str:
    found = [f"{name} ({figures.count(n)})" for name, n in counted[:3]]
    return ", ".join([*found, f"and {len(counted) - 3} more"] if len(counted) > 3 else found)


def _scale(lines: tuple[Line, ...]) -> Scale:
    low, high = 0.0, 0.0
    for step in (step for line in lines for step in line.steps if step):
        low = min(low, step.end - step.part.spread)
        high = max(high, step.end + step.part.spread)
    return Scale(low, high) if high > low else Scale(-1.0, 1.0)
