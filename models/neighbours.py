"""Nearest neighbours among unit vectors, and the weighted graph they make.

Products are computed in blocks of one fixed shape, padded with zeros: a matrix product of
another shape may round otherwise, and a statement's neighbours must not depend on how many
others were asked about with it.
"""

from collections.abc import Callable
from typing import cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray, Vectors

BLOCK_ROWS = 1024
"""Rows of one product. 1024 x 50,000 similarities in float32 take 200 MB."""

SIMILARITY_DECIMALS = 5
"""Similarities are rounded to this many decimals, so that ties are ties on every machine."""


def _silent(_: int) -> None:
    return None


def nearest(
    queries: Vectors,
    references: Vectors,
    count: int,
    *,
    skip_self: bool = False,
    advance: Callable[[int], None] = _silent,
) -> tuple[IntArray, NDArray[np.float32]]:
    """Find the `count` references with the highest cosine similarity, exactly.

    Parameters
    ----------
    queries : ndarray of shape (n, dims), float32, unit rows
    references : ndarray of shape (m, dims), float32, unit rows
    count
        At most ``m`` (``m - 1`` with `skip_self`).
    skip_self
        `queries` is `references`; row ``i`` is not its own neighbour.
    advance
        Told how many queries were answered since the last call.

    Returns
    -------
    (indices, similarities), both of shape (n, count), most similar first; equal
    similarities in the order of `references`.
    """
    available = len(references) - int(skip_self)
    if not 1 <= count <= available:
        raise ValueError(f"count must be from 1 to {available}, got {count}")
    indices = np.empty((len(queries), count), dtype=np.int64)
    similarities = np.empty((len(queries), count), dtype=np.float32)
    transposed = np.ascontiguousarray(references.T)
    for start in range(0, len(queries), BLOCK_ROWS):
        block = _product(queries[start : start + BLOCK_ROWS], transposed)
        stop = start + len(block)
        if skip_self:
            block[np.arange(len(block)), np.arange(start, stop)] = -np.inf
        indices[start:stop], similarities[start:stop] = _largest(block, count)
        advance(len(block))
    return indices, similarities


def _product(rows: Vectors, transposed: Vectors) -> NDArray[np.float32]:
    padded = np.zeros((BLOCK_ROWS, rows.shape[1]), dtype=np.float32)
    padded[: len(rows)] = rows
    return cast("NDArray[np.float32]", (padded @ transposed)[: len(rows)])


def _largest(block: NDArray[np.float32], count: int) -> tuple[IntArray, NDArray[np.float32]]:
    """Return columns and rounded values of the largest of each row, largest first."""
    columns = np.argpartition(block, block.shape[1] - count, axis=1)[:, -count:]
    columns.sort(axis=1)
    values = np.round(np.take_along_axis(block, columns, axis=1), SIMILARITY_DECIMALS)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def local_scales(similarities: NDArray[np.float32]) -> FloatArray:
    """Return each row's distance to its ``count // 4``-th neighbour, the width of its kernel."""
    place = max(similarities.shape[1] // 4 - 1, 0)
    squared = 2.0 - 2.0 * similarities[:, place].astype(np.float64)
    return np.asarray(np.sqrt(np.maximum(squared, 1e-6)))


def neighbour_graph(indices: IntArray, similarities: NDArray[np.float32]) -> sp.csr_array:
    """Join every statement to its neighbours with locally scaled weights.

    ``w_ij = exp(-d_ij^2 / (s_i * s_j))`` with Euclidean distances ``d`` and the local scales
    ``s``: what counts as near is relative to how dense the surroundings are. The graph is
    undirected; an edge exists if either end names the other.

    Returns
    -------
    csr_array of shape (n, n), symmetric, float64, indices sorted

    References
    ----------
    Zelnik-Manor and Perona (2004), "Self-tuning spectral clustering", NIPS 17, equation 1.
    """
    rows, count = indices.shape
    scales = local_scales(similarities)
    squared = np.maximum(2.0 - 2.0 * similarities.astype(np.float64), 0.0)
    weights = np.exp(-squared / (scales[:, None] * scales[indices]))
    starts = np.arange(0, rows * count + 1, count)
    directed = sp.csr_array((weights.ravel(), indices.ravel(), starts), shape=(rows, rows))
    graph = sp.csr_array(directed.maximum(directed.T))
    graph.sort_indices()
    return graph
