"""How statements lie to themes that were not made of them.

A statement of the fit lies nearer to its theme than a new one would, since it helped to make it.
So what new statements are compared with are statements of the fit as if each had come afterwards:
placed by the others alone, and measured against the mean of the others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.themes.likeness import Likeness, Said, some_of
from models.themes.model import ThemeModel
from models.themes.placement import cosines_to_own, references_of, vote


@dataclass(frozen=True, slots=True)
class Lie:
    """Where statements lie, one entry each."""

    nowhere: NDArray[np.bool_]
    """Whether it belongs to no theme."""
    cosines: FloatArray
    """To the centroid of the theme that is nearest by vote, -1 to 1."""


def lie_of_references(model: ThemeModel, rows: IntArray) -> Lie:
    """Place some references of a model by all others."""
    theme, silent = _own(votes_of_others(model, rows))
    cosines = _without_themselves(model, references_of(model).vectors, rows, theme)
    return Lie((cosines < model.floor) | silent, cosines)


def votes_of_others(model: ThemeModel, rows: IntArray) -> FloatArray:
    """Return each theme's share of the votes on some references, none of which votes on itself.

    Returns
    -------
    ndarray of shape (n_rows, n_themes)
        Themes in the order of the model.
    """
    said = references_of(model)
    found, _ = Likeness(said).nearest(some_of(said, rows), model.voters + 1)
    others = found != rows[:, None]
    others[others.all(axis=1), -1] = False  # not found among its nearest: the farthest goes
    return _votes(model, found[others].reshape(len(rows), -1))


def lie_of(model: ThemeModel, said: Said) -> Lie:
    """Place statements that the model was not made of."""
    voters, _ = Likeness(references_of(model)).nearest(said, model.voters)
    theme, silent = _own(_votes(model, voters))
    cosines = cosines_to_own(said.vectors, model.centroids, theme)
    return Lie((cosines < model.floor) | silent, cosines)


def places_of(model: ThemeModel) -> IntArray:
    """Return the place of each reference's theme in the model, `NOISE` if it has none."""
    places = np.searchsorted(model.theme_ids, model.labels)
    return np.where(model.labels == NOISE, NOISE, places).astype(np.int64)


def _votes(model: ThemeModel, voters: IntArray) -> FloatArray:
    return vote(places_of(model)[voters], len(model.theme_ids))


def _own(shares: FloatArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return the place of the theme with most votes, and whether there is no vote at all."""
    return shares.argmax(axis=1), shares.max(axis=1) == 0.0


def _without_themselves(
    model: ThemeModel, vectors: Vectors, rows: IntArray, own: IntArray
) -> FloatArray:
    """Return the cosine of each reference to the mean of its theme's others, 0 without any."""
    places = places_of(model)
    members = np.flatnonzero(places != NOISE)
    sums = np.zeros(model.centroids.shape)
    np.add.at(sums, places[members], vectors[members].astype(np.float64))
    mine = vectors[rows].astype(np.float64)
    others = sums[own] - np.where((places[rows] == own)[:, None], mine, 0.0)
    lengths = np.linalg.norm(others, axis=1)
    products = np.einsum("ij,ij->i", mine, others)
    return np.asarray(np.round(products / np.maximum(lengths, 1e-9), 5))
