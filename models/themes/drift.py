"""Whether themes still fit what customers say now, or should be fitted anew, and why."""

from dataclasses import dataclass
from math import sqrt

NOTICEABLE = 3.0
"""Standard errors of a share by which more statements must be left out than at the fit."""

FEWEST_NEW = 100
"""New statements from which their share that is left out says anything."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """How things stood at the last fit."""

    statements: int
    left_out: float
    """Share of the statements that belonged to no theme, 0 to 1."""


def why_refit(
    baseline: Baseline,
    statements: int,
    *,
    placed: int,
    placed_nowhere: int,
    growth: float,
    left_out: float,
) -> str:
    """Return why the themes should be fitted anew, in words, or nothing.

    Parameters
    ----------
    statements
        How many there are now.
    placed, placed_nowhere
        Statements that came since the fit, and those of them that belong to no theme.
    growth
        Share of new statements, of those at the fit, that calls for another fit.
    left_out
        Share of the new statements in no theme, beyond that at the fit, that does, 0 to 1;
        it must also exceed what chance does to so few statements (`NOTICEABLE`).
    """
    if statements > baseline.statements * (1.0 + growth):
        return f"{statements:,} statements, {baseline.statements:,} at the last fit"
    if placed < FEWEST_NEW:
        return ""
    share = placed_nowhere / placed
    chance = NOTICEABLE * sqrt(max(baseline.left_out, 1.0 / placed) / placed)
    if share - baseline.left_out <= max(left_out, chance):
        return ""
    return (
        f"{share:.0%} of {placed:,} new statements belong to no theme,"
        f" {baseline.left_out:.0%} at the last fit"
    )
