"""Whether memberships say what they claim: a share of .8 should be right four times in five."""

from dataclasses import dataclass

import numpy as np

from groundswell.domain import NOISE
from models.themes.held_out import places_of, votes_of_others
from models.themes.model import ThemeModel

MOST_TEXTS = 2_000
FEWEST_TEXTS = 50
"""Texts from which anything can be said."""
BINS = 5
WIDEST = 0.15
"""Expected calibration error that no model may exceed, unless the champion did."""
TOLERANCE = 0.03
"""By which a challenger's may exceed the champion's."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far claimed memberships are from what came of them."""

    error: float
    """Expected calibration error, 0 to 1."""
    right: float
    """Share of texts that their neighbours place where the fit has them, 0 to 1."""
    texts: int

    def worse_than(self, champion: "Calibration | None") -> bool:
        """Tell whether it is out of range."""
        if self.texts < FEWEST_TEXTS:
            return False
        known = champion is not None and champion.texts >= FEWEST_TEXTS
        allowed = max(WIDEST, champion.error + TOLERANCE) if known and champion else WIDEST
        return self.error > allowed


def calibrate(model: ThemeModel) -> Calibration:
    """Place each reference by the others and compare what is claimed with where it belongs.

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI 2015 (expected calibration error).
    """
    rows = np.flatnonzero(model.labels != NOISE)
    if len(model.theme_ids) < 2 or len(rows) <= model.voters:
        return Calibration(0.0, 1.0, 0)
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_TEXTS)).astype(np.int64)]
    shares = votes_of_others(model, rows)
    claimed, right = shares.max(axis=1), shares.argmax(axis=1) == places_of(model)[rows]
    return Calibration(_expected_error(claimed, right), float(right.mean()), len(rows))


def _expected_error(claimed: np.ndarray, right: np.ndarray) -> float:
    bins = np.minimum((claimed * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, claimed - right, minlength=BINS)
    return round(float(np.abs(gaps).sum()) / len(claimed), 6)
