"""Find the need themes in a set of statements, in three nested levels.

A theme (a need) is a community of the graph that joins each statement to those nearest to it
in meaning and words. Its number follows from the data (`models.themes.communities`). An area is a
community of needs; a variant is what a need falls into at a finer resolution. A statement that
is as far from its theme as hardly any statement is even from a theme it does not belong to is
NOISE: visible, and looked at again in every run.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.nearest.neighbours import exact_unit_rows, neighbour_graph
from models.themes.communities import Communities, find_communities
from models.themes.foretelling import worth_of_chance
from models.themes.levels import find_areas, find_variants, large_groups
from models.themes.likeness import Said, neighbours_within
from models.themes.model import ThemeModel
from models.themes.placement import cosines_to_own, vote
from models.themes.wording import read_wording

FEWEST_NEIGHBOURS = 10
"""Neighbours in a small set; ``sqrt(n) / 2.4`` in between, at most the setting."""

NEIGHBOURS_GROWTH = 2.4

CORE_ROWS = 50_000
"""Distinct texts that the graph is made of at most, a fair sample; the others are placed among
the themes found (record 0014: what that costs)."""

NOISE_QUANTILE = 0.05
"""A statement is NOISE if its cosine to its own theme lies under this quantile of all
statements' cosines to the nearest theme that is not theirs (record 0006)."""

HALF_AS_CLOSE = 0.53
"""Or under this share of all statements' median cosine to their own theme, where themes lie so
far apart that the first rule says nothing."""

MOST_VOTERS = 20
"""Nearest texts that vote on a statement, at most."""


NEW = -2
"""Earlier theme of a text that was not known to the earlier fit."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The themes before this fit, which the new ones continue where nothing speaks against it."""

    labels: IntArray
    """Theme of each text, shape (n,), any numbers from 0; `NOISE` for none, `NEW` for a text that
    was not known."""
    resolution: float | None
    """Of the earlier fit; None where it was made of other vectors or settings."""


@dataclass(frozen=True, slots=True)
class ThemeFit:
    """What a fit found, before its themes get permanent ids: ids here are 0 to k - 1."""

    model: ThemeModel
    """Its references are the core, row by row."""
    core: IntArray
    """Rows of the statements that the graph was made of, in the model's order."""
    stability: FloatArray
    """How well each theme is found again in halves of the statements, shape (k,), 0 to 1."""
    areas: IntArray
    """Area of each theme, shape (k,)."""
    parents: IntArray
    """Theme of each variant, shape (n_variants,)."""

    @property
    def convincing(self) -> bool:
        """Whether the themes as a whole are worth more than chance groupings of words."""
        return self.model.worth > worth_of_chance(len(self.core))


