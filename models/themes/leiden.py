"""Communities of a weighted graph at one resolution, and coarser ones of small groups of nodes."""

import numpy as np
import scipy.sparse as sp

from groundswell.domain import FloatArray, IntArray

ITERATIONS = 1
"""Full cycles of the algorithm where nothing else is asked for."""

FIRST_SEED = 1
"""Of the algorithm's inner order: constant, so there is no chance."""

_GRAIN = 2.0**-20
"""Weights are multiples of it, so that sums of them are exact. Where they are not, a node can
gain by a rounding error each time it moves to and fro, and the partition never ends."""


def leiden(graph: sp.csr_array, resolution: float, *, iterations: int = ITERATIONS) -> IntArray:
    """Partition an undirected graph by modularity at a resolution.

    Returns
    -------
    ndarray of shape (n,), int64
        Communities are numbered in the order of their lowest node.

    References
    ----------
    Traag, Waltman and van Eck (2019), "From Louvain to Leiden: guaranteeing well-connected
    communities", Scientific Reports 9, 5233.
    """
    import graspologic_native

    if graph.nnz == 0 or graph.data.max() <= 0.0:
        return np.arange(graph.shape[0], dtype=np.int64)
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64, copy=False),
        graph.indices.astype(np.int32, copy=False),
        _exact(graph.data.astype(np.float64, copy=False)),
        graph.shape[0],
        resolution=round(resolution / _GRAIN) * _GRAIN,
        iterations=iterations,
        seed=FIRST_SEED,
    )
    raw = np.fromiter((found[node] for node in range(graph.shape[0])), np.int64, graph.shape[0])
    return renumber(raw)


def renumber(labels: IntArray) -> IntArray:
    """Give groups the numbers 0, 1, 2, ... in the order in which they first occur."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse.reshape(-1)])


def gather(graph: sp.csr_array, labels: IntArray) -> sp.csr_array:
    """Return the graph of groups of nodes; what ties a group's nodes together is its loop."""
    count = int(labels.max(initial=-1)) + 1
    belongs = belonging(labels, count)
    gathered = sp.csr_array(belongs.T @ graph @ belongs)
    gathered.sort_indices()
    return gathered


def belonging(labels: IntArray, count: int) -> sp.csr_array:
    """Return 1 where a node (row) is in a group (column), shape (n, count)."""
    starts = np.arange(len(labels) + 1)
    return sp.csr_array((np.ones(len(labels)), labels, starts), shape=(len(labels), count))


def loops_as_leaves(graph: sp.csr_array) -> sp.csr_array:
    """Return the graph with a leaf behind its nodes for each loop, tied to its node by half of it.

    The algorithm knows no loops. A leaf has no other tie, so it goes where its node goes, and both
    together have the weight of the node with its loop: partitions are worth the same.
    """
    loops = graph.diagonal()
    plain = graph.copy()
    plain.setdiag(0.0)
    leaves = sp.diags_array(loops / 2.0)
    grown = sp.csr_array(sp.block_array([[plain, leaves], [leaves, None]], format="csr"))
    grown.eliminate_zeros()
    grown.sort_indices()
    return grown


def _exact(weights: FloatArray) -> FloatArray:
    """Return weights in proportion, of which any sum is exact; the partition is the same."""
    return np.asarray(np.maximum(np.round(weights / (weights.max() * _GRAIN)), 1.0) * _GRAIN)
