"""Place statements among fitted themes: the nearest texts of the fit vote on each.

The vote is by the weights that the graph of the fit was made of, so that placing agrees with
fitting. All similarities are exact, so a statement gets the same themes alone and in any batch.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.nearest.neighbours import RANK_DAMPING, exact_unit_rows
from models.themes.likeness import Likeness, Said
from models.themes.model import Placement, ThemeModel
from models.themes.wording import BUCKETS, Wording, read_wording

SAME_TEXT = 1.0 - 1e-4
"""Similarity from which two statements are one text (float16 rounding leaves 1 +- 5e-5)."""

ROWS_AT_ONCE = 16_384
"""Statements placed at once; more gain nothing and take memory."""


def assign_themes(
    model: ThemeModel,
    vectors: Vectors,
    texts: Sequence[str] | None = None,
    *,
    min_membership: float,
    advance: Callable[[int], None] = lambda _: None,
) -> Placement:
    """Place statements among the themes of a fitted model, without changing it.

    A text the model was fitted on keeps the theme it had. A statement is NOISE if no theme has
    a vote, or if it lies farther from its theme's centroid than the model's floor.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
    texts : sequence of length n
        What the vectors say; None: place by meaning alone.
    min_membership
        Weaker memberships are left out, the strongest never, 0 to 1.
    advance
        Told how many statements were placed since the last call.

    Returns
    -------
    Placement
        Memberships are shares of the vote.
    """
    if len(model.theme_ids) == 0 or len(vectors) == 0:
        return _all_noise(len(vectors))
    likeness = Likeness(references_of(model))
    parts = []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        chunk = slice(start, start + ROWS_AT_ONCE)
        said = describe(model, vectors[chunk], None if texts is None else texts[chunk])
        parts.append(_place(model, likeness, said, start, min_membership))
        advance(len(said.vectors))
    return joined(parts)


def joined(parts: Sequence[Placement]) -> Placement:
    """Return the placements of parts as one; their rows count from the first part's first."""
    return Placement(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.theme_ids for part in parts]),
        np.concatenate([part.memberships for part in parts]),
        np.concatenate([part.variant_ids for part in parts]),
    )


def references_of(model: ThemeModel) -> Said:
    """Return the texts of the fit as vectors and words."""
    vectors = exact_unit_rows(model.references)
    if not len(model.rarity):
        return Said(vectors, None)
    shape = (len(model.references), BUCKETS)
    words = sp.csr_array((model.word_weights, model.word_columns, model.word_starts), shape=shape)
    return Said(vectors, Wording(words, model.rarity))


def describe(model: ThemeModel, vectors: Vectors, texts: Sequence[str] | None) -> Said:
    """Return statements as vectors and words, the words weighed as those of the fit."""
    known = texts is not None and len(model.rarity)
    wording = read_wording(texts, model.rarity) if known and texts is not None else None
    return Said(exact_unit_rows(vectors), wording)


def with_words(model: ThemeModel, wording: Wording | None, rows: IntArray) -> ThemeModel:
    """Return the model with the words of some statements put behind those of its references."""
    if wording is None or not len(model.rarity):
        return model
    added = wording.rows[rows]
    return replace(
        model,
        word_columns=np.concatenate([model.word_columns, added.indices.astype(np.int32)]),
        word_weights=np.concatenate([model.word_weights, added.data]),
        word_starts=np.concatenate([model.word_starts, model.word_starts[-1] + added.indptr[1:]]),
    )


def vote(labels: IntArray, count: int) -> FloatArray:
    """Return each label's share of the votes of neighbours, shape (n, count).

    Parameters
    ----------
    labels : ndarray of shape (n, voters)
        Label of each neighbour, 0 to ``count - 1``, nearest neighbour first; `NOISE` votes for
        none, and its vote is lost.
    """
    rows, voters = labels.shape
    weights = 1.0 / (RANK_DAMPING + np.arange(voters))
    counted = labels != NOISE
    cells = (np.arange(rows)[:, None] * count + labels)[counted]
    cast = np.broadcast_to(weights, labels.shape)[counted]
    votes = np.bincount(cells, cast, minlength=rows * count).reshape(rows, count)
    return np.asarray(votes / weights.sum())


def cosines_to_own(vectors: Vectors, centroids: Vectors, own: IntArray) -> NDArray[np.float64]:
    """Return each statement's cosine to the centroid of its theme, shape (n,)."""
    products = np.einsum("ij,ij->i", vectors, centroids[own], dtype=np.float64)
    return np.asarray(np.round(products, 5))


def _place(
    model: ThemeModel, likeness: Likeness, said: Said, start: int, min_membership: float
) -> Placement:
    indices, similarities = likeness.nearest(said, model.voters)
    positions = np.where(
        model.labels == NOISE, NOISE, np.searchsorted(model.theme_ids, model.labels)
    )
    shares = vote(positions[indices], len(model.theme_ids))
    own = shares.argmax(axis=1)
    known = similarities[:, 0] >= SAME_TEXT
    before = positions[indices[:, 0]]
    own = _settle(shares, own, np.where(known, before, NOISE))
    far = cosines_to_own(said.vectors, model.centroids, own) < model.floor
    noise = np.where(known, before == NOISE, far | (shares.max(axis=1) == 0.0))
    variants = _variants(model, positions, indices, own)
    placed = _memberships(shares, own, noise, min_membership)
    rows, themes, strengths = placed
    inside = (themes == own[rows]) & (themes != NOISE)
    ids = np.where(themes == NOISE, NOISE, model.theme_ids[themes])
    return Placement(rows + start, ids, strengths, np.where(inside, variants[rows], NOISE))


def _settle(shares: FloatArray, own: IntArray, before: IntArray) -> IntArray:
    """Give known texts the theme they had, and let it have the largest share of their vote."""
    rows = np.flatnonzero((before != NOISE) & (before != own))
    shares[rows, own[rows]], shares[rows, before[rows]] = (
        shares[rows, before[rows]],
        shares[rows, own[rows]],
    )
    settled = own.copy()
    settled[rows] = before[rows]
    return settled


def _variants(model: ThemeModel, positions: IntArray, indices: IntArray, own: IntArray) -> IntArray:
    """Return the variant of the nearest neighbour that is in the statement's own theme."""
    same = positions[indices] == own[:, None]
    first = indices[np.arange(len(own)), same.argmax(axis=1)]
    return np.where(same.any(axis=1), model.variants[first], NOISE)


def _memberships(
    shares: FloatArray, own: IntArray, noise: NDArray[np.bool_], min_membership: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (rows, positions of themes, memberships), by row and theme; NOISE has 1."""
    kept = shares >= max(min_membership, 1e-9)
    kept[np.arange(len(own)), own] = True
    kept[noise] = False
    rows, themes = np.nonzero(kept)
    strengths = shares[rows, themes]
    # A known text can be without any vote for a theme; its own never counts for nothing.
    strengths = np.where(themes == own[rows], np.maximum(strengths, min_membership), strengths)
    quiet = np.flatnonzero(noise)
    rows = np.concatenate([rows, quiet])
    themes = np.concatenate([themes, np.full(len(quiet), NOISE, dtype=np.int64)])
    strengths = np.concatenate([strengths, np.ones(len(quiet))])
    order = np.argsort(rows, kind="stable")
    return rows[order], themes[order], strengths[order]


def _all_noise(count: int) -> Placement:
    nowhere = np.full(count, NOISE, dtype=np.int64)
    return Placement(np.arange(count, dtype=np.int64), nowhere, np.ones(count), nowhere)
