"""Communities of a weighted graph, as fine as they foretell who is whose neighbour.

How many communities there are follows from the resolution of the modularity, and no constant
fits all data. So the data are asked, by cross-validation: one half of the nodes is partitioned,
the other half joins it by its ties, and the partition has to foretell which of these are
neighbours. Naming a node's community costs as many nats as communities are hard to guess; that
has to be worth it (`models.foretelling`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
import scipy.sparse as sp

from groundswell.domain import NOISE, FloatArray, IntArray
from models.foretelling import Halves, Trial, halve, hits, try_partition, worth

STEP = 2.0**0.5
RESOLUTIONS: FloatArray = np.power(STEP, np.arange(-2.0, 13.0))
"""Dimensionless, 0.5 to 64; neighbouring partitions share most of their communities."""

STRIDES = (4, 2, 1)
"""Places between the resolutions that are tried: first a factor of 4 apart, then 2, then 1.4
around the best so far. The worth is a broad hill, so no other one is missed."""

SPLITS = 4
"""Ways in which the nodes are cut in halves; each half foretells the other, so trials are 8."""

ITERATIONS = 3
"""Full cycles of the Leiden algorithm for the final partition; more change nothing measurable."""

DRAFT_ITERATIONS = 1
"""Cycles for the partitions of halves."""

CONTINUITY = 0.05
"""Weight of a node's tie to its earlier community, as a share of all its other ties. With it a
tenth more nodes leave 99.5 % of the others where they were, without it 95 % (record 0014)."""

CLEARLY_BETTER = 3.0
"""Standard errors by which another resolution must be worth more than the earlier one. At 1 it
moved with a tenth more rows, and a twentieth of the others with it (record 0014)."""

WELL_FORETOLD = 0.75
"""Share of ties foretold from which a community is as good as its recurrence (record 0014)."""

_SEED = 1
"""Of the Leiden algorithm's inner order and of the halves: constant, so there is no chance."""

_GRAIN = 2.0**-20
"""Weights are multiples of it, so that sums of them are exact. Where they are not, a node can
gain by a rounding error each time it moves to and fro, and the partition never ends."""


@dataclass(frozen=True, slots=True)
class Communities:
    """A partition with how far it can be trusted."""

    labels: IntArray
    """Community of each node, shape (n,); numbered by the lowest node they hold."""
    resolution: float
    worth: float
    """Nats per tie that the partition of one half is worth in the other, after its cost."""
    recurrence: FloatArray
    """Mean best-match Jaccard index of each community over the halves, shape (k,), 0 to 1."""
    foretold: FloatArray
    """Share of the ties of each community's nodes that partitions without these nodes foretell
    to be within one community, shape (k,), 0 to 1."""

    @property
    def stability(self) -> FloatArray:
        """How well each community is found again, shape (k,), 0 to 1.

        Its recurrence, less where its ties are not foretold: a loose crowd between clear
        communities recurs as what is left over, but nobody's neighbours follow from it.
        """
        return np.asarray(self.recurrence * np.minimum(1.0, self.foretold / WELL_FORETOLD))


