"""Exact search: it finds what sorting all products finds, also where its guess fails."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.domain import IntArray
from models.nearest import exact_search
from models.nearest.exact_search import closest, closest_within
from models.nearest.exact_vectors import Lattice, on_lattice
from models.nearest.shortlists import references_of


def silent(_: int) -> None:
    return None


@pytest.fixture
def small_strips(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(exact_search, "STRIP_ROWS", 100)
    monkeypatch.setattr(exact_search, "SAMPLE_ROWS", 40)
    return 100


def some_rows(count: int, dims: int, seed: int) -> Lattice:
    return on_lattice(np.random.default_rng(seed).normal(size=(count, dims)))


def sorted_all(queries: Lattice, references: Lattice, count: int) -> IntArray:
    products = queries.astype(np.int64) @ references.astype(np.int64).T
    return np.argsort(-products, axis=1, kind="stable")[:, :count]


@pytest.mark.parametrize("count", [1, 7, 40, 729, 730])
def test_it_finds_what_sorting_all_products_finds(small_strips: int, count: int) -> None:
    queries, references = some_rows(230, 12, seed=1), some_rows(730, 12, seed=2)
    found = references_of(closest(queries, references, count, silent))
    np.testing.assert_array_equal(found, sorted_all(queries, references, count))


@pytest.mark.parametrize("count", [1, 7, 40, 530])
def test_rows_among_themselves_find_the_same(small_strips: int, count: int) -> None:
    rows = some_rows(530, 12, seed=3)
    found = references_of(closest_within(rows, count, silent))
    np.testing.assert_array_equal(found, sorted_all(rows, rows, count))


@pytest.mark.parametrize("count", [3, 50])
def test_ties_go_to_the_first_even_where_nearly_all_rows_are_copies(
    small_strips: int, count: int
) -> None:
    # Three different rows in 560: no product lies above that of a copy, so every guess fails.
    rows = some_rows(3, 8, seed=4)[np.random.default_rng(5).integers(0, 3, 560)]
    expected = sorted_all(rows, rows, count)
    np.testing.assert_array_equal(references_of(closest_within(rows, count, silent)), expected)
    np.testing.assert_array_equal(references_of(closest(rows, rows, count, silent)), expected)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(st.integers(2, 350), st.integers(1, 90), st.integers(1, 200), st.integers(0, 2**32))
def test_however_rows_crowd_the_search_is_exact(
    small_strips: int, size: int, count: int, kinds: int, seed: int
) -> None:
    draws = np.random.default_rng(seed)
    rows = some_rows(kinds, 5, seed)[(kinds * draws.random(size) ** 3).astype(np.int64)]
    count = min(count, size)
    expected = sorted_all(rows, rows, count)
    np.testing.assert_array_equal(references_of(closest_within(rows, count, silent)), expected)
    np.testing.assert_array_equal(references_of(closest(rows, rows, count, silent)), expected)


def test_a_sample_that_misses_the_neighbourhood_only_costs_time(small_strips: int) -> None:
    # The sample takes every 18th of 730 rows; those are all on the other side.
    references = some_rows(730, 6, seed=6)
    references[:, 0] = np.abs(references[:, 0])
    references[::18, 0] *= -1
    queries = references[1:4]
    found = references_of(closest(queries, references, 20, silent))
    np.testing.assert_array_equal(found, sorted_all(queries, references, 20))


def test_a_sample_that_is_nearer_than_all_else_only_costs_time(small_strips: int) -> None:
    references = some_rows(730, 6, seed=7)
    references[::18] = references[0]
    found = references_of(closest(references[:1], references, 60, silent))
    np.testing.assert_array_equal(found, sorted_all(references[:1], references, 60))


def test_progress_adds_up_to_the_number_of_queries(small_strips: int) -> None:
    told: list[int] = []
    rows = some_rows(305, 4, seed=8)
    closest(rows, rows, 2, told.append)
    assert (sum(told), max(told)) == (305, 100)
    told.clear()
    closest_within(rows, 2, told.append)
    assert (sum(told), max(told)) == (305, 100)


def test_no_queries_find_nothing() -> None:
    rows = some_rows(5, 4, seed=9)
    assert closest(rows[:0], rows, 2, silent).shape == (0, 2)
