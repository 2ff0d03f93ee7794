"""Communities: planted ones are found, and what comes back in no half is called unstable."""

import numpy as np
import pytest
import scipy.sparse as sp

from groundswell.domain import NOISE, IntArray
from models.themes.communities import contingency, find_communities
from models.themes.leiden import leiden, renumber


def blocks(sizes: list[int], inside: float, outside: float, seed: int) -> sp.csr_array:
    """Return a random graph whose edges are likelier inside its blocks."""
    draws = np.random.default_rng(seed)
    labels = truth(sizes)
    chance = np.where(labels[:, None] == labels[None, :], inside, outside)
    edges = np.triu(draws.random(chance.shape) < chance, k=1)
    return sp.csr_array((edges | edges.T).astype(np.float64))


def truth(sizes: list[int]) -> IntArray:
    return np.repeat(np.arange(len(sizes)), sizes).astype(np.int64)


def test_groups_are_numbered_as_they_first_occur() -> None:
    assert renumber(np.array([7, 7, -1, 3, -1, 7])).tolist() == [0, 0, 1, 2, 1, 0]


def test_pairs_of_labels_are_counted() -> None:
    rows, columns = np.array([0, 0, 1, 1, 1]), np.array([2, 2, 0, 2, 0])
    assert contingency(rows, columns, 2).tolist() == [[0, 0, 2], [2, 0, 1]]


def test_two_triangles_joined_by_a_thread_are_two_communities() -> None:
    graph = np.zeros((6, 6))
    for a, b in [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]:
        graph[a, b] = graph[b, a] = 1.0
    graph[2, 3] = graph[3, 2] = 0.1
    assert leiden(sp.csr_array(graph), 1.0).tolist() == [0, 0, 0, 1, 1, 1]


def test_a_graph_without_edges_has_only_single_nodes() -> None:
    assert leiden(sp.csr_array((3, 3)), 1.0).tolist() == [0, 1, 2]


def test_the_same_graph_gives_the_same_partition() -> None:
    graph = blocks([40] * 5, 0.2, 0.05, seed=1)
    first = leiden(graph, 2.0)
    assert all(np.array_equal(leiden(graph, 2.0), first) for _ in range(5))


def test_a_higher_resolution_gives_more_communities() -> None:
    graph = blocks([50] * 4, 0.3, 0.02, seed=2)
    counts = [leiden(graph, resolution).max() + 1 for resolution in (0.1, 1.0, 16.0)]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("sizes", [[30, 60, 120], [25] * 12, [30, 30, 120, 90, 45]])
def test_planted_communities_are_found_without_being_told_how_many(sizes: list[int]) -> None:
    found = find_communities(blocks(sizes, 0.7, 0.01, seed=3))
    assert np.array_equal(found.labels, truth(sizes))
    assert found.stability.shape == (len(sizes),)
    assert found.stability.min() >= 0.7


def test_communities_of_a_random_graph_are_worth_nothing_and_called_unstable() -> None:
    found = find_communities(blocks([300], 0.05, 0.0, seed=4))
    assert found.worth <= 0.0
    assert found.stability.max() < 0.5


def test_a_clear_community_beside_fog_is_the_stablest() -> None:
    clear, fog = blocks([60], 0.6, 0.0, seed=5), blocks([240], 0.05, 0.0, seed=6)
    found = find_communities(sp.csr_array(sp.block_diag([clear, fog])))
    assert len(set(found.labels[:60].tolist())) == 1
    assert found.labels[0] not in found.labels[60:]
    assert found.stability.argmax() == found.labels[0]


def test_one_community_of_all_says_nothing() -> None:
    found = find_communities(blocks([40], 1.0, 0.0, seed=7))
    assert found.labels.max() == 0
    assert found.stability.tolist() == [0.0]


def test_the_threads_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = blocks([40] * 6, 0.25, 0.05, seed=7)
    together = find_communities(graph)
    monkeypatch.setattr("models.themes.communities.cpu_count", lambda: 1)
    alone = find_communities(graph)
    assert together.labels.tobytes() == alone.labels.tobytes()
    assert together.stability.tobytes() == alone.stability.tobytes()
    assert together.worth == alone.worth


def test_a_node_on_the_fence_stays_where_it_was() -> None:
    sizes = [60, 60]
    graph = np.pad(blocks(sizes, 0.3, 0.01, seed=12).toarray(), (0, 1))
    ties = [*range(8), *range(60, 68)]  # eight of the first group, eight of the second
    graph[120, ties] = graph[ties, 120] = 1.0
    for home in (0, 1):
        before = np.append(truth(sizes), home)
        again = find_communities(sp.csr_array(graph), before=before)
        assert np.array_equal(again.labels, before)


def test_an_earlier_community_that_nothing_holds_together_is_given_up() -> None:
    graph = blocks([50] * 4, 0.3, 0.02, seed=8)
    found = find_communities(graph, before=np.arange(200) % 2)
    assert np.array_equal(found.labels, truth([50] * 4))


def test_nodes_that_are_new_find_their_place_beside_the_old_ones() -> None:
    sizes = [40] * 5
    graph, known = blocks(sizes, 0.4, 0.01, seed=10), truth(sizes)
    before = np.where(np.arange(200) % 4 == 0, NOISE, known + 70)
    assert np.array_equal(find_communities(graph, before=before).labels, known)


def test_an_earlier_resolution_is_kept_while_it_is_as_good() -> None:
    graph = blocks([30] * 6, 0.5, 0.02, seed=11)
    free = find_communities(graph)
    kept = find_communities(graph, resolution=free.resolution * 2.0**0.5)
    assert np.array_equal(kept.labels, free.labels)
    assert kept.resolution == pytest.approx(free.resolution * 2.0**0.5)
    assert find_communities(graph, resolution=64.0).resolution < 64.0
