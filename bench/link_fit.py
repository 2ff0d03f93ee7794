"""Fit the numbers of `models.linking.chances` to judged pairs.

Logistic regression on the first docs of each query, with the odds of a doc picked blindly given
and not fitted. Every file counts the same.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from bench.link import Asked, read_pairs, texts_of, vectors_of
from groundswell.domain import FloatArray, Vectors
from models.evidence.inputs import cosine
from models.linking.chances import COSINE, PRIOR_DOCS, WORDS, usual_cosine
from models.linking.words import read_words

SAME = 1e-9
"""Standard deviation of what is the same for all pairs, such as the intercept."""
NAMES = ("cosine", "usual_cosine", "letters", "words", "intercept")
FIRST = 60
"""Docs of each query, by cosine and words: the others are next to certain not to match."""
PENALTY = 2e-6
"""Of squared coefficients in standard deviations; enough for a single answer."""

Sample = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""Features, blind log odds, relevance and weights of pairs."""


def fit_files(paths: Sequence[Path]) -> dict[str, Any]:
    """Return the fitted numbers for the fitted halves of files."""
    files = [[*read_pairs(path, half="fitted")] for path in paths]
    return fit_pairs([(asked, vectors_of(asked)) for asked in files])


def fit_pairs(files: Sequence[tuple[Sequence[Asked], dict[str, Vectors]]]) -> dict[str, Any]:
    """Return the fitted numbers by name.

    Parameters
    ----------
    files
        Of each file its pairs, and the vectors of their texts.
    """
    samples = [_join([_sample(group, vectors) for group in asked]) for asked, vectors in files]
    features, blind, relevant, weights = _join(samples)
    fitted = _fit(features, blind, relevant, weights)
    usual = [float(sample[0][:, 1].mean()) for sample in samples]
    return {
        **dict(zip(NAMES, np.round(fitted, 3).tolist(), strict=True)),
        "pairs": len(relevant),
        "mean_usual_cosine": round(float(np.mean(usual)), 3),
    }


def _sample(group: Asked, vectors: dict[str, Vectors]) -> Sample:
    queries, docs = texts_of(group, vectors)
    words = read_words(queries.texts, docs.texts)
    cosines = cosine(queries.vectors, docs.vectors)
    rare = (words.query_stems @ words.doc_stems.T).toarray()
    near = np.argsort(-(COSINE * cosines + WORDS * rare), axis=1, kind="stable")[:, :FIRST]
    rows = np.repeat(np.arange(len(near)), near.shape[1])
    columns = near.ravel()
    features = np.column_stack(
        [
            cosines[rows, columns],
            usual_cosine(cosines)[rows],
            words.shared_letters(rows, columns),
            rare[rows, columns],
            np.ones(len(rows)),
        ]
    )
    blind = np.full(len(rows), -np.log(len(docs.texts) + PRIOR_DOCS))
    relevant = group.relevant[rows, columns].astype(np.float64)
    return features, blind, relevant, np.full(len(rows), 1.0 / len(near))


def _join(samples: Sequence[Sample]) -> Sample:
    """Put samples together; each one's weights are made to sum to one."""
    features, blind, relevant, _ = (np.concatenate(part) for part in zip(*samples, strict=True))
    weights = np.concatenate([sample[3] / sample[3].sum() for sample in samples])
    return features, blind, relevant, weights / weights.sum()


def _fit(
    features: FloatArray, blind: FloatArray, relevant: FloatArray, weights: FloatArray
) -> FloatArray:
    scale = features.std(axis=0)
    scale[scale < SAME] = 1.0
    penalty = np.full(len(scale), PENALTY)
    penalty[-1] = 0.0

    def loss(coefficients: FloatArray) -> tuple[float, FloatArray]:
        logits = features / scale @ coefficients + blind
        wrong = expit(logits) - relevant
        value = weights @ (np.logaddexp(0.0, logits) - relevant * logits)
        return (
            float(value + penalty @ coefficients**2),
            (features / scale).T @ (weights * wrong) + 2.0 * penalty * coefficients,
        )

    start = np.zeros(len(scale))
    found = np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x, dtype=np.float64)
    return np.asarray(found / scale)
