"""Those like a statement in a learned space, and what their vote says of where it belongs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.themes.fitting import centroids_of, noise_floor
from models.themes.likeness import Said
from models.themes.metric import in_metric
from models.themes.placement import cosines_to_own, vote

VOTERS = 10
"""Nearest statements in the learned space that vote on one."""

MAJORITY = 2.0 / 3.0
"""Share of the vote above which a statement is shown elsewhere than decisions alone put it."""

ROWS_AT_ONCE = 16_384
"""Statements voted on at once."""


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """How near to a theme what was in none must lie in the learned space to be shown in it."""

    themes: IntArray
    """Ascending, shape (k,)."""
    centroids: Vectors
    """Shape (k, dims), unit rows."""
    floor: float
    """As of a fit (`models.themes.fitting.noise_floor`), but in this space."""

    def is_cleared(self, vectors: Vectors, homes: IntArray) -> NDArray[np.bool_]:
        """Tell of each statement whether it lies as near to a theme as the floor asks.

        Parameters
        ----------
        vectors : ndarray of shape (n, dims)
            In the learned space.
        homes : ndarray of shape (n,)
            Theme that each would be shown in; nothing is near to `NOISE`.
        """
        inside = homes != NOISE
        own = np.searchsorted(self.themes, homes[inside])
        held = np.zeros(len(homes), np.bool_)
        held[inside] = cosines_to_own(vectors[inside], self.centroids, own) >= self.floor
        return held


def floor_of(vectors: Vectors, themes: IntArray) -> NoiseFloor:
    """Return the floor that themes set by what they hold, in the learned space."""
    known = np.unique(themes[themes != NOISE])
    places = np.where(themes == NOISE, NOISE, np.searchsorted(known, themes))
    middles = centroids_of(vectors, places, len(known))
    return NoiseFloor(known, middles, noise_floor(vectors, places, middles) if len(known) else 1.0)


def turned(said: Said, matrix: NDArray[np.floating]) -> Said:
    """Return statements in the learned space; their words stay."""
    return replace(said, vectors=in_metric(matrix, said.vectors))


def elected(themes: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the theme with most of each row's votes, and its share; `NOISE` votes for none."""
    known = np.unique(themes[themes != NOISE])
    if not len(known):
        return np.full(len(themes), NOISE, np.int64), np.zeros(len(themes))
    places = np.where(themes == NOISE, NOISE, np.searchsorted(known, themes))
    shares = vote(places, len(known))
    best = shares.argmax(axis=1)
    return known[best], shares[np.arange(len(best)), best]
