"""What a limit or a wish costs: plan again without it and compare.

Small programs are planned again exactly. For large ones the difference of two plans would be
mostly the gap at which the search stopped, so their relaxations are compared: plans in which
ideas can be done in part.
"""

import numpy as np

from groundswell.report import CapacityPrice, ForcedPick
from models.planning.program import Program
from models.planning.solving import Solution, is_exact, planned_items, relax, solve

CAPACITY_STEP = 0.10
"""Share of a team's days by which its capacity is raised to price it."""


def capacity_prices(program: Program, found: Solution) -> tuple[CapacityPrice, ...]:
    """Price `CAPACITY_STEP` more of each team's capacity, by team."""
    base = value_of(program)
    return tuple(
        _price(program, found, team, base)
        for team in sorted({cell.team for cell in program.problem.cells})
    )


def forced_picks(program: Program) -> tuple[ForcedPick, ...]:
    """Price each item that must be planned: how much more a plan without the duty is worth."""
    base = value_of(program)
    return tuple(
        ForcedPick(
            item.item_id,
            item.title,
            max(0.0, value_of(program.without(("must", item.item_id, ""))) - base),
        )
        for item in program.problem.items
        if item.must
    )


def cost_of_taking(program: Program, item_id: str) -> float | None:
    """Return the value lost if an item that is left out had to be planned; None: it cannot be."""
    row = (program.columns.item == program.problem.place(item_id)).astype(float)
    if not row.any():
        return None
    value = value_of(program.with_row(("must", item_id, ""), row, 1.0, np.inf))
    return max(0.0, value_of(program) - value) if np.isfinite(value) else None


def value_of(program: Program) -> float:
    """Return the value of the best plan, of a large program that of its relaxation.

    Returns
    -------
    Minus infinity: no plan keeps the rules.
    """
    found = solve(program) if is_exact(program) else relax(program)
    return -np.inf if found is None else found.value


def _price(program: Program, found: Solution, team: str, base: float) -> CapacityPrice:
    mine = np.array([cell.team == team for cell in program.problem.cells])
    days = sum(cell.person_days for cell in program.problem.cells if cell.team == team)
    usable = program.usable
    wider = program.with_usable(np.where(mine, np.floor((1 + CAPACITY_STEP) * usable), usable))
    brings: tuple[str, ...] = ()
    if is_exact(program):
        new = solve(wider)
        value = base if new is None else new.value
        if new is not None and value > base:
            more = planned_items(wider, new) & ~planned_items(program, found)
            brings = tuple(program.problem.items[place].item_id for place in np.flatnonzero(more))
    else:
        value = value_of(wider)
    return CapacityPrice(team, CAPACITY_STEP * days, max(0.0, value - base), brings)
