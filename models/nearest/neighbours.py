"""Nearest neighbours among unit vectors, and the weighted graph they make.

Similarities are exact on a lattice of whole numbers (`models.nearest.exact_vectors`), so a
statement's neighbours are the same whoever else is asked about with it. Where references are few,
all are looked at; where they are many, those in the cells around a query.
"""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import IntArray
from models.nearest.cells import Index, closest_in_cells, one_cell, sort_into_cells
from models.nearest.exact_search import closest, closest_within
from models.nearest.exact_vectors import as_float, exact_unit_rows, on_lattice, squared_lengths
from models.nearest.shortlists import by_cosine, products_of, references_of

__all__ = [
    "EXACT_ROWS",
    "RANK_DAMPING",
    "Index",
    "build_index",
    "exact_unit_rows",
    "measure_recall",
    "nearest",
    "neighbour_graph",
    "search",
    "search_within",
]

EXACT_ROWS = 50_000
"""References up to which `nearest` looks at all of them (decision record 0007)."""

QUICK_ROWS = 8_000
"""References up to which an index has no cells. Above, placing the statements of a day in a
second or two is worth a neighbour in twenty to fifty."""

RANK_DAMPING = 3
"""In ranks: the nearest neighbour weighs 1/3, the tenth a quarter of that. Few strong and many
weak ties did better than kernels of the similarity on four sets (decision record 0014)."""

WEIGHT_GRAIN = 2.0**-20
"""Weights are multiples of it, so that sums of them are exact in any order."""

ROWS_AT_ONCE = 2**16
"""Queries put on the lattice and ranked at once: 50 MB at 384 dimensions."""

RECALL_SAMPLE = 1000
"""Queries that a recall is measured with: its standard error is then under .005."""


def _silent(_: int) -> None:
    return None


def nearest(
    queries: NDArray[np.floating],
    references: NDArray[np.floating],
    count: int,
    *,
    skip_self: bool = False,
    advance: Callable[[int], None] = _silent,
) -> tuple[IntArray, NDArray[np.float32]]:
    """Find the `count` references with the highest cosine similarity.

    Exact on the lattice up to `EXACT_ROWS` references; beyond, see `search`. To ask more than
    once, build an index.

    Parameters
    ----------
    queries, references : ndarrays of shape (n, dims) and (m, dims), float16 or float32
        Any length above 0.
    count
        At most ``m`` (``m - 1`` with `skip_self`).
    skip_self
        `queries` is `references`; row ``i`` is not its own neighbour.
    advance
        Told how many queries were answered since the last call.

    Returns
    -------
    indices : ndarray of shape (n, count), int64
        Most similar first; equal similarities in the order of `references`.
    similarities : ndarray of shape (n, count), float32
        Cosines on the lattice, -1 to 1: those of the vectors but for 1e-4 (standard deviation),
        exactly 1 for a copy.
    """
    index = build_index(references, exact_up_to=EXACT_ROWS)
    if skip_self:
        return search_within(index, count, advance=advance)
    return search(index, queries, count, advance=advance)


def build_index(references: NDArray[np.floating], *, exact_up_to: int = QUICK_ROWS) -> Index:
    """Prepare references to be searched again and again.

    Parameters
    ----------
    references : ndarray of shape (m, dims), float16 or float32
        In a canonical order: the same rows in the same order give the same index.
    exact_up_to
        References up to which all are looked at for each query.
    """
    rows = on_lattice(references)
    return one_cell(rows) if len(rows) <= exact_up_to else sort_into_cells(rows)


