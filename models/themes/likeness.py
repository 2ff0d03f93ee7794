"""Which statements are nearest to which: sought by meaning, put in order by meaning and words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from groundswell.domain import IntArray, Vectors
from models.nearest.neighbours import Index, build_index, nearest, search
from models.themes.wording import Wording, blend

CANDIDATES = 2
"""Statements near in meaning that are looked at, for each one wanted."""


@dataclass(frozen=True, slots=True)
class Said:
    """Statements as vectors and, where their texts are known, words."""

    vectors: Vectors
    """Unit rows, shape (n, dims)."""
    wording: Wording | None


def some_of(said: Said, rows: IntArray) -> Said:
    """Return some statements."""
    words = said.wording
    chosen = None if words is None else Wording(words.rows[rows], words.rarity)
    return Said(said.vectors[rows], chosen)


def join_said(first: Said, second: Said) -> Said:
    """Return the statements of both, whose words were weighed alike."""
    wording = None
    if first.wording is not None and second.wording is not None:
        rows = sp.vstack([first.wording.rows, second.wording.rows], format="csr")
        wording = Wording(sp.csr_array(rows), first.wording.rarity)
    return Said(np.concatenate([first.vectors, second.vectors]), wording)


def neighbours_within(
    said: Said, count: int, *, advance: Callable[[int], None] = lambda _: None
) -> IntArray:
    """Return each statement's `count` nearest others, nearest first, shape (n, count)."""
    wanted = _candidates(count, len(said.vectors) - 1, said)
    indices, similarities = nearest(
        said.vectors, said.vectors, wanted, skip_self=True, advance=advance
    )
    if said.wording is None:
        return indices
    return blend(indices, similarities, said.wording, said.wording, count)[0]


class Likeness:
    """Statements that others are compared with, made ready once."""

    def __init__(self, references: Said) -> None:
        self._references = references
        self._index: Index = build_index(references.vectors)

    def nearest(self, said: Said, count: int) -> tuple[IntArray, NDArray[np.float32]]:
        """Return the `count` nearest references of each statement, nearest first.

        Returns
        -------
        (indices, similarities), both of shape (n, count)
            Similarities are those of meaning and words together, -1 to 1.
        """
        count = min(count, len(self._references.vectors))
        wanted = _candidates(count, len(self._references.vectors), said)
        indices, similarities = search(self._index, said.vectors, wanted)
        if said.wording is None or self._references.wording is None:
            return indices, similarities
        return blend(indices, similarities, said.wording, self._references.wording, count)


def _candidates(count: int, available: int, said: Said) -> int:
    return min(count if said.wording is None else CANDIDATES * count, available)
