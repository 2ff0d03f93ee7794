"""What a plan without optimisation would be worth, to compare with."""

from collections.abc import Sequence

import numpy as np

from groundswell.domain import FloatArray, IntArray
from models.planning.program import Program


def list_order(program: Program) -> IntArray:
    """Return the columns as one would take ideas from the top of the ranking."""
    return np.arange(len(program.columns.item))


def density_order(program: Program) -> IntArray:
    """Return the columns by worth per day, highest first."""
    rate = program.columns.worth / np.maximum(program.columns.days, 1e-9)
    return np.argsort(-rate, kind="stable")


def greedy_value(program: Program, order: Sequence[int] | IntArray) -> float:
    """Take one column after the other as long as every rule holds, and add up the worth.

    The least shares and what must be done are not looked after on the way, so this errs on the
    side of the greedy plan. Passes are repeated until one takes nothing, since an idea may come
    up before what it requires.
    """
    kinds = np.array([rule[0] for rule in program.rules])[program.rule]
    firm = np.flatnonzero(~np.isin(kinds, ["must", "share"]))
    matrix = program.matrix[firm].toarray()
    low, high = program.low[firm], program.high[firm]
    row = np.zeros(len(firm))
    taken: set[int] = set()
    value, before = 0.0, -1
    while len(taken) > before:
        before = len(taken)
        for column in order:
            after = row + matrix[:, column]
            if program.columns.worth[column] <= 0 or not _holds(after, low, high):
                continue
            row = after
            taken.add(int(column))
            value += float(program.columns.worth[column])
    return value


def _holds(row: FloatArray, low: FloatArray, high: FloatArray) -> bool:
    return bool((row <= high + 1e-9).all() and (row >= low - 1e-9).all())
