"""Rates of voices over time: how fast a need is being voiced, and whether that is rising.

The same functions count customers in a ranking and votes in ``python -m bench demand``.
"""

import numpy as np

from groundswell.domain import FloatArray

WEEK_DAYS = 7
QUARTER_DAYS = 90.0
"""Rates are given in voices per 90 days."""
FALLBACK_PRIOR = (0.5, 90.0)
"""Half a voice in 90 days: the prior where the candidates themselves show no spread."""


def decay(age_days: FloatArray, half_life_days: float) -> FloatArray:
    """Return ``2 ** (-age / half_life)``, 1 for today."""
    return np.exp2(-np.asarray(age_days, np.float64) / half_life_days)


def exposure_days(window_days: FloatArray | float, half_life_days: float) -> FloatArray:
    """Return the decayed length of a window: ``sum of 2 ** (-day / half_life)`` over its days."""
    step = 1.0 - 0.5 ** (1.0 / half_life_days)
    window = np.maximum(np.asarray(window_days, np.float64), 1.0)
    return np.asarray((1.0 - decay(window, half_life_days)) / step)


def burst_weights(weekly: FloatArray, half_life_days: float) -> FloatArray:
    """Return what one voice of each week counts, 0 to 1.

    Voices that come together often have one cause (an outage, a linked post, a campaign), so
    what exceeds the usual week counts by its square root: ``min(1, sqrt((u + 1) / n))`` for n
    voices in the week and u in the usual one (decayed mean). Steady demand counts in full.

    Parameters
    ----------
    weekly : ndarray of shape (n_candidates, n_weeks)
        Voices per week, newest week first.
    """
    kernel = decay(np.arange(weekly.shape[1], dtype=np.float64) * WEEK_DAYS, half_life_days)
    usual = (weekly * kernel).sum(axis=1, keepdims=True) / kernel.sum()
    return np.asarray(np.sqrt(np.minimum(1.0, (usual + 1.0) / np.maximum(weekly, 1e-9))))


def gamma_prior(strength: FloatArray, exposure: FloatArray) -> tuple[float, float]:
    """Fit ``rate ~ Gamma(a, b)`` over the candidates by the method of moments.

    Parameters
    ----------
    strength, exposure : ndarray of shape (n_candidates,)
        Decayed voices, and the decayed days in which they were counted.

    Returns
    -------
    (a, b)
        Shape in voices and rate in days; `FALLBACK_PRIOR` for fewer than three candidates or
        where they vary no more than chance alone would let them. Chance is taken as
        ``rate / exposure``, an upper bound for decayed counts, so the prior errs on the
        strong side.
    """
    if len(strength) < 3:
        return FALLBACK_PRIOR
    rates = strength / exposure
    mean = float(rates.mean())
    between = float(rates.var(ddof=1) - (rates / exposure).mean())
    if mean <= 0.0 or between <= 0.0:
        return FALLBACK_PRIOR
    return mean * mean / between, mean / between


def shrunk_rate(
    strength: FloatArray, exposure: FloatArray, prior: tuple[float, float]
) -> FloatArray:
    """Return voices per 90 days: the Gamma-Poisson posterior mean ``90 (a + y) / (b + E)``."""
    shape, rate = prior
    return np.asarray(QUARTER_DAYS * (shape + strength) / (rate + exposure))


def rate_ratio(recent: FloatArray, usual: FloatArray) -> FloatArray:
    """Return recent over usual rate, both in voices per 90 days and each with one voice added.

    1 is steady. The added voice keeps a need with two or three voices near 1.
    """
    return np.asarray((recent + 1.0) / (usual + 1.0))
