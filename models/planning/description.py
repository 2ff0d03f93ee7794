"""A plan in words and figures for its readers: ideas, teams, money, and what is left out."""

from math import isnan

import numpy as np

from groundswell.domain import FloatArray
from groundswell.report import LeftOutIdea, PlanBudget, PlannedIdea, TeamLoad
from models.planning.columns import UNITS
from models.planning.left_out import why_left_out
from models.planning.overrun import finish_chances, loads
from models.planning.prices import cost_of_taking
from models.planning.program import Program
from models.planning.solving import Solution, planned_items

PRICED = 5
"""Best ranked ideas that are left out and priced: each price is another search."""


def planned_ideas(
    program: Program, found: Solution, factors: FloatArray, stays: FloatArray
) -> tuple[PlannedIdea, ...]:
    """Return what is planned, by release in which it ships, then rank.

    Parameters
    ----------
    stays
        `PlannedIdea.robustness` of each item, NaN: not known; shape (n_items,).
    """
    columns, problem = program.columns, program.problem
    finish = finish_chances(program, found, factors)
    made = []
    for column, chance in zip(found.chosen.tolist(), finish.tolist(), strict=True):
        place = int(columns.item[column])
        item, use = problem.items[place], columns.in_cells(column)
        cost = float(columns.cost[column])
        planned = PlannedIdea(
            candidate_id=item.item_id,
            title=item.title,
            rank=item.rank,
            category=item.category,
            must=item.must,
            starts=problem.releases[columns.starts[column]],
            ships=problem.releases[columns.ships[column]],
            work=tuple(
                (problem.cells[cell].team, problem.cells[cell].release, float(use[cell]))
                for cell in np.flatnonzero(use)
            ),
            value=item.value.expected - (cost if problem.net_of_cost else 0.0),
            cost=None if isnan(cost) else cost,
            finish=chance,
            robustness=None if isnan(stays[place]) else float(stays[place]),
        )
        made.append((columns.ships[column], place, planned))
    return tuple(planned for _, _, planned in sorted(made, key=lambda entry: entry[:2]))


def team_loads(program: Program, found: Solution, factors: FloatArray) -> tuple[TeamLoad, ...]:
    """Return what each team does in each release, by team, then release."""
    now, rules = loads(program, found, factors), program.problem.rules
    return tuple(
        TeamLoad(
            team=cell.team,
            release=cell.release,
            capacity=cell.person_days,
            usable=float(program.usable[place]) / UNITS,
            planned=float(now.planned[place]),
            p80=float(now.p80[place]),
            overrun=float(now.overrun[place]),
            over_allocated=bool(now.overrun[place] > rules.max_overrun),
        )
        for place, cell in enumerate(program.problem.cells)
    )


def left_out_ideas(program: Program, found: Solution) -> tuple[LeftOutIdea, ...]:
    """Return what is not planned, by rank, the first `PRICED` with their price."""
    out = np.flatnonzero(~planned_items(program, found)).tolist()
    made = []
    for n, place in enumerate(out):
        item = program.problem.items[place]
        price = cost_of_taking(program, item.item_id) if n < PRICED else None
        reason = why_left_out(program, found, place)
        made.append(LeftOutIdea(item.item_id, item.title, item.rank, reason, price))
    return tuple(made)


def plan_budget(program: Program, found: Solution, factors: FloatArray) -> PlanBudget:
    """Return the cost of the planned work; n/a where a day rate is not known."""
    columns, limit, chosen = program.columns, program.problem.rules.budget, found.chosen
    cost = columns.cost[chosen]
    if np.isnan(cost).any():
        return PlanBudget(limit, None, None, None, ())
    drawn = cost @ factors[columns.item[chosen]] if len(chosen) else np.zeros(1)
    return PlanBudget(
        limit=limit,
        cost=float(cost.sum()),
        p80=float(np.quantile(drawn, 0.8)),
        over=None if limit is None else float((drawn > limit).mean()),
        by_release=_by_release(program, found),
    )


def _by_release(program: Program, found: Solution) -> tuple[tuple[str, float], ...]:
    """Return the cost of the work done in each release, whenever it ships."""
    problem = program.problem
    spent = program.columns.usage @ found.x / UNITS
    return tuple(
        (
            release,
            sum(
                float(spent[place]) * (cell.day_rate or 0.0)
                for place, cell in enumerate(problem.cells)
                if cell.release == release
            ),
        )
        for release in problem.releases
    )
