"""What the answers say of the weights: a logistic model of pairs with a Gaussian posterior.

``P(first over second) = sigmoid((w + d_r) . x + side + places)``: x is how far the first idea is
above the second in each criterion, w the weights, d_r what reviewer r weighs otherwise. Side and
places are habits of the eye, for what stands on the left or higher up in a list; they are fitted
so that they are not taken for weights, and are left out of every score.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from groundswell.domain import FloatArray
from models.preference.answers import Answers

SCALE = 3.15
"""Sum of the weights of the criteria, effort aside, in logits: how sure reviewers are of a pair.
Two ideas that lie a standard deviation apart in every criterion are then told apart in 96 % of
the answers. Checked by ``python -m bench pairs``."""
WEIGHT_SD = 0.5
"""Of each weight before any answer, in logits per standard deviation of its criterion."""
REVIEWER_SD = 0.25
"""Of what one reviewer weighs otherwise than all do, in the same unit."""
SIDE_SD = 0.5
"""Of the pull of what stands on the left, in logits."""
PLACE_SD = 0.2
"""Of the pull of one place further up in a list, in logits."""
HALF_LIFE_DAYS = 365.0
"""After which an answer counts half."""
STEPS = 100
"""Most Newton steps; a handful is enough, since the function is convex."""
CLOSE = 1e-10
"""Length of a step, in logits, from which on there is nothing more to gain."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of the weights; a Gaussian about its mode (Laplace)."""

    criteria: tuple[str, ...]
    mean: FloatArray
    """Shape (n_criteria,), in logits per standard deviation; more is better, of effort less."""
    covariance: FloatArray
    """Shape (n_criteria, n_criteria)."""
    offsets: FloatArray
    """What each reviewer weighs otherwise, shape (n_reviewers, n_criteria)."""
    side: tuple[float, float]
    """Pull of the left side, in logits, and its standard error."""
    place: tuple[float, float]
    """Pull of one place further up, in logits, and its standard error."""


def learn(answers: Answers, prior: FloatArray, *, weight_sd: float = WEIGHT_SD) -> Posterior:
    """Return the posterior of the weights.

    Parameters
    ----------
    prior : ndarray of shape (n_criteria,)
        The weights before any answer, 0 or more, in logits.
    weight_sd
        Their standard deviation; next to 0 the weights are held, and habits alone are fitted.

    Raises
    ------
    ValueError
        The prior has another length than the criteria.
    """
    if prior.shape != (len(answers.criteria),):
        raise ValueError(f"{len(answers.criteria)} criteria, a prior of shape {prior.shape}")
    n, reviewers = len(prior), len(answers.reviewers)
    centre = np.concatenate([prior, np.zeros(reviewers * n + 2)])
    sds = [weight_sd] * n + [REVIEWER_SD] * (reviewers * n) + [SIDE_SD, PLACE_SD]
    precision = np.array(sds) ** -2.0
    counts = answers.weight * 0.5 ** (answers.age_days / HALF_LIFE_DAYS)
    problem = Regression(_table(answers), answers.won, counts, centre, precision)
    found = problem.mode()
    inverse = problem.covariance(found)
    errors = np.sqrt(np.diag(inverse))
    return Posterior(
        criteria=answers.criteria,
        mean=found[:n],
        covariance=inverse[:n, :n],
        offsets=found[n : n + reviewers * n].reshape(reviewers, n),
        side=(float(found[-2]), float(errors[-2])),
        place=(float(found[-1]), float(errors[-1])),
    )


@dataclass(frozen=True, slots=True)
class Regression:
    """A logistic regression with a Gaussian prior."""

    table: FloatArray
    won: FloatArray
    counts: FloatArray
    centre: FloatArray
    precision: FloatArray

    def worth(self, at: FloatArray) -> float:
        """Return the logarithm of the posterior, up to a constant."""
        logits = self.table @ at
        fits = self.won * log_expit(logits) + (1.0 - self.won) * log_expit(-logits)
        return float(self.counts @ fits - 0.5 * self.precision @ (at - self.centre) ** 2)

    def slope(self, at: FloatArray) -> FloatArray:
        """Return the gradient of `worth`."""
        missed = self.counts * (self.won - expit(self.table @ at))
        return np.asarray(self.table.T @ missed - self.precision * (at - self.centre))

    def curvature(self, at: FloatArray) -> FloatArray:
        """Return minus the second derivatives of `worth`."""
        chance = expit(self.table @ at)
        counts = self.counts * chance * (1.0 - chance)
        return np.asarray((self.table.T * counts) @ self.table + np.diag(self.precision))

    def covariance(self, at: FloatArray) -> FloatArray:
        """Return the covariance of the Gaussian that touches the posterior at its mode."""
        return np.asarray(np.linalg.inv(self.curvature(at)), np.float64)

    def mode(self) -> FloatArray:
        """Return where `worth` is largest, by Newton's method, a step halved while it loses."""
        at, worth = self.centre, self.worth(self.centre)
        for _ in range(STEPS):
            step = np.linalg.solve(self.curvature(at), self.slope(at))
            while (better := self.worth(at + step)) < worth and np.abs(step).max() > CLOSE:
                step = step / 2.0
            if np.abs(step).max() <= CLOSE:
                break
            at, worth = at + step, better
        return at


def _table(answers: Answers) -> FloatArray:
    """Return one row per answer: criteria, the same under its reviewer, side, places."""
    rows, n = answers.difference.shape
    own = np.zeros((rows, len(answers.reviewers), n))
    own[np.arange(rows), answers.reviewer] = answers.difference
    habits = np.column_stack([answers.side, answers.places])
    return np.hstack([answers.difference, own.reshape(rows, len(answers.reviewers) * n), habits])
