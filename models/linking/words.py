"""What two texts share in words, and in the letters of their words.

An encoder blurs names: "multi-root" and "launch.json" say more than their vectors do. Rare words
count more, and runs of letters still meet where words are put together in other ways ("web view",
"webviews", "WebviewPanel").
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

import numpy as np
import scipy.sparse as sp

from groundswell.domain import FloatArray, IntArray
from models.naming.clauses import NOT, content_stem, cut_clauses

READ_CHARACTERS = 1_000
"""A text's beginning says what it is about; what follows is steps, logs and quotations."""

RUN_LENGTHS = (3, 4)
"""Letters of a run, the blank before and after a word among them."""

LETTER_BUCKETS = 2**18
"""Places that runs are hashed to; 50,000 distinct words have about 40,000 runs."""

# camelCase, snake_case, dotted.names and file/paths hold several words
_PARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^\w]+|_+")
_FEWEST_PARTS = 2


@dataclass(frozen=True, slots=True)
class Words:
    """Queries and docs in words and letters, as sparse arrays with a row per text."""

    query_stems: sp.csr_array
    """Shape (n_queries, n_stems): the rarity of each stem a query has, in nats."""
    doc_stems: sp.csr_array
    """Shape (n_docs, n_stems): 1 for each stem a doc has."""
    query_letters: sp.csr_array
    """Shape (n_queries, `LETTER_BUCKETS`), unit rows."""
    doc_letters: sp.csr_array
    texts: tuple[Sequence[str], Sequence[str]]
    """Queries and docs."""
    rarity: Mapping[str, float]
    """Of each stem, in nats."""

    def shared_words(self, query: int, doc: int, count: int) -> list[str]:
        """Return up to `count` words of a query that a doc has in some form, rarest first."""
        there = set(find_stems(self.texts[1][doc]))
        found: dict[str, str] = {}
        for word in find_words(self.texts[0][query]):
            if _stem(word) in there:
                found.setdefault(_stem(word), word)
        order = sorted(found, key=lambda stem: (-self.rarity[stem], stem))
        return [found[stem] for stem in order[:count]]

    def shared_letters(self, queries: IntArray, docs: IntArray) -> FloatArray:
        """Return the cosine in letters of each pair; both of shape (n,)."""
        products = self.query_letters[queries].multiply(self.doc_letters[docs])
        return np.asarray(products.sum(axis=1), dtype=np.float64).ravel()


def read_words(queries: Sequence[str], docs: Sequence[str]) -> Words:
    """Read the words of all texts and weigh them by how rare they are among them.

    Rarity is ``ln((1 + n) / (1 + df))`` over the queries and docs together. So a word all of them
    have tells nothing, and in a small collection no word tells much.
    """
    texts = [find_words(text) for text in chain(queries, docs)]
    stems, names = _count([_stems(words) for words in texts])
    rare, letters, split = _rarity(stems), _letters(texts), len(queries)
    stems.data[:] = 1.0
    asked = stems[:split].copy()
    asked.data = rare[asked.indices]
    return Words(
        query_stems=asked,
        doc_stems=stems[split:],
        query_letters=letters[:split],
        doc_letters=letters[split:],
        texts=(queries, docs),
        rarity=dict(zip(names, rare.tolist(), strict=True)),
    )


def find_words(text: str) -> list[str]:
    """Return the words at the beginning of a text; compounds of a program are taken apart."""
    words = chain.from_iterable(cut_clauses(text[:READ_CHARACTERS]))
    return [part for word in words for part in _take_apart(word)]


def find_stems(text: str) -> list[str]:
    """Return the stems of the words that name something, in the order of the text."""
    return _stems(find_words(text))


@lru_cache(1 << 16)
def _take_apart(word: str) -> tuple[str, ...]:
    parts = tuple(filter(None, _PARTS.split(word)))
    # Of a name that is not one plain word the whole is kept too: it tells the most.
    return (word, *parts) if len(parts) >= _FEWEST_PARTS else (word,)


def _stems(words: Sequence[str]) -> list[str]:
    return [*filter(None, map(_stem, words))]


def _stem(word: str) -> str:
    stem = content_stem(word)
    return "" if stem == NOT else stem


def _count(texts: Sequence[Sequence[str]]) -> tuple[sp.csr_array, list[str]]:
    """Count each word of each text; the columns are the words in alphabetical order."""
    names = sorted(set(chain.from_iterable(texts)))
    place = {name: column for column, name in enumerate(names)}
    columns = np.array([place[word] for words in texts for word in words], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum([len(words) for words in texts], dtype=np.int64)])
    counts = sp.csr_array((np.ones(len(columns)), columns, starts), shape=(len(texts), len(names)))
    counts.sum_duplicates()
    return counts, names


def _rarity(counts: sp.csr_array) -> FloatArray:
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1.0 + counts.shape[0]) / (1.0 + having)))


def _letters(texts: Sequence[Sequence[str]]) -> sp.csr_array:
    """Return the runs of letters of each text: ``(1 + ln count) * rarity``, in unit rows."""
    counts, names = _count([[word.lower() for word in words] for words in texts])
    runs = [_runs(name) for name in names]
    starts = np.concatenate([[0], np.cumsum([len(run) for run in runs], dtype=np.int64)])
    columns = np.array([*chain.from_iterable(runs)], dtype=np.int64)
    of_words = sp.csr_array(
        (np.ones(len(columns)), columns, starts), shape=(len(runs), LETTER_BUCKETS)
    )
    letters = sp.csr_array(counts @ of_words)
    letters.sort_indices()
    letters.data = (1.0 + np.log(letters.data)) * _rarity(letters)[letters.indices]
    lengths = np.sqrt(np.asarray(letters.multiply(letters).sum(axis=1)).ravel())
    letters.data /= np.repeat(np.where(lengths > 0.0, lengths, 1.0), np.diff(letters.indptr))
    return letters


@lru_cache(1 << 17)
def _runs(word: str) -> tuple[int, ...]:
    padded = f" {word} "
    runs = {
        padded[start : start + length]
        for length in RUN_LENGTHS
        for start in range(max(len(padded) - length + 1, 1))
    }
    return tuple(sorted(crc32(run.encode()) % LETTER_BUCKETS for run in runs))