def fit_themes(
    vectors: Vectors,
    texts: Sequence[str] | None = None,
    *,
    neighbours: int,
    min_statements: int,
    before: Earlier | None = None,
    stage: Callable[[str], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
) -> ThemeFit:
    """Cluster distinct statements into themes, their number chosen from the data.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
        One row per distinct text, in any order: the same rows give the same themes, whatever
        their order and the number of threads. There is no seed, as nothing is left to chance.
    texts : sequence of length n
        What the vectors say; None: cluster by meaning alone.
    neighbours
        Edges per statement in a large set; fewer in a small one.
    min_statements
        Smallest theme. Statements of smaller groups go to the nearest theme, or are NOISE.
    before
        The themes before this fit.
    stage
        Called with the name of each stage as it begins: graph, communities, hierarchy.
    advance
        Called with 1 after each stretch of work.
    """
    core = _core(vectors, texts)
    said = _said(vectors[core], None if texts is None else [texts[row] for row in core])
    per_row = neighbours_for(len(core), neighbours)
    if len(core) <= min_statements or per_row < 1:
        return _no_themes(said, core)
    stage("graph")
    indices = neighbours_within(said, per_row)
    graph = neighbour_graph(indices)
    stage("communities")
    homes = None if before is None else _homes(before.labels[core], indices)
    kept_at = None if before is None else before.resolution
    found = find_communities(graph, before=homes, resolution=kept_at, advance=advance)
    stage("hierarchy")
    labels, kept = large_groups(found.labels, min_statements)
    if len(kept) == 0:
        return _no_themes(said, core)
    labels = _place_small_groups(labels, indices, len(kept))
    centroids = centroids_of(said.vectors, labels, len(kept))
    floor = noise_floor(said.vectors, labels, centroids)
    labels = _leave_out(said.vectors, labels, centroids, floor)
    areas = find_areas(graph, labels, len(kept))
    variants, parents = find_variants(graph, labels, found.resolution, min_statements)
    voters = min(per_row, MOST_VOTERS)
    model = _model(_Found(said, labels, variants, centroids, floor, voters), found)
    return ThemeFit(model, core, found.stability[kept], areas, parents)


def neighbours_for(count: int, most: int) -> int:
    """Return how many neighbours each of `count` statements is joined to, at most `most`."""
    grown = round(math.sqrt(count) / NEIGHBOURS_GROWTH)
    return min(max(grown, FEWEST_NEIGHBOURS), most, count - 1)


def centroids_of(vectors: Vectors, labels: IntArray, count: int) -> Vectors:
    """Return the mean direction of each theme's statements, shape (count, dims), unit rows."""
    members = np.flatnonzero(labels != NOISE)
    choose = sp.csr_array(
        (np.ones(len(members)), (labels[members], members)), shape=(count, len(labels))
    )
    sums = np.asarray(choose @ vectors.astype(np.float64))
    norms = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return np.asarray(sums / norms, dtype=np.float32)


def _core(vectors: Vectors, texts: Sequence[str] | None) -> IntArray:
    """Return the rows the graph is made of, in the order of a hash of what they say.

    So the order of the rows decides nothing, and the first ones are a fair sample.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float16)
    said = texts if texts is not None else [""] * len(rows)
    digests = b"".join(
        blake2b(row.tobytes() + text.encode(), digest_size=16).digest()
        for row, text in zip(rows, said, strict=True)
    )
    high, low = np.frombuffer(digests, dtype=">u8").reshape(-1, 2).T
    return np.asarray(np.lexsort((low, high))[:CORE_ROWS], dtype=np.int64)


def _said(vectors: Vectors, texts: Sequence[str] | None) -> Said:
    return Said(exact_unit_rows(vectors), None if texts is None else read_wording(texts))


def _place_small_groups(labels: IntArray, indices: IntArray, count: int) -> IntArray:
    homeless = np.flatnonzero(labels == NOISE)
    if len(homeless) == 0:
        return labels
    shares = vote(labels[indices[homeless]], count)
    placed = labels.copy()
    placed[homeless] = np.where(shares.max(axis=1) > 0.0, shares.argmax(axis=1), NOISE)
    return placed


def _homes(labels: IntArray, indices: IntArray) -> IntArray:
    """Return the earlier theme that each text is drawn to, `NOISE` for none.

    What belonged to no theme is drawn to that of its neighbours: else it would gather to new
    themes while everything else is held where it was.
    """
    known = np.unique(labels[labels >= 0])
    places = np.where(labels >= 0, np.searchsorted(known, labels), NOISE)
    stray = np.flatnonzero(labels == NOISE)
    if len(known) and len(stray):
        shares = vote(places[indices[stray]], len(known))
        places[stray] = np.where(shares.max(axis=1) > 0.0, shares.argmax(axis=1), NOISE)
    return places


def _leave_out(vectors: Vectors, labels: IntArray, centroids: Vectors, floor: float) -> IntArray:
    far = cosines_to_own(vectors, centroids, np.maximum(labels, 0)) < floor
    return np.where(far, NOISE, labels).astype(np.int64)


def noise_floor(vectors: Vectors, labels: IntArray, centroids: Vectors) -> float:
    """Return the cosine to the own theme under which a statement says nothing of it."""
    members = np.flatnonzero(labels != NOISE)
    cosines = vectors[members] @ centroids.T
    own = cosines[np.arange(len(members)), labels[members]].copy()
    fence = HALF_AS_CLOSE * float(np.median(own))
    if len(centroids) < 2:
        return round(fence, 4)
    cosines[np.arange(len(members)), labels[members]] = -1.0
    return round(max(fence, float(np.quantile(cosines.max(axis=1), NOISE_QUANTILE))), 4)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a model is made of, as in `ThemeModel`."""

    said: Said
    labels: IntArray
    variants: IntArray
    centroids: Vectors
    floor: float
    voters: int


def _model(parts: _Found, found: Communities | None) -> ThemeModel:
    words = parts.said.wording
    empty: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
    starts = np.zeros(len(parts.labels) + 1) if words is None else words.rows.indptr
    return ThemeModel(
        references=parts.said.vectors.astype(np.float16),
        labels=parts.labels,
        variants=parts.variants,
        theme_ids=np.arange(len(parts.centroids), dtype=np.int64),
        centroids=parts.centroids,
        rarity=empty if words is None else words.rarity,
        word_columns=(empty if words is None else words.rows.indices).astype(np.int32),
        word_weights=empty if words is None else words.rows.data.astype(np.float32),
        word_starts=starts.astype(np.int64),
        floor=parts.floor,
        resolution=1.0 if found is None else found.resolution,
        worth=0.0 if found is None else found.worth,
        voters=parts.voters,
    )


def _no_themes(said: Said, core: IntArray) -> ThemeFit:
    nobody = np.full(len(core), NOISE, dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    centroids = np.empty((0, said.vectors.shape[1]), dtype=np.float32)
    model = _model(_Found(said, nobody, nobody, centroids, -1.0, 1), None)
    return ThemeFit(model, core, np.empty(0), nothing, nothing)
