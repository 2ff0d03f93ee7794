"""Cells: nearly all true neighbours are in those around a query, and a copy always is."""

import numpy as np
import pytest

from models.nearest.cells import PROBES, Index, closest_in_cells, sort_into_cells
from models.nearest.exact_search import closest
from models.nearest.exact_vectors import Lattice, as_float, on_lattice
from models.nearest.shortlists import references_of


def silent(_: int) -> None:
    return None


def clustered(count: int, seed: int, *, middles: int = 200, dims: int = 32) -> Lattice:
    """Return rows around middles, in no order."""
    draws = np.random.default_rng(seed)
    centres = draws.normal(size=(middles, dims))
    return on_lattice(centres[draws.integers(0, middles, count)] + draws.normal(size=(count, dims)))


@pytest.fixture(scope="module")
def rows() -> Lattice:
    return clustered(6000, seed=1)


@pytest.fixture(scope="module")
def index(rows: Lattice) -> Index:
    return sort_into_cells(rows)


def test_every_reference_is_a_member_of_the_cell_of_its_nearest_centre(
    rows: Lattice, index: Index
) -> None:
    assert sorted(index.rows.tolist()) == list(range(len(rows)))
    np.testing.assert_array_equal(index.members, rows[index.rows])
    cells = np.repeat(np.arange(len(index.centres)), np.diff(index.starts))
    nearest = (as_float(index.members) @ as_float(index.centres).T).argmax(axis=1)
    np.testing.assert_array_equal(cells, nearest)


def test_there_are_as_many_cells_as_the_square_root_of_the_references(index: Index) -> None:
    assert len(index.centres) == round(6000**0.5)  # 77
    assert len(index.starts) == 77 + 1


def test_centres_lie_nearer_to_their_members_than_the_rows_they_began_as(
    rows: Lattice, index: Index
) -> None:
    began = rows[np.arange(77) * 6000 // 77]
    before = (as_float(rows) @ as_float(began).T).max(axis=1).mean()
    after = (as_float(rows) @ as_float(index.centres).T).max(axis=1).mean()
    assert after > before


def test_nearly_all_true_neighbours_are_found(rows: Lattice, index: Index) -> None:
    queries = clustered(500, seed=1)
    found = references_of(closest_in_cells(index, queries, 10, silent))
    true = references_of(closest(queries, rows, 10, silent))
    shared = [len(np.intersect1d(*pair)) for pair in zip(found, true, strict=True)]
    # These clusters overlap more than real statements do, of which 96 % are found (bench scale).
    assert 0.75 < np.mean(shared) / 10 < 1.0


def test_what_is_found_comes_in_the_order_of_products_and_rows(rows: Lattice, index: Index) -> None:
    keys = closest_in_cells(index, rows[:50], 10, silent)
    products = as_float(rows[:50]) @ as_float(rows).T
    found = references_of(keys)
    assert (np.diff(np.take_along_axis(products, found, axis=1), axis=1) <= 0).all()
    assert (np.diff(keys, axis=1) > 0).all()


def test_every_copy_is_found(rows: Lattice, index: Index) -> None:
    found = references_of(closest_in_cells(index, rows, 5, silent))
    assert (found == np.arange(len(rows))[:, None]).any(axis=1).all()


def test_equal_references_are_found_in_their_order() -> None:
    rows = np.tile(clustered(300, seed=2), (4, 1))
    found = references_of(closest_in_cells(sort_into_cells(rows), rows[:300], 4, silent))
    expected = np.arange(300)[:, None] + [0, 300, 600, 900]
    np.testing.assert_array_equal(found, expected)


def test_where_the_nearest_cells_hold_too_few_all_are_looked_into(
    rows: Lattice, index: Index
) -> None:
    # 18 of 77 cells hold some 1,400 references.
    assert PROBES * 6000 / 77 < 2500
    found = references_of(closest_in_cells(index, rows[:20], 2500, silent))
    np.testing.assert_array_equal(found, references_of(closest(rows[:20], rows, 2500, silent)))


def test_the_same_rows_give_the_same_bytes(rows: Lattice, index: Index) -> None:
    again = sort_into_cells(rows)
    for name in ("centres", "starts", "members", "rows", "squared_lengths"):
        assert getattr(again, name).tobytes() == getattr(index, name).tobytes()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_references_and_references_all_alike_have_cells_too(count: int) -> None:
    rows = on_lattice(np.ones((count, 3)))
    found = references_of(closest_in_cells(sort_into_cells(rows), rows, count, silent))
    np.testing.assert_array_equal(found, np.tile(np.arange(count), (count, 1)))


def test_no_queries_find_nothing(index: Index, rows: Lattice) -> None:
    assert closest_in_cells(index, rows[:0], 3, silent).shape == (0, 3)
