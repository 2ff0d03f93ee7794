"""One resolution: groups stand in for their nodes, loops for what ties a group together."""

import numpy as np
import pytest
import scipy.sparse as sp

from groundswell.domain import IntArray
from models.themes.leiden import gather, leiden, loops_as_leaves, renumber
from tests.models.themes.test_communities import blocks, truth


def modularity(graph: sp.csr_array, labels: IntArray, resolution: float) -> float:
    ties, strengths = graph.toarray(), graph.toarray().sum(axis=1)
    same = labels[:, None] == labels[None, :]
    expected = np.outer(strengths, strengths) / strengths.sum()
    return float(((ties - resolution * expected) * same).sum() / strengths.sum())


def test_groups_have_their_ties_as_one_and_inner_ties_as_a_loop() -> None:
    ties = np.array([[0, 2, 1, 0], [2, 0, 0, 3], [1, 0, 0, 4], [0, 3, 4, 0.0]])
    gathered = gather(sp.csr_array(ties), np.array([0, 0, 1, 1])).toarray()
    assert gathered.tolist() == [[4, 4], [4, 8]]


def test_a_leaf_has_half_a_loop_and_strengths_stay_in_sum() -> None:
    grown = loops_as_leaves(sp.csr_array(np.array([[4, 4], [4, 8.0]]))).toarray()
    assert grown.tolist() == [[0, 4, 2, 0], [4, 0, 0, 4], [2, 0, 0, 0], [0, 4, 0, 0]]
    assert grown.sum() == 4 + 4 + 4 + 8


@pytest.mark.parametrize("resolution", [0.7, 1.0, 2.0])
def test_a_partition_of_groups_is_worth_what_it_is_on_the_nodes(resolution: float) -> None:
    graph = blocks([30, 40, 50], 0.4, 0.03, seed=1)
    groups = leiden(graph, 8.0)
    grown = loops_as_leaves(gather(graph, groups))
    coarse = leiden(grown, resolution)
    inner = int(groups.max()) + 1
    on_nodes = modularity(graph, coarse[:inner][groups], resolution)
    assert on_nodes == pytest.approx(modularity(grown, coarse, resolution))


def test_planted_groups_are_found_from_small_ones() -> None:
    graph = blocks([30, 40, 50], 0.6, 0.01, seed=1)
    groups = leiden(graph, 8.0)
    assert int(groups.max()) > 5
    coarse = leiden(loops_as_leaves(gather(graph, groups)), 1.0)[: int(groups.max()) + 1]
    assert renumber(coarse[groups]).tolist() == truth([30, 40, 50]).tolist()
