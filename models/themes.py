"""Find the need themes in a set of statements, and place new statements among them.

A theme is a community of the nearest-neighbour graph of the statements' vectors. A statement
takes the theme most of its nearest neighbours have, weighted by closeness; the shares of that
vote are its soft membership. A statement that is as far from its theme as hardly any statement
is even from a theme it does not belong to is NOISE: visible, and looked at again at every fit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.communities import find_communities, leiden, renumber
from models.neighbours import local_scales, nearest, neighbour_graph
from models.theme_model import Placement, ThemeModel

FEWEST_NEIGHBOURS = 12
"""Neighbours in a small set; ``sqrt(n) / 4`` in between, at most the setting."""

VOTERS = 15
"""Nearest statements that vote on a new one: half the graph's neighbours."""

NOISE_QUANTILE = 0.05
"""A statement is NOISE if its cosine to its own theme lies under this quantile of all
statements' cosines to the nearest theme that is not theirs (measured: decision record 0006)."""

HALF_AS_CLOSE = 0.5
"""Or under this share of all statements' median cosine to their own theme, where themes lie so
far apart that the first rule says nothing."""

AREA_RESOLUTION = 1.0
"""Resolution of the partition of themes into areas: plain modularity."""

SAME_TEXT = 1.0 - 1e-4
"""Cosine from which two vectors are one text's (float16 rounding leaves 1 +- 5e-5)."""


@dataclass(frozen=True, slots=True)
class ThemeFit:
    """What a fit found, before its themes get permanent ids: ids here are 0 to k - 1."""

    model: ThemeModel
    stability: FloatArray
    """Best-match Jaccard index of each theme over the resamples, shape (k,)."""
    areas: IntArray
    """Area of each theme, shape (k,)."""


def fit_themes(
    vectors: Vectors,
    *,
    neighbours: int,
    min_statements: int,
    resamples: int,
    seed: int,
    advance: Callable[[int], None] = lambda _: None,
) -> ThemeFit:
    """Cluster distinct statements into themes, their number chosen from the data.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
        One row per distinct text, in a canonical order: the result is the same for the same
        rows in the same order.
    neighbours
        Edges per statement in a large set; fewer in a small one.
    min_statements
        Smallest theme. Statements of smaller groups go to the nearest theme, or are NOISE.
    resamples, seed
        See `models.communities.find_communities`.
    advance
        Called with 1 after each stretch of work.
    """
    vectors = _unit(vectors)
    count = len(vectors)
    per_row = min(max(round(count**0.5 / 4), FEWEST_NEIGHBOURS), neighbours, count - 1)
    if count <= min_statements or per_row < 1:
        return _no_themes(vectors)
    indices, similarities = nearest(vectors, vectors, per_row, skip_self=True)
    graph = neighbour_graph(indices, similarities)
    found = find_communities(graph, resamples=resamples, seed=seed, advance=advance)
    sizes = np.bincount(found.labels)
    kept = np.flatnonzero(sizes >= min_statements)
    if len(kept) == 0:
        return _no_themes(vectors)
    names = np.full(len(sizes), NOISE, dtype=np.int64)
    names[kept] = np.arange(len(kept))
    labels = names[found.labels]
    centroids = _centroids(vectors, labels, len(kept))
    labels = _place_small_groups(labels, indices, similarities, len(kept))
    floor = _noise_floor(vectors, labels, centroids)
    labels = _drop_noise(vectors, labels, centroids, floor)
    model = ThemeModel(
        vectors.astype(np.float16),
        labels,
        np.arange(len(kept), dtype=np.int64),
        centroids,
        floor,
        found.resolution,
        found.agreement,
    )
    return ThemeFit(model, found.stability[kept], _areas(graph, labels, len(kept), seed))


def assign_themes(
    model: ThemeModel,
    vectors: Vectors,
    *,
    min_membership: float,
    advance: Callable[[int], None] = lambda _: None,
) -> Placement:
    """Place statements among the themes of a fitted model, without changing it.

    A text the model was fitted on keeps the theme it had. Each row is placed by itself: alone
    or in a batch it gets the same themes.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
    min_membership
        Weaker memberships are left out, the strongest never, 0 to 1.
    """
    if len(model.theme_ids) == 0 or len(vectors) == 0:
        rows = np.arange(len(vectors), dtype=np.int64)
        return Placement(rows, np.full(len(rows), NOISE, dtype=np.int64), np.ones(len(rows)))
    vectors = _unit(vectors)
    voters = min(VOTERS, len(model.references))
    references = _unit(model.references.astype(np.float32))
    indices, similarities = nearest(vectors, references, voters, advance=advance)
    shares = _vote(model.labels[indices], similarities, model.theme_ids)
    own = shares.argmax(axis=1)
    to_own = _row_cosines(vectors, model.centroids[own])
    noise = (shares.max(axis=1) == 0.0) | (to_own < model.floor)
    known = similarities[:, 0] >= SAME_TEXT
    before = model.labels[indices[:, 0]]
    noise[known] = before[known] == NOISE
    settled = known & (before != NOISE)
    own[settled] = np.searchsorted(model.theme_ids, before[settled])
    return _placement(shares, own, noise, model.theme_ids, min_membership)


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return cast("Vectors", (vectors / np.maximum(norms, 1e-12)).astype(np.float32))


