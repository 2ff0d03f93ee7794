"""What a partition of one half of a graph foretells about the ties within the other half.

The halves share no tie that is scored: the partition is made on ties within the inner half,
the outer half joins it by the ties between both, and what is foretold are the ties within the
outer half. So a finer partition pays only where its communities are really there.
"""

from dataclasses import dataclass, replace
from math import log2

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray
from models.themes.leiden import belonging, gather

PAYS_FOR = 4.0
"""Neighbours that a community must foretell to be worth its name: the entropy of the partition
is paid back over so many ties. Between 3 and 6 the choice hardly changes (record 0014)."""

CHANCE_FLOOR, CHANCE_AT, CHANCE_COUNT, CHANCE_GROWTH = -0.1, -0.15, 1500.0, 0.155
"""Of texts whose words were shuffled among them a partition is worth a little too, the more of
them there are: in eleven trials with four sets of 600 to 13,000 texts never more than
``max(-0.1, -0.15 + 0.155 log2(n / 1500))`` nats per tie (record 0014)."""

_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Halves:
    """A graph cut in two."""

    inner: IntArray
    """Nodes that are partitioned, ascending."""
    graph: sp.csr_array
    """Ties among them."""
    between: sp.csr_array
    """Ties of the outer nodes (rows) to the inner ones (columns)."""
    outer: IntArray
    """Nodes that are not, ascending."""
    ties: sp.coo_array
    """Ties among the outer nodes."""
    sizes: FloatArray
    """Nodes that each inner node stands for: 1, or more in a coarse view."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one partition of the inner nodes."""

    labels: IntArray
    """Community of each inner node, shape (n_inner,)."""
    joined: IntArray
    """Community that each outer node is tied to most, -1 for none, shape (n_outer,)."""
    foretold: float
    """Mean log-likelihood ratio of the outer ties against no communities, in nats per tie."""
    entropy: float
    """Of the partition, in nats."""


def halve(graph: sp.csr_array, seed: int) -> tuple[Halves, Halves]:
    """Cut the nodes in halves and return both views, each half once the inner one."""
    inside = np.random.default_rng(seed).random(graph.shape[0]) < 0.5
    one, other = np.flatnonzero(inside), np.flatnonzero(~inside)
    rows_one, rows_other = graph[one], graph[other]
    within_one, within_other = rows_one[:, one], rows_other[:, other]
    return (
        _view(one, other, within_one, rows_other[:, one], within_other),
        _view(other, one, within_other, rows_one[:, other], within_one),
    )


def coarsen(half: Halves, labels: IntArray) -> Halves:
    """Return the view with groups of inner nodes in their place, each with its ties as one."""
    count = int(labels.max(initial=-1)) + 1
    return replace(
        half,
        graph=gather(half.graph, labels),
        between=sp.csr_array(half.between @ belonging(labels, count)),
        sizes=np.bincount(labels, half.sizes, minlength=count).astype(np.float64),
    )


def try_partition(half: Halves, labels: IntArray) -> Trial:
    """Score a partition of the inner nodes by what it foretells about the outer ties.

    With a share p of the inner weight inside communities where e were expected of ties that
    follow the strengths alone, an outer tie inside one community is ``p / e`` times as likely
    as without communities and any other ``(1 - p) / (1 - e)`` times: the degree-corrected
    planted partition model, fitted to the inner half and scored on the outer one.

    References
    ----------
    Newman (2016), "Equivalence between modularity optimization and maximum likelihood methods
    for community detection", Physical Review E 94, 052315, equations 9 to 13.
    """
    count = int(labels.max(initial=-1)) + 1
    sizes = np.bincount(labels, half.sizes, minlength=count) / max(half.sizes.sum(), 1.0)
    entropy = float(-(sizes * np.log(np.maximum(sizes, _LEAST))).sum())
    joined = _join(half.between, labels, count)
    weight = float(half.ties.data.sum())
    inside, expected = _inside(half.graph, labels, count)
    if count < 2 or weight <= 0.0 or inside <= 0.0:
        return Trial(labels, joined, 0.0, entropy)
    share = float(half.ties.data[hits(half, joined)].sum()) / weight
    within = np.log(inside / expected)
    across = np.log(max(1.0 - inside, _LEAST) / max(1.0 - expected, _LEAST))
    return Trial(labels, joined, float(share * within + (1.0 - share) * across), entropy)


def hits(half: Halves, joined: IntArray) -> NDArray[np.bool_]:
    """Return for each tie between outer nodes whether both joined one community."""
    left = joined[half.ties.row]
    return np.asarray((left == joined[half.ties.col]) & (left >= 0))


def worth(trial: Trial) -> float:
    """Return what a partition foretells less what it costs to name, in nats per tie."""
    return trial.foretold - trial.entropy / PAYS_FOR


def worth_of_chance(nodes: int) -> float:
    """Return what a partition of so many statements without themes may be worth, at most."""
    grown = CHANCE_AT + CHANCE_GROWTH * log2(max(nodes, 1) / CHANCE_COUNT)
    return max(CHANCE_FLOOR, grown)


def _view(
    inner: IntArray,
    outer: IntArray,
    within: sp.csr_array,
    between: sp.csr_array,
    ties: sp.csr_array,
) -> Halves:
    return Halves(
        inner=inner,
        graph=sp.csr_array(within),
        between=sp.csr_array(between),
        outer=outer,
        ties=sp.coo_array(ties),
        sizes=np.ones(len(inner)),
    )


def _inside(graph: sp.csr_array, labels: IntArray, count: int) -> tuple[float, float]:
    """Return the share of the weight inside communities, and the share expected of it."""
    strengths = np.asarray(graph.sum(axis=1)).ravel()
    total = float(strengths.sum())
    if total <= 0.0:
        return 0.0, 1.0
    rows = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
    inside = float(graph.data[labels[rows] == labels[graph.indices]].sum())
    shares = np.bincount(labels, strengths, minlength=count) / total
    return inside / total, float((shares**2).sum())


def _join(between: sp.csr_array, labels: IntArray, count: int) -> IntArray:
    """Return the community that each outer node is tied to most, shape (n_outer,)."""
    ties = sp.csr_array(between @ belonging(labels, count))
    ties.sort_indices()
    joined = np.full(ties.shape[0], -1, dtype=np.int64)
    filled = np.flatnonzero(np.diff(ties.indptr))
    if len(filled) == 0:
        return joined
    strongest = np.maximum.reduceat(ties.data, ties.indptr[filled])
    rows = np.repeat(np.arange(len(filled)), np.diff(ties.indptr)[filled])
    top = np.flatnonzero(ties.data == strongest[rows])
    joined[filled[rows[top][::-1]]] = ties.indices[top][::-1]  # of equals the lowest
    return joined
