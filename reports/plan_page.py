"""The release plan as one HTML page that needs no script, no network and no other file."""

from collections.abc import Callable

from markupsafe import Markup

from groundswell.report import IdeaReport, ReleasePlan, TeamLoad
from reports import figures, plan_words
from reports.page import anchor, environment, style_sheets
from reports.svg import element, percent


def plan_html(plan: ReleasePlan, report: IdeaReport) -> str:
    """Return the page; its policy and its look are those of the report, to which it links."""
    return (
        environment()
        .get_template("plan.html")
        .render(
            plan=plan,
            report=report,
            words=plan_words,
            links={i.candidate_id: f"report.html#{anchor(i)}" for i in report.ideas},
            load_bar=load_bars(plan),
            **style_sheets("report.css", "plan.css"),
        )
    )


def load_bars(plan: ReleasePlan) -> Callable[[TeamLoad], Markup]:
    """Return how a load of this plan is drawn, all on one scale."""
    widest = _widest(plan)
    return lambda load: load_bar(load, widest)


def load_bar(load: TeamLoad, widest: float) -> Markup:
    """Draw planned days on the capacity, what may be planned as a mark, up to P80 as a line.

    Parameters
    ----------
    widest
        Person-days that the drawing is wide.
    """
    kind = "down" if load.over_allocated else None
    told = (
        f"{figures.days(load.planned)} planned of {figures.days(load.capacity)},"
        f" {figures.days(load.usable)} may be planned, P80 {figures.days(load.p80)}"
    )
    return element(
        "svg",
        element("title", told),
        element("rect", class_="track", width=percent(load.capacity / widest)),
        element("rect", class_=kind or "planned", width=percent(load.planned / widest)),
        element("rect", class_="whisker", **_from_to(load.planned / widest, load.p80 / widest)),
        element("rect", class_="usable", x=percent(load.usable / widest)),
        class_="loadbar",
        role="img",
    )


def _from_to(start: float, end: float) -> dict[str, str]:
    return {"x": percent(start), "width": percent(max(0.0, end - start))}


def _widest(plan: ReleasePlan) -> float:
    return max((max(load.capacity, load.p80) for load in plan.loads), default=0.0) or 1.0
