"""The nearest of all references, each one looked at.

The matrix product takes nearly all the time, so its entries are looked at once: a floor is
guessed for each query from a sample of the references, and only what lies above is ranked. Where
fewer than wanted do, the guess was too high, and that query is searched again without one.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import IntArray
from models.nearest.exact_vectors import Lattice, as_float, workers
from models.nearest.shortlists import Hits, Shortlists, hits_of_columns, hits_of_rows

SAMPLE_ROWS = 256
"""References in the sample, or one in `LONGEST_STEP` where that is more."""

LONGEST_STEP = 32

STRIP_ROWS = 1024
"""Queries, and references, of one product: 4 MB."""

UNSURE_ROWS = 64
"""Queries searched at once without a floor, when every product is made a key of 8 bytes."""

Advance = Callable[[int], None]


def closest(queries: Lattice, references: Lattice, count: int, advance: Advance) -> IntArray:
    """Return the keys of the `count` nearest references, shape (n, count), best first.

    Products decide, equal ones in the order of `references`. `count` is at most ``m``.
    """
    found = np.empty((len(queries), count), dtype=np.int64)
    starts = range(0, len(queries), STRIP_ROWS)
    with workers() as pool:
        strips = (queries[start : start + STRIP_ROWS] for start in starts)
        search = partial(closest_few, references=references, count=count)
        for start, keys in zip(starts, pool.map(search, strips), strict=True):
            found[start : start + len(keys)] = keys
            advance(len(keys))
    return found


def closest_few(queries: Lattice, references: Lattice, count: int) -> IntArray:
    """Do as `closest` in the calling thread."""
    found = np.empty((len(queries), count), dtype=np.int64)
    sample, place = _sample(references, count)
    for start in range(0, len(queries), STRIP_ROWS):
        part = slice(start, start + STRIP_ROWS)
        rows = as_float(queries[part])
        found[part], lacking = _scan(rows, references, _floors(rows, sample, place), count)
        _search_again(found[part], lacking, queries[part], references, count)
    return found


def closest_within(rows: Lattice, count: int, advance: Advance) -> IntArray:
    """Do as `closest` with the rows as queries and references, each product computed once."""
    starts = range(0, len(rows), STRIP_ROWS)
    strips = [np.arange(start, min(start + STRIP_ROWS, len(rows))) for start in starts]
    lists = [Shortlists(len(strip), count) for strip in strips]
    pairs = [(one, two) for one in range(len(strips)) for two in range(one, len(strips))]
    with workers() as pool:
        sample, place = _sample(rows, count)
        guess = pool.map(lambda strip: _floors(as_float(rows[strip]), sample, place), strips)
        floors = np.concatenate(list(guess))
        compare = partial(_compare, rows, floors, strips, count)
        for (one, two), (there, back) in zip(pairs, pool.map(compare, pairs), strict=True):
            lists[one].add(there)
            if two != one:
                lists[two].add(back)
            if two == len(strips) - 1:
                advance(len(strips[one]))
        parts, lacks = zip(*pool.map(Shortlists.best, lists), strict=True)
    found, lacking = np.concatenate(parts), np.concatenate(lacks)
    _search_again(found, lacking, rows, rows, count)
    return found


def _compare(
    rows: Lattice,
    floors: NDArray[np.float32],
    strips: list[IntArray],
    count: int,
    pair: tuple[int, int],
) -> tuple[Hits, Hits]:
    """Return what two strips of rows find in each other."""
    one, two = strips[pair[0]], strips[pair[1]]
    products = as_float(rows[one]) @ as_float(rows[two]).T
    there = hits_of_rows(products, floors[one], two, count)
    return there, hits_of_columns(products, floors[two], one, count)


def _sample(references: Lattice, count: int) -> tuple[NDArray[np.float32], int]:
    """Return a sample, and the place in it that a few more than `count` references exceed.

    Of the `count` best the sample holds its share on average; the reference three standard
    deviations further down is one of them once in a few hundred times.
    """
    step = min(max(len(references) // SAMPLE_ROWS, 1), LONGEST_STEP)
    expected = count / step
    return as_float(references[::step]), int(expected + 3.0 * expected**0.5) + 2


def _floors(
    rows: NDArray[np.float32], sample: NDArray[np.float32], place: int
) -> NDArray[np.float32]:
    """Return the product that stands at a place of the sample; minus infinity past its end."""
    if place > len(sample):
        return np.full(len(rows), -np.inf, dtype=np.float32)
    products = rows @ sample.T
    place = len(sample) - place
    return np.asarray(np.partition(products, place, axis=1)[:, place])


def _scan(
    rows: NDArray[np.float32], references: Lattice, floors: NDArray[np.float32], count: int
) -> tuple[IntArray, NDArray[np.bool_]]:
    lists = Shortlists(len(rows), count)
    for start in range(0, len(references), STRIP_ROWS):
        part = np.arange(start, min(start + STRIP_ROWS, len(references)))
        products = rows @ as_float(references[part]).T
        lists.add(hits_of_rows(products, floors, part, count))
    return lists.best()


def _search_again(
    found: IntArray,
    lacking: NDArray[np.bool_],
    queries: Lattice,
    references: Lattice,
    count: int,
) -> None:
    unsure = np.flatnonzero(lacking)
    for start in range(0, len(unsure), UNSURE_ROWS):
        some = unsure[start : start + UNSURE_ROWS]
        floors = np.full(len(some), -np.inf, dtype=np.float32)
        found[some] = _scan(as_float(queries[some]), references, floors, count)[0]
