"""Communities of a weighted graph, at the resolution that survives resampling best.

The number of communities follows from the resolution of the modularity, and no number fits all
data. So the data are asked: at each resolution the graph is clustered whole and with half of
its nodes taken away; where the two agree best beyond chance, the communities are least an
accident of which customers happened to write.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from os import cpu_count

import numpy as np
import scipy.sparse as sp

from groundswell.domain import FloatArray, IntArray

STEP = 2.0**0.5
RESOLUTIONS: FloatArray = np.power(STEP, np.arange(-2.0, 13.0))
"""Dimensionless, 0.5 to 64; neighbouring partitions share most of their communities."""

MOST_COMMUNITIES = 0.25
"""Communities per node from which a partition gathers nothing."""

HILL_HALF_WIDTH = 4
"""Steps to each side of the best resolution that the top is looked for in: a factor of 4."""

KEPT_SHARE = 0.5
"""Share of the nodes that each resample keeps: half, as in stability selection."""

ITERATIONS = 8
"""Full cycles of the Leiden algorithm for the final partition; more change nothing measurable."""

DRAFT_ITERATIONS = 1
"""Cycles while resolutions are compared."""


_GRAIN = 2.0**-20
"""Weights are multiples of it, so that sums of them are exact. Where they are not, a node can
gain by a rounding error each time it moves to and fro, and the partition never ends."""


@dataclass(frozen=True, slots=True)
class Communities:
    """A partition with how far it can be trusted."""

    labels: IntArray
    """Community of each node, shape (n,); numbered by the lowest node they hold."""
    resolution: float
    agreement: float
    """Adjusted mutual information between the partition and its resamples, at most 1."""
    stability: FloatArray
    """Best-match Jaccard index of each community over the resamples, shape (k,), 0 to 1."""


def leiden(
    graph: sp.csr_array, resolution: float, *, seed: int, iterations: int = DRAFT_ITERATIONS
) -> IntArray:
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
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        _exact(graph.data.astype(np.float64)),
        graph.shape[0],
        resolution=round(resolution / _GRAIN) * _GRAIN,
        iterations=iterations,
        seed=seed,
    )
    raw = np.fromiter((found[node] for node in range(graph.shape[0])), np.int64, graph.shape[0])
    return renumber(raw)


def _exact(weights: FloatArray) -> FloatArray:
    """Return weights in proportion, of which any sum is exact; the partition is the same."""
    return np.asarray(np.maximum(np.round(weights / (weights.max() * _GRAIN)), 1.0) * _GRAIN)


def renumber(labels: IntArray) -> IntArray:
    """Give groups the numbers 0, 1, 2, ... in the order in which they first occur."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse.reshape(-1)])


def find_communities(
    graph: sp.csr_array,
    *,
    resamples: int,
    seed: int,
    advance: Callable[[int], None] = lambda _: None,
) -> Communities:
    """Partition the graph at the resolution whose partitions agree best with their resamples.

    Every second resolution is tried first, then those around the best. The agreement is a
    broad hill with a ragged top, so the top of a parabola through it is taken rather than
    its highest point, which chance moves by a factor of two; but not where the partitions
    there agree less than at the highest point by over two standard errors.

    Parameters
    ----------
    graph : csr_array of shape (n, n), symmetric, non-negative weights
    resamples
        Partitions of random halves of the nodes per resolution.
    seed
        Same graph and seed, same partition, whatever the number of threads.
    advance
        Called with 1 after each resolution.

    References
    ----------
    Meinshausen and Buehlmann (2010), "Stability selection", JRSS B 72 (halves); Hennig (2007),
    "Cluster-wise assessment of cluster stability", CSDA 52, section 3 (Jaccard index over
    subsamples); Vinh, Epps and Bailey (2010), JMLR 11 (adjusted mutual information).
    """
    samples = _subgraphs(graph, resamples, seed)
    tried: dict[int, FloatArray] = {}
    with ThreadPoolExecutor(cpu_count()) as pool:
        agreement = partial(_agreement, graph, samples, seed=seed, pool=pool)

        def attempt(places: Iterable[int]) -> int:
            for place in places:
                if place not in tried:
                    tried[place] = agreement(float(RESOLUTIONS[place]))
                    advance(1)
            return max(tried, key=lambda place: (tried[place].mean(), place))

        coarse = attempt(range(0, len(RESOLUTIONS), 2))
        best = attempt(range(max(coarse - 3, 0), min(coarse + 4, len(RESOLUTIONS))))
        resolution, agreed = _top(tried, best), tried[best]
        at_top = agreement(resolution)
        if _clearly_worse(tried[best] - at_top):
            resolution = float(RESOLUTIONS[best])
        else:
            agreed = at_top
        labels = leiden(graph, resolution, seed=seed, iterations=ITERATIONS)
        resampled = _partitions(samples, resolution, seed=seed, pool=pool)
    stability = _stability(labels, [nodes for nodes, _ in samples], resampled)
    return Communities(labels, resolution, float(agreed.mean()), stability)


