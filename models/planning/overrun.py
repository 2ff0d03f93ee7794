"""Chance that the work takes longer than planned, by drawing the days of every idea.

Days are log-normal with the idea's P50 and P80, independent between ideas; one idea's parts
for several teams and releases take longer together. What a whole company misjudges alike is
not in it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray
from models.planning.columns import UNITS
from models.planning.problem import PlanProblem
from models.planning.program import Program
from models.planning.solving import Solution, is_exact, relax, solve

_AIM = 0.9
"""Of the largest chance of overrun: what a wider buffer aims at, so that one is mostly enough."""
_ROUNDS = 12
"""Times a buffer is widened; each time it is mended or, where the musts need it, given up."""


@dataclass(frozen=True, slots=True)
class Loads:
    """What the work of each cell may take, arrays of shape (n_cells,)."""

    planned: FloatArray
    """Person-days, sum of the medians."""
    p80: FloatArray
    """Person-days that suffice in four of five draws for all of a cell's work."""
    suffices: FloatArray
    """Person-days with which the chance of overrun would be what a wider buffer aims at."""
    overrun: FloatArray
    """Probability that the work takes more than the capacity."""


def draw_factors(problem: PlanProblem, draws: int) -> FloatArray:
    """Draw actual over median days of each item, shape (n_items, draws)."""
    normal = np.random.default_rng(problem.rules.seed).standard_normal((len(problem.items), draws))
    log_sd = np.array([item.log_sd for item in problem.items])
    return np.asarray(np.exp(normal * log_sd[:, None]))


def loads(program: Program, found: Solution, factors: FloatArray) -> Loads:
    """Add up what each cell's work takes in every draw."""
    rules, columns = program.problem.rules, program.columns
    used = np.flatnonzero(found.x > 1e-9)
    part = columns.usage[:, used].toarray() / UNITS * found.x[used]
    days = part @ factors[columns.item[used]]
    capacity = np.array([cell.person_days for cell in program.problem.cells])
    return Loads(
        planned=part.sum(axis=1),
        p80=np.quantile(days, 0.8, axis=1),
        suffices=np.quantile(days, 1.0 - _AIM * rules.max_overrun, axis=1),
        overrun=(days > capacity[:, None] + 1e-9).mean(axis=1),
    )


def settle(program: Program, factors: FloatArray) -> tuple[Program, Solution] | None:
    """Widen the buffers of cells that overrun too often, and plan anew, until none does.

    A cell whose planned days L may take Q (`Loads.suffices`) gets the limit ``L capacity / Q``.
    Where no plan is left because what must be done needs more, the cell keeps what it had. A
    program too large to be solved many times finds its limits on the relaxation first.

    Returns
    -------
    None: no plan keeps the rules, even with the buffers as they were.
    """
    if not is_exact(program) and (relaxed := _widen(program, factors, relaxed=True)) is not None:
        program = relaxed[0]
    return _widen(program, factors, relaxed=False)


def _widen(
    program: Program, factors: FloatArray, *, relaxed: bool
) -> tuple[Program, Solution] | None:
    search = relax if relaxed else solve
    limit = program.problem.rules.max_overrun * (_AIM if relaxed else 1.0)
    found = search(program)
    kept = np.zeros(len(program.problem.cells), bool)
    capacity = np.array([cell.person_days for cell in program.problem.cells])
    for _ in range(_ROUNDS):
        if found is None:
            return None
        now = loads(program, found, factors)
        over = (now.overrun > limit) & ~kept
        if not over.any():
            break
        room = np.floor(UNITS * now.planned * capacity / np.maximum(now.suffices, 1e-9))
        narrower = program.with_usable(
            np.where(over, np.minimum(room, program.usable - 1.0), program.usable)
        )
        again = search(narrower)
        if again is None:
            kept |= over
        else:
            program, found = narrower, again
    return (program, found) if found is not None else None


def finish_chances(program: Program, found: Solution, factors: FloatArray) -> FloatArray:
    """Return the probability that each chosen column ends in its release, shape (n_chosen,).

    In each cell the work is done in order: first what other planned work requires, then by
    rank. An idea is finished in time if in each of its cells the days up to it fit, and what it
    requires is finished in time too.
    """
    columns, problem = program.columns, program.problem
    capacity = np.array([cell.person_days for cell in problem.cells])[:, None] + 1e-9
    spent = np.zeros((len(problem.cells), factors.shape[1]))
    column_of = {int(columns.item[column]): int(column) for column in found.chosen}
    in_time: dict[int, NDArray[np.bool_]] = {}
    for place in work_order(problem, list(column_of)):
        use = columns.in_cells(column_of[place])
        spent += use[:, None] * factors[place]
        ok = np.asarray((spent <= capacity)[use > 0].all(axis=0))
        for needed in _required(problem, place):
            ok &= in_time.get(needed, True)
        in_time[place] = ok
    return np.array([in_time[int(columns.item[column])].mean() for column in found.chosen])


def work_order(problem: PlanProblem, places: list[int]) -> list[int]:
    """Put items in order: what others require before them, else by rank."""
    order: dict[int, None] = {}

    def visit(place: int, above: frozenset[int]) -> None:
        if place in order or place in above or place not in wanted:
            return
        for needed in _required(problem, place):
            visit(needed, above | {place})
        order[place] = None

    wanted = set(places)
    for place in sorted(places):
        visit(place, frozenset())
    return list(order)


def _required(problem: PlanProblem, place: int) -> list[int]:
    item_id = problem.items[place].item_id
    return sorted(
        problem.place(link.other_id)
        for link in problem.links
        if link.kind == "requires" and link.item_id == item_id
    )
