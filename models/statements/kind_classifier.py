"""Learn the kinds of messages from a team's own labels: bug or wish, or whatever they use.

Several views of a text vote, because each errs elsewhere: trees over words, form and vectors, a
linear model of words and letters, one of vectors, and, where time is given for it, an encoder that
learnt the labels itself (docs/decisions/0009-statement-kinds.md).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray, Vectors
from groundswell.errors import ModelError
from models.encoding.embedding import Encoder
from models.encoding.model_folder import ModelFolder
from models.statements import kind_features
from models.statements.kind_tuning import TunedEncoder, tune_encoder
from models.statements.tree_ensemble import TreeEnsemble, fit_trees

# Chosen by cross-validation inside one training file (docs/decisions/0009-statement-kinds.md).
_WORDS_C = 10.0
_MEANING_C = 1.0
_TREE_SHARE = 0.03  # of the features, tried at each split
_MIN_TEXTS = 4  # texts that must hold a word before a tree may ask for it
_VOTES = (2.0, 1.0, 1.0)  # trees, words, meaning
_TUNED_VOTES = 2.0  # of the tuned encoder: a third of all
_ROWS = 512  # texts worked on at once: bounds the memory


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A multinomial logistic regression."""

    weights: NDArray[np.float32]
    """Shape (n_features, n_classes)."""
    intercepts: FloatArray

    def probabilities(self, features: Any) -> FloatArray:
        """Return shape (n_rows, n_classes); `features` may be sparse."""
        logits = np.asarray(features @ self.weights, dtype=np.float64) + self.intercepts
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class KindClassifier:
    """A fitted classifier and the encoder its vectors come from."""

    labels: tuple[str, ...]
    """Ascending; the columns of `probabilities`."""
    encoder: Encoder
    rarity: FloatArray
    """Inverse document frequency of each hashed word and run of letters."""
    asked: IntArray
    """Hashed words that trees may ask for."""
    words: LinearModel
    meaning: LinearModel
    trees: TreeEnsemble
    tuned: TunedEncoder | None

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Return the likeliest label of each text."""
        return [self.labels[best] for best in self.probabilities(texts).argmax(axis=1).tolist()]

    def probabilities(self, texts: Sequence[str]) -> FloatArray:
        """Return the probability of each label, shape (n_texts, n_labels), rows summing to 1."""
        parts = [texts[first : first + _ROWS] for first in range(0, len(texts), _ROWS)]
        found = np.concatenate(
            [np.empty((0, len(self.labels))), *(self._part(part) for part in parts)]
        )
        if self.tuned is None or not len(texts):
            return found
        weights = (sum(_VOTES), _TUNED_VOTES)
        return np.average((found, self.tuned.probabilities(texts)), axis=0, weights=weights)

    def _part(self, texts: Sequence[str]) -> FloatArray:
        vectors = kind_features.meaning(texts, self.encoder)
        votes = (
            self.trees.probabilities(_tree_features(texts, vectors, self.asked)),
            self.words.probabilities(_weighted(kind_features.word_counts(texts), self.rarity)),
            self.meaning.probabilities(vectors),
        )
        return np.average(votes, axis=0, weights=_VOTES)


def fit_kind_classifier(
    texts: Sequence[str],
    labels: Sequence[str],
    encoder: Encoder,
    *,
    seed: int,
    base: ModelFolder | None = None,
) -> KindClassifier:
    """Learn to tell the labels apart.

    Parameters
    ----------
    texts, labels
        One label per text; any set of at least two.
    seed
        For trees and tuning; on one machine, it decides the classifier.
    base
        A model to tune on the labels, minutes of work; None: the other views alone decide.

    Raises
    ------
    ValueError
        The lengths differ, or there are fewer than two different labels.
    """
    kinds = tuple(sorted(set(labels)))
    if len(texts) != len(labels) or len(kinds) < 2:
        raise ValueError(f"{len(texts)} texts, {len(labels)} labels, {len(kinds)} different ones")
    vectors = kind_features.meaning(texts, encoder)
    counts = kind_features.word_counts(texts)
    rarity, asked = _rarity(counts), _asked(texts)
    return KindClassifier(
        kinds,
        encoder,
        rarity,
        asked,
        _fit_linear(_weighted(counts, rarity), labels, _WORDS_C),
        _fit_linear(vectors, labels, _MEANING_C),
        fit_trees(_tree_features(texts, vectors, asked), labels, share=_TREE_SHARE, seed=seed),
        None if base is None else _tune(texts, labels, base, seed),
    )


def to_bytes(model: KindClassifier) -> bytes:
    """Write a classifier, without its encoder, as safetensors: nothing that could be executed."""
    from safetensors.numpy import save

    arrays: dict[str, NDArray[Any]] = {"rarity": model.rarity, "asked": model.asked}
    for part in ("words", "meaning", "trees"):
        fields = asdict(getattr(model, part))
        arrays |= {f"{part}.{name}": np.ascontiguousarray(a) for name, a in fields.items()}
    tuned = model.tuned
    if tuned is not None:
        arrays |= {f"tuned.{name}": array for name, array in tuned.weights.items()}
    known = {
        "labels": list(model.labels),
        "model_id": model.encoder.model_id,
        "base": None if tuned is None else tuned.base.digest,
    }
    return save(arrays, metadata={"known": json.dumps(known)})


def from_bytes(data: bytes, encoder: Encoder, *, base: ModelFolder | None = None) -> KindClassifier:
    """Read what `to_bytes` wrote; `base` is the model that was tuned, if one was.

    Raises
    ------
    ModelError
        The bytes are not such a classifier, or it was fitted with another encoder or base.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        known = json.loads(header["__metadata__"]["known"])
        arrays = load(data)
        fitted_with = known["model_id"], known["base"]
        words, meaning = (LinearModel(**_under(arrays, part)) for part in ("words", "meaning"))
        trees = TreeEnsemble(**_under(arrays, "trees"))
        labels, rarity, asked = tuple(known["labels"]), arrays["rarity"], arrays["asked"]
        tuned = _tuned_weights(arrays, known)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"kind classifier: not readable ({error}); fit it again") from None
    _same_models(fitted_with, encoder, base)
    last = TunedEncoder(base, tuned) if base is not None and tuned else None
    return KindClassifier(labels, encoder, rarity, asked, words, meaning, trees, last)


