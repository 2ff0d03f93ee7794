"""Whether a need faded after a release, or would have faded anyway.

The voices after the release are compared with what the need's own past and the course of all
untouched needs let expect: a difference in differences of rates. How far such an expectation
errs when nothing was released is learnt from placebos: the untouched needs at the same moment,
and all needs at earlier moments. So a team that always releases after a peak, needs that come in
bursts, and a year in which everybody writes more are not taken for an effect.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import logsumexp

from groundswell.domain import FloatArray

Verdict = Literal["fell", "rose", "no clear change", "too little to say"]

PAST_WINDOWS = 3
"""Windows before the release that a comparison looks back at: with 90 days three quarters of a
year, so that one peak does not pass for the usual rate."""
CERTAIN = 0.975
"""Probability from which a fall (or a rise) is called one. False falls stay under 5 % on real
counts too; at 0.95 they were 5 to 6 % there (docs/decisions/0019-effect-by-placebos.md)."""
FEWEST_EXPECTED = 5.0
"""Voices expected after the release below which nothing is said: at five, none at all is the
only count that would be called a fall."""
FEWEST_CONTROLS = 3
"""Untouched needs without which neither the course of all feedback nor its chance is known."""
FEWEST_DAYS = 28
"""Days after the release before which nothing is said: four whole weeks."""

PERSISTENCE: FloatArray = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""How much of a deviation of the last window lasts: 0 takes the mean of the past for the usual
rate, 1 the last window alone."""
DISPERSIONS: FloatArray = np.array([0.001, *(0.01 * 2.0 ** np.arange(8))])
"""Squared coefficients of variation of a rate around its expectation: nearly Poisson to 1.28."""
LIKELY_DISPERSION = 0.2
"""Scale of the exponential prior of a dispersion, before any placebo is seen."""
PRIOR_UNITS = 3.0
"""Needs' worth of belief in that prior; twenty needs outweigh it."""
OVERLAP = 0.5
"""What a placebo counts: those of one need share windows, so that two tell little more than one."""
TAILS = 0.7
"""Share of the stated tails that the interval leaves out: the posterior does not know that needs
differ in more than their dispersion. Measured on drawn worlds (docs/outcomes.md)."""
ROUNDS = 20
"""Of expectation maximisation; more change no digit that is shown."""
SATURATION = 0.1
"""Dispersion at which needs are weighed in the course of all: one of 100 voices counts little
more than one of 20, so that a burst of the largest does not pass for the course of all."""
LOG_RATIO_SD = 1.0
"""Of the normal prior of the log ratio: two of three releases leave 37 to 272 % of the voices."""
HALF_VOICE = 0.5
"""Added to the past, as in Jeffreys' prior of a Poisson rate: a need never heard is no wonder."""

_LOG_RATIOS: FloatArray = np.linspace(-5.0, 5.0, 501)
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_LOG_NODE_WEIGHTS: FloatArray = np.log(_NODE_WEIGHTS / _NODE_WEIGHTS.sum())


@dataclass(frozen=True, slots=True)
class Change:
    """How a need's rate of voices changed beyond what was to be expected."""

    expected: float
    """Voices that would have come without the release."""
    ratio: float
    """Rate over the expected rate: median of the posterior, and its central interval."""
    low: float
    high: float
    p_fell: float
    """Probability that the rate is below the expected one, 0 to 1."""
    removed: float
    """Share of the need's voices that the release took away, 0 to 1: posterior mean of
    ``max(1 - ratio, 0)``, and its standard deviation."""
    removed_sd: float
    course: float
    """What the untouched needs did: their rate after over that of the window before."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of a need's voices after a release."""

    verdict: Verdict
    days: int
    """Length of each window."""
    before: int
    """Distinct voices in the window before the release."""
    after: int
    controls: int
    """Untouched needs."""
    change: Change | None
    """None: no past, or too few untouched needs."""


