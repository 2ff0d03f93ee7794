"""What people say who find the opposite of a theme: content where it complains, and vice versa.

A reader who sees it knows that the need is not everybody's. Weak counter-evidence would mislead,
so there is none unless a statement is about the same thing as the theme and its tone or rating
is plainly the other way.
"""

import numpy as np

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors

PLAIN_POLARITY = 0.3
"""A tone further from 0 than this, on the scale from -1 to 1, is plainly happy or unhappy."""

MOOD_POLARITY = 0.1
"""A theme whose mean polarity lies nearer to 0 has no mood that something could oppose ..."""

MOOD_SATISFIED = 0.4
"""... unless at most this share of those who rated are satisfied, or at most this share are not."""

COSINE_DECIMALS = 5
"""Further ones depend on the processor."""

_BLOCK = 8192  # statements compared with all centroids at once: bounds the memory


def counter_first(
    vectors: Vectors,
    labels: IntArray,
    centroids: Vectors,
    polarity: FloatArray,
    satisfied: FloatArray,
) -> list[IntArray]:
    """Return for each theme the statements that say the opposite, strongest first.

    They belong to the theme, or to none and are nearest to it; they are at least as near to its
    centroid as its median member is; and tone or rating is the opposite of the theme's mood, and
    the other does not contradict. Those with both come first, then the nearest ones.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
    labels : ndarray of shape (n,)
        Row of `centroids` each statement belongs to, or `NOISE`.
    centroids : ndarray of shape (k, dims), unit rows
    polarity, satisfied : ndarrays of shape (n,)
        -1 (unhappy) to 1 (happy), and 1 (satisfied by the rating) or 0; NaN where not known.

    Returns
    -------
    list of k arrays of rows of `vectors`; empty where nothing qualifies or the theme has no mood.
    """
    if not len(vectors) == len(labels) == len(polarity) == len(satisfied):
        raise ValueError("vectors, labels, polarity and satisfied differ in length")
    themes, cosines = _place(vectors, labels, centroids)
    order = np.argsort(themes, kind="stable")
    bounds = np.searchsorted(themes[order], np.arange(len(centroids) + 1))
    found = []
    for theme in range(len(centroids)):
        rows = order[bounds[theme] : bounds[theme + 1]]
        members = rows[labels[rows] == theme]
        mood = _mood(polarity[members], satisfied[members])
        signs = _signs(mood, polarity[rows], satisfied[rows])
        near = (signs > 0) & (cosines[rows] >= np.median(cosines[members] if mood else [np.inf]))
        found.append(rows[near][np.lexsort((rows[near], -cosines[rows[near]], -signs[near]))])
    return found


def _place(vectors: Vectors, labels: IntArray, centroids: Vectors) -> tuple[IntArray, FloatArray]:
    """Return each statement's theme, for noise the nearest one, and the cosine to its centroid."""
    themes = labels.astype(np.int64)
    noise = np.flatnonzero(labels == NOISE) if len(centroids) else np.empty(0, dtype=np.int64)
    for first in range(0, len(noise), _BLOCK):
        rows = noise[first : first + _BLOCK]
        cosines = np.round((vectors[rows] @ centroids.T).astype(np.float64), COSINE_DECIMALS)
        themes[rows] = cosines.argmax(axis=1)
    found = np.full(len(labels), -1.0)
    for first in range(0, len(labels), _BLOCK):
        rows = first + np.flatnonzero(themes[first : first + _BLOCK] != NOISE)
        products = vectors[rows] * centroids[themes[rows]]
        found[rows] = products.sum(axis=1, dtype=np.float64).round(COSINE_DECIMALS)
    return themes, found


def _mood(polarity: FloatArray, satisfied: FloatArray) -> int:
    """Return 1 for a theme that praises, -1 for one that complains, 0 for neither."""
    tones, rated = polarity[~np.isnan(polarity)], satisfied[~np.isnan(satisfied)]
    tone = float(tones.mean()) if len(tones) else 0.0
    if abs(tone) > MOOD_POLARITY:
        return 1 if tone > 0 else -1
    share = float(rated.mean()) if len(rated) else 0.5
    return -1 if share <= MOOD_SATISFIED else 1 if share >= 1 - MOOD_SATISFIED else 0


def _signs(mood: int, polarity: FloatArray, satisfied: FloatArray) -> IntArray:
    """Return how many of tone and rating are opposite to a mood; 0 if the other contradicts."""
    tone = -mood * np.nan_to_num(polarity)
    rating = -mood * np.nan_to_num(2.0 * satisfied - 1.0)
    signs = (tone >= PLAIN_POLARITY).astype(np.int64) + (rating > 0)
    return np.where((tone < 0) | (rating < 0) | (mood == 0), 0, signs)
