"""How far estimates miss: the interval and the P80, from the misses of earlier estimates."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from groundswell.domain import FloatArray
from models.effort.analogy import recency
from models.evidence.inputs import EffortParameters

SHARE = 0.8
"""What an interval shall hold, and in how many cases the P80 shall suffice."""
DECIMALS = 9
"""Of ln(days): sums that other threads take in another order give the same days."""
Z_INTERVAL = NormalDist().inv_cdf((1 + SHARE) / 2)
Z_P80 = NormalDist().inv_cdf(SHARE)


@dataclass(frozen=True, slots=True)
class Spread:
    """Distances from ln(days) of an estimate."""

    half: float
    """To both ends of the 80 % interval."""
    upper: float
    """To the P80, 0 to `half`."""
    measured: bool
    """Or assumed, as too few estimates could be compared with what the work took."""

    @property
    def log_sd(self) -> float:
        """Standard deviation of ln(days) with this interval, if normal."""
        return self.half / Z_INTERVAL


def measure_spread(missed: FloatArray, parameters: EffortParameters) -> Spread:
    """Return how far an estimate may be off, from ln(actual / estimate), oldest first.

    Under `conformal_min` misses `cold_factor` is assumed.
    """
    if len(missed) < parameters.conformal_min:
        half = math.log(parameters.cold_factor)
        return Spread(half, half * Z_P80 / Z_INTERVAL, measured=False)
    half = round(conformal_quantile(np.abs(missed), SHARE), DECIMALS)
    upper = round(conformal_quantile(missed, SHARE), DECIMALS)
    return Spread(half, min(max(upper, 0.0), half), measured=True)


def conformal_quantile(values: FloatArray, share: float) -> float:
    """Return what a further value stays at or under with probability `share`.

    Split conformal, recent values weighing more: the least value such that it and those under
    it weigh ``share * (1 + sum of weights)``, the 1 being the value to come. With equal weights
    this is the ``ceil((n + 1) * share)``-th smallest.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Oldest first, at least one.

    References
    ----------
    Barber, Candes, Ramdas and Tibshirani (2023), "Conformal prediction beyond exchangeability",
    Annals of Statistics 51(2), equation 11.
    """
    order = np.argsort(values, kind="stable")
    weight = np.cumsum(recency(np.arange(len(values))[::-1])[order])
    place = int(np.searchsorted(weight, share * (1.0 + weight[-1])))
    return float(values[order[min(place, len(values) - 1)]])
