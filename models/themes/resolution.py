"""The resolution at which a partition is worth most: the top of a broad hill."""

from collections.abc import Callable

import numpy as np

from groundswell.domain import FloatArray
from models.themes.foretelling import Trial, worth

STEP = 2.0**0.5
RESOLUTIONS: FloatArray = np.power(STEP, np.arange(-2.0, 13.0))
"""Dimensionless, 0.5 to 64; neighbouring partitions share most of their communities."""

STRIDES = (4, 2, 1)
"""Places between the resolutions that are tried: first a factor of 4 apart, then 2, then 1.4
around the best so far. The worth is a broad hill, so no other one is missed."""

SIDE = 2
"""Places on each side of the best one through which a parabola is laid: what a partition is worth
varies by chance, and neighbours of the best one know better where the top is (record 0014)."""

CLEARLY_BETTER = 3.0
"""Standard errors by which another resolution must be worth more than the earlier one. At 1 it
moved with a tenth more rows, and a twentieth of the others with it (record 0014)."""

Trials = Callable[[float], list[Trial]]
"""Trials at a resolution, one for each half."""


def choose_resolution(trials: Trials, earlier: float | None) -> float:
    """Return the resolution that is worth most, or the earlier one if none is clearly better.

    References
    ----------
    Savitzky and Golay (1964), "Smoothing and differentiation of data by simplified least squares
    procedures", Analytical Chemistry 36(8): the parabola through five equally spaced values.
    """
    best = float(RESOLUTIONS[0] * STEP ** _top(trials))
    if earlier is None:
        return best
    pairs = zip(trials(best), trials(earlier), strict=True)
    gain = np.array([worth(new) - worth(old) for new, old in pairs])
    clear = gain.mean() > CLEARLY_BETTER * gain.std(ddof=1) / np.sqrt(len(gain))
    return best if clear else earlier


def _top(trials: Trials) -> float:
    """Return the place of the top, looked for ever more closely and then between the places.

    Of several places that are worth the same it is the middle one, the farthest from a change.
    """
    values: dict[int, float] = {}

    def value(place: int) -> float:
        if place not in values:
            found = trials(float(RESOLUTIONS[place]))
            values[place] = round(float(np.mean([worth(trial) for trial in found])), 9)
        return values[place]

    best = max(range(0, len(RESOLUTIONS), STRIDES[0]), key=value)
    for stride in STRIDES[1:]:
        beside = (best - stride, best, best + stride)
        best = max((place for place in beside if 0 <= place < len(RESOLUTIONS)), key=value)
    level = sorted(place for place in values if values[place] == values[best])
    middle = level[len(level) // 2]
    if not SIDE <= middle < len(RESOLUTIONS) - SIDE:
        return float(middle)
    return middle + _vertex([value(place) for place in range(middle - SIDE, middle + SIDE + 1)])


def _vertex(values: list[float]) -> float:
    """Return where the parabola through five values is highest, -1 to 1 from the third one."""
    far_left, left, middle, right, far_right = values
    slope = (2.0 * (far_right - far_left) + right - left) / 10.0
    bend = (2.0 * (far_left + far_right) - left - 2.0 * middle - right) / 14.0
    if bend >= 0.0:
        return 0.0
    return round(min(max(-slope / (2.0 * bend), -1.0), 1.0), 3)
