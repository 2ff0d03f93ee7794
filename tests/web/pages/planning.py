"""A store with a plan of its report's ideas: two teams, two releases, one dependency."""

from functools import cache
from pathlib import Path

import reports
from groundswell.domain import Dependency, TeamCapacity
from groundswell.report import IdeaReport, ReleasePlan
from models.planning.plan import make_plan
from models.planning.problem import PlanItem, Rules, Value, make_problem
from tests.web.pages.filling import Shown, config_in, fill

RELEASES = ("4.9", "4.10")
TEAMS = ("Lark", "Finch")


_Idea = tuple[str, str, int]
"""Id, title and rank."""


def plan_for(report: IdeaReport) -> ReleasePlan:
    """Return a plan of the first five ideas, of 6, 6, 8, 6 and 90 days.

    Lark may plan 16 days in a release, and has the first, second and fourth idea; Finch has the
    third, which requires the second; the fifth is too large for anybody. So 4.9 has the first
    three, 4.10 the fourth.
    """
    return _solved(tuple((one.candidate_id, one.title, one.rank) for one in report.ideas[:5]))


@cache
def _solved(found: tuple[_Idea, ...]) -> ReleasePlan:
    owners = ("Lark", "Lark", "Finch", "Lark", "Finch")
    days = (6.0, 6.0, 8.0, 6.0, 90.0)
    worth = (5.0, 4.0, 3.0, 2.0, 1.0)
    ideas = [
        PlanItem(
            *(idea_id, title, Value(value, 0.0, "utility"), p50, 1.2 * p50),
            splits=(((team, 1.0),),),
            rank=rank,
            money=1000.0 * value,
        )
        for (idea_id, title, rank), team, p50, value in zip(found, owners, days, worth, strict=True)
    ]
    capacity = [TeamCapacity(team, release, 20.0, 500.0) for team in TEAMS for release in RELEASES]
    needs = [Dependency(ideas[2].item_id, "requires", ideas[1].item_id)]
    problem = make_problem(ideas, capacity, RELEASES, needs, Rules(robustness_draws=5))
    return make_plan(problem, value_unit="points", value_basis="points")


def with_plan(report: IdeaReport, folder: Path) -> Shown:
    """Return the pages over a store beside which a plan lies."""
    shown = fill(config_in(folder), report)
    write_plan(shown, plan_for(report))
    return shown


def write_plan(shown: Shown, plan: ReleasePlan) -> None:
    """Put a plan where `groundswell plan` writes it."""
    shown.config.report.folder.mkdir(parents=True, exist_ok=True)
    path = shown.config.report.folder / "plan.json"
    path.write_text(reports.plan_json(plan), encoding="utf-8")
