"""How much of a need a release removes, learnt from those that were measured.

Value counts on a share e of the need that building the idea removes. Before anything is measured
e ~ Beta(2, 2): half of it, give or take a quarter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scipy.stats import beta

from models.outcomes.effect import Change, Effect

PRIOR = (2.0, 2.0)
PRIOR_VARIANCE = 0.05
"""Of Beta(2, 2): ``ab / ((a + b)^2 (a + b + 1))``."""


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """What is believed of e in one area of the product."""

    area: str
    releases: int
    """Measured ones."""
    a: float
    b: float
    """Parameters of the Beta distribution, to be drawn from."""
    mean: float
    low: float
    high: float


def update_effectiveness(
    measured: Iterable[tuple[str, Effect]], *, interval: float = 0.80
) -> list[Effectiveness]:
    """Update the belief of each area, sorted by name.

    What a release removed is one draw of e, known with a variance v; so it counts as
    ``w = 0.05 / (0.05 + v)`` of an observation: ``Beta(2 + sum w e, 2 + sum w (1 - e))``.

    Parameters
    ----------
    measured
        (area, effect); effects of which too little is known to say are left out.
    interval
        Probability between `Effectiveness.low` and `high`.
    """
    areas: dict[str, list[tuple[float, float]]] = {}
    for area, effect in measured:
        if effect.change is not None and effect.verdict != "too little to say":
            areas.setdefault(area, []).append(_observed(effect.change))
    return [_believe(area, sorted(seen), interval) for area, seen in sorted(areas.items())]


def _observed(change: Change) -> tuple[float, float]:
    """Return what was removed, and how much of an observation it is."""
    return change.removed, PRIOR_VARIANCE / (PRIOR_VARIANCE + change.removed_sd**2)


def _believe(area: str, seen: list[tuple[float, float]], interval: float) -> Effectiveness:
    a = PRIOR[0] + sum(weight * removed for removed, weight in seen)
    b = PRIOR[1] + sum(weight * (1.0 - removed) for removed, weight in seen)
    tail = (1.0 - interval) / 2.0
    low, high = float(beta.ppf(tail, a, b)), float(beta.ppf(1.0 - tail, a, b))
    return Effectiveness(area, len(seen), a, b, a / (a + b), low, high)
