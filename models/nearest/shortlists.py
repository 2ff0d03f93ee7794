"""The nearest references found so far of many queries, as whole numbers that sort.

A key holds how far a product lies under its limit and, below that, the reference's row: the
smallest keys of a query are its nearest references, equal ones in the order of the references.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import IntArray
from models.nearest.exact_vectors import PRODUCT_LIMIT

REFERENCE_BITS = 36
"""Room for 68 billion references; a product takes 25 bits above them, 61 in all."""

ROOM = 4
"""Keys that a list holds, for each one wanted, before all but the best are dropped."""

LEAST_ROOM = 256

MOSTLY = 0.5
"""Share of the products above the floor from which ranking all is faster than picking them."""

NOTHING = np.iinfo(np.int64).max
"""A key that is farther than any."""

FINEST = 2**24
"""Steps of a cosine per unit: float32 holds each of them exactly."""

ROWS_RANKED = 4096
"""Queries whose keys are turned into cosines at once."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What queries found in one product of matrices."""

    queries: IntArray
    """Query of each key; those of one query stand together."""
    keys: IntArray


class Shortlists:
    """One list of the nearest references for each query."""

    def __init__(self, queries: int, count: int) -> None:
        self.count = count
        self._keys = np.full((queries, room(count)), NOTHING, dtype=np.int64)
        self._filled = np.zeros(queries, dtype=np.int64)

    def add(self, hits: Hits) -> None:
        """Put keys on the lists; of each query at most as many as `hits_of_rows` gives."""
        if len(hits.keys) == 0:
            return
        firsts = _firsts(hits.queries)
        counts = np.diff(firsts, append=len(hits.keys))
        queries = hits.queries[firsts]
        self._make_room(queries[self._filled[queries] + counts > self._keys.shape[1]])
        before = np.repeat(self._filled[queries] - firsts, counts)
        self._keys[hits.queries, np.arange(len(hits.keys)) + before] = hits.keys
        self._filled[queries] += counts

    def best(self) -> tuple[IntArray, NDArray[np.bool_]]:
        """Return the keys of the nearest, shape (queries, count), and which queries lack some."""
        return self._nearest(slice(None)), self._filled < self.count

    def floors(self) -> NDArray[np.float32]:
        """Return the products above which a reference would be among the nearest.

        One less than the last product on the list, so that an equal one with a lower row is
        seen; minus infinity where the list is not full.
        """
        keys, lacking = self.best()
        return np.where(lacking, -np.inf, products_of(keys[:, -1]) - 1).astype(np.float32)

    def _make_room(self, queries: IntArray) -> None:
        self._keys[queries, : self.count] = self._nearest(queries)
        self._keys[queries, self.count :] = NOTHING
        self._filled[queries] = np.minimum(self._filled[queries], self.count)

    def _nearest(self, queries: IntArray | slice) -> IntArray:
        nearest = np.partition(self._keys[queries], self.count - 1, axis=1)[:, : self.count]
        return np.sort(nearest, axis=1)


def room(count: int) -> int:
    """Return how many keys a list has room for."""
    return max(ROOM * count, LEAST_ROOM)


def hits_of_rows(
    products: NDArray[np.float32], floors: NDArray[np.float32], references: IntArray, count: int
) -> Hits:
    """Take the products above their row's floor; rows are queries, columns references.

    Where a row has more than its list may have room for, only its `count` best are taken.
    """
    found = np.flatnonzero(products > floors[:, None])
    if len(found) > MOSTLY * products.size:
        return _nearest_of_all(products, floors, references, count)
    rows, columns = np.divmod(found, products.shape[1])
    keys = _pack(products.ravel()[found], references[columns])
    return _thinned(Hits(rows, keys), products, floors, references, count)


def hits_of_columns(
    products: NDArray[np.float32], floors: NDArray[np.float32], references: IntArray, count: int
) -> Hits:
    """Do as `hits_of_rows` where columns are queries: turning the matrix would take longer."""
    found = np.flatnonzero(products > floors)
    if len(found) > MOSTLY * products.size:
        return _nearest_of_all(products.T, floors, references, count)
    rows, columns = np.divmod(found, products.shape[1])
    order = np.argsort(columns, kind="stable")
    keys = _pack(products.ravel()[found[order]], references[rows[order]])
    return _thinned(Hits(columns[order], keys), products.T, floors, references, count)


def _firsts(queries: IntArray) -> IntArray:
    """Return where each query's keys begin."""
    return np.flatnonzero(np.diff(queries, prepend=-1))


def _thinned(
    hits: Hits,
    products: NDArray[np.float32],
    floors: NDArray[np.float32],
    references: IntArray,
    count: int,
) -> Hits:
    """Leave queries that have more than their list may have room for only their nearest."""
    spare = room(count) - count
    again = hits.queries[spare:] == hits.queries[:-spare]
    if not again.any():
        return hits
    crowded = np.unique(hits.queries[spare:][again])
    others = ~np.isin(hits.queries, crowded)
    nearest = _nearest_of_all(products[crowded], floors[crowded], references, count)
    queries = np.concatenate([hits.queries[others], crowded[nearest.queries]])
    return Hits(queries, np.concatenate([hits.keys[others], nearest.keys]))


def _nearest_of_all(
    products: NDArray[np.float32],
    floors: NDArray[np.float32],
    references: IntArray,
    count: int,
) -> Hits:
    keys = _pack(products, references[None, :])
    taken = min(count, keys.shape[1])
    keys = np.partition(keys, taken - 1, axis=1)[:, :taken]
    above = products_of(keys) > floors[:, None]
    return Hits(np.nonzero(above)[0], keys[above])


def _pack(products: NDArray[np.float32], references: IntArray) -> IntArray:
    away = PRODUCT_LIMIT - products.astype(np.int64)
    return np.asarray((away << REFERENCE_BITS) | references)


def references_of(keys: IntArray) -> IntArray:
    """Return the reference of each key."""
    return np.asarray(keys & (2**REFERENCE_BITS - 1))


def products_of(keys: IntArray) -> IntArray:
    """Return the product of each key."""
    return PRODUCT_LIMIT - (keys >> REFERENCE_BITS)


def by_cosine(
    keys: IntArray, queries: IntArray, references: IntArray
) -> tuple[IntArray, NDArray[np.float32]]:
    """Turn keys into references and cosines, the highest first.

    A rounded row's length differs from the unit by a few parts in 10,000; divided by both
    lengths, the product of a row with its copy is exactly 1.

    Parameters
    ----------
    keys : ndarray of shape (n, count)
    queries, references : ndarrays of shape (n,) and (m,)
        Squared lengths.

    Returns
    -------
    (indices, cosines), both of shape (n, count)
        Cosines are multiples of 2^-24 from -1 to 1.
    """
    indices = np.empty(keys.shape, dtype=np.int64)
    cosines = np.empty(keys.shape, dtype=np.float32)
    for start in range(0, len(keys), ROWS_RANKED):
        part = slice(start, start + ROWS_RANKED)
        found = references_of(keys[part])
        lengths = np.sqrt(np.maximum(queries[part, None] * references[found], 1))
        steps = np.rint(products_of(keys[part]) / lengths * FINEST).astype(np.int64)
        ranked = np.sort(((FINEST - steps) << REFERENCE_BITS) | found, axis=1)
        indices[part] = references_of(ranked)
        cosines[part] = (FINEST - (ranked >> REFERENCE_BITS)) / FINEST
    return indices, cosines
