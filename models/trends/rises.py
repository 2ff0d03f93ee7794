"""How far a count of voices lies above what its past and the total volume let expect.

Three questions are kept apart. What would be expected: the unit's own share of all voices in the
past, times all voices now, so that more customers alone are no rise. How large is it: the ratio
of the two rates, a Gamma-Poisson posterior. Is it out of the ordinary: a negative binomial whose
dispersion the past windows show, against one whose mean is raised; a theme that always comes in
bursts has to burst higher.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaln, xlogy

from groundswell.domain import FloatArray, IntArray

DISPERSIONS: FloatArray = np.array([0.001, *(0.01 * 2.0 ** np.arange(8))])
"""Squared coefficients of variation of a rate from one window to the next: nearly Poisson to
1.28. App reviews show .02 to .05 in windows of one or two weeks (docs/emerging.md)."""

DISPERSION_PRIOR = 0.3
"""Units' worth of belief in each dispersion before any unit is seen; with few units a heavy one
stays possible, with a hundred they speak for themselves."""

ROUNDS = 20
"""Of expectation maximisation over nine dispersions; more change no digit that is shown."""

RISE_LOG_MEAN = 0.7
"""Of the exponential prior of a rise's log ratio: half of all rises are less than 1.6 times, one
in seventy is over 20 times (a need that was hardly heard before)."""

HALF_VOICE = 0.5
"""Added to a count, as in Jeffreys' prior of a Poisson rate: a need never heard is no wonder."""

_LOG_RATIOS: FloatArray = np.linspace(0.0, 4.6, 47)
_RATIOS: FloatArray = np.exp(_LOG_RATIOS)
_MOST_EVIDENCE = 600.0
"""Log Bayes factors are cut here, where exp still has a value."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Voices of each unit (a theme, a phrase) in one window and in the windows before it."""

    now: FloatArray
    """Shape (n_units,)."""
    total_now: float
    """All voices of the window, of whatever they speak; more than 0."""
    past: FloatArray
    """Shape (n_units, n_windows)."""
    total_past: FloatArray
    """Shape (n_windows,); at least one is more than 0."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one window says of each unit; arrays of shape (n_units,)."""

    voices: FloatArray
    expected: FloatArray
    """Voices that the past share and the total volume let expect."""
    ratio: FloatArray
    """Rate over the expected rate: median of the posterior, and its central interval."""
    low: FloatArray
    high: FloatArray
    exceeds: FloatArray
    """Probability that the ratio is over the one asked for, 0 to 1."""
    evidence: FloatArray
    """Natural logarithm of the Bayes factor of a rise against an ordinary up and down."""


def compare(counted: Counted, *, rate_ratio: float, interval: float) -> Comparison:
    """Compare a window with the past.

    With y voices of N now and Y of T in the past, where the windows of the past vary by the
    dispersion a around their mean e: the past tells as much as ``s = (Y + 1/2) / (1 + a e)``
    voices. Then ``ratio = (G1 / N) / (G2 / T')`` with G1 ~ Gamma(y + 1/2), G2 ~ Gamma(s) and T'
    such that the past rate keeps its mean, so ``G1 / (G1 + G2)`` is Beta(y + 1/2, s). The
    evidence compares negative binomials of mean ``expected`` and ``ratio * expected`` and of
    squared coefficient of variation ``(1 + a)(1 + 1/s) - 1``, averaged over a.

    Parameters
    ----------
    rate_ratio
        What `Comparison.exceeds` asks about, a ratio of rates over 0.
    interval
        Share of the posterior that lies between `low` and `high`, 0 to 1.

    Raises
    ------
    ValueError
        The window or the past has no voice at all.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, sections 2.6 and 13.2; DuMouchel (1999),
    "Bayesian data mining in large frequency tables", The American Statistician 53(3), which
    tells what is out of the ordinary among many counts in the same way.
    """
    if counted.total_now <= 0 or counted.total_past.sum() <= 0:
        raise ValueError("a comparison needs voices in the window and in the past")
    weights = dispersion_weights(counted.past, counted.total_past)
    told = counted.past.sum(axis=1) + HALF_VOICE
    rate = told / counted.total_past.sum()
    usual = told / counted.past.shape[1]
    known = told / (1.0 + (weights @ DISPERSIONS) * usual)
    shape, odds = counted.now + HALF_VOICE, known / (rate * counted.total_now)
    tails = np.array([0.5, (1.0 - interval) / 2.0, (1.0 + interval) / 2.0])
    share = betaincinv(shape[:, None], known[:, None], tails)
    ratio, low, high = (odds[:, None] * share / (1.0 - share)).T
    expected = rate * counted.total_now
    exceeds = 1.0 - betainc(shape, known, rate_ratio / (rate_ratio + odds))
    evidence = _evidence(counted.now, expected, told, usual, weights)
    return Comparison(counted.now, expected, ratio, low, high, exceeds, evidence)


