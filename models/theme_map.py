"""Lay the themes out on a plane, alike ones side by side."""

from typing import cast

import numpy as np

from groundswell.domain import FloatArray, IntArray, Vectors

AREA_PULL = 0.5
"""Weight of the area's centre in a theme's place, beside 1 for its own: areas stay together."""

PERPLEXITY = 15.0
"""Themes that each theme keeps near, at most a third of all."""

FEWEST, MOST = 5, 500
"""Numbers of themes that t-SNE lays out; for fewer it means nothing, for more it is slow."""


def lay_out(centroids: Vectors, areas: IntArray, *, seed: int) -> FloatArray:
    """Place themes on a map by t-SNE (few or very many: by principal components).

    Parameters
    ----------
    centroids : ndarray of shape (k, dims), unit rows
    areas : ndarray of shape (k,)
        Area of each theme, 0, 1, 2, ...
    seed
        Same themes and seed, same map.

    Returns
    -------
    ndarray of shape (k, 2), each axis from -1 to 1
        Nearness has a meaning, the axes have none; the farthest theme of each is at +1.

    References
    ----------
    van der Maaten and Hinton (2008), "Visualizing data using t-SNE", JMLR 9; Kobak and Berens
    (2019), "The art of using t-SNE for single-cell transcriptomics", Nature Communications 10
    (start from principal components).
    """
    count = len(centroids)
    if len(areas) != count:
        raise ValueError(f"{count} centroids with {len(areas)} areas")
    if count < 2:
        return np.zeros((count, 2))
    points = _drawn_to_areas(centroids.astype(np.float64), areas)
    if not FEWEST <= count <= MOST:
        return _scaled(_principal(points))
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (count - 1) / 3.0)
    start = _principal(points)
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)
    tsne = TSNE(method="exact", init=start, perplexity=perplexity, random_state=seed)
    return _scaled(np.asarray(tsne.fit_transform(points), dtype=np.float64))


def _drawn_to_areas(points: FloatArray, areas: IntArray) -> FloatArray:
    members = (areas[:, None] == np.unique(areas)[None, :]).astype(np.float64)
    centres = (members.T @ points) / members.sum(axis=0)[:, None]
    return cast("FloatArray", points + AREA_PULL * (members @ centres))


def _principal(points: FloatArray) -> FloatArray:
    """Return the first two principal components, shape (k, 2); absent ones are 0."""
    left, values, _ = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    scores = np.zeros((len(points), 2))
    known = min(2, len(values))
    scores[:, :known] = left[:, :known] * values[:known]
    return scores


def _scaled(places: FloatArray) -> FloatArray:
    low, high = places.min(axis=0), places.max(axis=0)
    half = (high - low) / 2.0
    flat = half < 1e-9
    scaled = np.where(flat, 0.0, (places - (low + half)) / np.where(flat, 1.0, half))
    first = np.sign(scaled[np.abs(scaled).argmax(axis=0), [0, 1]])
    return np.asarray(np.clip(scaled * np.where(first < 0, -1.0, 1.0), -1.0, 1.0))
