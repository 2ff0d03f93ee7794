"""Why an idea is not in the plan, in a few words."""

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import Dependency, IntArray
from groundswell.domain.decisions import NOT_PLANNED
from models.planning.problem import PlanItem, PlanProblem
from models.planning.program import Program
from models.planning.solving import Solution, planned_items


def why_left_out(program: Program, found: Solution, place: int) -> str:
    """Return the first reason that holds, from what is impossible to what is only worth less."""
    problem, item = program.problem, program.problem.items[place]
    mine = np.flatnonzero(program.columns.item == place)
    if ("placed", item.item_id, NOT_PLANNED) in program.rules:
        return "a planner left it out"
    if not len(mine):
        return too_large(problem, item)
    planned = planned_items(program, found)
    ids = {problem.items[n].item_id for n in np.flatnonzero(planned)}
    for link in problem.links:
        if item.item_id in (link.item_id, link.other_id):
            other = link.other_id if link.item_id == item.item_id else link.item_id
            title = problem.items[problem.place(other)].title
            if reason := _linked(link, other == link.other_id, other in ids, title):
                return reason
    if (program.columns.worth[mine] <= 0).all():
        if problem.net_of_cost:
            return "costs more than it is worth"
        return "no more than one that nobody asks for"
    fits = mine[~_breaks(program, found, mine, "capacity")]
    if not len(fits):
        return f"the days of {_teams(item)} go to ideas worth more"
    if _breaks(program, found, fits, "budget").all():
        return "the budget is spent on ideas worth more"
    if _breaks(program, found, fits, "share").all():
        return "would take a least share from others"
    return "what it is bound to leaves no release for it"


def too_large(problem: PlanProblem, item: PlanItem) -> str:
    """Say why no release has room for an item."""
    cells = problem.cells
    teams = {team for split in item.splits for team, _ in split}
    known = {cell.team for cell in cells}
    if missing := sorted(teams - known):
        return f"no capacity of {', '.join(missing)} is known"
    if not teams:
        return "no team is known that could do it"
    most = max(cell.person_days for cell in cells if cell.team in teams)
    return (
        f"too large: {item.p50:.0f} days, P80 {item.p80:.0f}, and {_teams(item)} has at most"
        f" {most:.0f} in a release, {problem.rules.buffer:.0%} of them kept free"
    )


def _linked(link: Dependency, forward: bool, planned: bool, other: str) -> str:
    """Say what a link means for one end of it, given the other; empty: nothing."""
    if link.kind == "requires" and forward and not planned:
        return f"requires {other}, which is left out"
    if link.kind == "excludes" and planned:
        return f"excluded by {other}"
    if link.kind == "together":
        return f"goes together with {other}, and both are worth less than others"
    return ""


def _breaks(program: Program, found: Solution, columns: IntArray, kind: str) -> NDArray[np.bool_]:
    """Tell for each column whether it breaks a rule of this kind when added to the plan."""
    rows = np.flatnonzero([program.rules[rule][0] == kind for rule in program.rule])
    matrix = program.matrix[rows]
    used = np.asarray(matrix @ found.x)[:, None] + matrix[:, columns].toarray()
    over = used > program.high[rows][:, None] + 1e-9
    under = used < program.low[rows][:, None] - 1e-9
    return np.asarray((over | under).any(axis=0))


def _teams(item: PlanItem) -> str:
    return " or ".join(" and ".join(team for team, _ in split) for split in item.splits)
