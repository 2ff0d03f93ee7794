"""What a partition of half a graph foretells about the other half, by hand."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import scipy.sparse as sp

from models.themes.foretelling import (
    PAYS_FOR,
    Halves,
    coarsen,
    halve,
    hits,
    try_partition,
    worth,
    worth_of_chance,
)


def graph(edges: list[tuple[int, int]], nodes: int) -> sp.csr_array:
    ties = np.zeros((nodes, nodes))
    for a, b in edges:
        ties[a, b] = ties[b, a] = 1.0
    return sp.csr_array(ties)


@pytest.fixture
def halves() -> Halves:
    # Inner nodes: two pairs 0-1 and 2-3 with one tie across. Outer nodes 4 to 7: 4 and 5 hang on
    # the first pair, 6 and 7 on the second; among them the ties 4-5, 6-7 and 5-6.
    inner = graph([(0, 1), (2, 3), (1, 2)], 4)
    between = sp.csr_array(np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1.0]]))
    outer = sp.coo_array(graph([(0, 1), (2, 3), (1, 2)], 4))
    return Halves(np.arange(4), inner, between, np.arange(4, 8), outer, np.ones(4))


def test_worked_example(halves: Halves) -> None:
    trial = try_partition(halves, np.array([0, 0, 1, 1]))
    assert trial.joined.tolist() == [0, 0, 1, 1]
    # Inner strengths 1, 2, 2, 1: each pair has half of them, so 1/2 is expected inside; of the
    # inner weight 4 of 6 are. Of the outer weight, too, 4 of 6 are inside.
    expected = 4 / 6 * log((4 / 6) / (1 / 2)) + 2 / 6 * log((2 / 6) / (1 / 2))
    assert trial.foretold == pytest.approx(expected)
    assert trial.entropy == pytest.approx(log(2))
    assert worth(trial) == pytest.approx(expected - log(2) / PAYS_FOR)
    assert int(hits(halves, trial.joined).sum()) == 4


def test_everything_in_one_foretells_nothing_and_costs_nothing(halves: Halves) -> None:
    trial = try_partition(halves, np.zeros(4, np.int64))
    assert trial.foretold == 0.0
    assert trial.entropy == pytest.approx(0.0)


def test_a_wrong_partition_is_worth_less_than_none(halves: Halves) -> None:
    assert worth(try_partition(halves, np.array([0, 1, 0, 1]))) < 0.0


def test_groups_in_place_of_nodes_are_judged_as_their_nodes_are(halves: Halves) -> None:
    fine = np.array([0, 0, 1, 2])
    coarse = try_partition(coarsen(halves, fine), np.array([0, 1, 1]))
    whole = try_partition(halves, np.array([0, 0, 1, 1]))
    assert coarse.joined.tolist() == whole.joined.tolist()
    assert coarse.foretold == pytest.approx(whole.foretold)
    assert coarse.entropy == pytest.approx(whole.entropy)


def test_an_outer_node_without_ties_is_in_no_community(halves: Halves) -> None:
    between = halves.between.toarray()
    between[3] = 0.0
    alone = replace(halves, between=sp.csr_array(between))
    trial = try_partition(alone, np.array([0, 0, 1, 1]))
    assert trial.joined.tolist() == [0, 0, 1, -1]
    assert int(hits(alone, trial.joined).sum()) == 2  # 4-5 both ways; 6-7 no more


def test_halving_shares_every_node_and_scores_no_tie_twice() -> None:
    draws = np.random.default_rng(1)
    ties = np.triu(draws.random((30, 30)) < 0.3, k=1).astype(np.float64)
    whole = sp.csr_array(ties + ties.T)
    one, other = halve(whole, seed=2)
    assert sorted([*one.inner, *one.outer]) == list(range(30))
    assert np.array_equal(one.inner, other.outer)
    total = one.graph.sum() + one.ties.sum() + 2 * one.between.sum()
    assert total == whole.sum()
    assert np.array_equal(one.ties.toarray(), other.graph.toarray())


def test_more_statements_group_better_by_chance() -> None:
    assert worth_of_chance(0) == worth_of_chance(500) == -0.1
    assert worth_of_chance(1500 * 2**3) == pytest.approx(-0.15 + 3 * 0.155)
