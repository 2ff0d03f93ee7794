"""Propose where to cut a theme in two, for a person to mend."""

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, Vectors
from models.themes.shaping import middle

MOST_ROUNDS = 30
"""Rounds after which the halves are taken as they are; they settle in fewer than ten."""


def propose_cut(vectors: Vectors) -> tuple[NDArray[np.bool_], FloatArray]:
    """Cut texts in two parts that are each as alike within as can be.

    Spherical 2-means from the sides of the first principal direction, so that nothing is left to
    chance.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows

    Returns
    -------
    ndarray of shape (n,)
        True for the smaller part; all false for fewer than two different texts.
    ndarray of shape (n,)
        By how much each text's cosine to the middle of its own part is above that of the other:
        the larger, the surer.

    References
    ----------
    Dhillon and Modha (2001), "Concept decompositions for large sparse text data using
    clustering", Machine Learning 42; Boley (1998), "Principal direction divisive partitioning",
    Data Mining and Knowledge Discovery 2.
    """
    exact = vectors.astype(np.float64)
    side = _principal_sides(exact)
    lead = np.zeros(len(exact))
    for _ in range(MOST_ROUNDS):
        if side.all() or not side.any():
            return np.zeros(len(exact), dtype=np.bool_), np.zeros(len(exact))
        # The last bits of a product depend on the machine.
        lead = np.round(exact @ (middle(exact[side]) - middle(exact[~side])), 6)
        moved = (lead > 0.0) != side
        side = lead > 0.0
        if not moved.any():
            break
    smaller = side if 2 * side.sum() <= len(side) else ~side
    return smaller, np.abs(lead)


def _principal_sides(exact: FloatArray) -> NDArray[np.bool_]:
    if len(exact) < 2:
        return np.zeros(len(exact), dtype=np.bool_)
    centred = exact - exact.mean(axis=0)
    direction = _first_direction(centred)
    along = np.round(centred @ direction, 6)
    return np.asarray(along > 0.0)


def _first_direction(centred: FloatArray) -> FloatArray:
    """Return the direction of most variance, from the smaller of the two Gram matrices."""
    from scipy.linalg import eigh

    few = len(centred) < centred.shape[1]
    gram = centred @ centred.T if few else centred.T @ centred
    last = len(gram) - 1
    vector = eigh(gram, subset_by_index=[last, last])[1][:, 0]
    return np.asarray(centred.T @ vector if few else vector, dtype=np.float64)