def _tuned_weights(
    arrays: dict[str, NDArray[Any]], known: dict[str, Any]
) -> dict[str, NDArray[Any]]:
    weights = _under(arrays, "tuned")
    expected = [] if known["base"] is None else [(len(known["labels"]),)]
    found = [weights["head.bias"].shape] if weights else []
    if found != expected:
        raise ValueError(f"the tuned layer has the shape {found}, expected {expected}")
    return weights


def _same_models(
    fitted_with: tuple[str, str | None], encoder: Encoder, base: ModelFolder | None
) -> None:
    model_id, digest = fitted_with
    if model_id != encoder.model_id:
        raise ModelError(
            f"kind classifier: fitted with {model_id}, the encoder is {encoder.model_id};"
            " fit it again"
        )
    if digest is not None and (base is None or base.digest != digest):
        given = "none" if base is None else f"{base.name}@{base.digest[:12]}"
        raise ModelError(
            f"kind classifier: tuned from a model of SHA-256 {digest[:12]}, the model given is"
            f" {given}; give that one or fit it again"
        )


def _tune(
    texts: Sequence[str], labels: Sequence[str], base: ModelFolder, seed: int
) -> TunedEncoder:
    classes = np.unique(labels, return_inverse=True)[1]
    return tune_encoder(texts, classes.astype(np.int64), base, seed=seed)


def _under(arrays: dict[str, NDArray[Any]], part: str) -> dict[str, NDArray[Any]]:
    return {
        name.removeprefix(f"{part}."): array
        for name, array in arrays.items()
        if name.startswith(f"{part}.")
    }


def _fit_linear(features: Any, labels: Sequence[str], strength: float) -> LinearModel:
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=strength, max_iter=1000).fit(features, labels)
    weights, intercepts = fit.coef_.T, fit.intercept_
    if weights.shape[1] == 1:  # scikit-learn gives two classes the difference of their logits
        weights = np.hstack([-weights / 2, weights / 2])
        intercepts = np.array([-intercepts[0] / 2, intercepts[0] / 2])
    return LinearModel(np.ascontiguousarray(weights, dtype=np.float32), intercepts)


def _weighted(counts: Any, rarity: FloatArray) -> Any:
    """Weigh counts by rarity and bring words and letters of each text to length 1."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.preprocessing import normalize

    weighted = csr_matrix(counts.multiply(rarity))
    words, letters = (
        weighted[:, : kind_features.WORD_PLACES],
        weighted[:, kind_features.WORD_PLACES :],
    )
    return csr_matrix(hstack([normalize(words), normalize(letters)]))


def _rarity(counts: Any) -> FloatArray:
    """Return the smoothed inverse document frequency of each column."""
    return np.asarray(np.log((1 + counts.shape[0]) / (1 + counts.getnnz(axis=0))) + 1.0)


def _asked(texts: Sequence[str]) -> IntArray:
    held = kind_features.words_present(texts).getnnz(axis=0)
    return np.flatnonzero(held >= min(_MIN_TEXTS, len(texts))).astype(np.int64)


def _tree_features(texts: Sequence[str], vectors: Vectors, asked: IntArray) -> NDArray[np.float32]:
    present = kind_features.words_present(texts)[:, asked].toarray()
    parts = (present, kind_features.form(texts), vectors)
    return np.hstack(parts).astype(np.float32)
