"""The words of a fit, and which share of a statement's words it never saw.

Words are kept as numbers (CRC-32): which ones they were cannot be read from them, and a million
take 4 MB.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray
from groundswell.errors import ModelError
from models.themes.wording import words_of

Words = NDArray[np.uint32]
"""Distinct words, ascending."""


def unseen_shares(texts: Sequence[str], known: Words) -> FloatArray:
    """Return the share of each text's distinct words that are not known, shape (n,); none: 0."""
    row, word = _distinct(texts)
    return _shares(row, ~np.isin(word, known), len(texts))


def read_words(texts: Sequence[str]) -> tuple[Words, FloatArray]:
    """Return the words of texts, and the share of each text's that no other has, shape (n,).

    The shares are of distinct words: what a fit of all the others would not have seen, the chance
    that a word is a new one, as Good and Turing estimate it.

    References
    ----------
    Good (1953), "The population frequencies of species and the estimation of population
    parameters", Biometrika 40, equation 9.
    """
    row, word = _distinct(texts)
    words, which, texts_with = np.unique(word, return_inverse=True, return_counts=True)
    return words, _shares(row, texts_with[which] == 1, len(texts))


def to_bytes(words: Words) -> bytes:
    """Write words as safetensors."""
    from safetensors.numpy import save

    return save({"words": words})


def from_bytes(data: bytes) -> Words:
    """Read what `to_bytes` wrote.

    Raises
    ------
    ModelError
        The bytes are no such words.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return np.asarray(load(data)["words"], dtype=np.uint32)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ModelError(
            f"words of the themes: not readable ({error}); 'groundswell retrain' makes them anew"
        ) from None


def _distinct(texts: Sequence[str]) -> tuple[IntArray, Words]:
    """Return (text, word), each once for a text, by text."""
    row, word = words_of(texts)
    both = np.unique((row.astype(np.uint64) << np.uint64(32)) | word)
    return (both >> np.uint64(32)).astype(np.int64), both.astype(np.uint32)


def _shares(row: IntArray, chosen: NDArray[np.bool_], count: int) -> FloatArray:
    some = np.bincount(row, chosen, minlength=count)
    return np.asarray(some / np.maximum(np.bincount(row, minlength=count), 1))
