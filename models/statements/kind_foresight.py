"""What corrected kinds teach of statements that nobody had corrected yet."""

from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray, IntArray, Vectors
from models.statements.annotator import KINDS, CorrectedStatements, fit_annotator
from models.statements.gains import Gain, gain_of, splits_in_time

_LEAST = 1e-6  # a chance that is given to what came true, so that its logarithm is finite


@dataclass(frozen=True, slots=True)
class KindForesight:
    """How well kinds were foretold by the built-in model, and by one taught by what came before."""

    statements: int
    """That were foretold."""
    log_loss: Gain
    """In nats a statement; less is better, a gain above 0 is less."""
    macro_f1: Gain
    """Mean over the kinds that occur, 0 to 1."""


def judge_annotator(
    corrected: CorrectedStatements, example_vectors: Vectors, *, seed: int
) -> KindForesight | None:
    """Say how much corrections improve the kinds of later ones.

    They are of statements that a reviewer looked at, mostly because the kind was wrong: on others
    both models do better, and gain less.

    Parameters
    ----------
    corrected
        In the order in which they were corrected.
    example_vectors
        As `models.statements.annotator.fit_annotator` takes them.
    seed
        Of the intervals.

    Returns
    -------
    KindForesight or None
        None: too few to tell.
    """
    built_in, rows, taught = fit_annotator(example_vectors), [], []
    for past, ahead in splits_in_time(len(corrected.texts)):
        fitted, asked = fit_annotator(example_vectors, corrected.some(past)), corrected.some(ahead)
        taught.append(fitted.shares(asked.texts, asked.vectors))
        rows.append(ahead)
    if not rows:
        return None
    asked = corrected.some(np.concatenate(rows))
    true = np.array([KINDS.index(kind) for kind in asked.kinds], np.int64)
    both = built_in.shares(asked.texts, asked.vectors), np.concatenate(taught)

    def log_loss(shares: FloatArray, some: IntArray) -> float:
        given = shares[np.arange(len(some)), true[some]]
        return float(-np.log(np.maximum(given, _LEAST)).mean())

    def macro_f1(shares: FloatArray, some: IntArray) -> float:
        return mean_f1(true[some], shares.argmax(axis=1))

    better = gain_of(macro_f1, *both, seed=seed, higher_is_better=True)
    return KindForesight(len(true), gain_of(log_loss, *both, seed=seed), better)


def mean_f1(true: IntArray, found: IntArray) -> float:
    """Return the mean F1 over the classes that occur, 0 to 1."""
    scores = []
    for kind in np.unique(true):
        hits = float(((true == kind) & (found == kind)).sum())
        scores.append(2.0 * hits / float((true == kind).sum() + (found == kind).sum()))
    return float(np.mean(scores))
