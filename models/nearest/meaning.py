"""What words mean, learnt from the vectors of the texts that hold them.

A question has no vector unless the encoder runs. But every text of the store has one, and says
of which words it is the meaning. So each word is given the vector with which the texts are
foretold best: the mean of all texts plus the sum of a text's words, rarer ones weighing more, by
least squares with a penalty. A question is then foretold as a text is, in a millisecond, and what
is nearest to it is found among the vectors as they are stored.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import IntArray
from models.nearest.exact_vectors import BLOCK_ROWS, UNIT, Lattice, as_float, on_lattice

LEARN_FROM = 30_000
"""Texts that the words are learnt from together; of more, so many spread evenly."""

PENALTY = 1.0
"""Of a word's squared length; texts have length 1. From 0.3 to 3 it makes no odds (decision
0030)."""

STEPS = 12
"""Of conjugate gradients; thirty find no more (decision 0030)."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

FloatRows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Meanings:
    """Texts and the words in them, in one space."""

    rows: Lattice
    """Vectors of the texts, shape (n_texts, dims)."""
    words: Mapping[str, int]
    """Word to its place in the next two."""
    word_vectors: FloatRows
    """What a word adds to the mean, shape (n_words, dims)."""
    rarity: NDArray[np.float32]
    """``log(1 + n_texts / n_texts_with_the_word)``, shape (n_words,)."""
    centre: NDArray[np.float32]
    """Mean of the texts, shape (dims,)."""


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once, case-folded."""
    return tuple(dict.fromkeys(_WORD.findall(text.casefold().replace("’", "'"))))  # noqa: RUF001


def learn_meanings(texts: Sequence[str], vectors: NDArray[np.floating]) -> Meanings:
    """Learn what the words of texts mean.

    Parameters
    ----------
    texts
        At least one.
    vectors : ndarray of shape (n_texts, dims)
        Of any length but zero.

    References
    ----------
    Hestenes and Stiefel (1952), "Methods of conjugate gradients for solving linear systems".
    """
    rows = on_lattice(vectors)
    words, held = _held(texts)
    counts = np.bincount(held.indices, minlength=len(words))
    rarity = np.log1p(len(texts) / counts).astype(np.float32)
    weights = _weighted(held, rarity)
    centre = _mean(rows)
    spread = np.linspace(0, len(texts) - 1, min(len(texts), LEARN_FROM)).astype(np.int64)
    found = _least_squares(weights[spread], _units(rows[spread]) - centre)
    if len(spread) < len(texts):
        _add_the_others(found, weights, rows, centre, spread)
    return Meanings(rows, words, found, rarity, centre)


def meaning_of(question: str, known: Meanings) -> tuple[NDArray[np.float32] | None, list[str]]:
    """Foretell the vector of a question.

    Returns
    -------
    vector
        Shape (dims,); None: nobody said any of its words.
    unknown
        The words that nobody said.
    """
    words = words_in(question)
    places = [known.words[word] for word in words if word in known.words]
    unknown = [word for word in words if word not in known.words]
    if not places:
        return None, unknown
    weights = known.rarity[places]
    added = weights @ known.word_vectors[places] / np.linalg.norm(weights)
    return np.asarray(known.centre + added), unknown


def meaning_of_texts(places: IntArray, known: Meanings) -> NDArray[np.float32]:
    """Return the mean vector of some of the texts, at least one, shape (dims,)."""
    return _mean(known.rows[places])


def nearest_texts(
    vector: NDArray[np.float32], known: Meanings, count: int, among: IntArray | None = None
) -> IntArray:
    """Return the places of the texts nearest to a vector, the nearest first.

    Parameters
    ----------
    count
        Most that are returned.
    among
        Places of the texts that are looked at; None: all.
    """
    rows = known.rows if among is None else known.rows[among]
    products = _products(rows, as_float(on_lattice(vector[None, :]))[0])
    count = min(count, len(rows))
    last = len(rows) - count
    near = np.flatnonzero(products >= np.partition(products, last)[last]) if count else np.arange(0)
    order = near[np.argsort(-products[near], kind="stable")][:count]
    return np.asarray(order if among is None else among[order], dtype=np.int64)


def _held(texts: Sequence[str]) -> tuple[dict[str, int], sp.csr_array]:
    """Return the words, and which text holds which, shape (n_texts, n_words)."""
    words: dict[str, int] = {}
    places: list[int] = []
    starts = [0]
    for text in texts:
        places += [words.setdefault(word, len(words)) for word in words_in(text)]
        starts.append(len(places))
    ones = np.ones(len(places), dtype=np.float32)
    return words, sp.csr_array((ones, places, starts), shape=(len(texts), len(words)))


def _weighted(held: sp.csr_array, rarity: NDArray[np.float32]) -> sp.csr_array:
    """Return the weights of the words in each text, of unit length."""
    weights = held.copy()
    weights.data = rarity[held.indices]
    lengths = np.sqrt(np.maximum(weights.power(2).sum(axis=1), 1e-12))
    weights.data /= np.repeat(lengths, np.diff(held.indptr)).astype(np.float32)
    return weights


def _least_squares(weights: sp.csr_array, wanted: FloatRows) -> FloatRows:
    """Solve ``(W'W + PENALTY) x = W'y`` for all dimensions at once, as far as `STEPS` lead."""
    turned = weights.T.tocsr()
    found = np.zeros((weights.shape[1], wanted.shape[1]), dtype=np.float32)
    rest = np.asarray(turned @ wanted)
    way, size = rest.copy(), (rest * rest).sum(axis=0)
    for _ in range(STEPS):
        ahead = turned @ (weights @ way) + np.float32(PENALTY) * way
        step = size / np.maximum((way * ahead).sum(axis=0), 1e-12)
        found += step * way
        rest -= step * ahead
        before, size = size, (rest * rest).sum(axis=0)
        way = rest + size / np.maximum(before, 1e-12) * way
    return found


def _add_the_others(
    found: FloatRows,
    weights: sp.csr_array,
    rows: Lattice,
    centre: NDArray[np.float32],
    spread: IntArray,
) -> None:
    """Give each word that none of the chosen texts holds what its own texts still lack."""
    seen = np.bincount(weights[spread].indices, minlength=len(found)) > 0
    new = np.flatnonzero(~seen)
    of_new = weights[:, new].tocsr()
    texts = np.flatnonzero(np.diff(of_new.indptr))
    lacking = _units(rows[texts]) - centre - weights[texts] @ found
    squares = np.asarray(of_new.power(2).sum(axis=0))
    found[new] = (of_new[texts].T @ lacking) / (PENALTY + squares[:, None])


def _products(rows: Lattice, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the dot products of a vector with rows; one block at a time stays in the cache."""
    block = np.empty((BLOCK_ROWS, rows.shape[1]), dtype=np.float32)
    found = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), BLOCK_ROWS):
        part = rows[start : start + BLOCK_ROWS]
        block[: len(part)] = part
        np.dot(block[: len(part)], vector, out=found[start : start + len(part)])
    return found


def _units(rows: Lattice) -> FloatRows:
    return np.asarray(as_float(rows) / np.float32(UNIT))


def _mean(rows: Lattice) -> NDArray[np.float32]:
    return np.asarray(rows.mean(axis=0, dtype=np.float64) / UNIT, dtype=np.float32)
