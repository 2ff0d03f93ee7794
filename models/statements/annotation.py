"""Say what a statement is: its kind, its tone and how bad it is.

Without training data the built-in model does (`models.statements.annotator`). Where a reviewer
said what kind a statement is, that stands, and tone and severity follow it.
"""

from collections.abc import Sequence

import numpy as np

from groundswell.domain import Annotation, FloatArray, StatementKind, Vectors
from models.statements.annotator import (
    KINDS,
    Annotator,
    fit_annotator,
    shares_of,
    usual_polarity,
)
from models.statements.informative import is_informative

_DECIMALS = 4  # more would differ between processors
_ROWS = 2048  # statements worked on at once: bounds the memory


def annotate(
    text_hashes: Sequence[str],
    texts: Sequence[str],
    vectors: Vectors,
    example_vectors: Vectors,
    *,
    annotator: Annotator | None = None,
    said: Sequence[StatementKind | None] | None = None,
) -> list[Annotation]:
    """Judge statements by their words and vectors; each by itself, whatever else is in the batch.

    Of a statement whose kind a reviewer said, the confidence is 1; the polarity is moved by what
    the examples of the two kinds differ by, so that praise taken for a problem becomes friendly;
    the severity is what it is as a problem, or 0 where it is none.

    Parameters
    ----------
    text_hashes, texts
        One per statement.
    vectors
        Unit vectors of the texts, shape (n_texts, dims).
    example_vectors
        Unit vectors of `models.statements.annotator.example_texts` by the same encoder, shape
        (n_examples, dims).
    annotator
        A model fitted with the same encoder; None: the built-in one.
    said
        The kind that a reviewer gave each statement, None where nobody did; None: nobody ever did.

    Returns
    -------
    list of Annotation
        One per statement, in their order.

    Raises
    ------
    ValueError
        The lengths or dimensions do not match.
    """
    said = said if said is not None else [None] * len(texts)
    if not len(text_hashes) == len(texts) == len(vectors) == len(said):
        raise ValueError(f"{len(text_hashes)} hashes, {len(texts)} texts, {len(vectors)} vectors")
    if len(texts) == 0:
        return []
    if vectors.ndim != 2 or vectors.shape[1:] != example_vectors.shape[1:]:
        raise ValueError(f"vectors of {vectors.shape}, of examples {example_vectors.shape}")
    fit = annotator or fit_annotator(example_vectors)
    found: list[Annotation] = []
    for first in range(0, len(texts), _ROWS):
        part = slice(first, first + _ROWS)
        scores = fit.scores(texts[part], vectors[part])
        found += _judge(text_hashes[part], texts[part], scores, said[part])
    return found


def _judge(
    text_hashes: Sequence[str],
    texts: Sequence[str],
    scores: FloatArray,
    said: Sequence[StatementKind | None],
) -> list[Annotation]:
    shares = shares_of(scores)
    polarity = scores[:, -2] + _heed(shares, said)
    severity = np.clip(scores[:, -1], 0.0, 1.0) * shares[:, KINDS.index("problem")]
    columns = (shares.max(axis=1), np.clip(polarity, -1.0, 1.0), severity)
    rounded = (column.round(_DECIMALS).tolist() for column in columns)
    return [
        Annotation(text_hash, KINDS[kind], share, tone, bad, is_informative(text))
        for text_hash, text, kind, share, tone, bad in zip(
            text_hashes, texts, shares.argmax(axis=1).tolist(), *rounded, strict=True
        )
    ]


def _heed(shares: FloatArray, said: Sequence[StatementKind | None]) -> FloatArray:
    """Make certain, in place, what reviewers said; return by how much that moves polarity."""
    moved = np.zeros(len(shares))
    for row, kind in enumerate(said):
        if kind is not None:
            computed = KINDS[int(shares[row].argmax())]
            moved[row] = usual_polarity(kind) - usual_polarity(computed)
            shares[row] = [float(one == kind) for one in KINDS]
    return moved