def measure_effect(
    treated: FloatArray, controls: FloatArray, *, days: int, interval: float = 0.90
) -> Effect:
    """Compare the voices after a release with those expected without it.

    With y voices after and shares s_j of the course of all in the L windows before, expected is
    ``e = m sum_j v_j s_j``, where m is the course after and the weights v lie between the mean
    of the past and its last window. y is Poisson of a log-normal rate with median ``ratio * e``
    and squared coefficient of variation ``(1 + a)(1 + 1/k) - 1``: k voices' worth of past,
    dispersion a. How much of a peak lasts (v) and a are weighed by how well they foretell the
    placebos.

    Parameters
    ----------
    treated : ndarray of shape (n_windows,)
        Distinct voices in windows of the same length, oldest first; the last one begins with the
        release. NaN: another release of the same need lies in the window.
    controls : ndarray of shape (n_controls, n_windows)
        The same of other needs; NaN where a release of theirs lies in the window. Those touched
        in a window that the release is compared with are left out.
    days
        Length of a window.
    interval
        Probability between `Change.low` and `Change.high`, 0 to 1.

    Raises
    ------
    ValueError
        The windows of the two differ in number.

    References
    ----------
    Angrist and Pischke (2009), Mostly Harmless Econometrics, section 5.2 (difference in
    differences) and 5.4 (lagged outcomes); Bertrand, Duflo and Mullainathan (2004), "How much
    should we trust differences-in-differences estimates?", Quarterly Journal of Economics
    119(1), section IV: placebo interventions.
    """
    if controls.ndim != 2 or controls.shape[1] != len(treated):
        raise ValueError(f"controls of shape {controls.shape} for {len(treated)} windows")
    past = _past_windows(treated)
    untouched = ~np.isnan(controls[:, len(treated) - 1 - past :]).any(axis=1)
    controls = controls[untouched & (np.nansum(controls, axis=1) > 0)]
    controls = controls[np.lexsort(controls.T)]  # sums must not depend on the order of rows
    change = None
    if past and len(controls) >= FEWEST_CONTROLS and not np.isnan(treated[-1]):
        units = np.vstack([treated, controls])
        course = _course(units)
        weights = _weigh(units, course, past)[0]
        now = _compare(units[:1], course[:1], past, len(treated) - 1)
        if not np.isnan(now.count[0]):
            change = _change(now, weights, course[0], interval)
    before, after = np.nan_to_num([treated[-2:-1].sum(), treated[-1:].sum()])
    verdict = _verdict(change, days)
    return Effect(verdict, days, int(before), int(after), len(controls), change)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A window and what its past let expect, for each unit and `PERSISTENCE`."""

    count: FloatArray
    """Shape (n_units,); NaN where a window of the comparison is not known."""
    expected: FloatArray
    """Shape (n_units, n_persistences)."""
    known: FloatArray
    """Voices' worth of past; the same shape."""


def _past_windows(treated: FloatArray) -> int:
    """Count the windows before the release up to another release, at most `PAST_WINDOWS`."""
    unknown = np.flatnonzero(np.isnan(treated[-2::-1]))
    seen = int(unknown[0]) if len(unknown) else len(treated) - 1
    return min(seen, PAST_WINDOWS)


def _course(units: FloatArray) -> FloatArray:
    """Return how the controls as a whole went, for each unit without itself; same shape.

    A mean of the controls' counts over their own usual count, 1 for a usual window.
    """
    controls = units[1:]
    usual = np.nanmean(controls, axis=1, keepdims=True)
    weight = np.where(np.isnan(controls), 0.0, usual / (1.0 + SATURATION * usual))
    part = weight * np.nan_to_num(controls) / usual
    own = np.vstack([np.zeros_like(part[:1]), part])
    own_weight = np.vstack([np.zeros_like(part[:1]), weight])
    total, total_weight = part.sum(axis=0) - own, weight.sum(axis=0) - own_weight
    course = np.divide(total, total_weight, out=np.full_like(total, np.nan), where=total_weight > 0)
    return np.where(course > 0, course, np.nan)


