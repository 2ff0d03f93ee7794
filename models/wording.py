"""How alike two texts are in their words, beside how alike their vectors are in meaning.

A sentence encoder blurs what a word tells sharply: a "top-up by card" and a "top-up by cheque"
lie side by side. So the nearest statements are sought by meaning and then put in the order of
both views. Words and pairs of words are hashed, so that no vocabulary has to be kept.
"""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from os import cpu_count

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import IntArray

BUCKETS = 2**18
"""Places that words and pairs of words are hashed to; 20,000 statements use a tenth of them."""

WORDS_WEIGHT = 0.5
"""Weight of the likeness in words, beside 1 for that in meaning (decision record 0014)."""

_LEAST = 1e-12
_PAIRS_AT_ONCE = 200_000
_DECIMALS = 6  # of a blended similarity, so that ties are ties on every machine
_TOKEN = re.compile(r"[^\W_]+")
_NO_BLANKS = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")  # CJK


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of texts: unit rows, so that a product of two rows is their cosine."""

    rows: sp.csr_array
    """Shape (n, `BUCKETS`), float32."""
    rarity: NDArray[np.float32]
    """Inverse document frequency by which each bucket was weighed, shape (`BUCKETS`,)."""


def read_wording(texts: Sequence[str], rarity: NDArray[np.float32] | None = None) -> Wording:
    """Weigh the words and pairs of words of texts by how rare they are.

    ``log((1 + n) / (1 + df)) + 1`` for what at least two of the texts have; what one text has
    alone makes it like no other and is left out.

    Parameters
    ----------
    rarity
        That of an earlier call, to describe further texts alike; None: of these texts.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        n_features=BUCKETS,
        analyzer=_terms,
        binary=True,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    counts = sp.csr_array(hashing.transform(texts or [""]))[: len(texts)]
    if rarity is None:
        rarity = _rarity(np.bincount(counts.indices, minlength=BUCKETS), len(texts))
    weighed = sp.csr_array(
        (rarity[counts.indices], counts.indices, counts.indptr), shape=counts.shape
    )
    weighed.eliminate_zeros()
    weighed.sort_indices()
    lengths = np.sqrt(np.maximum(weighed.multiply(weighed).sum(axis=1), _LEAST))
    shares = weighed.data / np.repeat(lengths, np.diff(weighed.indptr))
    unit = sp.csr_array(
        (shares.astype(np.float32), weighed.indices, weighed.indptr), shape=weighed.shape
    )
    return Wording(unit, rarity)


def blend(
    indices: IntArray,
    similarities: NDArray[np.float32],
    queries: Wording,
    references: Wording,
    count: int,
) -> tuple[IntArray, NDArray[np.float32]]:
    """Put candidates found by meaning in the order of meaning and words, and keep the first.

    Parameters
    ----------
    indices : ndarray of shape (n, c)
        Row of the references for each candidate of each query.
    similarities : ndarray of shape (n, c)
        Cosine in meaning, -1 to 1.
    count
        How many to keep, at most c.

    Returns
    -------
    (indices, similarities), both of shape (n, count), most similar first: the weighted mean of
    both cosines. Equal ones stay in the order given.
    """
    alike = _pairwise(indices, queries, references)
    both = (similarities + WORDS_WEIGHT * alike) / (1.0 + WORDS_WEIGHT)
    blended = np.asarray(np.round(both, _DECIMALS), dtype=np.float32)
    order = np.argsort(-blended, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(blended, order, axis=1)


def _rarity(documents: IntArray, count: int) -> NDArray[np.float32]:
    rare = np.log((1.0 + count) / (1.0 + documents)) + 1.0
    return np.where(documents >= 2, rare, 0.0).astype(np.float32)


def _terms(text: str) -> Iterator[str]:
    words = _TOKEN.findall(_NO_BLANKS.sub(r" \1 ", text.lower()))
    yield from words
    yield from map(" ".join, pairwise(words))


def _pairwise(indices: IntArray, queries: Wording, references: Wording) -> NDArray[np.float32]:
    """Return the cosine in words of each query and each of its candidates, shape (n, c)."""
    rows = np.repeat(np.arange(len(indices)), indices.shape[1])
    columns = indices.ravel()
    cosines = np.empty(len(rows), dtype=np.float32)

    def compare(start: int) -> None:
        part = slice(start, start + _PAIRS_AT_ONCE)
        shared = queries.rows[rows[part]].multiply(references.rows[columns[part]])
        cosines[part] = shared.sum(axis=1)

    with ThreadPoolExecutor(cpu_count()) as pool:
        list(pool.map(compare, range(0, len(rows), _PAIRS_AT_ONCE)))
    return cosines.reshape(indices.shape)
