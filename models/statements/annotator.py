"""The linear model that tells the kind, tone and severity of statements; what it learns from.

It is fitted, in some hundredths of a second, to the statements in `kind_examples` and to those
whose kind a reviewer corrected: how alike a text is to each of them, and which cues its words give
(`kind_cues`). With unit vectors a linear model on the vectors is one on the similarities, so no
more is needed. Why so: docs/decisions/0009-statement-kinds.md; what corrections teach:
docs/decisions/0035-corrections.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from groundswell.domain import FloatArray, IntArray, StatementKind, Vectors
from groundswell.errors import ModelError
from models.statements.kind_cues import count_cues
from models.statements.kind_examples import EXAMPLES

KINDS: tuple[StatementKind, ...] = ("other", "praise", "problem", "question", "request")

CORRECTION_WEIGHT = 3.0
"""What a corrected statement counts, in examples: it is in the words of the team's own customers,
and somebody found the model wrong there."""

# Chosen by cross-validation over the examples alone (docs/decisions/0009-statement-kinds.md).
_VECTOR_SCALE = 2.0  # weight of meaning against cues, both in one penalised model
_KIND_C = 3.0
_TONE_PENALTY = 10.0
_SEVERITY_PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Annotator:
    """A fitted model; rows are one per kind in the order of `KINDS`, then polarity, severity."""

    weights: FloatArray
    """Shape (n_kinds + 2, dims + n_cues)."""
    intercepts: FloatArray
    """Shape (n_kinds + 2,)."""

    def scores(self, texts: Sequence[str], vectors: Vectors) -> FloatArray:
        """Return log odds of the kinds, polarity and severity, shape (n_texts, n_kinds + 2)."""
        features = _features(texts, vectors)
        # Sums row by row: a matrix product may add in another order when the batch is another size.
        found = [(features * row).sum(axis=1) for row in self.weights]
        return np.asarray(np.stack(found, axis=1) + self.intercepts)

    def shares(self, texts: Sequence[str], vectors: Vectors) -> FloatArray:
        """Return the probability of each of `KINDS`, shape (n_texts, n_kinds)."""
        return shares_of(self.scores(texts, vectors))


@dataclass(frozen=True, slots=True)
class CorrectedStatements:
    """Statements whose kind a reviewer set, one row each.

    Raises
    ------
    ValueError
        The lengths differ, or a kind is not known.
    """

    texts: Sequence[str]
    vectors: Vectors
    """Unit rows by the encoder of the examples, shape (n, dims)."""
    kinds: Sequence[StatementKind]

    def __post_init__(self) -> None:
        if not len(self.texts) == len(self.vectors) == len(self.kinds):
            rows = f"{len(self.texts)} texts, {len(self.vectors)} vectors"
            raise ValueError(f"{rows}, {len(self.kinds)} kinds")
        if unknown := set(self.kinds) - set(KINDS):
            raise ValueError(f"kinds {sorted(unknown)}; expected {', '.join(KINDS)}")

    def some(self, rows: Sequence[int] | IntArray) -> "CorrectedStatements":
        """Return some of them."""
        chosen = [int(row) for row in rows]
        return CorrectedStatements(
            [self.texts[row] for row in chosen],
            self.vectors[chosen],
            [self.kinds[row] for row in chosen],
        )


def example_texts() -> list[str]:
    """Return the texts of the built-in examples, always in the same order."""
    return [example.text for example in EXAMPLES]


def fit_annotator(
    example_vectors: Vectors, corrected: CorrectedStatements | None = None
) -> Annotator:
    """Fit the model to the built-in examples and to corrected statements.

    Kinds are learnt from both, a corrected statement counting `CORRECTION_WEIGHT` examples; tone
    and severity from the examples alone, since a reviewer says nothing of them.

    Parameters
    ----------
    example_vectors
        Unit vectors of `example_texts`, shape (n_examples, dims).
    corrected
        In any order, which the fit does not depend on; None or empty: the built-in model.

    Raises
    ------
    ValueError
        The vectors are not those of the examples, or corrected ones have other dims.
    """
    from sklearn.linear_model import LogisticRegression, Ridge

    if len(example_vectors) != len(EXAMPLES):
        raise ValueError(f"{len(example_vectors)} example vectors, expected {len(EXAMPLES)}")
    features = _features(example_texts(), example_vectors)
    kind = LogisticRegression(C=_KIND_C, max_iter=1000, class_weight="balanced")
    kind.fit(*_taught(features, corrected))
    polarity = Ridge(alpha=_TONE_PENALTY).fit(features, [one.polarity for one in EXAMPLES])
    problems = [row for row, one in enumerate(EXAMPLES) if one.kind == "problem"]
    severity = Ridge(alpha=_SEVERITY_PENALTY)
    severity.fit(features[problems], [EXAMPLES[row].severity for row in problems])
    return Annotator(
        np.vstack([kind.coef_, polarity.coef_, severity.coef_]),
        np.array([*kind.intercept_, polarity.intercept_, severity.intercept_]),
    )


def usual_polarity(kind: StatementKind) -> float:
    """Return the mean polarity of the examples of a kind, -1 to 1."""
    return float(np.mean([one.polarity for one in EXAMPLES if one.kind == kind]))


def shares_of(scores: FloatArray) -> FloatArray:
    """Return the probabilities of the kinds by `Annotator.scores`."""
    logits = scores[:, : len(KINDS)]
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def to_bytes(annotator: Annotator) -> bytes:
    """Write a model as safetensors: arrays, nothing that could be executed."""
    from safetensors.numpy import save

    named = {one.name: getattr(annotator, one.name) for one in fields(annotator)}
    return save({name: np.ascontiguousarray(array) for name, array in named.items()})


def from_bytes(data: bytes) -> Annotator:
    """Read what `to_bytes` wrote.

    Raises
    ------
    ModelError
        The bytes are not such a model.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        found = Annotator(**load(data))
        shapes = found.weights.shape[:1], found.weights.ndim, found.intercepts.shape
    except (SafetensorError, ValueError, TypeError) as error:
        raise ModelError(f"annotator: not readable ({error}); fit it again") from None
    rows = (len(KINDS) + 2,)
    if shapes != (rows, 2, rows):
        raise ModelError(f"annotator: not {rows[0]} rows ({shapes}); fit it again")
    return found


def _taught(features: FloatArray, corrected: CorrectedStatements | None) -> tuple[Any, ...]:
    """Return features, kinds and, where anything was corrected, weights."""
    kinds: list[str] = [example.kind for example in EXAMPLES]
    if corrected is None or not len(corrected.texts):
        return features, kinds
    said = [*zip(corrected.texts, corrected.kinds, strict=True)]
    corrected = corrected.some(sorted(range(len(said)), key=lambda row: said[row]))
    more = _features(corrected.texts, corrected.vectors)
    if more.shape[1] != features.shape[1]:
        raise ValueError(f"corrected vectors of {corrected.vectors.shape}, not of the examples'")
    weights = np.ones(len(features)), np.full(len(more), CORRECTION_WEIGHT)
    return np.vstack([features, more]), kinds + list(corrected.kinds), np.concatenate(weights)


def _features(texts: Sequence[str], vectors: Vectors) -> FloatArray:
    return np.hstack([_VECTOR_SCALE * vectors.astype(np.float64), count_cues(texts)])
