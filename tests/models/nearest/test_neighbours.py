"""Nearest neighbours: exact, the same alone as in a crowd, and joined to a symmetric graph."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import IntArray, Vectors
from models.nearest import neighbours
from models.nearest.neighbours import (
    RANK_DAMPING,
    WEIGHT_GRAIN,
    build_index,
    measure_recall,
    nearest,
    neighbour_graph,
    search,
    search_within,
)


def unit_rows(count: int, dims: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, dims))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def on_circle(*degrees: float) -> Vectors:
    angles = np.radians(np.array(degrees))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_closest_come_first_with_their_cosines() -> None:
    indices, cosines = nearest(on_circle(0.0), on_circle(90.0, 10.0, 60.0, 180.0), 3)
    assert indices.tolist() == [[1, 2, 0]]
    # cos 10 = 0.98481, cos 60 = 0.5, cos 90 = 0
    np.testing.assert_allclose(cosines, [[0.98481, 0.5, 0.0]], atol=2e-4)


def test_equal_neighbours_come_in_the_order_of_the_references() -> None:
    references = on_circle(30.0, -30.0, 30.0, -30.0, 90.0)
    indices, cosines = nearest(on_circle(0.0), references, 4)
    assert indices.tolist() == [[0, 1, 2, 3]]
    assert len(set(cosines[0].tolist())) == 1


def test_it_agrees_with_sorting_all_similarities() -> None:
    vectors = unit_rows(1500, 8, seed=1)
    _, cosines = nearest(vectors, vectors, 5, skip_self=True)
    everything = vectors @ vectors.T
    np.fill_diagonal(everything, -1.0)
    np.testing.assert_allclose(cosines, -np.sort(-everything, axis=1)[:, :5], atol=1e-3)


def test_length_and_precision_of_the_vectors_do_not_matter() -> None:
    halves = unit_rows(80, 16, seed=2).astype(np.float16)
    indices, cosines = nearest(halves, halves, 3)
    again, same = nearest(8.0 * halves.astype(np.float32), halves, 3)
    assert again.tobytes() == indices.tobytes()
    assert same.tobytes() == cosines.tobytes()


@pytest.mark.parametrize("exact_rows", [100, 1])
def test_nothing_is_its_own_neighbour_but_its_copy_is(
    monkeypatch: pytest.MonkeyPatch, exact_rows: int
) -> None:
    monkeypatch.setattr(neighbours, "EXACT_ROWS", exact_rows)
    vectors = on_circle(0.0, 0.0, 90.0)
    indices, cosines = nearest(vectors, vectors, 2, skip_self=True)
    assert indices.tolist() == [[1, 2], [0, 2], [0, 1]]
    assert cosines[:, 0].tolist() == [1.0, 1.0, 0.0]


def test_a_row_with_many_copies_has_the_first_of_the_others() -> None:
    # The row itself is not among its own three nearest: four earlier copies are as near.
    vectors = on_circle(*[0.0] * 6, 90.0)
    indices, _ = nearest(vectors, vectors, 3, skip_self=True)
    assert indices[:6].tolist() == [
        [1, 2, 3],
        [0, 2, 3],
        [0, 1, 3],
        [0, 1, 2],
        [0, 1, 2],
        [0, 1, 2],
    ]


@pytest.mark.parametrize("exact_up_to", [3000, 500], ids=["exact", "cells"])
def test_each_of_hundreds_alone_gets_the_same_bits_as_in_a_batch(exact_up_to: int) -> None:
    index = build_index(unit_rows(2500, 384, seed=3), exact_up_to=exact_up_to)
    assert (len(index.centres) > 0) == (exact_up_to == 500)
    queries = unit_rows(300, 384, seed=4)
    indices, cosines = search(index, queries, 15)
    for row in range(len(queries)):
        alone, cosines_alone = search(index, queries[row : row + 1], 15)
        assert alone.tobytes() == indices[row].tobytes()
        assert cosines_alone.tobytes() == cosines[row].tobytes()


def test_search_in_several_stretches_is_one_search(monkeypatch: pytest.MonkeyPatch) -> None:
    index = build_index(unit_rows(900, 12, seed=5), exact_up_to=100)
    queries = unit_rows(250, 12, seed=6)
    whole = [array.tobytes() for array in (*search(index, queries, 4), *search_within(index, 4))]
    monkeypatch.setattr(neighbours, "ROWS_AT_ONCE", 100)
    parts = [array.tobytes() for array in (*search(index, queries, 4), *search_within(index, 4))]
    assert parts == whole


def test_many_references_are_searched_in_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit_rows(3000, 6, seed=7)
    exact, exact_cosines = nearest(vectors, vectors, 8, skip_self=True)
    monkeypatch.setattr(neighbours, "EXACT_ROWS", 1000)
    monkeypatch.setattr(neighbours, "ROWS_AT_ONCE", 700)
    found, cosines = nearest(vectors, vectors, 8, skip_self=True)
    index = build_index(vectors, exact_up_to=1000)
    np.testing.assert_array_equal(found, search_within(index, 8)[0])
    assert (np.diff(cosines, axis=1) <= 0.0).all()
    same = found == exact
    np.testing.assert_array_equal(cosines[same], exact_cosines[same])
    shared = [len(np.intersect1d(*pair)) for pair in zip(found, exact, strict=True)]
    assert np.mean(shared) / 8 > 0.95
    assert measure_recall(index, found, sample=3000) == pytest.approx(np.mean(shared) / 8, abs=2e-3)


def test_recall_is_one_where_all_were_looked_at() -> None:
    vectors = unit_rows(700, 6, seed=8)
    index = build_index(vectors)
    assert measure_recall(index, search_within(index, 5)[0]) == 1.0


def test_recall_counts_what_was_missed() -> None:
    # On a line of ten, the two neighbours of each; all rows are given one right and one far.
    vectors = on_circle(*np.arange(0.0, 50.0, 5.0))
    index = build_index(vectors)
    found, _ = search_within(index, 2)
    found[:, 1] = (np.arange(10) + 5) % 10
    assert measure_recall(index, found) == 0.5


@pytest.mark.parametrize(("count", "skip_self"), [(0, False), (4, False), (3, True)])
def test_more_neighbours_than_there_are_is_a_mistake(count: int, skip_self: bool) -> None:
    vectors = on_circle(0.0, 10.0, 20.0)
    with pytest.raises(ValueError, match="count must be from 1 to"):
        nearest(vectors, vectors, count, skip_self=skip_self)


@pytest.mark.parametrize("exact_up_to", [5000, 500], ids=["exact", "cells"])
def test_progress_adds_up_to_the_number_of_queries(exact_up_to: int) -> None:
    told: list[int] = []
    index = build_index(unit_rows(2053, 4, seed=9), exact_up_to=exact_up_to)
    search(index, unit_rows(1500, 4, seed=10), 1, advance=told.append)
    assert sum(told) == 1500
    told.clear()
    search_within(index, 1, advance=told.append)
    assert sum(told) == 2053


def test_edges_weigh_by_rank_and_both_directions_are_added() -> None:
    # 0 names 1, then 2; 1 names 0, then 2; 2 names 1, then 0.
    graph = neighbour_graph(np.array([[1, 2], [0, 2], [1, 0]])).toarray()
    first, second = 1 / (RANK_DAMPING + 0), 1 / (RANK_DAMPING + 1)
    expected = [
        [0.0, first + first, second + second],
        [first + first, 0.0, second + first],
        [second + second, first + second, 0.0],
    ]
    np.testing.assert_allclose(graph, expected, atol=WEIGHT_GRAIN)


def neighbours_at_random(rows: int, count: int, seed: int) -> IntArray:
    draws = np.random.default_rng(seed)
    others = np.argsort(draws.random((rows, rows - 1)), axis=1)[:, :count]
    return np.asarray(others + (others >= np.arange(rows)[:, None]))


@settings(deadline=None)
@given(st.integers(2, 40), st.integers(1, 9), st.integers(0, 2**32))
def test_the_graph_is_the_sum_of_both_directions(rows: int, count: int, seed: int) -> None:
    indices = neighbours_at_random(rows, min(count, rows - 1), seed)
    directed = np.zeros((rows, rows))
    for row, named in enumerate(indices):
        for rank, column in enumerate(named):
            directed[row, column] = round(2**20 / (3 + rank)) / 2**20
    graph = neighbour_graph(indices)
    np.testing.assert_array_equal(graph.toarray(), directed + directed.T)
    assert graph.has_sorted_indices
    assert graph.diagonal().max() == 0.0
    assert (graph.indices.dtype.name, graph.data.dtype.name) == ("int32", "float64")


def test_sums_of_weights_are_exact_in_any_order() -> None:
    weights = neighbour_graph(neighbours_at_random(300, 25, seed=11)).data
    shuffled = np.random.default_rng(12).permutation(weights)
    assert sum(weights.tolist()) == sum(shuffled.tolist()) == float(weights.sum())


def test_a_row_that_names_itself_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="its own neighbour"):
        neighbour_graph(np.array([[1], [1]]))