def _subgraphs(
    graph: sp.csr_array, resamples: int, seed: int
) -> list[tuple[IntArray, sp.csr_array]]:
    draws = np.random.default_rng(seed)
    samples = []
    for _ in range(resamples):
        nodes = np.flatnonzero(draws.random(graph.shape[0]) < KEPT_SHARE)
        samples.append((nodes, sp.csr_array(graph[nodes][:, nodes])))
    return samples


def _partitions(
    samples: Sequence[tuple[IntArray, sp.csr_array]],
    resolution: float,
    *,
    seed: int,
    pool: ThreadPoolExecutor,
) -> list[IntArray]:
    jobs = [
        pool.submit(leiden, subgraph, resolution, seed=seed + number)
        for number, (_, subgraph) in enumerate(samples, start=1)
    ]
    return [job.result() for job in jobs]


def _agreement(
    graph: sp.csr_array,
    samples: Sequence[tuple[IntArray, sp.csr_array]],
    resolution: float,
    *,
    seed: int,
    pool: ThreadPoolExecutor,
) -> FloatArray:
    from sklearn.metrics import adjusted_mutual_info_score

    whole = pool.submit(leiden, graph, resolution, seed=seed)
    resampled = _partitions(samples, resolution, seed=seed, pool=pool)
    labels = whole.result()
    if labels.max() == 0 or labels.max() + 1 > len(labels) * MOST_COMMUNITIES:
        return np.zeros(len(samples))  # all in one, or each alone: agreed upon, and says nothing
    scores = [
        adjusted_mutual_info_score(labels[nodes], part)
        for (nodes, _), part in zip(samples, resampled, strict=True)
    ]
    return np.array(scores, dtype=np.float64)


def _top(tried: dict[int, FloatArray], best: int) -> float:
    """Return the resolution at the top of the hill, which may lie between two that were tried."""
    near = sorted(place for place in tried if abs(place - best) <= HILL_HALF_WIDTH)
    bend, slope, _ = np.polyfit(near, [float(tried[place].mean()) for place in near], 2)
    top = best if bend >= 0.0 else float(np.clip(-slope / (2.0 * bend), near[0], near[-1]))
    return float(RESOLUTIONS[0]) * float(STEP**top)


def _clearly_worse(losses: FloatArray) -> bool:
    """Whether the mean of paired losses is over two standard errors above nothing."""
    return bool(losses.mean() > 2.0 * losses.std(ddof=1) / np.sqrt(len(losses)))


def _stability(
    labels: IntArray, kept: Sequence[IntArray], resampled: Sequence[IntArray]
) -> FloatArray:
    """Return the mean best-match Jaccard index of each community, shape (k,)."""
    count = int(labels.max()) + 1
    totals = np.zeros(count)
    for nodes, part in zip(kept, resampled, strict=True):
        overlap = contingency(labels[nodes], part, count, int(part.max()) + 1)
        union = overlap.sum(axis=1)[:, None] + overlap.sum(axis=0)[None, :] - overlap
        totals += (overlap / np.maximum(union, 1.0)).max(axis=1)
    return np.asarray(totals / max(len(kept), 1))


def contingency(rows: IntArray, columns: IntArray, n_rows: int, n_columns: int) -> FloatArray:
    """Count how often each pair of labels occurs together, shape (n_rows, n_columns)."""
    cells = np.bincount(rows * n_columns + columns, minlength=n_rows * n_columns)
    return cells.reshape(n_rows, n_columns).astype(np.float64)