def search(
    index: Index,
    queries: NDArray[np.floating],
    count: int,
    *,
    advance: Callable[[int], None] = _silent,
) -> tuple[IntArray, NDArray[np.float32]]:
    """Find the `count` references of an index that are nearest to each query.

    With cells one in twenty to fifty is missed (`measure_recall`), a copy of the query never. What
    is found for a query depends on it and the index alone.

    Parameters and results are those of `nearest`.
    """
    _require(count, len(index.rows))
    indices = np.empty((len(queries), count), dtype=np.int64)
    similarities = np.empty((len(queries), count), dtype=np.float32)
    for start in range(0, len(queries), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        rows = on_lattice(queries[part])
        if len(index.centres):
            keys = closest_in_cells(index, rows, count, advance)
        else:
            keys = closest(rows, index.members, count, advance)
        lengths = squared_lengths(rows)
        indices[part], similarities[part] = by_cosine(keys, lengths, index.squared_lengths)
    return indices, similarities


def search_within(
    index: Index, count: int, *, advance: Callable[[int], None] = _silent
) -> tuple[IntArray, NDArray[np.float32]]:
    """Find the nearest others of each reference of an index; results as `nearest` gives them."""
    _require(count, len(index.rows) - 1)
    indices = np.empty((len(index.rows), count), dtype=np.int64)
    similarities = np.empty((len(index.rows), count), dtype=np.float32)
    everything = None
    if not len(index.centres):
        everything = closest_within(index.members, count + 1, advance)
    for start in range(0, len(index.rows), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        own = index.rows[part]
        if everything is None:
            keys = closest_in_cells(index, index.members[part], count + 1, advance)
        else:
            keys = everything[part]
        others = _without(keys, own)
        lengths = index.squared_lengths
        indices[own], similarities[own] = by_cosine(others, lengths[own], lengths)
    return indices, similarities


def measure_recall(index: Index, indices: IntArray, *, sample: int = RECALL_SAMPLE) -> float:
    """Return the share of the true neighbours that were found.

    Parameters
    ----------
    indices : ndarray of shape (m, count)
        What `search_within` found for the references of `index`.
    sample
        References, spread evenly, whose neighbours are sought among all.

    Returns
    -------
    float
        0 to 1. A reference as near as the last true neighbour counts as one.
    """
    count = indices.shape[1]
    places = np.unique(np.linspace(0, len(index.rows) - 1, sample).astype(np.int64))
    queries = index.members[places]
    true = _without(closest(queries, index.members, count + 1, _silent), places)
    where = np.empty_like(index.rows)
    where[index.rows] = np.arange(len(where))
    found = index.members[where[indices[index.rows[places]]]]
    products = np.einsum("ij,ikj->ik", as_float(queries), as_float(found))
    return float((products >= products_of(true[:, -1:])).mean())


def neighbour_graph(indices: IntArray) -> sp.csr_array:
    """Join every statement to its neighbours, nearer ones more strongly.

    The neighbour of rank ``r`` (0 for the nearest) weighs ``1 / (RANK_DAMPING + r)``. The graph
    is undirected: the weights of both directions are added.

    Parameters
    ----------
    indices : ndarray of shape (n, count)
        Neighbours of each row, nearest first, without itself.

    Returns
    -------
    csr_array of shape (n, n), symmetric, float64, multiples of `WEIGHT_GRAIN`, indices sorted
        Takes 12 bytes an edge and direction, and while it is made 40 bytes a neighbour more.

    Raises
    ------
    ValueError
        A row is its own neighbour.
    """
    rows, count = indices.shape
    if (indices == np.arange(rows)[:, None]).any():
        raise ValueError("a row cannot be its own neighbour")
    weights = np.rint(1.0 / (RANK_DAMPING + np.arange(count)) / WEIGHT_GRAIN).astype(np.int32)
    starts = np.arange(0, rows * count + 1, count, dtype=np.int32)
    directed = sp.csr_array(
        (np.tile(weights, rows), indices.astype(np.int32).ravel(), starts), shape=(rows, rows)
    )
    directed.sort_indices()
    both = sp.csr_array(directed + directed.T.tocsr())
    del directed
    return sp.csr_array((both.data * WEIGHT_GRAIN, both.indices, both.indptr), shape=both.shape)


def _require(count: int, available: int) -> None:
    if not 1 <= count <= available:
        raise ValueError(f"count must be from 1 to {available}, got {count}")


def _without(keys: IntArray, own: IntArray) -> IntArray:
    """Drop each row's own key, or the last where that is not among them."""
    others = references_of(keys) != own[:, None]
    others[others.all(axis=1), -1] = False
    return np.asarray(keys[others].reshape(len(keys), -1))
