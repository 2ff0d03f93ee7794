"""What a team says itself, in days or points, and what to make of it."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, WorkItem
from models.effort.finished_work import CLASS_MINIMUM

HUMAN_PRIOR = (0.0, 0.70, 0.25)
"""a, b, c of ``ln E = a + b ln own + c ln analogy`` before a team has finished work; measured on
tasks with estimated and actual hours."""
PRIOR_ITEMS = 5.0
"""What `HUMAN_PRIOR` weighs in the ridge regression, in finished items."""
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Combination:
    """``ln E = a + b ln own + c ln analogy`` of one team."""

    a: float
    b: float
    c: float
    missed: FloatArray
    """ln(actual / estimate) of the finished items of all teams, the team's own left out in turn;
    NaN without own estimate or forecast. Shape (n_items,)."""

    def combine(self, own: float, analogy: float) -> float:
        """Return ln(days) from the team's estimate and the analogy, both ln(days)."""
        return self.a + self.b * own + self.c * analogy


def days_per_point(finished: Sequence[WorkItem]) -> dict[str | None, float]:
    """Return each team's median of actual days per story point.

    A point means something else in each team, so a team with under `CLASS_MINIMUM` finished
    items in points has none.
    """
    rates: defaultdict[str | None, list[float]] = defaultdict(list)
    for item in finished:
        if item.story_points and item.actual_days:
            rates[item.team].append(item.actual_days / item.story_points)
    return {team: median(found) for team, found in rates.items() if len(found) >= CLASS_MINIMUM}


def log_own(item: WorkItem | None, rates: dict[str | None, float]) -> float:
    """Return ln of the team's estimate in days, else of its points in days; NaN without."""
    if item is None:
        return math.nan
    if item.estimate_days:
        return math.log(item.estimate_days)
    if item.story_points and item.team in rates:
        return math.log(item.story_points * rates[item.team])
    return math.nan


def fit_combination(
    log_days: FloatArray, own: FloatArray, forecast: FloatArray, team: BoolArray
) -> Combination:
    """Fit ln(actual) on own estimate and analogy by ridge regression towards `HUMAN_PRIOR`.

    Parameters
    ----------
    log_days, own, forecast : ndarrays of shape (n_items,)
        ln(days): actual, the team's estimate, the analogy's forecast before the item was
        finished. NaN in the last two: not known.
    team
        The items of the team, shape (n_items,).
    """
    prior = np.array(HUMAN_PRIOR)
    design = np.column_stack([np.ones(len(own)), own, forecast])
    rest = log_days - design @ prior
    rows = np.flatnonzero(team & ~np.isnan(rest))
    known = design[rows]
    inverse = np.linalg.inv(known.T @ known + PRIOR_ITEMS * np.eye(3))
    moved = inverse @ known.T @ rest[rows]
    missed = rest - design @ moved
    leverage = np.einsum("ij,jk,ik->i", known, inverse, known)
    missed[rows] /= 1.0 - leverage  # as if each were left out
    a, b, c = (prior + moved).tolist()
    return Combination(a, b, c, missed)
