"""Solve the program with HiGHS, as `scipy.optimize.milp` brings it.

Equal programs have equal solutions, as long as the search ends by its gap and not by the clock.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from groundswell.domain import FloatArray, IntArray
from groundswell.errors import PlanError
from models.planning.program import Program

EXACT_COLUMNS = 120
"""Programs up to this size are solved to the end: some thirty ideas, under a second. Larger
ones stop at the rules' gap, and prices come from their relaxation."""
_TIE = 1e-6
"""Of the largest worth: what all ties together may cost. Of plans of equal worth the one is
taken whose columns come first: better rank, earlier release."""
_OBJECTIVE_SIZE = 1000.0  # largest coefficient, far above the solver's absolute tolerance


@dataclass(frozen=True, slots=True)
class Solution:
    """What is planned, how good it is, and how good it could be at most."""

    x: FloatArray
    """Shape (n_columns,): 0 or 1; of a relaxed program anything between."""
    value: float
    bound: float

    @property
    def chosen(self) -> IntArray:
        """Positions of the columns that are planned."""
        return np.flatnonzero(self.x > 0.5)

    @property
    def gap(self) -> float:
        """Share of the value that a better plan could have more, at most; 0: proven best."""
        return max(0.0, self.bound - self.value) / abs(self.value) if self.value else 0.0


def is_exact(program: Program) -> bool:
    """Tell whether a program is small enough to be solved to the end."""
    return len(program.columns.item) <= EXACT_COLUMNS


def solve(
    program: Program, worth: FloatArray | None = None, *, looser: float = 1.0
) -> Solution | None:
    """Return the best plan, or the best found in the time; None: no plan keeps the rules.

    Parameters
    ----------
    worth
        In place of that of the columns.
    looser
        Factor of the rules' gap, at which the search in a large program stops.

    Raises
    ------
    PlanError
        The time was over before any plan was found.
    """
    gap = 0.0 if is_exact(program) else looser * program.problem.rules.gap
    return _solve(program, worth, integral=True, gap=gap)


def relax(program: Program, worth: FloatArray | None = None) -> Solution | None:
    """Return the best plan in which ideas can be done in part; its value bounds all others."""
    return _solve(program, worth, integral=False, gap=0.0)


def planned_items(program: Program, found: Solution) -> NDArray[np.bool_]:
    """Tell for each item whether it is planned, shape (n_items,)."""
    planned = np.zeros(len(program.problem.items), bool)
    planned[program.columns.item[found.chosen]] = True
    return planned


def _solve(
    program: Program, worth: FloatArray | None, *, integral: bool, gap: float
) -> Solution | None:
    worth = program.columns.worth if worth is None else worth
    count = len(worth)
    if not count:
        feasible = bool((program.low <= 0).all() and (program.high >= 0).all())
        return Solution(np.zeros(0), 0.0, 0.0) if feasible else None
    size = float(np.abs(worth).max()) or 1.0
    later = np.arange(count) / count / len(program.problem.items)
    found = milp(
        _OBJECTIVE_SIZE * (_TIE * later - worth / size),
        integrality=np.full(count, int(integral)),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(program.matrix, program.low, program.high),
        options={"mip_rel_gap": gap, "time_limit": program.problem.rules.time_limit_seconds},
    )
    if found.status == 2:
        return None
    if found.x is None:
        seconds = program.problem.rules.time_limit_seconds
        raise PlanError(
            f"[plan] time_limit_seconds = {seconds:g}: no plan was found in that time; raise it"
        )
    x = np.round(found.x) if integral else found.x
    value = float(worth @ x)
    bound = found.mip_dual_bound if integral else found.fun
    return Solution(x, value, max(value, -float(bound) * size / _OBJECTIVE_SIZE))
