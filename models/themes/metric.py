"""Learn from themes as people want them which differences between statements matter.

The encoder stays as it is. What is learned is one matrix that turns and stretches its space a
little: directions in which statements of one theme differ count less, directions in which themes
differ count more. So a correction reaches statements that nobody looked at.
"""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.nearest.exact_vectors import exact_unit_rows, on_lattice

STRENGTH = (0.9, 0.6)
"""Share of the spread within themes, and of the spread between them, that the metric follows; the
rest is that of a ball, which changes nothing (record 0036)."""

MOST_STRETCH = 4.0
"""No direction is stretched or shrunk by more than this factor."""

STEPS = 2**18
"""Steps of the matrix per unit: whole numbers, so that products are exact in any order (below
2^19 * 4000 * 384 < 2^53), and a statement lies where it does alone and in any batch."""

ROWS_AT_ONCE = 16_384
"""Statements brought into the learned space at once."""


def metric_of(
    vectors: Vectors, groups: IntArray, strength: tuple[float, float] = STRENGTH
) -> FloatArray:
    """Return the matrix that groups of statements teach, shape (dims, dims).

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
    groups : ndarray of shape (n,)
        Theme of each statement, `NOISE` for none. Under two groups of two teach nothing.

    References
    ----------
    Fisher (1936) and Friedman (1989), "Regularized discriminant analysis", JASA 84 (between
    against within, both shrunk to a ball); Bar-Hillel, Hertz, Shental and Weinshall (2005),
    "Learning a Mahalanobis metric from equivalence constraints", JMLR 6.
    """
    from threadpoolctl import threadpool_limits

    # Threads that wait for one another take several times as long for matrices as small as these.
    with threadpool_limits(1):
        return _learned(*_spread(vectors, groups), strength)


def in_metric(matrix: NDArray[np.floating], vectors: Vectors) -> Vectors:
    """Return vectors in the learned space, unit rows on the lattice, shape (n, dims)."""
    steps = np.rint(matrix.astype(np.float64) * STEPS)
    changed = np.empty(vectors.shape, np.float32)
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        changed[rows] = exact_unit_rows(on_lattice(vectors[rows]).astype(np.float64) @ steps)
    return changed


def _learned(
    within: FloatArray, middles: FloatArray, sizes: IntArray, strength: tuple[float, float]
) -> FloatArray:
    """Return the matrix that whitens within groups and widens between them, bounded."""
    if len(sizes) < 2 or not within.any():
        return np.eye(len(within))
    narrowed = _power(_towards_ball(within, strength[0]), -0.5)
    apart = (middles - middles.mean(axis=0)) @ narrowed
    widened = _power(_towards_ball(apart.T @ apart / len(sizes), strength[1]), 0.5)
    turned, stretches, along = np.linalg.svd(narrowed @ widened)
    stretches /= np.exp(np.log(stretches).mean())
    bounded = np.clip(stretches, 1.0 / MOST_STRETCH, MOST_STRETCH)
    # The last bits of a product depend on the machine.
    return np.asarray(np.round((turned * bounded) @ along * STEPS) / STEPS)


def _spread(vectors: Vectors, groups: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the covariance within groups of two or more, their means and sizes."""
    inside = np.flatnonzero(groups != NOISE)
    _, places, counts = np.unique(groups[inside], return_inverse=True, return_counts=True)
    inside, places = inside[counts[places] > 1], places[counts[places] > 1]
    _, places, sizes = np.unique(places, return_inverse=True, return_counts=True)
    choose = sp.csr_array(
        (np.ones(len(inside)), (places, np.arange(len(inside)))), shape=(len(sizes), len(inside))
    )
    exact = vectors[inside].astype(np.float64)
    middles = np.asarray(choose @ exact) / np.maximum(sizes, 1)[:, None]
    apart = exact - middles[places]
    return np.asarray(apart.T @ apart / max(len(inside), 1)), middles, sizes


def _towards_ball(spread: FloatArray, share: float) -> FloatArray:
    mean = max(float(np.trace(spread)) / len(spread), 1e-12)
    return np.asarray((1.0 - share) * np.eye(len(spread)) + share * spread / mean)


def _power(matrix: FloatArray, power: float) -> FloatArray:
    values, directions = np.linalg.eigh(matrix)
    return np.asarray((directions * np.maximum(values, 1e-9) ** power) @ directions.T)
