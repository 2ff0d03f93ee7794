"""Whether the learned weights are to be relied on: enough answers, and better foresight.

Foresight is measured on answers that the weights had not seen: each fifth of them in time, but the
first, is foretold from all before it. The weights before any answer are given the same chance to
learn the habits of side and place, so that only the weights are compared.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit

from groundswell.domain import FloatArray
from models.preference.answers import TIE, Answers
from models.preference.posterior import Posterior, learn

PAIRS_OF_SEVERAL = 30
"""Answers from which weights of two reviewers or more can be used."""
PAIRS_OF_ONE = 60
"""Answers from which those of a single reviewer can."""
FOLDS = 5
HELD = 1e-4
"""Standard deviation of weights that are held as they were."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """How well answers were foretold, in nats an answer; less is better."""

    before: float
    """By the weights before any answer."""
    learned: float
    gain: float
    error: float
    """Standard error of the gain."""


@dataclass(frozen=True, slots=True)
class Reliance:
    """Whether learned weights can be used."""

    pairs: int
    """Answers that say which; those of decisions by their weight."""
    wanted: int
    reviewers: int
    foresight: Foresight | None
    """None: too few answers to tell."""

    @property
    def enough(self) -> bool:
        """Whether there are as many answers as are wanted."""
        return self.pairs >= self.wanted

    @property
    def better(self) -> bool:
        """Whether they foretell better by more than a standard error."""
        return self.foresight is not None and self.foresight.gain > self.foresight.error

    @property
    def usable(self) -> bool:
        """Whether both hold."""
        return self.enough and self.better


def judge(answers: Answers, prior: FloatArray) -> Reliance:
    """Say whether the weights that these answers teach can be used.

    Parameters
    ----------
    prior
        As `models.preference.posterior.learn` takes it.
    """
    said = answers.won != TIE
    reviewers = len(set(answers.reviewer[said].tolist()))
    return Reliance(
        # A share of an answer is a rounding error away from the whole it belongs to.
        pairs=int(np.floor(answers.weight[said].sum() + 1e-9)),
        wanted=PAIRS_OF_SEVERAL if reviewers > 1 else PAIRS_OF_ONE,
        reviewers=reviewers,
        foresight=_foresight(answers, prior),
    )


def _foresight(answers: Answers, prior: FloatArray) -> Foresight | None:
    folds = [fold for fold in np.array_split(np.arange(len(answers)), FOLDS) if len(fold)]
    if len(folds) < FOLDS:
        return None
    losses = []
    for number, fold in enumerate(folds[1:], start=1):
        past, ahead = answers.some(np.concatenate(folds[:number])), answers.some(fold)
        before, learned = learn(past, prior, weight_sd=HELD), learn(past, prior)
        losses.append(np.column_stack([_loss(before, ahead), _loss(learned, ahead)]))
    table, counts = np.vstack(losses), np.concatenate([answers.weight[f] for f in folds[1:]])
    gain = table[:, 0] - table[:, 1]
    mean = float(np.average(gain, weights=counts))
    spread = float(np.average((gain - mean) ** 2, weights=counts))
    # Pairs of the same decisions are not so many answers: they count as their weights add up.
    error = float(np.sqrt(spread / counts.sum()))
    before, learned = np.average(table, axis=0, weights=counts)
    return Foresight(float(before), float(learned), mean, error)


def _loss(posterior: Posterior, ahead: Answers) -> FloatArray:
    """Return minus the logarithm of the chance that was given to each answer."""
    logits = ahead.difference @ np.maximum(posterior.mean, 0.0)
    logits = logits + posterior.side[0] * ahead.side + posterior.place[0] * ahead.places
    return np.asarray(-(ahead.won * log_expit(logits) + (1.0 - ahead.won) * log_expit(-logits)))