def _compare(units: FloatArray, course: FloatArray, past: int, window: int) -> _Comparison:
    """Compare a window with the `past` ones before it."""
    before = slice(window - past, window)
    share = (units[:, before] + HALF_VOICE / past) / course[:, before]
    flat, last = np.full(past, 1.0 / past), np.eye(past)[-1]
    kernels = np.outer(1.0 - PERSISTENCE, flat) + np.outer(PERSISTENCE, last)
    rate = share @ kernels.T
    variance = (share / course[:, before]) @ (kernels**2).T
    known = ~np.isnan(rate).any(axis=1) & ~np.isnan(course[:, window])
    count = np.where(known, units[:, window], np.nan)
    return _Comparison(count, course[:, window, None] * rate, rate**2 / variance)


def _weigh(units: FloatArray, course: FloatArray, past: int) -> FloatArray:
    """Return how likely each persistence and dispersion is for each unit.

    Shape (n_units, n_persistences, n_dispersions), each unit summing to 1: the likelihood of its
    own placebos times what all units together show (empirical Bayes).
    """
    fit = np.zeros((len(units), len(PERSISTENCE), len(DISPERSIONS)))
    last = units.shape[1] - 1
    for window in range(past, last + 1):
        found = _compare(units, course, past, window)
        if window == last:
            found.count[0] = np.nan  # the release itself is no placebo
        fit += OVERLAP * np.nan_to_num(_log_likelihood(found, np.zeros(1))[..., 0])
    belief = np.exp(-DISPERSIONS / LIKELY_DISPERSION) * np.ones((len(PERSISTENCE), 1))
    belief *= PRIOR_UNITS / belief.sum()
    likelihood = np.exp(fit - fit.max(axis=(1, 2), keepdims=True))
    prior = belief / belief.sum()
    for _ in range(ROUNDS):
        weights = likelihood * prior
        weights /= weights.sum(axis=(1, 2), keepdims=True)
        prior = weights.sum(axis=0) + belief
        prior /= prior.sum()
    weights = likelihood * prior
    return np.asarray(weights / weights.sum(axis=(1, 2), keepdims=True))


def _log_likelihood(found: _Comparison, log_ratios: FloatArray) -> FloatArray:
    """Return log probabilities, less what only counts decide.

    Shape (n_units, n_persistences, n_dispersions, n_ratios). The log-normal rate is integrated
    by Gauss-Hermite quadrature: unlike a gamma rate it lets falls and rises vary alike.
    """
    variance = np.log((1.0 + DISPERSIONS) * (1.0 + 1.0 / found.known[..., None]))
    median = np.log(found.expected)[..., None, None] + log_ratios
    log_rate = median[..., None] + np.sqrt(variance)[..., None, None] * _NODES
    told = found.count[:, None, None, None, None] * log_rate - np.exp(log_rate)
    return np.asarray(logsumexp(told + _LOG_NODE_WEIGHTS, axis=-1))


def _change(now: _Comparison, weights: FloatArray, course: FloatArray, interval: float) -> Change:
    fit = _log_likelihood(now, _LOG_RATIOS)[0] - 0.5 * (_LOG_RATIOS / LOG_RATIO_SD) ** 2
    posterior = (np.exp(fit - fit.max()) * weights[..., None]).sum(axis=(0, 1))
    posterior /= posterior.sum()
    below = np.cumsum(posterior)
    tail = TAILS * (1.0 - interval) / 2.0
    low, ratio, high = np.exp(np.interp([tail, 0.5, 1.0 - tail], below, _LOG_RATIOS))
    removed = np.maximum(1.0 - np.exp(_LOG_RATIOS), 0.0)
    mean = float(posterior @ removed)
    return Change(
        expected=float((weights.sum(axis=1) * now.expected[0]).sum()),
        ratio=float(ratio),
        low=float(low),
        high=float(high),
        p_fell=float(np.interp(0.0, _LOG_RATIOS, below)),
        removed=mean,
        removed_sd=float(np.sqrt(posterior @ (removed - mean) ** 2)),
        course=float(course[-1] / course[-2]),
    )


def _verdict(change: Change | None, days: int) -> Verdict:
    if change is None or change.expected < FEWEST_EXPECTED or days < FEWEST_DAYS:
        return "too little to say"
    if change.p_fell >= CERTAIN:
        return "fell"
    return "rose" if change.p_fell <= 1.0 - CERTAIN else "no clear change"
