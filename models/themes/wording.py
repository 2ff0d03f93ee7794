"""How alike two texts are in their words, beside how alike their vectors are in meaning.

A sentence encoder blurs what a word tells sharply: a "top-up by card" and a "top-up by cheque"
lie side by side. So the nearest statements are sought by meaning and then put in the order of
both views. Words and pairs of words are hashed, so that no vocabulary has to be kept.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from os import cpu_count
from zlib import crc32

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import IntArray

BUCKET_BITS = 18
BUCKETS = 2**BUCKET_BITS
"""Places that words and pairs of words are hashed to; 20,000 statements use a tenth of them."""

WORDS_WEIGHT = 0.5
"""Weight of the likeness in words, beside 1 for that in meaning (decision record 0014)."""

_QUERIES_AT_ONCE = 512
_SPREADING = np.uint32(2_654_435_769)  # 2^32 over the golden ratio (Knuth, TAOCP 3, 6.4)
_FIRST_OF_PAIR = np.uint32(0x85EBCA6B)  # odd, so that a pair and its reverse differ
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
    rows, buckets = _terms(texts)
    if rarity is None:
        rarity = _rarity(np.bincount(buckets, minlength=BUCKETS), len(texts))
    known = rarity[buckets] > 0.0
    rows, buckets = rows[known], buckets[known]
    weights = rarity[buckets].astype(np.float64)
    lengths = np.sqrt(np.bincount(rows, weights**2, minlength=len(texts)))
    starts = np.searchsorted(rows, np.arange(len(texts) + 1)).astype(np.int32)
    unit = (weights / lengths[rows]).astype(np.float32)
    shape = (len(texts), BUCKETS)
    return Wording(sp.csr_array((unit, buckets.astype(np.int32), starts), shape=shape), rarity)


def words_of(texts: Sequence[str]) -> tuple[IntArray, NDArray[np.uint32]]:
    """Return (text, CRC-32 of the word) of each word of each text, as they come."""
    words = [_TOKEN.findall(_apart(text.lower())) for text in texts]
    row = np.repeat(np.arange(len(texts)), np.fromiter(map(len, words), np.int64, len(texts)))
    codes, distinct = pd.factorize(np.array([*chain.from_iterable(words)], dtype=object))
    hashes = np.array([crc32(word.encode()) for word in distinct], dtype=np.uint32)
    return row, hashes[codes]


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


def _terms(texts: Sequence[str]) -> tuple[IntArray, IntArray]:
    """Return (text, bucket) of each word and pair of words of each text, once, in order."""
    row, hashes = words_of(texts)
    pairs = (hashes[:-1] * _FIRST_OF_PAIR + hashes[1:])[row[:-1] == row[1:]]
    rows = np.concatenate([row, row[1:][row[:-1] == row[1:]]])
    # The upper bits of a product with an odd number depend on all bits of the hash.
    buckets = (np.concatenate([hashes, pairs]) * _SPREADING) >> np.uint32(32 - BUCKET_BITS)
    terms = np.sort(rows * BUCKETS + buckets)
    terms = terms[np.concatenate([[True], terms[1:] != terms[:-1]])[: len(terms)]]
    return terms // BUCKETS, terms % BUCKETS


def _apart(text: str) -> str:
    """Put blanks around each character of a script that is written without."""
    return text if text.isascii() else _NO_BLANKS.sub(r" \1 ", text)


def _pairwise(indices: IntArray, queries: Wording, references: Wording) -> NDArray[np.float64]:
    """Return the cosine in words of each query and each of its candidates, shape (n, c)."""
    cosines = np.empty(indices.shape)

    def compare(start: int) -> None:
        part = slice(start, start + _QUERIES_AT_ONCE)
        cosines[part] = _products(queries.rows[part], references.rows, indices[part])

    with ThreadPoolExecutor(cpu_count()) as pool:
        list(pool.map(compare, range(0, len(indices), _QUERIES_AT_ONCE)))
    return cosines


def _products(
    queries: sp.csr_array, references: sp.csr_array, indices: IntArray
) -> NDArray[np.float64]:
    """Look each word of each candidate up in a table of the queries' words, and add up."""
    columns = np.flatnonzero(np.bincount(queries.indices, minlength=BUCKETS))
    place = np.zeros(BUCKETS, dtype=np.int32)  # 0: no query has it
    place[columns] = np.arange(1, len(columns) + 1)
    width = len(columns) + 1
    table = np.zeros(len(indices) * width, dtype=np.float32)
    own = np.repeat(np.arange(len(indices)) * width, np.diff(queries.indptr))
    table[own + place[queries.indices]] = queries.data
    starts = references.indptr.take(indices.ravel())
    words = references.indptr.take(indices.ravel() + 1) - starts
    ends = np.cumsum(words)
    where = np.repeat((starts - ends + words).astype(np.int32), words)
    where += np.arange(len(where), dtype=np.int32)
    rows = np.repeat(np.arange(len(indices), dtype=np.int32) * width, indices.shape[1])
    cells = place.take(references.indices.take(where))
    cells += np.repeat(rows, words)
    products = table.take(cells)
    products *= references.data.take(where)
    sums, some = np.zeros(indices.size), np.flatnonzero(words)
    if len(some):
        sums[some] = np.add.reduceat(products, (ends - words)[some], dtype=np.float64)
    return sums.reshape(indices.shape)
