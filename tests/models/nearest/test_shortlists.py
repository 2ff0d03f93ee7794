"""Shortlists: the nearest stay, equal ones in the order of the references, whatever came when."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from groundswell.domain import IntArray
from models.nearest.shortlists import (
    LEAST_ROOM,
    Hits,
    Shortlists,
    by_cosine,
    hits_of_columns,
    hits_of_rows,
    products_of,
    references_of,
)

ANYTHING = -np.inf


def floors(count: int, value: float = ANYTHING) -> NDArray[np.float32]:
    return np.full(count, value, dtype=np.float32)


def table(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


def true_order(products: NDArray[np.float32], count: int) -> IntArray:
    return np.argsort(-products, axis=1, kind="stable")[:, :count]


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 1200), st.integers(1, 90), st.integers(0, 2**32))
def test_the_nearest_above_the_floor_are_kept_ties_by_reference(
    queries: int, references: int, count: int, seed: int
) -> None:
    draws = np.random.default_rng(seed)
    # Few different products, so that ties are everywhere; parts in any order.
    products = draws.integers(-9, 9, (queries, references)).astype(np.float32)
    count = min(count, references)
    limits = draws.choice([ANYTHING, -5.5, 0.0, 7.0], queries).astype(np.float32)
    lists = Shortlists(queries, count)
    for part in draws.permutation(-(-references // 300)):
        columns = np.arange(references)[part * 300 : part * 300 + 300]
        if part % 2:
            found = hits_of_rows(products[:, columns], limits, columns, count)
        else:
            turned = np.ascontiguousarray(products[:, columns].T)
            found = hits_of_columns(turned, limits, columns, count)
        lists.add(found)
    keys, lacking = lists.best()
    expected = true_order(products, count)
    np.testing.assert_array_equal(lacking, (products > limits[:, None]).sum(axis=1) < count)
    np.testing.assert_array_equal(references_of(keys)[~lacking], expected[~lacking])
    values = np.take_along_axis(products, expected, axis=1)
    np.testing.assert_array_equal(products_of(keys)[~lacking], values[~lacking])


def test_only_what_lies_above_the_floor_is_taken() -> None:
    products = table([5, 7, 6, 7], [1, 2, 3, 4])
    found = hits_of_rows(products, np.array([6, 3], np.float32), np.arange(10, 14), 2)
    assert found.queries.tolist() == [0, 0, 1]
    assert references_of(found.keys).tolist() == [11, 13, 13]
    assert products_of(found.keys).tolist() == [7, 7, 4]


def test_columns_find_what_rows_would() -> None:
    products = np.random.default_rng(1).integers(0, 50, (40, 30)).astype(np.float32)
    limits = np.full(30, 40, np.float32)
    across = hits_of_columns(products, limits, np.arange(40), 5)
    along = hits_of_rows(np.ascontiguousarray(products.T), limits, np.arange(40), 5)
    assert across.queries.tolist() == along.queries.tolist()
    assert across.keys.tolist() == along.keys.tolist()


def test_a_query_with_too_many_hits_gives_only_its_nearest() -> None:
    products = np.zeros((3, 3 * LEAST_ROOM), dtype=np.float32)
    products[1] = np.arange(3.0 * LEAST_ROOM)  # 767 above 0: the nearest two are the last
    products[2, 3] = 1.0
    found = hits_of_rows(products, floors(3, 0.0), np.arange(3 * LEAST_ROOM), 2)
    hits = sorted(zip(found.queries.tolist(), references_of(found.keys).tolist(), strict=True))
    assert hits == [(1, 766), (1, 767), (2, 3)]


def test_who_found_too_few_is_said() -> None:
    lists = Shortlists(2, 2)
    lists.add(hits_of_rows(table([1, 2, 0, 0], [3, 0, 0, 0]), floors(2, 0.5), np.arange(4), 2))
    keys, lacking = lists.best()
    assert lacking.tolist() == [False, True]
    assert references_of(keys[0]).tolist() == [1, 0]


def test_the_floor_lets_an_equal_product_of_an_earlier_reference_pass() -> None:
    lists = Shortlists(2, 1)
    lists.add(hits_of_rows(table([8]), floors(1), np.array([5]), 1))
    assert lists.floors().tolist() == [7.0, ANYTHING]
    lists.add(hits_of_rows(table([8]), lists.floors()[:1], np.array([4]), 1))
    assert references_of(lists.best()[0][:1]).tolist() == [[4]]


def test_adding_nothing_changes_nothing() -> None:
    lists = Shortlists(1, 1)
    nothing = np.empty(0, dtype=np.int64)
    lists.add(Hits(nothing, nothing))
    assert lists.best()[1].tolist() == [True]


def test_a_copy_is_first_with_cosine_one_though_a_longer_row_has_a_higher_product() -> None:
    # Squared lengths 100 (query and copy) and 121; products 100 and 104.
    found = hits_of_rows(table([104, 100]), floors(1), np.arange(2), 2)
    indices, cosines = by_cosine(found.keys[None, :], np.array([100]), np.array([121, 100]))
    assert indices.tolist() == [[1, 0]]
    # 104 / (10 * 11) = 0.9454545
    assert cosines[0, 0] == 1.0
    assert cosines[0, 1] == pytest.approx(0.9454545, abs=1e-6)


def test_equal_cosines_come_in_the_order_of_the_references() -> None:
    found = hits_of_rows(table([20, 10, -10]), floors(1), np.arange(3), 3)
    indices, cosines = by_cosine(found.keys[None, :], np.array([4]), np.array([400, 100, 100]))
    # 20 / (2 * 20) = 10 / (2 * 10) = 0.5
    assert indices.tolist() == [[0, 1, 2]]
    assert cosines.tolist() == [[0.5, 0.5, -0.5]]
