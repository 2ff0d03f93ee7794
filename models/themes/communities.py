"""Communities of a weighted graph, as fine as they foretell who is whose neighbour.

How many communities there are follows from the resolution of the modularity, and no constant
fits all data. So the data are asked, by cross-validation: one half of the nodes is partitioned,
the other half joins it by its ties, and the partition has to foretell which of these are
neighbours. Naming a node's community costs as many nats as communities are hard to guess; that
has to be worth it (`models.themes.foretelling`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
import scipy.sparse as sp

from groundswell.domain import NOISE, FloatArray, IntArray
from models.themes.foretelling import Halves, Trial, coarsen, halve, hits, try_partition, worth
from models.themes.leiden import leiden, loops_as_leaves, renumber
from models.themes.resolution import RESOLUTIONS, STEP, choose_resolution

FINEST = float(RESOLUTIONS[-1] * STEP)
"""Resolution of the small groups of which the halves' partitions are made while the best one is
looked for: a dozen of them then cost little more than one (record 0014)."""

SPLITS = 4
"""Ways in which the nodes are cut in halves; each half foretells the other, so trials are 8."""

ITERATIONS = 3
"""Full cycles of the Leiden algorithm for the final partition; more change nothing measurable."""

CONTINUITY = 0.05
"""Weight of a node's tie to its earlier community, as a share of all its other ties. With it a
tenth more nodes leave 99.5 % of the others where they were, without it 95 % (record 0014)."""

WELL_FORETOLD = 0.75
"""Share of ties foretold from which a community is as good as its recurrence (record 0014)."""

_SEED = 1
"""Of the halves: constant, so there is no chance."""


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
        Of the earlier partition, to be kept unless another one is clearly worth more
        (`models.themes.resolution`).
    advance
        Called with 1 after each resolution.

    Returns
    -------
    Communities
        The same for the same graph, whatever the number of threads: nothing is drawn at random.

    References
    ----------
    Hennig (2007), "Cluster-wise assessment of cluster
    stability", CSDA 52, section 3 (Jaccard index over subsamples).
    """
    halves = [half for number in range(SPLITS) for half in halve(graph, _SEED + number)]
    tried: dict[float, list[Trial]] = {}
    with ThreadPoolExecutor(cpu_count()) as pool:
        drafts = list(pool.map(_Draft, halves))

        def trials(at: float) -> list[Trial]:
            if at not in tried:
                tried[at] = list(pool.map(lambda draft: draft.trial(at), drafts))
                advance(1)
            return tried[at]

        at = choose_resolution(trials, resolution)
        whole = pool.submit(leiden, _anchored(graph, before), at, iterations=ITERATIONS)
        chosen = list(pool.map(lambda half: _try(half, at), halves))
        labels = renumber(whole.result()[: graph.shape[0]])
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


class _Draft:
    """One half with small groups in place of its inner nodes."""

    def __init__(self, half: Halves) -> None:
        self._half = coarsen(half, leiden(half.graph, FINEST))
        self._groups = loops_as_leaves(self._half.graph)

    def trial(self, resolution: float) -> Trial:
        labels = leiden(self._groups, resolution)[: self._half.graph.shape[0]]
        return try_partition(self._half, renumber(labels))


def _try(half: Halves, resolution: float) -> Trial:
    return try_partition(half, leiden(half.graph, resolution))


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
