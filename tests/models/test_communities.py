"""Communities: planted ones are found, and what resampling scatters is called unstable."""

import numpy as np
import pytest
import scipy.sparse as sp

from groundswell.domain import IntArray
from models.communities import contingency, find_communities, leiden, renumber


def blocks(sizes: list[int], inside: float, outside: float, seed: int) -> sp.csr_array:
    """Return a random graph whose edges are likelier inside its blocks."""
    draws = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    chance = np.where(labels[:, None] == labels[None, :], inside, outside)
    edges = np.triu(draws.random(chance.shape) < chance, k=1)
    return sp.csr_array((edges | edges.T).astype(np.float64))


def truth(sizes: list[int]) -> IntArray:
    return np.repeat(np.arange(len(sizes)), sizes).astype(np.int64)


def test_groups_are_numbered_as_they_first_occur() -> None:
    assert renumber(np.array([7, 7, -1, 3, -1, 7])).tolist() == [0, 0, 1, 2, 1, 0]


def test_pairs_of_labels_are_counted() -> None:
    rows, columns = np.array([0, 0, 1, 1, 1]), np.array([2, 2, 0, 2, 0])
    assert contingency(rows, columns, 2, 3).tolist() == [[0, 0, 2], [2, 0, 1]]


def test_two_triangles_joined_by_a_thread_are_two_communities() -> None:
    graph = np.zeros((6, 6))
    for a, b in [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]:
        graph[a, b] = graph[b, a] = 1.0
    graph[2, 3] = graph[3, 2] = 0.1
    assert leiden(sp.csr_array(graph), 1.0, seed=1).tolist() == [0, 0, 0, 1, 1, 1]


def test_a_graph_without_edges_has_only_single_nodes() -> None:
    assert leiden(sp.csr_array((3, 3)), 1.0, seed=1).tolist() == [0, 1, 2]


def test_the_same_seed_gives_the_same_partition() -> None:
    graph = blocks([40] * 5, 0.2, 0.05, seed=1)
    first = leiden(graph, 2.0, seed=9)
    assert all(np.array_equal(leiden(graph, 2.0, seed=9), first) for _ in range(5))
    assert any(not np.array_equal(leiden(graph, 2.0, seed=seed), first) for seed in range(5))


def test_a_higher_resolution_gives_more_communities() -> None:
    graph = blocks([50] * 4, 0.3, 0.02, seed=2)
    counts = [leiden(graph, resolution, seed=1).max() + 1 for resolution in (0.1, 1.0, 16.0)]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("sizes", [[30, 60, 120], [25] * 12, [30, 30, 120, 90, 45]])
def test_planted_communities_are_found_without_being_told_how_many(sizes: list[int]) -> None:
    found = find_communities(blocks(sizes, 0.5, 0.01, seed=3), resamples=6, seed=1)
    assert np.array_equal(found.labels, truth(sizes))
    assert found.agreement > 0.95
    assert found.stability.shape == (len(sizes),)
    assert found.stability.min() > 0.85


def test_communities_of_a_random_graph_are_called_unstable() -> None:
    found = find_communities(blocks([300], 0.05, 0.0, seed=4), resamples=6, seed=1)
    assert found.agreement < 0.3
    assert found.stability.mean() < 0.5


def test_a_clear_community_beside_fog_is_the_stablest() -> None:
    clear, fog = blocks([60], 0.6, 0.0, seed=5), blocks([240], 0.05, 0.0, seed=6)
    found = find_communities(sp.csr_array(sp.block_diag([clear, fog])), resamples=6, seed=1)
    assert len(set(found.labels[:60].tolist())) == 1
    assert found.labels[0] not in found.labels[60:]
    assert found.stability.argmax() == found.labels[0]


def test_the_threads_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = blocks([40] * 6, 0.25, 0.05, seed=7)
    together = find_communities(graph, resamples=6, seed=1)
    monkeypatch.setattr("models.communities.cpu_count", lambda: 1)
    alone = find_communities(graph, resamples=6, seed=1)
    assert together.labels.tobytes() == alone.labels.tobytes()
    assert together.stability.tobytes() == alone.stability.tobytes()
    assert together.agreement == alone.agreement
