"""Why an idea is not in the plan, in a few words."""

import numpy as np

from groundswell.domain import Dependency
from models.planning.problem import PlanItem
from models.planning.program import Program
from models.planning.solving import Solution, planned_items


def why_left_out(program: Program, found: Solution, place: int) -> str:
    """Return the first reason that holds, from what is impossible to what is only worth less."""
    problem, item = program.problem, program.problem.items[place]
    mine = np.flatnonzero(program.columns.item == place)
    if not len(mine):
        return _too_large(program, item)
    planned = planned_items(program, found)
    ids = {problem.items[n].item_id for n in np.flatnonzero(planned)}
    for link in problem.links:
        if reason := _linked(link, item.item_id, ids):
            return reason
    if (program.columns.worth[mine] <= 0).all():
        return "costs more than it is worth"
    if problem.rules.budget is not None and _breaks(program, found, mine, "budget"):
        return "the budget is spent on ideas worth more"
    if _breaks(program, found, mine, "capacity"):
        return f"the days of {_teams(item)} go to ideas worth more"
    return "would take a least share from others"


def _too_large(program: Program, item: PlanItem) -> str:
    cells = program.problem.cells
    teams = {team for split in item.splits for team, _ in split}
    known = {cell.team for cell in cells}
    if missing := sorted(teams - known):
        return f"no capacity of {', '.join(missing)} is known"
    if not teams:
        return "no team is known that could do it"
    most = max(cell.person_days for cell in cells if cell.team in teams)
    return (
        f"too large: {item.p50:.0f} days, P80 {item.p80:.0f}, and {_teams(item)} has at most"
        f" {most:.0f} in a release, {program.problem.rules.buffer:.0%} of them kept free"
    )


def _linked(link: Dependency, item_id: str, planned: set[str]) -> str:
    if link.kind == "requires" and link.item_id == item_id and link.other_id not in planned:
        return f"requires {link.other_id}, which is left out"
    if link.kind == "excludes" and item_id in (link.item_id, link.other_id):
        other = link.other_id if link.item_id == item_id else link.item_id
        return f"excluded by {other}" if other in planned else ""
    if link.kind == "together" and item_id in (link.item_id, link.other_id):
        other = link.other_id if link.item_id == item_id else link.item_id
        return f"goes together with {other}, and both are worth less than others"
    return ""


def _breaks(program: Program, found: Solution, columns: np.ndarray, kind: str) -> bool:
    """Tell whether each of these columns, added to the plan, would break a rule of this kind."""
    rows = np.flatnonzero([program.rules[rule][0] == kind for rule in program.rule])
    matrix, high = program.matrix[rows], program.high[rows]
    used = matrix @ found.x
    return all(
        bool((used + matrix[:, [column]].toarray().ravel() > high + 1e-9).any())
        for column in columns
    )


def _teams(item: PlanItem) -> str:
    return " or ".join(" and ".join(team for team, _ in split) for split in item.splits)
