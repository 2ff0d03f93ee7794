"""What reviewers' words on matches teach of matches that nobody had spoken about yet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray
from models.linking.recalibration import fit_recalibration, log_losses
from models.statements.gains import Gain, gain_of, splits_in_time

BINS = 10


@dataclass(frozen=True, slots=True)
class LinkForesight:
    """How well answers were foretold by the probabilities, and by those corrected before them."""

    matches: int
    """That were foretold."""
    log_loss: Gain
    """In nats an answer; less is better, a gain above 0 is less."""
    calibration: Gain
    """Expected calibration error, 0 to 1; so too."""


def judge_recalibration(
    probability: FloatArray, same: Sequence[bool], *, seed: int
) -> LinkForesight | None:
    """Say how much answers improve the probabilities of later ones.

    Parameters
    ----------
    probability, same
        As `models.linking.recalibration.fit_recalibration` takes them, in the order of time.
    seed
        Of the intervals.

    Returns
    -------
    LinkForesight or None
        None: too few to tell.
    """
    true, rows, corrected = np.asarray(same, np.bool_), [], []
    for past, ahead in splits_in_time(len(true)):
        line = fit_recalibration(probability[past], true[past].tolist())
        corrected.append(line.apply(probability[ahead]))
        rows.append(ahead)
    if not rows:
        return None
    asked = np.concatenate(rows)
    true, both = true[asked], (probability[asked], np.concatenate(corrected))

    def log_loss(chances: FloatArray, some: IntArray) -> float:
        return float(log_losses(chances, true[some]).mean())

    def error(chances: FloatArray, some: IntArray) -> float:
        return calibration_error(chances, true[some])

    return LinkForesight(
        len(true), gain_of(log_loss, *both, seed=seed), gain_of(error, *both, seed=seed)
    )


def calibration_error(probability: FloatArray, true: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over `BINS` equal bins, 0 to 1."""
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    off = np.bincount(bins, probability, BINS) - np.bincount(bins, true.astype(float), BINS)
    return float(np.abs(off).sum() / counts.sum())
