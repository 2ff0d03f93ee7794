"""The nearest of very many references: only the cells around a query are looked into.

References are sorted into cells, each around a centre (an inverted file). A query is compared
with all centres, and then with the references of the cells whose centres are nearest. Queries
that look into one cell are compared with it together, so that all is matrix products; as these
are exact, nobody's neighbours depend on who else asks. A copy of a reference is always found:
it lies in the cell that is nearest to both.

References
----------
Jegou, Douze and Schmid (2011), "Product quantization for nearest neighbor search", IEEE TPAMI
33, section 4 (the inverted file, without the quantization).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import IntArray
from models.nearest.exact_search import closest_few
from models.nearest.exact_vectors import Lattice, as_float, on_lattice, squared_lengths, workers
from models.nearest.shortlists import Hits, Shortlists, hits_of_rows, products_of, references_of

CELLS_PER_ROOT = 1.0
"""Cells per square root of the number of references. At equal recall (.96 of 50,000) one is half
as fast again as two, since each visit of a cell costs a query as much as a hundred comparisons."""

SAMPLE_PER_CELL = 32
"""References per cell from which centres are computed; twice as many find .002 more."""

ROUNDS = 4
"""Times that the centres are moved to the middle of their part of the sample; three to ten find
the same."""

PROBES = 18
"""Cells that a query looks into at most."""

FIRST_PROBES = 2
"""Cells that it looks into first, to know how near a reference in the others must be."""

CLOSE_ENOUGH = 0.55
"""Into the others it looks where the centre's similarity is at least this share of that of the
last neighbour found so far: a statement in a dense place looks into few cells, an odd one into
many (what is found and what it costs: decision record 0007)."""

MOST_TOGETHER = 2**14
"""Queries searched together at most: 25 MB, and as much for their shortlists."""

LEAST_TOGETHER = 2**10
"""Queries searched together at least, where there are as many."""


@dataclass(frozen=True, slots=True)
class Index:
    """References made ready for searching: arrays only, which can be stored."""

    centres: Lattice
    """Of the cells, shape (cells, dims). None: all references are looked at."""
    starts: IntArray
    """Where each cell begins among the members, and the end, shape (cells + 1,)."""
    members: Lattice
    """The references, cell by cell, shape (m, dims)."""
    rows: IntArray
    """Row of each member in the order given, shape (m,)."""
    squared_lengths: IntArray
    """Of the references in the order given, shape (m,)."""


def one_cell(rows: Lattice) -> Index:
    """Return an index of references that are all looked at."""
    starts = np.array([0, len(rows)])
    return Index(rows[:0], starts, rows, np.arange(len(rows)), squared_lengths(rows))


def sort_into_cells(rows: Lattice) -> Index:
    """Sort references into cells around centres found by spherical k-means.

    The centres come from a sample spread evenly over the rows; nothing is drawn at random.

    References
    ----------
    Dhillon and Modha (2001), "Concept decompositions for large sparse text data using
    clustering", Machine Learning 42, section 3.
    """
    cells = min(max(round(CELLS_PER_ROOT * float(len(rows)) ** 0.5), 1), len(rows))
    sample = rows[_spread(len(rows), min(cells * SAMPLE_PER_CELL, len(rows)))]
    centres = sample[_spread(len(sample), cells)]
    for _ in range(ROUNDS):
        centres = _moved(centres, sample)
    order, starts = _by_centre(rows, centres)
    return Index(centres, starts, rows[order], order, squared_lengths(rows))


def closest_in_cells(
    index: Index, queries: Lattice, count: int, advance: Callable[[int], None]
) -> IntArray:
    """Return the keys of the nearest references in the cells around each query.

    Where these cells hold fewer than `count`, all cells are looked into.

    Returns
    -------
    ndarray of shape (n, count), best first
    """
    together = -(-len(queries) // (cpu_count() or 1))
    together = min(max(together, LEAST_TOGETHER), MOST_TOGETHER)
    parts = (queries[start : start + together] for start in range(0, len(queries), together))
    found = [np.empty((0, count), dtype=np.int64)]
    with workers() as pool:
        for keys in pool.map(partial(_search, index, count), parts):
            found.append(keys)
            advance(len(keys))
    return np.concatenate(found)


def _search(index: Index, count: int, queries: Lattice) -> IntArray:
    found, lacking = _probe(index, queries, count, PROBES)
    if lacking.any():
        found[lacking], _ = _probe(index, queries[lacking], count, len(index.centres))
    return found


def _probe(
    index: Index, queries: Lattice, count: int, probes: int
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Look into so many cells; return keys, and who has found too few."""
    near = closest_few(queries, index.centres, min(probes, len(index.centres)))
    cells = references_of(near)
    rows = as_float(queries)
    lists = Shortlists(len(rows), count)
    floors = np.full(len(rows), -np.inf, dtype=np.float32)
    for first, last in ((0, FIRST_PROBES), (FIRST_PROBES, None)):
        part = slice(first, last)
        promising = products_of(near[:, part]) >= CLOSE_ENOUGH * floors[:, None]
        _visit(index, lists, rows, np.nonzero(promising)[0], cells[:, part][promising], floors)
        floors = lists.floors()
    return lists.best()


def _visit(
    index: Index,
    lists: Shortlists,
    rows: NDArray[np.float32],
    visitors: IntArray,
    cells: IntArray,
    floors: NDArray[np.float32],
) -> None:
    """Compare each cell with all queries that look into it; one pair of them a visit."""
    order = np.argsort(cells, kind="stable")
    visitors = visitors[order]
    ends = np.searchsorted(cells[order], np.arange(len(index.starts)))
    for cell in np.flatnonzero(np.diff(ends) * np.diff(index.starts)):
        who = visitors[ends[cell] : ends[cell + 1]]
        inside = slice(index.starts[cell], index.starts[cell + 1])
        products = rows[who] @ as_float(index.members[inside]).T
        found = hits_of_rows(products, floors[who], index.rows[inside], lists.count)
        lists.add(Hits(who[found.queries], found.keys))


def _spread(count: int, wanted: int) -> IntArray:
    return np.arange(wanted, dtype=np.int64) * count // wanted


def _by_centre(rows: Lattice, centres: Lattice) -> tuple[IntArray, IntArray]:
    """Return the order of rows by nearest centre, the first of equally near, and the starts."""
    cells = np.empty(len(rows), dtype=np.int64)
    columns = as_float(centres).T

    def compare(start: int) -> None:
        part = slice(start, start + LEAST_TOGETHER)
        cells[part] = (as_float(rows[part]) @ columns).argmax(axis=1)

    with workers() as pool:
        list(pool.map(compare, range(0, len(rows), LEAST_TOGETHER)))
    order = np.argsort(cells, kind="stable")
    return order, np.searchsorted(cells[order], np.arange(len(centres) + 1))


def _moved(centres: Lattice, rows: Lattice) -> Lattice:
    """Return the mean direction of the rows of each cell; an empty cell stays where it is."""
    order, starts = _by_centre(rows, centres)
    sums = centres.astype(np.float64)
    for cell in np.flatnonzero(np.diff(starts)):
        sums[cell] = rows[order[starts[cell] : starts[cell + 1]]].sum(axis=0, dtype=np.int64)
    return on_lattice(sums)
