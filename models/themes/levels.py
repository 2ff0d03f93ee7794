"""The levels around a fit's themes: wider areas above them, variants below."""

from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np
import scipy.sparse as sp

from groundswell.domain import NOISE, IntArray
from models.themes.communities import pays
from models.themes.leiden import leiden, renumber

AREA_RESOLUTION = 1.0
"""Resolution of the partition of themes into areas: plain modularity."""

VARIANT_RESOLUTION = 4.0
"""Resolution of the partition of themes into variants, as a multiple of the themes' own."""


def find_areas(graph: sp.csr_array, labels: IntArray, count: int) -> IntArray:
    """Return the area of each theme, 0, 1, 2, ..., shape (count,).

    Parameters
    ----------
    graph : csr_array of shape (n, n)
        The graph of the fit.
    labels : ndarray of shape (n,)
        Theme of each statement, 0 to ``count - 1`` or `NOISE`.
    """
    members = np.flatnonzero(labels != NOISE)
    belongs = sp.csr_array(
        (np.ones(len(members)), (members, labels[members])), shape=(len(labels), count)
    )
    between = sp.csr_array(belongs.T @ graph @ belongs)
    between.setdiag(0.0)
    between.eliminate_zeros()
    between.sort_indices()
    return renumber(leiden(between, AREA_RESOLUTION, iterations=8))


def find_variants(
    graph: sp.csr_array, labels: IntArray, resolution: float, min_statements: int
) -> tuple[IntArray, IntArray]:
    """Return each statement's variant, `NOISE` for none, and each variant's theme.

    A theme is cut only where its parts foretell its ties better than it does as a whole.

    Parameters
    ----------
    graph, labels
        As in `find_areas`.
    resolution
        At which the themes were found.
    min_statements
        Smallest variant; statements of smaller groups are in none.
    """
    finer = VARIANT_RESOLUTION * resolution / float(graph.sum())

    def cut(theme: int) -> tuple[IntArray, IntArray, int]:
        members = np.flatnonzero(labels == theme)
        within = sp.csr_array(graph[members][:, members])
        # The same quality function as in the whole graph, of which this is a part.
        at = max(finer * float(within.sum()), 1e-6)
        parts, kept = large_groups(leiden(within, at), min_statements)
        return members, parts, len(kept) if len(kept) > 1 and pays(within, at) else 0

    variants = np.full(len(labels), NOISE, dtype=np.int64)
    parents: list[int] = []
    with ThreadPoolExecutor(cpu_count()) as pool:
        for theme, (members, parts, kept) in enumerate(pool.map(cut, range(int(labels.max()) + 1))):
            if kept:
                variants[members] = np.where(parts == NOISE, NOISE, parts + len(parents))
                parents += [theme] * kept
    return variants, np.array(parents, dtype=np.int64)


def large_groups(labels: IntArray, min_statements: int) -> tuple[IntArray, IntArray]:
    """Return the labels with small groups as NOISE and the rest numbered, and those kept."""
    sizes = np.bincount(labels)
    kept = np.flatnonzero(sizes >= min_statements)
    names = np.full(len(sizes), NOISE, dtype=np.int64)
    names[kept] = np.arange(len(kept))
    return names[labels], kept
