"""How much two texts resemble each other, letter by letter, and which of many do.

Shingles are runs of four characters; the resemblance of two texts is the Jaccard index of
their sets of shingles. MinHash signatures find the pairs worth the exact computation, in time
linear in the number of texts.
"""

import re
import string
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, count
from operator import ne

import numpy as np
from numpy.typing import NDArray

SHINGLE_CHARS = 4
"""Length of a shingle: a slip of the finger costs about four of them."""

PASSAGE_WORDS = 3
"""Shortest passage that can say something of its own; one or two words may be a correction."""

PASSAGE_SIMILARITY = 0.15
"""Passages below it have little more in common than any two of one language."""

PERMUTATIONS = 128

ESTIMATE_MARGIN = 0.2
"""Pairs this far under the limit by their signatures are not looked at; five or more standard
errors, ``sqrt(s (1 - s) / PERMUTATIONS)``, at limits from 0.75."""

_SEED = 1
_CHUNK = 4_096  # texts hashed at once, which bounds the memory
_CACHED_SETS = 64  # of shingles; that of the longest record takes 2 MB
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, 2^64 over the golden ratio
_LONG_NUMBER = re.compile(r"\d{4,}")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")  # no blanks
_MARKS = string.punctuation + "“”‘’«»‹›„…–—·•¿¡。、，！？；：（）「」『』।"  # noqa: RUF001


def normal_words(text: str) -> str:
    """Return the words in small letters, one blank between them, without marks around them.

    Numbers of four digits or more (orders, dates, phones) become ``0``: they differ from one
    paste to the next and say nothing about a need.
    """
    words = (w if w.isalnum() else w.strip(_MARKS) for w in text.casefold().split())
    return _LONG_NUMBER.sub("0", " ".join(filter(None, words)))


def count_words(normal: str) -> int:
    """Count the words of a normal text; two characters of Chinese or Japanese are about one."""
    if normal.isascii():
        return len(normal.split())
    words = sum(any(map(str.isalnum, word)) for word in normal.split())
    return max(words, len(_CJK.findall(normal)) // 2)


def resemblance(one: str, other: str) -> float:
    """Return the Jaccard index of the shingles of two normal texts, from 0 to 1 (equal)."""
    if one == other:
        return 1.0
    first, second = _shingles(one), _shingles(other)
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def holds_other_words(one: str, other: str) -> bool:
    """Whether a passage in one normal text stands in place of quite another one.

    Two answers in one form share the form, and two comments one answer of the vendor below
    them. What is compared is what is left without the words that both begin and end with.
    """
    first, second = one.split(), other.split()
    for _ in range(2):  # the same from behind
        differs = compress(count(), map(ne, first, second))
        shared = next(differs, min(len(first), len(second)))
        first, second = first[shared:][::-1], second[shared:][::-1]
    return (
        min(len(first), len(second)) >= PASSAGE_WORDS
        and resemblance(" ".join(first), " ".join(second)) < PASSAGE_SIMILARITY
    )


def candidate_pairs(
    texts: Sequence[str], owners: Sequence[int], band: int, limit: float
) -> list[tuple[int, int]]:
    """Find the pairs of texts of one owner that may resemble each other.

    Texts that agree in a whole band of their signatures share a bucket. Each is paired with
    the one before it there and with the first, so that the number of pairs stays linear.

    Parameters
    ----------
    texts
        Normal texts.
    owners
        One per text, 0 or more; texts of different owners are never paired.
    band
        Hashes per band. A pair of resemblance s is missed with probability
        ``(1 - s ** band) ** (PERMUTATIONS // band)``.
    limit
        Lowest resemblance wanted, 0 to 1.

    Returns
    -------
    list of (late, early)
        Places in `texts`, early < late, in ascending order. The same for the same texts.

    References
    ----------
    Broder (1997), "On the resemblance and containment of documents", SEQUENCES 1997; bands as
    in Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.
    """
    if not texts:
        return []
    signatures = _signatures(texts)
    pairs = np.sort(np.concatenate(_bucket_pairs(signatures, owners, band)))
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]
    late, early = np.divmod(pairs, len(texts))
    near = np.zeros(len(pairs), np.bool_)
    for start in range(0, len(pairs), _CHUNK):
        part = slice(start, start + _CHUNK)
        agree = (signatures[late[part]] == signatures[early[part]]).mean(axis=1)
        near[part] = agree >= limit - ESTIMATE_MARGIN
    return list(zip(late[near].tolist(), early[near].tolist(), strict=True))


def _bucket_pairs(
    signatures: NDArray[np.uint32], owners: Sequence[int], band: int
) -> list[NDArray[np.int64]]:
    """Return pairs as ``late * n + early``, of some several times."""
    size = len(signatures)
    found = []
    for start in range(0, PERMUTATIONS - band + 1, band):
        key = np.array(owners, np.uint64)
        for column in range(start, start + band):
            key = (key ^ signatures[:, column]) * _MULTIPLIER
        order = np.argsort(key, kind="stable")
        first = np.append(True, key[order][1:] != key[order][:-1])
        run = np.maximum.accumulate(np.where(first, np.arange(size), 0))
        again = np.flatnonzero(~first)
        for early in (again - 1, run[again]):
            found.append(order[again] * size + order[early])
    return found


def _signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Return the MinHash signature of each text, shape (n, PERMUTATIONS)."""
    from rensa import RMinHash

    signatures = np.empty((len(texts), PERMUTATIONS), np.uint32)
    for start in range(0, len(texts), _CHUNK):
        chunk = [text.ljust(SHINGLE_CHARS) for text in texts[start : start + _CHUNK]]
        letters = np.frombuffer("".join(chunk).encode("utf-32-le", "surrogatepass"), np.uint32)
        ends = np.cumsum([len(text) for text in chunk])
        hashes = np.zeros(len(letters), np.uint64)
        inside = np.ones(len(letters), np.bool_)
        for shift in range(SHINGLE_CHARS):
            hashes = (hashes ^ np.roll(letters, -shift)) * _MULTIPLIER
            if shift:
                inside[ends - shift] = False  # would reach into the next text
        offsets = np.append(0, np.cumsum(inside)[ends - 1])
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            hashes[inside], offsets.astype(np.uint64), PERMUTATIONS, _SEED
        )
        signatures[start : start + len(chunk)] = matrix.to_rows()
    return signatures


@lru_cache(_CACHED_SETS)
def _shingles(text: str) -> frozenset[str]:
    last = max(len(text) - SHINGLE_CHARS, 0)
    return frozenset(text[start : start + SHINGLE_CHARS] for start in range(last + 1))
