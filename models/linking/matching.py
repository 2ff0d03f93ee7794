"""Match queries (needs, requests) with docs (backlog items, release notes)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray, Vectors, require_aligned
from models.evidence.inputs import cosine
from models.linking.chances import COSINE, WORDS, link_probability, usual_cosine
from models.linking.recalibration import Recalibration
from models.linking.words import Words, read_words

SHORTLIST = 50
"""Docs of each query whose letters are compared: the first by cosine and words. Of 105 requests
the feature that met them lay further down for 23, and none of those had a probability over .01."""

UNLIKELY = 0.001
"""Probability below which it does not matter how small it is."""

SHOWN_WORDS = 4

_QUERIES_AT_ONCE = 256  # of 20,000 docs each: 40 MB a table


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts with their vectors.

    Raises
    ------
    ValueError
        They are not aligned.
    """

    texts: Sequence[str]
    """Of a need: its name, keywords and a few statements; of an item or release: title and text."""
    vectors: Vectors
    """Unit rows, shape (n, dims)."""

    def __post_init__(self) -> None:
        require_aligned(self.texts, len(self.vectors), "vectors of texts")


@dataclass(frozen=True, slots=True)
class Matches:
    """The docs most probably about the same thing as each query, arrays of shape (n, k)."""

    docs: IntArray
    """Rows of the docs, the most probable first; equal ones in the order of the docs."""
    probability: FloatArray
    """That query and doc are about the same thing, 0 to 1."""
    cosine: FloatArray
    words: Words
    """Of the texts that were matched."""

    def reason(self, query: int, place: int) -> str:
        """Say why: ``86 % sure: both say "grid", "layout"; similarity 0.71``."""
        words = self.words.shared_words(query, int(self.docs[query, place]), SHOWN_WORDS)
        said = ", ".join(f'"{word}"' for word in words)
        return (
            f"{percent(self.probability[query, place])} sure: "
            + (f"both say {said}; " if words else "no word in common; ")
            + f"similarity {self.cosine[query, place]:.2f}"
        )


def match(
    queries: Texts,
    docs: Texts,
    *,
    count: int = 10,
    recalibration: Recalibration | None = None,
) -> Matches:
    """Find the docs that are about the same thing as each query.

    What is usual for a query and how rare a word is come from the texts given, so all docs that
    could be meant have to be given at once.

    Parameters
    ----------
    count
        Docs returned for each query, at most all.
    recalibration
        What reviewers' words on matches taught; None: probabilities as they are computed.

    Returns
    -------
    Matches
        With ``k = min(count, n_docs)``. Nothing depends on the order of the queries, and on that
        of the docs only which of two equal ones comes first.
    """
    words = read_words(queries.texts, docs.texts)
    k = min(count, len(docs.texts))
    shape = (len(queries.texts), k)
    found = np.empty(shape, dtype=np.int64)
    probability, alike = np.empty(shape), np.empty(shape)
    for start in range(0, len(queries.texts), _QUERIES_AT_ONCE):
        rows = np.arange(start, min(start + _QUERIES_AT_ONCE, len(queries.texts)))
        cosines = cosine(queries.vectors[rows], docs.vectors)
        found[rows], probability[rows] = _best(rows, cosines, words, k)
        alike[rows] = np.take_along_axis(cosines, found[rows], axis=1)
    if recalibration is not None:
        probability = recalibration.apply(probability)
    return Matches(found, probability, alike, words)


def percent(probability: float) -> str:
    """Return ``86 %``; what is not certain is never called so."""
    return f"{min(max(round(100.0 * probability), 1), 99)} %"


def _best(
    rows: IntArray, cosines: FloatArray, words: Words, count: int
) -> tuple[IntArray, FloatArray]:
    """Return docs and probabilities of some queries, each of shape (n_rows, count)."""
    rare = (words.query_stems[rows] @ words.doc_stems.T).toarray()
    near = _largest(COSINE * cosines + WORDS * rare, max(count, SHORTLIST))
    alike = np.take_along_axis(cosines, near, axis=1)
    shared = np.take_along_axis(rare, near, axis=1)
    usual = usual_cosine(cosines)[:, None]
    n_docs = cosines.shape[1]
    # Comparing letters is slow: only where they could make a match of it.
    place = np.nonzero(link_probability(alike, usual, np.ones(1), shared, n_docs) >= UNLIKELY)
    letters = np.zeros(near.shape)
    letters[place] = words.shared_letters(rows[place[0]], near[place])
    probability = link_probability(alike, usual, letters, shared, n_docs)
    order = np.argsort(-probability, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(probability, order, axis=1)


def _largest(scores: FloatArray, count: int) -> NDArray[np.int64]:
    """Return the columns of the `count` largest of each row, in ascending order."""
    width = scores.shape[1]
    if count >= width:
        return np.tile(np.arange(width), (len(scores), 1))
    floors = np.partition(scores, width - count, axis=1)[:, width - count]
    taken = scores >= floors[:, None]
    for row in np.flatnonzero(taken.sum(axis=1) > count):
        # Of those that equal the last one the first fill the places that are left.
        above = scores[row] > floors[row]
        level = np.flatnonzero(scores[row] == floors[row])[: count - above.sum()]
        taken[row] = above
        taken[row, level] = True
    return np.nonzero(taken)[1].reshape(len(scores), count)
