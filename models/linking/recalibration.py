"""Link probabilities held against what reviewers said of matches.

The numbers of `models.linking.chances` come from others' texts. In a team's own data likeness may
mean more or less; a line through the log odds corrects that, and leaves the order as it is.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

from groundswell.domain import FloatArray
from groundswell.errors import ModelError

SLOPE_SD = 0.5
"""How far the slope may well be from 1, before anybody said anything."""
INTERCEPT_SD = 1.0
"""In nats: so too the intercept from 0; 1 makes odds 2.7 times as high."""
LEAST_SLOPE = 0.1
"""Likeness always speaks for a match, never against it."""
FLOOR = 0.001
"""Probabilities below it, and that near to 1, teach alike: how small one is does not matter any
more, and a single surprise would bend the line."""

_DECIMALS = 6  # as of the probabilities themselves


@dataclass(frozen=True, slots=True)
class Recalibration:
    """``ln odds now = slope * ln odds + intercept``."""

    slope: float = 1.0
    """0.1 or more; below 1 probabilities were too far from one half."""
    intercept: float = 0.0
    """In nats; below 0 they were too high."""

    def apply(self, probability: FloatArray) -> FloatArray:
        """Return corrected probabilities of any shape, 0 to 1; what is 0 stays 0."""
        odds = _log_odds(probability, 10.0**-_DECIMALS)
        corrected = expit(self.slope * odds + self.intercept)
        return np.where(probability > 0.0, np.round(corrected, _DECIMALS), 0.0)

    def to_json(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), sort_keys=True)


def fit_recalibration(probability: FloatArray, same: Sequence[bool]) -> Recalibration:
    """Fit the line to matches that reviewers spoke about.

    The most probable slope and intercept, with Gaussian priors around 1 and 0: without matches
    nothing changes, and a few of them change little.

    Parameters
    ----------
    probability
        As computed, without any correction, shape (n,).
    same
        What reviewers said, one per match, in the same order.

    Raises
    ------
    ValueError
        The lengths differ.

    References
    ----------
    Platt (1999), "Probabilistic outputs for support vector machines".
    """
    if len(probability) != len(same):
        raise ValueError(f"{len(probability)} probabilities, {len(same)} answers")
    order = np.lexsort((np.asarray(same, bool), probability))  # so that sums do not depend on it
    odds, true = _log_odds(probability[order]), np.asarray(same, np.float64)[order]

    def loss(line: FloatArray) -> tuple[float, FloatArray]:
        logits = line[0] * odds + line[1]
        wrong = expit(logits) - true
        away = (line - (1.0, 0.0)) / (SLOPE_SD, INTERCEPT_SD)
        value = float((np.logaddexp(0.0, logits) - true * logits).sum() + away @ away / 2.0)
        slope = np.array([wrong @ odds, wrong.sum()]) + away / (SLOPE_SD, INTERCEPT_SD)
        return value, slope

    bounds = [(LEAST_SLOPE, None), (None, None)]
    start = np.array([1.0, 0.0])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    slope, intercept = (round(float(value), _DECIMALS) for value in found)
    return Recalibration(slope, intercept)


def from_json(text: str) -> Recalibration:
    """Read what `Recalibration.to_json` wrote.

    Raises
    ------
    ModelError
        The text is no such line.
    """
    try:
        told = json.loads(text)
        found = Recalibration(float(told["slope"]), float(told["intercept"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"recalibration: not readable ({error}); fit it again") from None
    if not (np.isfinite([found.slope, found.intercept]).all() and found.slope >= LEAST_SLOPE):
        raise ModelError(f"recalibration: {found} is no such line; fit it again")
    return found


def log_losses(probability: FloatArray, same: NDArray[np.bool_]) -> FloatArray:
    """Return minus the logarithm of the chance given to each answer, in nats."""
    odds = _log_odds(probability)
    return np.asarray(np.logaddexp(0.0, np.where(same, -odds, odds)))


def _log_odds(probability: FloatArray, floor: float = FLOOR) -> FloatArray:
    return np.asarray(logit(np.clip(probability, floor, 1.0 - floor)))
