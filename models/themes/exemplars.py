"""The statements that show a theme best, and a choice of them from different people."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from groundswell.domain import IntArray, Vectors

QUOTABLE_WORDS = (6, 60)
"""Statements of so many words are quoted first: long enough to say it, short enough to read."""

CONSIDERED = 400
"""Statements that a choice is made from, the most central ones."""


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
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(len(centroids) + 1))
    ordered = []
    for theme, centroid in enumerate(centroids):
        rows = order[bounds[theme] : bounds[theme + 1]]
        cosines = np.round((vectors[rows] * centroid).sum(axis=1, dtype=np.float64), 5)
        ordered.append(rows[np.lexsort((rows, -cosines, unquotable[rows]))])
    return ordered


def choose_quotes(
    rows: Iterable[int],
    texts: Sequence[str],
    voices: Sequence[Hashable],
    channels: Sequence[Hashable],
    wanted: int,
    *,
    heard: Iterable[Hashable] = (),
) -> list[int]:
    """Choose statements to quote: central ones, of different people, texts and channels.

    One after the other, the first row is taken whose person and text were not taken before, from
    the channel least taken so far; of equally used channels, the row that comes first. Texts
    are the same if they differ in case and spaces alone.

    Parameters
    ----------
    rows
        Statements in question, best first (`central_first`); `CONSIDERED` of them are looked at.
    texts, voices, channels
        By row. A voice of None is unknown, and taken for a person of its own.
    wanted
        Number of quotes, at most.
    heard
        Voices that are quoted already and are not to be quoted again.
    """
    waiting = list(rows)[:CONSIDERED]
    used, said, chosen = set(heard) - {None}, set[str](), list[int]()
    spoken: Counter[Hashable] = Counter()
    while len(chosen) < wanted:
        waiting = [r for r in waiting if voices[r] not in used and _folded(texts[r]) not in said]
        if not waiting:
            break
        row = min(waiting, key=lambda r: spoken[channels[r]])
        chosen.append(row)
        spoken[channels[row]] += 1
        said.add(_folded(texts[row]))
        if voices[row] is not None:
            used.add(voices[row])
    return chosen


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