def find_communities(
    graph: sp.csr_array,
    *,
    before: IntArray | None = None,
    resolution: float | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Communities:
    """Partition the graph at the resolution that is worth most.

    Parameters
    ----------
    graph : csr_array of shape (n, n), symmetric, non-negative weights, no loops
    before : ndarray of shape (n,)
        Community of each node in an earlier partition, `NOISE` for none; communities then stay
        as they were where the graph does not speak against it (`CONTINUITY`).
    resolution
        Of the earlier partition: kept unless another one is worth more by over `CLEARLY_BETTER`
        standard errors of the paired difference.
    advance
        Called with 1 after each resolution.

    Returns
    -------
    Communities
        The same for the same graph, whatever the number of threads: nothing is drawn at random.

    References
    ----------
    Traag, Waltman and van Eck (2019), "From Louvain to Leiden: guaranteeing well-connected
    communities", Scientific Reports 9, 5233; Hennig (2007), "Cluster-wise assessment of cluster
    stability", CSDA 52, section 3 (Jaccard index over subsamples).
    """
    halves = [half for number in range(SPLITS) for half in halve(graph, _SEED + number)]
    tried: dict[int, list[Trial]] = {}
    with ThreadPoolExecutor(cpu_count()) as pool:

        def trials(place: int) -> list[Trial]:
            if place not in tried:
                at = float(RESOLUTIONS[place])
                tried[place] = list(pool.map(lambda half: _try(half, at), halves))
                advance(1)
            return tried[place]

        best = _kept_place(_climb(trials), resolution, trials)
        at = float(RESOLUTIONS[best])
        labels = leiden(_anchored(graph, before), at, iterations=ITERATIONS)[: graph.shape[0]]
    labels = renumber(labels)
    chosen = tried[best]
    return Communities(
        labels,
        at,
        float(np.mean([worth(trial) for trial in chosen])),
        recurrence(labels, halves, chosen),
        foretold(labels, halves, chosen),
    )


def pays(graph: sp.csr_array, resolution: float) -> bool:
    """Whether the partition of a graph at a resolution is worth more than none."""
    trials = [_try(half, resolution) for half in halve(graph, _SEED)]
    return bool(np.mean([worth(trial) for trial in trials]) > 0.0)


def leiden(
    graph: sp.csr_array, resolution: float, *, iterations: int = DRAFT_ITERATIONS
) -> IntArray:
    """Partition an undirected graph by modularity at a resolution.

    Returns
    -------
    ndarray of shape (n,), int64
        Communities are numbered in the order of their lowest node.
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
        seed=_SEED,
    )
    raw = np.fromiter((found[node] for node in range(graph.shape[0])), np.int64, graph.shape[0])
    return renumber(raw)


def renumber(labels: IntArray) -> IntArray:
    """Give groups the numbers 0, 1, 2, ... in the order in which they first occur."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[inverse.reshape(-1)])


def recurrence(labels: IntArray, halves: list[Halves], trials: list[Trial]) -> FloatArray:
    """Return the mean best-match Jaccard index of each community over the halves, shape (k,).

    A partition into one community says nothing; its recurrence is 0.
    """
    count = int(labels.max(initial=-1)) + 1
    if count < 2:
        return np.zeros(count)
    totals = np.zeros(count)
    for half, trial in zip(halves, trials, strict=True):
        overlap = contingency(labels[half.inner], trial.labels, count)
        union = overlap.sum(axis=1)[:, None] + overlap.sum(axis=0)[None, :] - overlap
        totals += (overlap / np.maximum(union, 1.0)).max(axis=1)
    return np.asarray(totals / max(len(halves), 1))


def foretold(labels: IntArray, halves: list[Halves], trials: list[Trial]) -> FloatArray:
    """Return the mean share of each community's ties that the trials foretell, shape (k,)."""
    count = int(labels.max(initial=-1)) + 1
    shares = np.zeros(count)
    for half, trial in zip(halves, trials, strict=True):
        ends = labels[half.outer][half.ties.row]
        found = np.bincount(ends, half.ties.data * hits(half, trial.joined), minlength=count)
        shares += found / np.maximum(np.bincount(ends, half.ties.data, minlength=count), 1e-12)
    return np.asarray(shares / max(len(halves), 1))


def contingency(rows: IntArray, columns: IntArray, n_rows: int) -> FloatArray:
    """Count how often each pair of labels occurs together, shape (n_rows, n_columns)."""
    n_columns = int(columns.max(initial=-1)) + 1
    cells = np.bincount(rows * n_columns + columns, minlength=n_rows * n_columns)
    return cells.reshape(n_rows, n_columns).astype(np.float64)


def _try(half: Halves, resolution: float) -> Trial:
    return try_partition(half, leiden(half.graph, resolution))


def _climb(trials: Callable[[int], list[Trial]]) -> int:
    """Return the place of the resolution that is worth most: looked for ever more closely.

    Of several that are worth the same it is the middle one, the farthest from a change.
    """
    values: dict[int, float] = {}

    def value(place: int) -> float:
        values[place] = round(float(np.mean([worth(trial) for trial in trials(place)])), 9)
        return values[place]

    best = max(range(0, len(RESOLUTIONS), STRIDES[0]), key=value)
    for stride in STRIDES[1:]:
        beside = (best - stride, best, best + stride)
        best = max((place for place in beside if 0 <= place < len(RESOLUTIONS)), key=value)
    level = sorted(place for place in values if values[place] == values[best])
    return level[len(level) // 2]


def _kept_place(best: int, resolution: float | None, trials: Callable[[int], list[Trial]]) -> int:
    """Return the earlier resolution's place, unless the best one is clearly worth more."""
    if resolution is None:
        return best
    earlier = int(np.abs(np.log(RESOLUTIONS / resolution)).argmin())
    gain = np.array(
        [worth(a) - worth(b) for a, b in zip(trials(best), trials(earlier), strict=True)]
    )
    clear = gain.mean() > CLEARLY_BETTER * gain.std(ddof=1) / np.sqrt(len(gain))
    return best if clear else earlier


def _anchored(graph: sp.csr_array, before: IntArray | None) -> sp.csr_array:
    """Tie each node to a further node that stands for its earlier community."""
    if before is None or not (before != NOISE).any():
        return graph
    members = np.flatnonzero(before != NOISE)
    anchors = renumber(before[members])
    pull = CONTINUITY * np.asarray(graph.sum(axis=1)).ravel()[members]
    shape = (graph.shape[0], int(anchors.max()) + 1)
    ties = sp.csr_array((pull, (members, anchors)), shape=shape)
    above = sp.hstack([graph, ties], format="csr")
    below = sp.hstack([ties.T, sp.csr_array((shape[1], shape[1]))], format="csr")
    anchored = sp.csr_array(sp.vstack([above, below], format="csr"))
    anchored.sort_indices()
    return anchored


def _exact(weights: FloatArray) -> FloatArray:
    """Return weights in proportion, of which any sum is exact; the partition is the same."""
    return np.asarray(np.maximum(np.round(weights / (weights.max() * _GRAIN)), 1.0) * _GRAIN)