def _row_cosines(left: Vectors, right: Vectors) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", np.einsum("ij,ij->i", left, right, dtype=np.float32))


def _no_themes(vectors: Vectors) -> ThemeFit:
    nothing = np.empty(0, dtype=np.int64)
    model = ThemeModel(
        vectors.astype(np.float16),
        np.full(len(vectors), NOISE, dtype=np.int64),
        nothing,
        np.empty((0, vectors.shape[1]), dtype=np.float32),
        -1.0,
        1.0,
        0.0,
    )
    return ThemeFit(model, np.empty(0), nothing)


def _centroids(vectors: Vectors, labels: IntArray, count: int) -> Vectors:
    members = np.flatnonzero(labels != NOISE)
    choose = sp.csr_array(
        (np.ones(len(members)), (labels[members], members)), shape=(count, len(labels))
    )
    return _unit(np.asarray(choose @ vectors.astype(np.float64), dtype=np.float32))


def _vote(labels: IntArray, similarities: NDArray[np.float32], theme_ids: IntArray) -> FloatArray:
    """Return each theme's share of the neighbours' weight, shape (n, k); NOISE votes for none."""
    scales = local_scales(similarities)
    squared = np.maximum(2.0 - 2.0 * similarities.astype(np.float64), 0.0)
    weights = np.exp(-squared / (scales[:, None] ** 2))
    rows = np.repeat(np.arange(len(labels)), labels.shape[1])
    columns = np.searchsorted(theme_ids, labels.ravel())
    counted = labels.ravel() != NOISE
    shape = (len(labels), len(theme_ids))
    cells = (weights.ravel()[counted], (rows[counted], columns[counted]))
    votes = sp.csr_array(cells, shape=shape).toarray()
    return np.asarray(votes / weights.sum(axis=1, keepdims=True))


def _place_small_groups(
    labels: IntArray, indices: IntArray, similarities: NDArray[np.float32], count: int
) -> IntArray:
    homeless = np.flatnonzero(labels == NOISE)
    if len(homeless) == 0:
        return labels
    themes = np.arange(count, dtype=np.int64)
    shares = _vote(labels[indices[homeless]], similarities[homeless], themes)
    placed = labels.copy()
    placed[homeless] = np.where(shares.max(axis=1) > 0.0, shares.argmax(axis=1), NOISE)
    return placed


def _noise_floor(vectors: Vectors, labels: IntArray, centroids: Vectors) -> float:
    """Return the cosine to the own theme under which a statement says nothing of it."""
    members = np.flatnonzero(labels != NOISE)
    cosines = vectors[members] @ centroids.T
    own = cosines[np.arange(len(members)), labels[members]].copy()
    fence = HALF_AS_CLOSE * float(np.median(own))
    if len(centroids) < 2:
        return round(fence, 4)
    cosines[np.arange(len(members)), labels[members]] = -1.0
    return round(max(fence, float(np.quantile(cosines.max(axis=1), NOISE_QUANTILE))), 4)


def _drop_noise(vectors: Vectors, labels: IntArray, centroids: Vectors, floor: float) -> IntArray:
    far = _row_cosines(vectors, centroids[np.maximum(labels, 0)]) < floor
    return np.where(far, NOISE, labels).astype(np.int64)


def _areas(graph: sp.csr_array, labels: IntArray, count: int, seed: int) -> IntArray:
    members = np.flatnonzero(labels != NOISE)
    belongs = sp.csr_array(
        (np.ones(len(members)), (members, labels[members])), shape=(len(labels), count)
    )
    between = sp.csr_array(belongs.T @ graph @ belongs)
    between.setdiag(0.0)
    between.eliminate_zeros()
    between.sort_indices()
    return renumber(leiden(between, AREA_RESOLUTION, seed=seed, iterations=8))


def _placement(
    shares: FloatArray,
    own: IntArray,
    noise: NDArray[np.bool_],
    theme_ids: IntArray,
    min_membership: float,
) -> Placement:
    kept = shares >= max(min_membership, 1e-9)
    kept[np.arange(len(own)), own] = True
    kept[noise] = False
    rows, columns = np.nonzero(kept)
    memberships = shares[rows, columns]
    # The vote can leave a known text's own theme without a share; it never counts for nothing.
    memberships = np.where(
        columns == own[rows], np.maximum(memberships, min_membership), memberships
    )
    quiet = np.flatnonzero(noise)
    rows = np.concatenate([rows, quiet])
    themes = np.concatenate([theme_ids[columns], np.full(len(quiet), NOISE, dtype=np.int64)])
    strengths = np.concatenate([memberships, np.ones(len(quiet))])
    order = np.lexsort((themes, rows))
    return Placement(rows[order], themes[order], np.asarray(strengths[order]))
