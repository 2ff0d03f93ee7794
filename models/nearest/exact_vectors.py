"""Vectors on a lattice of whole numbers, whose dot products are exact.

A sum of floating-point numbers depends on the order in which a machine adds them, and that on
the shape of a matrix, the number of threads and the processor. A sum of whole numbers does not.
So unit vectors are rounded to whole numbers small enough that float32 holds every sum of their
products: a statement's neighbours are then the same alone, in a batch, after a restart and on
another machine, and matrix products stay as fast as they are.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import IntArray, Vectors

Lattice = NDArray[np.int16]

UNIT = 4000
"""Steps of the lattice per unit. A cosine moves by 1e-4 (standard deviation, at any number of
dimensions); the 8-bit encoder moves it by .014. Many more steps would not be exact."""

MOST_DIMS = 36_000
"""A rounded row is at most ``UNIT + sqrt(dims) / 2`` long. By Cauchy and Schwarz no partial sum
of a product exceeds the square, (4000 + 94.9)^2 < 2^24, up to which float32 counts every one."""

GRAIN = 2**18
"""Steps per largest component while a row's length is taken: squares of whole numbers, of which
float64 holds any sum exactly (2^36 * MOST_DIMS < 2^53)."""

PRODUCT_LIMIT = 2**24
"""No product of two rows reaches it."""

BLOCK_ROWS = 256
"""Rows rounded at once: they and what is made of them stay in the processor's cache."""


def on_lattice(vectors: NDArray[np.floating]) -> Lattice:
    """Scale rows to unit length and round them to the lattice.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), float16, float32 or float64
        Any length; a row of zeros stays one.

    Returns
    -------
    ndarray of shape (n, dims), int16, from ``-UNIT`` to ``UNIT``
        The same bits for a row alone and among others.

    Raises
    ------
    ValueError
        `vectors` is not two-dimensional, has more than `MOST_DIMS` columns, or holds what is not
        a finite number.
    """
    if vectors.ndim != 2 or vectors.shape[1] > MOST_DIMS:
        raise ValueError(f"vectors must have at most {MOST_DIMS} columns, got {vectors.shape}")
    rounded = np.empty(vectors.shape, dtype=np.int16)
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = vectors[start : start + BLOCK_ROWS].astype(np.float32)
        rounded[start : start + BLOCK_ROWS] = _round(block)
    return rounded


def _round(block: NDArray[np.float32]) -> NDArray[np.float32]:
    largest = np.abs(block).max(axis=1, initial=0.0, keepdims=True)
    if not np.isfinite(largest).all():
        raise ValueError("vectors must be finite numbers")
    grains = np.rint(block / np.where(largest > 0.0, largest, 1.0) * np.float32(GRAIN))
    counts = grains.astype(np.float64)
    squares = np.einsum("ij,ij->i", counts, counts)
    steps = (UNIT / np.sqrt(np.maximum(squares, 1.0))).astype(np.float32)
    return np.asarray(np.rint(grains * steps[:, None]))


def exact_unit_rows(vectors: NDArray[np.floating]) -> Vectors:
    """Return rows of unit length as they stand on the lattice, float32."""
    return np.asarray(as_float(on_lattice(vectors)) / np.float32(UNIT))


def as_float(rows: Lattice) -> NDArray[np.float32]:
    """Return rows in the form in which processors multiply fastest; nothing is lost."""
    return rows.astype(np.float32)


def squared_lengths(rows: Lattice) -> IntArray:
    """Return the product of each row with itself, shape (n,), int64."""
    lengths = np.empty(len(rows), dtype=np.int64)
    for start in range(0, len(rows), BLOCK_ROWS):
        block = as_float(rows[start : start + BLOCK_ROWS])
        lengths[start : start + BLOCK_ROWS] = np.einsum("ij,ij->i", block, block)
    return lengths


@contextmanager
def workers() -> Iterator[ThreadPoolExecutor]:
    """Give one thread per processor, each of which multiplies matrices on its own.

    Left to itself the linear algebra library puts all processors on one product and lets all
    but one wait while its largest entries are picked out.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), ThreadPoolExecutor(cpu_count()) as pool:
        yield pool
