"""Nearest neighbours: exact, the same alone as in a crowd, and joined to a symmetric graph."""

import numpy as np
import pytest
from numpy.typing import NDArray

from groundswell.domain import Vectors
from models.neighbours import BLOCK_ROWS, local_scales, nearest, neighbour_graph


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
    np.testing.assert_allclose(cosines, [[0.98481, 0.5, 0.0]], atol=1e-6)


def test_equal_neighbours_come_in_the_order_of_the_references() -> None:
    references = on_circle(30.0, -30.0, 30.0, -30.0, 90.0)
    indices, _ = nearest(on_circle(0.0), references, 4)
    assert indices.tolist() == [[0, 1, 2, 3]]


def test_it_agrees_with_sorting_all_similarities_over_several_blocks() -> None:
    vectors = unit_rows(BLOCK_ROWS + 200, 8, seed=1)
    _, cosines = nearest(vectors, vectors, 5, skip_self=True)
    everything = vectors @ vectors.T
    np.fill_diagonal(everything, -1.0)
    np.testing.assert_allclose(cosines, -np.sort(-everything, axis=1)[:, :5], atol=1e-5)


def test_nothing_is_its_own_neighbour_but_its_copy_is() -> None:
    vectors = on_circle(0.0, 0.0, 90.0)
    indices, _ = nearest(vectors, vectors, 2, skip_self=True)
    assert indices[0].tolist() == [1, 2]
    assert indices[1].tolist() == [0, 2]


def test_a_row_asked_about_alone_gets_the_same_bits_as_in_a_batch() -> None:
    references, queries = unit_rows(700, 384, seed=2), unit_rows(1100, 384, seed=3)
    indices, cosines = nearest(queries, references, 15)
    for row in (0, 1, 500, BLOCK_ROWS - 1, BLOCK_ROWS, 1099):
        alone, cosines_alone = nearest(queries[row : row + 1], references, 15)
        assert alone.tobytes() == indices[row].tobytes()
        assert cosines_alone.tobytes() == cosines[row].tobytes()


@pytest.mark.parametrize(("count", "skip_self"), [(0, False), (4, False), (3, True)])
def test_more_neighbours_than_there_are_is_a_mistake(count: int, skip_self: bool) -> None:
    vectors = on_circle(0.0, 10.0, 20.0)
    with pytest.raises(ValueError, match="count must be from 1 to"):
        nearest(vectors, vectors, count, skip_self=skip_self)


def test_progress_adds_up_to_the_number_of_queries() -> None:
    told: list[int] = []
    vectors = unit_rows(BLOCK_ROWS * 2 + 5, 4, seed=4)
    nearest(vectors, vectors, 1, advance=told.append)
    assert sum(told) == len(vectors)


def test_the_scale_is_the_distance_to_the_neighbour_at_a_quarter() -> None:
    # 8 neighbours: the second; sqrt(2 - 2 * 0.5) = 1
    cosines = np.array([[0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0, -0.1]], dtype=np.float32)
    np.testing.assert_allclose(local_scales(cosines), [1.0])


def test_the_scale_of_a_heap_of_copies_is_not_zero() -> None:
    copies: NDArray[np.float32] = np.ones((1, 8), dtype=np.float32)
    assert local_scales(copies)[0] > 0.0


def test_edges_weigh_as_the_formula_says_in_both_directions() -> None:
    # 0 and 1 at 60 degrees, 2 opposite to 0; one neighbour each: 0-1, 1-0, 2-1
    vectors = on_circle(0.0, 60.0, 180.0)
    graph = neighbour_graph(*nearest(vectors, vectors, 1, skip_self=True)).toarray()
    # squared distances 2 - 2 cos: 1 (60 degrees), 3 (120); scales 1, 1, sqrt 3
    expected = np.zeros((3, 3))
    expected[0, 1] = expected[1, 0] = np.exp(-1.0 / (1.0 * 1.0))
    expected[1, 2] = expected[2, 1] = np.exp(-3.0 / (1.0 * np.sqrt(3.0)))
    np.testing.assert_allclose(graph, expected, atol=1e-5)


def test_the_graph_is_symmetric_and_without_loops() -> None:
    vectors = unit_rows(300, 6, seed=5)
    graph = neighbour_graph(*nearest(vectors, vectors, 10, skip_self=True))
    assert abs(graph - graph.T).max() == 0.0
    assert graph.diagonal().max() == 0.0
    assert (graph.toarray() > 0.0).sum(axis=1).min() >= 10
