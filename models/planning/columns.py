"""Every way to plan an item: which teams do it, from which release to which.

One column of the program is one such way. An idea that fits into a release ships in one. An
idea that is too large for every single release is worked on in consecutive ones, as few as
will do, in proportion to the teams' capacity there, and ships in the last.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.sparse import csr_array

from groundswell.domain import FloatArray, IntArray
from models.planning.problem import PlanItem, PlanProblem, Split

UNITS = 10
"""Parts of a person-day that the program counts in: no estimate is finer than a tenth, and
whole numbers make sums exact. Work is rounded up, capacity down."""
_NEARLY = 1e-6
"""Person-days that are none: far below a unit, far above what ten written digits lose."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Arrays with one entry per column, in the order of items, then releases."""

    item: IntArray
    starts: IntArray
    """Position of the release in which the work begins."""
    ships: IntArray
    """Position of the release in which it ends."""
    usage: csr_array
    """Days of the median estimate in units, shape (n_cells, n_columns)."""
    worth: FloatArray
    """Expected value, net of cost where it is money, discounted to the first release."""
    cost: FloatArray
    """Currency; NaN where a day rate is not known."""

    @property
    def days(self) -> FloatArray:
        """Person-days of the median estimate."""
        return np.asarray(self.usage.sum(axis=0)).ravel() / UNITS

    def in_cells(self, column: int) -> FloatArray:
        """Return the person-days of one column in each cell, shape (n_cells,)."""
        alone = np.zeros(len(self.item))
        alone[column] = 1.0  # a product is many times quicker than a slice of a sparse array
        return np.asarray(self.usage @ alone) / UNITS

    def cells_of(self, column: int) -> IntArray:
        """Return the positions of the cells that one column takes days of, ascending."""
        return np.flatnonzero(self.in_cells(column))


def usable_units(problem: PlanProblem) -> FloatArray:
    """Return what each cell can be planned for, in units: its capacity less the buffer."""
    share = 1.0 - problem.rules.buffer
    return np.array(
        # The small addend keeps 0.8 * 95 at 760 tenths.
        [math.floor(UNITS * (share * cell.person_days + _NEARLY)) for cell in problem.cells],
        dtype=np.float64,
    )


def make_columns(problem: PlanProblem) -> Columns:
    """Return every way to plan every item that keeps to buffer and chance of overrun by itself.

    What must be done may be riskier: a person has decided that it is done.

    Raises
    ------
    ValueError
        Values are money or there is a budget, and a day rate is not known.
    """
    made: list[tuple[int, int, int, dict[int, float]]] = []
    for place, planned in enumerate(problem.items):
        for split in planned.splits:
            for first, last, use in _ways(problem, planned, split):
                made.append((place, first, last, use))
    made.sort(key=lambda way: (way[0], way[2], way[1]))
    usage = _usage(made, len(problem.cells))
    item, starts, ships = (np.array([way[k] for way in made], np.int64) for k in range(3))
    rates = np.array([np.nan if c.day_rate is None else c.day_rate for c in problem.cells])
    cost = _cost(usage, rates)
    if np.isnan(cost).any() and (problem.net_of_cost or problem.rules.budget is not None):
        raise ValueError("money is counted and a day rate is not known")
    expected = np.array([planned.value.expected for planned in problem.items])
    value = expected[item] - (cost if problem.net_of_cost else 0.0)
    return Columns(item, starts, ships, usage, problem.rules.discount**ships * value, cost)


def _ways(
    problem: PlanProblem, item: PlanItem, split: Split
) -> Iterator[tuple[int, int, dict[int, float]]]:
    """Yield (first release, last release, units by cell) of the shortest length that fits."""
    for length in range(1, len(problem.releases) + 1):
        found = False
        for first in range(len(problem.releases) - length + 1):
            use = _use(problem, item, split, first, first + length)
            if use is not None:
                found = True
                yield first, first + length - 1, use
        if found:
            return


def _use(
    problem: PlanProblem, item: PlanItem, split: Split, first: int, end: int
) -> dict[int, float] | None:
    """Return the units of each cell if the item is done in these releases; None: too large."""
    window, rules = problem.releases[first:end], problem.rules
    slow = math.exp(item.log_sd * NormalDist().inv_cdf(1.0 - rules.max_overrun))
    use: dict[int, float] = {}
    for team, share in split:
        cells = [
            (place, cell)
            for place, cell in enumerate(problem.cells)
            if cell.team == team and cell.release in window and cell.person_days > 0
        ]
        total = sum(cell.person_days for _, cell in cells)
        if len(cells) < len(window):
            return None
        for place, cell in cells:
            days = item.p50 * share * cell.person_days / total
            risky = slow * days > cell.person_days + _NEARLY
            room = (1.0 - rules.buffer) * cell.person_days + _NEARLY
            if days > room or (risky and not item.must):
                return None
            use[place] = math.ceil(UNITS * (days - _NEARLY))
    return use


def _usage(ways: list[tuple[int, int, int, dict[int, float]]], cells: int) -> csr_array:
    entries = [(cell, n, units) for n, way in enumerate(ways) for cell, units in way[3].items()]
    row, column, units = (np.array([entry[k] for entry in entries]) for k in range(3))
    if not entries:
        return csr_array((cells, len(ways)))
    return csr_array((units.astype(float), (row, column)), shape=(cells, len(ways)))


def _cost(usage: csr_array, rates: FloatArray) -> FloatArray:
    known = usage.T @ np.nan_to_num(rates) / UNITS
    unknown = usage.T @ np.isnan(rates).astype(float) > 0
    return np.where(unknown, np.nan, known)
