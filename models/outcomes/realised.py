"""How much of a need a release removes, learnt from those that were measured.

Value counts on a share e of the need that building the idea removes. Before anything is measured
e ~ Beta(2, 2): half of it, give or take a quarter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scipy.stats import beta

from models.outcomes.effect import Change, Effect

PRIOR = (2.0, 2.0)


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
    measured: Iterable[tuple[str, Effect]],
    *,
    prior: tuple[float, float] = PRIOR,
    interval: float = 0.80,
) -> list[Effectiveness]:
    """Update the belief of each area, sorted by name.

    What a release removed is one draw of e, known with a variance v; so it counts as
    ``w = p / (p + v)`` of an observation, p being the prior's variance:
    ``Beta(a + sum w e, b + sum w (1 - e))``.

    Parameters
    ----------
    measured
        (area, effect); effects of which too little is known to say are left out.
    prior
        a and b of the Beta distribution before anything is measured.
    interval
        Probability between `Effectiveness.low` and `high`.
    """
    areas: dict[str, list[tuple[float, float]]] = {}
    for area, effect in measured:
        if effect.change is not None and effect.verdict != "too little to say":
            areas.setdefault(area, []).append(_observed(effect.change, prior))
    return [_believe(area, sorted(seen), prior, interval) for area, seen in sorted(areas.items())]


def _observed(change: Change, prior: tuple[float, float]) -> tuple[float, float]:
    """Return what was removed, and how much of an observation it is."""
    variance = float(beta.var(*prior))
    return change.removed, variance / (variance + change.removed_sd**2)


def _believe(
    area: str, seen: list[tuple[float, float]], prior: tuple[float, float], interval: float
) -> Effectiveness:
    a = prior[0] + sum(weight * removed for removed, weight in seen)
    b = prior[1] + sum(weight * (1.0 - removed) for removed, weight in seen)
    tail = (1.0 - interval) / 2.0
    low, high = float(beta.ppf(tail, a, b)), float(beta.ppf(1.0 - tail, a, b))
    return Effectiveness(area, len(seen), a, b, a / (a + b), low, high)
