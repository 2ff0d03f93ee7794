"""Say what a statement is without training data: its kind, its tone and how bad it is.

A linear model is fitted, in some hundredths of a second, to the statements in `kind_examples`: how
alike a text is to each of them, and which cues its words give (`kind_cues`). With unit vectors
a linear model on the vectors is one on the similarities to the examples, so no more is needed.
Why so: docs/decisions/0009-statement-kinds.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.domain import Annotation, FloatArray, StatementKind, Vectors
from models.statements.informative import is_informative
from models.statements.kind_cues import count_cues
from models.statements.kind_examples import EXAMPLES

KINDS: tuple[StatementKind, ...] = ("other", "praise", "problem", "question", "request")

# Chosen by cross-validation over the examples alone (docs/decisions/0009-statement-kinds.md).
_VECTOR_SCALE = 2.0  # weight of meaning against cues, both in one penalised model
_KIND_C = 3.0
_TONE_PENALTY = 10.0
_SEVERITY_PENALTY = 1.0
_DECIMALS = 4  # more would differ between processors
_ROWS = 2048  # statements worked on at once: bounds the memory


@dataclass(frozen=True, slots=True)
class _Fit:
    """Rows: one per kind in the order of `KINDS`, then polarity, then severity of a problem."""

    weights: FloatArray
    intercepts: FloatArray


def example_texts() -> list[str]:
    """Return the texts whose vectors `annotate` needs, always in the same order."""
    return [example.text for example in EXAMPLES]


def annotate(
    text_hashes: Sequence[str],
    texts: Sequence[str],
    vectors: Vectors,
    example_vectors: Vectors,
) -> list[Annotation]:
    """Judge statements by their words and vectors; each by itself, whatever else is in the batch.

    Parameters
    ----------
    text_hashes, texts
        One per statement.
    vectors
        Unit vectors of the texts, shape (n_texts, dims).
    example_vectors
        Unit vectors of `example_texts` by the same encoder, shape (n_examples, dims).

    Returns
    -------
    list of Annotation
        One per statement, in their order.

    Raises
    ------
    ValueError
        The lengths or dimensions do not match.
    """
    if not len(text_hashes) == len(texts) == len(vectors):
        raise ValueError(f"{len(text_hashes)} hashes, {len(texts)} texts, {len(vectors)} vectors")
    if len(example_vectors) != len(EXAMPLES):
        raise ValueError(f"{len(example_vectors)} example vectors, expected {len(EXAMPLES)}")
    if len(texts) == 0:
        return []
    if vectors.ndim != 2 or vectors.shape[1:] != example_vectors.shape[1:]:
        raise ValueError(f"vectors of {vectors.shape}, of examples {example_vectors.shape}")
    fit = _fit(example_vectors)
    found: list[Annotation] = []
    for first in range(0, len(texts), _ROWS):
        part = slice(first, first + _ROWS)
        features = _features(texts[part], vectors[part])
        found += _judge(text_hashes[part], texts[part], features, fit)
    return found


def _fit(example_vectors: Vectors) -> _Fit:
    from sklearn.linear_model import LogisticRegression, Ridge

    features = _features(example_texts(), example_vectors)
    kinds = [example.kind for example in EXAMPLES]
    kind = LogisticRegression(C=_KIND_C, max_iter=1000, class_weight="balanced")
    kind.fit(features, kinds)
    polarity = Ridge(alpha=_TONE_PENALTY).fit(features, [one.polarity for one in EXAMPLES])
    problems = [row for row, one in enumerate(EXAMPLES) if one.kind == "problem"]
    severity = Ridge(alpha=_SEVERITY_PENALTY)
    severity.fit(features[problems], [EXAMPLES[row].severity for row in problems])
    return _Fit(
        np.vstack([kind.coef_, polarity.coef_, severity.coef_]),
        np.array([*kind.intercept_, polarity.intercept_, severity.intercept_]),
    )


def _features(texts: Sequence[str], vectors: Vectors) -> FloatArray:
    return np.hstack([_VECTOR_SCALE * vectors.astype(np.float64), count_cues(texts)])


def _judge(
    text_hashes: Sequence[str], texts: Sequence[str], features: FloatArray, fit: _Fit
) -> list[Annotation]:
    # Sums row by row: a matrix product may add in another order when the batch is another size.
    scores = [(features * row).sum(axis=1) for row in fit.weights]
    found = np.stack(scores, axis=1) + fit.intercepts
    logits = found[:, : len(KINDS)]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = odds / odds.sum(axis=1, keepdims=True)
    best = shares.argmax(axis=1)
    polarity = np.clip(found[:, -2], -1.0, 1.0)
    severity = np.clip(found[:, -1], 0.0, 1.0) * shares[:, KINDS.index("problem")]
    columns = (shares.max(axis=1), polarity, severity)
    rounded = (column.round(_DECIMALS).tolist() for column in columns)
    return [
        Annotation(text_hash, KINDS[kind], share, tone, bad, is_informative(text))
        for text_hash, text, kind, share, tone, bad in zip(
            text_hashes, texts, best.tolist(), *rounded, strict=True
        )
    ]