def dispersion_weights(past: FloatArray, total: FloatArray) -> FloatArray:
    """Return how likely each of `DISPERSIONS` is for each unit, rows that sum to 1.

    Likelihood of the unit's windows (negative binomial around its own share of the total) times
    what all units together show, found by expectation maximisation: empirical Bayes. One window
    alone says nothing of how windows vary.

    Parameters
    ----------
    past : ndarray of shape (n_units, n_windows)
        Voices.
    total : ndarray of shape (n_windows,)
        All voices of each window.
    """
    units, windows = past.shape
    prior = np.full(len(DISPERSIONS), 1.0 / len(DISPERSIONS))
    if windows < 2:
        return np.tile(prior, (units, 1))
    mean = (past.sum(axis=1, keepdims=True) + HALF_VOICE) / total.sum() * total
    # The mean was fitted to the same windows, which therefore lie closer to it.
    sizes = windows / (windows - 1) / DISPERSIONS
    fit = np.stack([_log_likelihood(past, mean, size).sum(axis=1) for size in sizes], axis=1)
    likelihood = np.exp(fit - fit.max(axis=1, keepdims=True, initial=-np.inf))
    for _ in range(ROUNDS):
        weights = likelihood * prior
        weights /= weights.sum(axis=1, keepdims=True)
        prior = weights.sum(axis=0) + DISPERSION_PRIOR
        prior /= prior.sum()
    weights = likelihood * prior
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def ordinary(windows: Sequence[Comparison], *, rising: float) -> tuple[FloatArray, IntArray]:
    """Weigh windows of several lengths: how likely all is ordinary, and if not, since when.

    Parameters
    ----------
    windows
        The same units seen over windows of different lengths; each is as likely beforehand.
    rising
        Share of the units that are taken to rise before anything is seen, between 0 and 1.

    Returns
    -------
    (probability, best)
        Posterior probability that a unit does not rise, ``(1 - r) / (1 - r + r mean(B))`` with
        the Bayes factors B, and the place of the window that speaks most for a rise.
    """
    evidence = np.stack([window.evidence for window in windows])
    factor = np.exp(np.minimum(evidence, _MOST_EVIDENCE)).mean(axis=0)
    return (1.0 - rising) / (1.0 - rising + rising * factor), evidence.argmax(axis=0)


def keep_likely(null: FloatArray, fdr: float, at_least: int = 0) -> NDArray[np.bool_]:
    """Keep as many discoveries as the expected share of false ones among them allows.

    Sorted by the probability of being null, those are kept whose mean so far is at most `fdr`.

    Parameters
    ----------
    null : ndarray of shape (n,)
        Posterior probability that there is nothing, 0 to 1.
    at_least
        So many of the likeliest are kept in any case, as hints.

    References
    ----------
    Newton, Noueiry, Sarkar and Ahlquist (2004), "Detecting differential gene expression with a
    semiparametric hierarchical mixture method", Biostatistics 5(2), section 2.
    """
    order = np.argsort(null, kind="stable")
    mean = np.cumsum(null[order]) / np.arange(1, len(null) + 1)
    kept = np.zeros(len(null), dtype=np.bool_)
    kept[order[: max(int((mean <= fdr).sum()), at_least)]] = True
    return kept


def _evidence(
    now: FloatArray, expected: FloatArray, told: FloatArray, usual: FloatArray, weights: FloatArray
) -> FloatArray:
    """Return log Bayes factors: the mean raised by an exponential log ratio, against not raised."""
    known = told[:, None] / (1.0 + DISPERSIONS * usual[:, None])
    size = 1.0 / ((1.0 + DISPERSIONS) * (1.0 + 1.0 / known) - 1.0)
    mean = expected[:, None, None] * _RATIOS
    fit = _log_likelihood(now[:, None, None], mean, size[:, :, None])
    fit -= fit.max(axis=(1, 2), keepdims=True, initial=-np.inf)
    by_ratio = (np.exp(fit) * weights[:, :, None]).sum(axis=1)
    prior = np.exp(-_LOG_RATIOS / RISE_LOG_MEAN)
    prior[0] /= 2.0  # trapezoid: the prior begins here
    tiny = np.finfo(np.float64).tiny
    raised = np.maximum(by_ratio @ (prior / prior.sum()), tiny)
    return np.asarray(np.log(raised) - np.log(np.maximum(by_ratio[:, 0], tiny)))


def _log_likelihood(
    count: FloatArray, mean: FloatArray, size: FloatArray | np.float64
) -> FloatArray:
    """Return the log probability of negative binomial counts, less what only counts decide."""
    return np.asarray(
        gammaln(count + size)
        - gammaln(size)
        + xlogy(size, size / (size + mean))
        + xlogy(count, mean / (size + mean))
    )
