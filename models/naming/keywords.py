"""The words and short phrases that tell a theme from the others."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from groundswell.domain import FloatArray, IntArray
from models.naming.phrases import alike, find_phrases

KEYWORDS = 8
FEWEST_TEXTS = 2
FEWEST_SHARE = 0.03
"""A phrase is taken from a theme's texts if so many of them, and such a share, have it."""

Keyword = tuple[str, float]
"""A phrase in small letters, and how telling it is."""


def find_keywords(texts: Sequence[str], themes: IntArray, count: int) -> list[list[Keyword]]:
    """Return up to `KEYWORDS` phrases of each theme, most telling first.

    Class-based TF-IDF over phrases of one to three words: ``t * log(1 + a / f) * log2(1 + n)``
    with the share ``t`` of the theme's texts that have the phrase, the mean number ``a`` of words
    in a theme, the number ``f`` of texts in all themes that have it, and its number ``n`` of
    words. A word that nearly always stands in a longer phrase gives way to it.

    Parameters
    ----------
    texts : sequence of length n, distinct within a theme
    themes : ndarray of shape (n,)
        Theme of each text, 0 to ``count - 1``.

    References
    ----------
    Grootendorst (2022), "BERTopic: neural topic modeling with a class-based TF-IDF procedure",
    section 3.3; Frantzi, Ananiadou and Mima (2000), "Automatic recognition of multi-word
    terms: the C-value/NC-value method", IJDL 3 (the factor for the length).
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=find_phrases, binary=True, dtype=np.int64)
    try:
        found = counter.fit_transform(texts)
    except ValueError:  # no text has a word that could stand in a name
        return [[] for _ in range(count)]
    names = counter.get_feature_names_out()
    sizes = np.bincount(themes, minlength=count)
    belongs = sp.csr_array(
        (np.ones(len(texts), dtype=np.int64), (themes, np.arange(len(texts)))),
        shape=(count, len(texts)),
    )
    having = sp.csr_array(belongs @ sp.csr_array(found))
    words = np.array([name.count(" ") + 1 for name in names], dtype=np.float64)
    mean_words = float(having.sum()) / max(count, 1)
    weights = np.log1p(mean_words / having.sum(axis=0)) * np.log2(1.0 + words)
    return [
        _best_of_theme(having, theme, int(sizes[theme]), weights, names) for theme in range(count)
    ]


def _best_of_theme(
    having: sp.csr_array, theme: int, size: int, weights: FloatArray, names: Sequence[str]
) -> list[tuple[str, float]]:
    part = slice(having.indptr[theme], having.indptr[theme + 1])
    columns, texts = having.indices[part], having.data[part]
    enough = texts >= max(FEWEST_TEXTS, FEWEST_SHARE * size)
    if not enough.any():
        enough = texts >= 1
    columns, texts = columns[enough], texts[enough]
    scores = np.round(texts / max(size, 1) * weights[columns], 9)
    candidates = sorted(
        ((names[c], float(s), int(t)) for c, s, t in zip(columns, scores, texts, strict=True)),
        key=lambda candidate: (-candidate[1], candidate[0]),
    )
    return _without_parts(candidates)


def _without_parts(candidates: Sequence[tuple[str, float, int]]) -> list[tuple[str, float]]:
    """Leave out a phrase that two times in three stands inside a better one, and vice versa."""
    kept: list[tuple[str, float, int]] = []
    for phrase, score, texts in candidates:
        if not any(_same_thing((phrase, texts), (other, n)) for other, _, n in kept):
            kept.append((phrase, score, texts))
        if len(kept) == KEYWORDS:
            break
    return [(phrase, score) for phrase, score, _ in kept]


def _same_thing(late: tuple[str, int], kept: tuple[str, int]) -> bool:
    (inner, more), (outer, fewer) = sorted((late, kept), key=lambda pair: pair[0].count(" "))
    part, whole = inner.split(), outer.split()
    inside = any(
        all(map(alike, part, whole[start:])) for start in range(len(whole) - len(part) + 1)
    )
    return inside and (len(part) == len(whole) or 3 * fewer >= 2 * more)
