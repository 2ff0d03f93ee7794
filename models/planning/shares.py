"""Least shares of the planned days, as far as they can be had.

A share of which there is not enough to plan would empty the plan: the less is planned, the
larger the share of the little there is. So a share is asked for only as far as it can be had
without giving up other work: what the most days of its kind would be of all days.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray
from groundswell.report import PlanShare
from models.planning.program import Program, counts_for
from models.planning.solving import Solution, relax, solve

_LOOSER = 5.0
"""Factor of the gap at which the search for the most days stops: they need not be proven."""
_PARTS = 1000
"""A share is rounded down to a thousandth, so that its row has whole numbers."""


@dataclass(frozen=True, slots=True)
class Share:
    """A least share: what is wanted and what is asked of the plan."""

    name: str
    wanted: float
    asked: float


def with_shares(program: Program) -> tuple[Program, tuple[Share, ...]]:
    """Add a row for each least share of the rules, by name.

    Where no plan at all keeps the other rules, the shares are asked for as they are.
    """
    shares = []
    for name, wanted in sorted(program.problem.rules.shares.items()):
        asked = min(wanted, _attainable(program, name))
        asked = np.floor(asked * _PARTS + 1e-9) / _PARTS
        program = with_share(program, name, asked)
        shares.append(Share(name, wanted, float(asked)))
    return program, tuple(shares)


def with_share(program: Program, name: str, asked: float) -> Program:
    """Add the row of one least share, 0 to 1 in thousandths."""
    row = program.columns.days * (share_mask(program, name) - asked)
    # In units and thousandths: whole numbers.
    whole = np.round(row * _PARTS * 10)
    return program.with_row(("share", name, ""), whole, 0.0, np.inf)


def shares_reached(
    program: Program, found: Solution, shares: Sequence[Share]
) -> tuple[PlanShare, ...]:
    """Set each least share beside what a plan reaches; of no days at all that is 0."""
    days = program.columns.days * found.x
    total = float(days.sum()) or 1.0
    return tuple(
        PlanShare(s.name, s.wanted, s.asked, float(days @ share_mask(program, s.name)) / total)
        for s in shares
    )


def share_mask(program: Program, name: str) -> FloatArray:
    """Return 1 for the columns whose days count for a share, shape (n_columns,)."""
    counts = np.array([counts_for(item, name) for item in program.problem.items], float)
    return counts[program.columns.item]


def _attainable(program: Program, name: str) -> float:
    """Return the most days of a kind over the most days of any kind, both within the rules."""
    days = program.columns.days
    most = solve(program, days * share_mask(program, name), looser=_LOOSER)
    any_kind = relax(program, days)
    if most is None or any_kind is None or any_kind.bound <= 0.0:
        return 1.0
    return most.value / any_kind.bound
