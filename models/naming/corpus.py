"""The texts that names are made from: which of them, their words, and how near the middle."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.naming.clauses import any_stem, cut_clauses
from models.naming.word_vectors import fit_word_vectors

SAMPLE = 500
"""Texts of a theme that are looked at; more would not change what most of them say."""

LEARNT_WORDS = 1500
"""Stems that get a vector, the most frequent ones, if at least two texts have them."""

COSINE_DECIMALS = 5
"""Further ones depend on the processor."""


@dataclass(frozen=True, slots=True)
class NameCorpus:
    """Up to `SAMPLE` distinct texts of each theme, theme by theme and there in alphabetical order.

    Spread evenly over all, so the same whatever their order.
    """

    rows: IntArray
    """Row of each text in what was given, shape (n,)."""
    texts: Sequence[str]
    themes: IntArray
    starts: IntArray
    """Where each theme's texts begin, shape (n_themes + 1,)."""
    unread: Sequence[Sequence[str]]
    """Each theme's distinct texts that are not looked at."""
    stems: dict[str, int]
    """Column of each stem in `found`, the most frequent first."""
    found: sp.csr_array
    """1 where a text has a stem, shape (n, n_stems)."""
    casing: dict[str, str]
    """Each word (up to an apostrophe) as it is mostly written where no clause begins."""
    centroids: FloatArray
    """Unit rows, shape (n_themes, dims); 0 for a theme without texts."""
    cosines: FloatArray
    """Of each text to its theme's centroid."""
    words: FloatArray
    """Vectors of the first stems, shape (n_learnt, dims)."""
    toward: FloatArray
    """Their products with the centroids, shape (n_learnt, n_themes)."""

    def of_theme(self, theme: int) -> range:
        """Return the places of a theme's texts."""
        return range(int(self.starts[theme]), int(self.starts[theme + 1]))

    def having(self, theme: int, stems: Iterable[str]) -> dict[str, int]:
        """Return for each stem the texts of a theme that have it, as the bits of a number."""
        places = self.of_theme(theme)
        found = sp.csc_array(self.found[places.start : places.stop])
        bits = {}
        for stem in stems:
            column = self.stems.get(stem, -1)
            texts = np.zeros(-8 * (-len(places) // 8), dtype=bool)
            if column >= 0:
                texts[found.indices[found.indptr[column] : found.indptr[column + 1]]] = True
            bits[stem] = int.from_bytes(np.packbits(texts, bitorder="little").tobytes(), "little")
        return bits


def read_corpus(texts: Sequence[str], vectors: Vectors, labels: IntArray, count: int) -> NameCorpus:
    """Choose the texts to look at, and read them.

    Parameters
    ----------
    texts : sequence of length n
        Equal texts of one theme count once.
    vectors : ndarray of shape (n, dims), unit rows
    labels : ndarray of shape (n,)
        0 to ``count - 1``, or `NOISE`.
    """
    if not len(texts) == len(vectors) == len(labels):
        raise ValueError(f"{len(texts)} texts, {len(vectors)} vectors, {len(labels)} labels")
    rows, unread = choose_texts(texts, labels, count)
    themes = labels[rows].astype(np.int64)
    said = [texts[row] for row in rows.tolist()]
    clauses = [cut_clauses(text) for text in said]
    stems, found = _find_stems(clauses)
    belongs = sp.csr_array(
        (np.ones(len(rows)), (themes, np.arange(len(rows)))), shape=(count, len(rows))
    )
    own = vectors[rows].astype(np.float64)
    centroids = _unit(np.asarray(belongs @ own))
    learnt = min(LEARNT_WORDS, int((np.asarray(found.sum(axis=0)) > 1).sum()))
    words = fit_word_vectors(sp.csr_array(found[:, :learnt]), own)
    return NameCorpus(
        rows=rows,
        texts=said,
        themes=themes,
        starts=np.searchsorted(themes, np.arange(count + 1)),
        unread=unread,
        stems=stems,
        found=found,
        casing=_usual_casing(clauses),
        centroids=centroids,
        cosines=np.round(np.einsum("ij,ij->i", own, centroids[themes]), COSINE_DECIMALS),
        words=words,
        toward=words @ centroids.T,
    )


def stems_of(words: Sequence[str]) -> list[str]:
    """Return the stems of words, each once, in alphabetical order, articles left out."""
    return sorted({stem for stem in map(any_stem, words) if stem})


def choose_texts(
    texts: Sequence[str], labels: IntArray, count: int
) -> tuple[IntArray, list[list[str]]]:
    """Return the rows to look at, theme by theme, and each theme's other distinct texts."""
    by_theme: list[dict[str, int]] = [{} for _ in range(count)]
    for row, (theme, text) in enumerate(zip(labels.tolist(), texts, strict=True)):
        if theme != NOISE:
            by_theme[theme].setdefault(text, row)
    rows: list[int] = []
    unread = []
    for said in by_theme:
        ordered = sorted(said)
        places = np.linspace(0, len(said) - 1, min(SAMPLE, len(said))).round().astype(int)
        rows += [said[ordered[place]] for place in places.tolist()]
        looked_at = set(places.tolist()) if len(said) > SAMPLE else range(len(said))
        unread.append([text for place, text in enumerate(ordered) if place not in looked_at])
    return np.array(rows, dtype=np.int64), unread


def _find_stems(texts: Sequence[list[list[str]]]) -> tuple[dict[str, int], sp.csr_array]:
    stems_by_text = [stems_of([word for clause in clauses for word in clause]) for clauses in texts]
    texts_with = Counter(stem for stems in stems_by_text for stem in stems)
    frequent_first = sorted(texts_with, key=lambda stem: (-texts_with[stem], stem))
    column = {stem: place for place, stem in enumerate(frequent_first)}
    return column, count_stems(stems_by_text, column)


def _usual_casing(texts: Sequence[list[list[str]]]) -> dict[str, str]:
    written: Counter[str] = Counter()
    for clauses in texts:
        for words in clauses:
            written.update(words[1:])
    bare: Counter[str] = Counter()
    for word, times in written.items():
        bare[word.partition("'")[0]] += times
    usual: dict[str, str] = {}
    for word in sorted(bare, key=lambda word: (-bare[word], word)):
        usual.setdefault(word.lower(), word)
    return usual


def count_stems(stems_by_text: Sequence[Sequence[str]], column: dict[str, int]) -> sp.csr_array:
    """Return a matrix with 1 where a text has a stem; unknown stems are left out."""
    known = [[column[stem] for stem in stems if stem in column] for stems in stems_by_text]
    ends = np.cumsum([0, *map(len, known)])
    columns = np.fromiter((c for stems in known for c in stems), dtype=np.int64, count=ends[-1])
    return sp.csr_array((np.ones(len(columns)), columns, ends), shape=(len(known), len(column)))


def _unit(rows: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0))
