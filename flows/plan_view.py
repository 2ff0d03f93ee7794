"""The release plan on the terminal."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from flows.terminal import TwoLines, output, table
from groundswell.report import ReleasePlan, TeamLoad
from reports import figures, plan_words
from reports.inert import one_line

BAR = 20
"""Characters of a bar that is as long as the largest capacity."""


def show_plan(plan: ReleasePlan, page: Path) -> None:
    """Show the plan, its risks and its prices, and where its page is."""
    console = output()
    console.print(plan_page(plan))
    console.print(f"Plan: {page}", soft_wrap=True)


def plan_page(plan: ReleasePlan) -> RenderableType:
    """Return everything there is to say of a plan."""
    return Group(*_head(plan), *_releases(plan), *_left_out(plan), *_prices(plan), *_rest(plan))


def _head(plan: ReleasePlan) -> Iterator[RenderableType]:
    yield Text(plan_words.headline(plan), "bold")
    yield Text(plan_words.quality(plan))
    for line in plan_words.money(plan):
        yield Text(line)


def _releases(plan: ReleasePlan) -> Iterator[RenderableType]:
    for release in plan.releases:
        yield from _heading(f"Release {one_line(release)}")
        shown = table("rank", "idea", "person-days", "in time", "stays", right=("rank",))
        for idea in (idea for idea in plan.ideas if idea.ships == release):
            shown.add_row(
                str(idea.rank),
                TwoLines(idea.title + (" (must)" if idea.must else "")),
                Text(plan_words.work(idea)),
                figures.share(idea.finish),
                "n/a" if idea.robustness is None else figures.share(idea.robustness),
            )
        yield shown if shown.row_count else Text("Nothing ships.")
        yield _loads(plan, release)


def _loads(plan: ReleasePlan, release: str) -> Table:
    shown = table("team", "load", "planned", "of", "P80", "overrun", right=("planned", "of", "P80"))
    widest = max((max(load.capacity, load.p80) for load in plan.loads), default=1.0) or 1.0
    for load in (load for load in plan.loads if load.release == release):
        shown.add_row(
            one_line(load.team),
            Text(bar(load, widest)),
            *(figures.days(days) for days in (load.planned, load.capacity, load.p80)),
            Text(
                figures.share(load.overrun) + (" over-allocated" if load.over_allocated else ""),
                "bold red" if load.over_allocated else "",
            ),
        )
    return shown


def bar(load: TeamLoad, widest: float) -> str:
    """Draw planned days as full blocks, what may be planned as light ones, the rest as dots."""
    planned, usable, capacity = (
        round(BAR * days / widest) for days in (load.planned, load.usable, load.capacity)
    )
    return (
        "█" * planned
        + "░" * max(0, usable - planned)
        + "·" * max(0, capacity - max(planned, usable))
    )


def _left_out(plan: ReleasePlan) -> Iterator[RenderableType]:
    if not plan.left_out:
        return
    yield from _heading("Left out")
    shown = table("rank", "idea", "why", "taking it costs", right=("rank",))
    for out in plan.left_out:
        price = plan_words.price(out.price, plan)
        shown.add_row(str(out.rank), TwoLines(out.title), TwoLines(out.reason), price)
    yield shown


def _prices(plan: ReleasePlan) -> Iterator[RenderableType]:
    for heading, lines in (
        ("What planners placed", plan_words.placements(plan)),
        ("Other plans", plan_words.alternatives(plan)),
        ("A tenth more capacity", plan_words.capacity(plan)),
        ("What duties cost", plan_words.duties(plan)),
        ("Between teams", plan_words.between_teams(plan)),
    ):
        if lines:
            yield from _heading(heading)
            yield from (Text(f"- {line}") for line in lines)


def _rest(plan: ReleasePlan) -> Iterator[RenderableType]:
    yield from _heading("Notes")
    yield from (Text(f"- {one_line(line)}") for line in plan_words.notes(plan))
    yield Text()


def _heading(text: str) -> Iterator[RenderableType]:
    yield Text()
    yield Rule(Text(text, "bold"), align="left", style="dim")
