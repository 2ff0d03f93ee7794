"""How likely reviewers are to accept an idea, by what they accepted and rejected so far.

This is about the reviewers and not about the idea: it stands beside the score and is never part of
it, or the ranking would learn to please them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import NormalDist

import numpy as np
from scipy.special import expit

from groundswell.domain import FloatArray, IdeaVerdict
from groundswell.report import Estimate
from models.preference.answers import Seen, report_seen
from models.preference.posterior import PLACE_SD, WEIGHT_SD, Regression

LEAST_OF_EACH = 10
"""Accepted ideas, and rejected ones, from which a chance is told; judgement. Below, the interval
would reach over most of 0 to 1 for most ideas."""
SHARE_SD = 1.5
"""Of the logarithm of the odds that anything is accepted, about even odds."""
_Z80 = NormalDist().inv_cdf(0.9)


def likely_acceptance(
    prior: FloatArray,
    verdicts: Mapping[str, IdeaVerdict],
    reports: Mapping[int, Seen],
    ready: Sequence[tuple[datetime, int]],
    now: Seen,
) -> dict[str, Estimate]:
    """Return the chance that each idea of a report would be accepted.

    Parameters
    ----------
    prior : ndarray of shape (n_criteria,)
        The weights before any answer, as `models.preference.posterior.learn` takes them.
    reports, ready
        What reviewers saw, and when each report was ready.
    now
        What the report shows.

    Returns
    -------
    dict
        Idea to a chance of 0 to 1 with its 80 % interval, at a middling place of the list; empty
        where fewer than `LEAST_OF_EACH` were accepted or rejected.
    """
    rows = list(_decided(verdicts, reports, ready))
    accepted = np.array([one for one, _, _ in rows], np.float64)
    if min(accepted.sum(), len(rows) - accepted.sum()) < LEAST_OF_EACH:
        return {}
    places = np.array([rank for _, rank, _ in rows], np.float64)
    values = np.array([z for _, _, z in rows])
    table = np.column_stack([np.ones(len(rows)), values, places.mean() - places])
    sds = np.array([SHARE_SD, *[WEIGHT_SD] * len(prior), PLACE_SD])
    centre = np.array([0.0, *prior, 0.0])
    fitted = Regression(table, accepted, np.ones(len(rows)), centre, sds**-2.0)
    mean = fitted.mode()
    covariance = fitted.covariance(mean)
    return {
        idea: _chance(np.array([1.0, *z, 0.0]), mean, covariance)
        for idea, z in sorted(now.values.items())
    }


def _decided(
    verdicts: Mapping[str, IdeaVerdict],
    reports: Mapping[int, Seen],
    ready: Sequence[tuple[datetime, int]],
) -> list[tuple[bool, int, FloatArray]]:
    """Return (accepted, rank, values) of each decided idea, as its reviewer saw it."""
    found = []
    for target, verdict in sorted(verdicts.items()):
        if verdict.status in ("accepted", "rejected") and verdict.at is not None:
            seen = reports.get(report_seen(verdict.at, ready) or 0)
            if seen is not None and target in seen.ranks:
                accepted = verdict.status == "accepted"
                found.append((accepted, seen.ranks[target], seen.values[target]))
    return found


def _chance(row: FloatArray, mean: FloatArray, covariance: FloatArray) -> Estimate:
    logit, spread = float(row @ mean), float(np.sqrt(row @ covariance @ row))
    # The mean of a sigmoid over a normal, to within .02 (MacKay 1992, evidence for classification).
    value = float(expit(logit / np.sqrt(1.0 + np.pi / 8.0 * spread**2)))
    low, high = expit(logit - _Z80 * spread), expit(logit + _Z80 * spread)
    return Estimate(value, min(float(low), value), max(float(high), value), "probability")
