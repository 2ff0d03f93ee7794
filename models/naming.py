"""Name themes in the customers' own words, and find the statements that show them best.

A name is made of phrases that a theme's statements share and other themes' do not, so a reader
can find every word of it in the texts it stands for.
"""

import itertools
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.phrases import alike, cased, find_phrases, usual_casing, without_marks

LABEL_CHARACTERS = 60
LABEL_PHRASES = 3
KEYWORDS = 8
FEWEST_TEXTS = 2
FEWEST_SHARE = 0.03
"""A phrase is taken from a theme's texts if so many of them, and such a share, have it."""

TELLING_SHARE = 0.4
"""A further phrase joins a label if it scores at least this share of the first."""

QUOTABLE_WORDS = (6, 60)
"""Statements of so many words are quoted first: long enough to say it, short enough to read."""


@dataclass(frozen=True, slots=True)
class ThemeName:
    """What a theme is called."""

    label: str
    """Up to `LABEL_PHRASES` phrases, at most `LABEL_CHARACTERS`, unlike every other theme's."""
    keywords: tuple[str, ...]
    """Up to `KEYWORDS` phrases, most telling first."""


def name_themes(texts: Sequence[str], labels: IntArray, count: int) -> list[ThemeName]:
    """Name every theme by the phrases that tell it from the others.

    Class-based TF-IDF over phrases of one to three words: ``t * log(1 + a / f) * log2(1 + n)``
    with the share ``t`` of the theme's distinct texts that have the phrase, the mean number
    ``a`` of words in a theme, the number ``f`` of texts in all themes that have it, and its
    number ``n`` of words. A word that nearly always stands in a longer phrase gives way to it.

    Parameters
    ----------
    texts : sequence of length n
    labels : ndarray of shape (n,)
        Theme of each text, 0 to ``count - 1``, or `NOISE`. Order of the texts does not matter.
    count
        Number of themes.

    References
    ----------
    Grootendorst (2022), "BERTopic: neural topic modeling with a class-based TF-IDF procedure",
    section 3.3; Frantzi, Ananiadou and Mima (2000), "Automatic recognition of multi-word
    terms: the C-value/NC-value method", IJDL 3 (the factor for the length).
    """
    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} texts with {len(labels)} labels")
    pairs = sorted({(int(g), t) for g, t in zip(labels, texts, strict=True) if g != NOISE})
    by_theme: list[list[str]] = [[] for _ in range(count)]
    for theme, text in pairs:
        by_theme[theme].append(text)
    phrases = _telling_phrases([text for _, text in pairs], [theme for theme, _ in pairs], count)
    casing = usual_casing(text for _, text in pairs)
    taken: set[str] = set()
    names = []
    for theme in range(count):
        ranked = [(cased(phrase, casing), score) for phrase, score in phrases[theme]]
        label = _unlike(_label(ranked, by_theme[theme]), [phrase for phrase, _ in ranked], taken)
        taken.add(_words_of(label))
        names.append(ThemeName(label, tuple(phrase for phrase, _ in ranked)))
    return names


def central_first(
    vectors: Vectors, labels: IntArray, centroids: Vectors, lengths: IntArray
) -> list[IntArray]:
    """Order each theme's statements by how well they show it.

    Statements of `QUOTABLE_WORDS` come before all others; within both groups the highest
    cosine to the centroid comes first.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
    labels : ndarray of shape (n,)
        Row of `centroids` each statement belongs to, or `NOISE`.
    centroids : ndarray of shape (k, dims), unit rows
    lengths : ndarray of shape (n,)
        Words in each statement.

    Returns
    -------
    list of k arrays of rows of `vectors`; equals in the order of the rows.
    """
    shortest, longest = QUOTABLE_WORDS
    unquotable = (lengths < shortest) | (lengths > longest)
    ordered = []
    for theme, centroid in enumerate(centroids):
        rows = np.flatnonzero(labels == theme)
        cosines = np.round((vectors[rows] * centroid).sum(axis=1, dtype=np.float64), 5)
        ordered.append(rows[np.lexsort((rows, -cosines, unquotable[rows]))])
    return ordered


def _telling_phrases(
    texts: Sequence[str], themes: Sequence[int], count: int
) -> list[list[tuple[str, float]]]:
    """Return up to `KEYWORDS` phrases of each theme with their scores, best first."""
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


def _label(ranked: Sequence[tuple[str, float]], texts: Sequence[str]) -> str:
    chosen: list[str] = []
    for phrase, score in ranked:
        telling = score >= TELLING_SHARE * ranked[0][1]
        fits = len(", ".join([*chosen, phrase])) <= LABEL_CHARACTERS
        if telling and fits and not any(_share_word(phrase, other) for other in chosen):
            chosen.append(phrase)
        if len(chosen) == LABEL_PHRASES:
            break
    return _sentence_case(", ".join(chosen)) or _first_words(texts)


def _share_word(one: str, other: str) -> bool:
    return any(alike(left, right) for left in one.split() for right in other.split())


def _unlike(label: str, keywords: Sequence[str], taken: Container[str]) -> str:
    """Return a label that is not taken: this one, or with a keyword or else a number added."""
    first = label.split(", ")[0]
    longer = (f"{start}, {word}" for start in (label, first) for word in keywords)
    numbered = (f"{label[: LABEL_CHARACTERS - 6]} {number}" for number in itertools.count(2))
    attempts = itertools.chain([label], longer, numbered)
    return next(
        attempt
        for attempt in attempts
        if len(attempt) <= LABEL_CHARACTERS and _words_of(attempt) not in taken
    )


def _words_of(label: str) -> str:
    """Return what makes a label another: its words, whatever their order and repetition."""
    return " ".join(sorted(set(re.findall(r"\w+", label.casefold())))) or label


def _first_words(texts: Sequence[str]) -> str:
    first = min(
        filter(None, map(without_marks, texts)), key=lambda text: (len(text), text), default=""
    )
    cut = first[: LABEL_CHARACTERS + 1]
    whole = cut if len(first) <= LABEL_CHARACTERS else cut.rpartition(" ")[0] or cut[:-1]
    return _sentence_case(whole) or "Unnamed"


def _sentence_case(label: str) -> str:
    first = label.split(maxsplit=1)[0] if label else ""
    return label if any(letter.isupper() for letter in first) else label[:1].upper() + label[1:]
