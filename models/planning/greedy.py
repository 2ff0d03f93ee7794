"""What a plan without optimisation would be worth, to compare with."""

import numpy as np

from groundswell.domain import FloatArray, IntArray
from models.planning.columns import UNITS
from models.planning.program import Program, placed_columns
from models.planning.shares import share_mask


def list_order(program: Program) -> IntArray:
    """Return the columns as one would take ideas from the top of the ranking."""
    return np.arange(len(program.columns.item))


def density_order(program: Program) -> IntArray:
    """Return the columns by worth per day, highest first."""
    rate = program.columns.worth / np.maximum(program.columns.days, 1e-9)
    return np.argsort(-rate, kind="stable")


def greedy_value(program: Program, order: IntArray) -> float:
    """Take one column after the other as long as every rule holds, and return their worth.

    Ideas that were placed come first, then those that must be done, then for each least share
    what counts for it, until its share of all usable days is reached; then the rest. Passes are
    repeated until one takes nothing, since an idea may come up before what it requires. Ideas that
    go together are not taken: one alone breaks the rule.
    """
    taken = _Taken(program)
    taken.fill(order[placed_columns(program)[order]], np.inf)
    musts = np.array([item.must for item in program.problem.items], bool)
    taken.fill(order[musts[program.columns.item[order]]], np.inf)
    for kind, name, _ in program.rules:
        if kind == "share":
            asked = program.problem.rules.shares[name] * float(program.usable.sum()) / UNITS
            taken.fill(order[share_mask(program, name)[order] > 0], asked)
    before = -1.0
    while taken.days > before:
        before = taken.days
        taken.fill(order[program.columns.worth[order] > 0], np.inf)
    return taken.worth


class _Taken:
    """Columns that are taken, and how far each rule is used up by them."""

    def __init__(self, program: Program) -> None:
        kinds = np.array([rule[0] for rule in program.rules])[program.rule]
        # What must be in is taken first; its rows would hold up everything before it is.
        firm = np.flatnonzero(~np.isin(kinds, ["must", "placed"]) | (program.high == 0.0))
        self._program = program
        self._matrix = program.matrix[firm].toarray()
        self._low, self._high = program.low[firm], program.high[firm]
        self._row: FloatArray = np.zeros(len(firm))
        self.days = self.worth = 0.0

    def fill(self, order: IntArray, days: float) -> None:
        """Take what fits, in this order, until so many person-days are taken by this call."""
        columns, end = self._program.columns, self.days + days
        for column in order.tolist():
            row = self._row + self._matrix[:, column]
            fits = (row <= self._high + 1e-9).all() and (row >= self._low - 1e-9).all()
            if fits and self.days < end:
                self._row = row
                self.days += float(columns.days[column])
                self.worth += float(columns.worth[column])
