"""Vectors on the lattice: whole numbers of unit length, whose products no order of sums changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.nearest.exact_vectors import (
    BLOCK_ROWS,
    MOST_DIMS,
    PRODUCT_LIMIT,
    UNIT,
    as_float,
    exact_unit_rows,
    on_lattice,
    squared_lengths,
    workers,
)


def some_rows(count: int, dims: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=(count, dims))


def test_rows_of_any_length_become_whole_numbers_of_unit_length() -> None:
    # (3, 4) is 5 long: 4000 * 3 / 5 and 4000 * 4 / 5
    rows = np.array([[3.0, 4.0], [-0.003, 0.004], [0.0, 7e20]])
    assert on_lattice(rows).tolist() == [[2400, 3200], [-2400, 3200], [0, 4000]]


def test_a_row_of_zeros_stays_one() -> None:
    assert on_lattice(np.zeros((2, 3))).tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_same_numbers_in_another_precision_are_the_same_row(kind: type) -> None:
    halves = some_rows(50, 20, seed=1).astype(np.float16)
    np.testing.assert_array_equal(on_lattice(halves), on_lattice(halves.astype(kind)))


def test_a_row_is_rounded_alone_as_in_a_crowd() -> None:
    rows = some_rows(2 * BLOCK_ROWS + 3, 96, seed=2).astype(np.float32)
    together = on_lattice(rows)
    for row in (0, BLOCK_ROWS - 1, BLOCK_ROWS, len(rows) - 1):
        assert on_lattice(rows[row : row + 1]).tobytes() == together[row].tobytes()
        assert on_lattice(np.asfortranarray(rows))[row].tobytes() == together[row].tobytes()


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(0, 2**32))
def test_products_are_those_of_whole_numbers_in_any_order(dims: int, seed: int) -> None:
    rows = on_lattice(some_rows(7, dims, seed))
    whole = rows.astype(np.int64) @ rows.astype(np.int64).T
    order = np.random.default_rng(seed).permutation(dims)
    for columns in (np.arange(dims), order):
        products = as_float(rows[:, columns]) @ as_float(rows[:, columns]).T
        np.testing.assert_array_equal(products, whole)
    np.testing.assert_array_equal(squared_lengths(rows), np.diagonal(whole))


def test_the_longest_row_that_rounding_makes_is_still_counted_exactly() -> None:
    # 4000 / sqrt(34,612) = 21.5003, rounded up everywhere: 34,612 * 22^2 = 16,752,208 < 2^24
    rows = on_lattice(np.ones((1, 34_612)))
    assert (rows == 22).all()
    assert squared_lengths(rows)[0] == 34_612 * 22**2 < PRODUCT_LIMIT
    assert float((as_float(rows) @ as_float(rows).T)[0, 0]) == 34_612 * 22**2


def test_no_row_of_the_most_dimensions_can_reach_the_limit() -> None:
    assert (UNIT + MOST_DIMS**0.5 / 2) ** 2 < PRODUCT_LIMIT


def test_unit_rows_are_within_half_a_step_of_the_vectors() -> None:
    rows = some_rows(30, 384, seed=3)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert np.abs(exact_unit_rows(rows) - rows).max() < 0.51 / UNIT


@pytest.mark.parametrize(
    "wrong", [np.zeros(3), np.zeros((1, MOST_DIMS + 1)), np.array([[np.nan]]), np.array([[np.inf]])]
)
def test_what_is_no_table_of_finite_numbers_is_a_mistake(wrong: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="vectors must"):
        on_lattice(wrong)


def test_each_worker_multiplies_on_one_thread_and_the_setting_comes_back() -> None:
    from threadpoolctl import threadpool_info

    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    with workers() as pool:
        assert set(pool.submit(threads).result()) == {1}
    assert threads() == before
