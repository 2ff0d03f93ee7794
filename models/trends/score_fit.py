"""Regression of scores on themes that draws uncertain effects towards nothing.

Everything but the residuals follows from sums of products, which are small.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack

from groundswell.domain import FloatArray
from models.trends.scored_records import ScoredRecords
from models.trends.shapley import Shares, share_out

PENALTIES = np.geomspace(0.01, 1.0, 21)
"""Customers' worth of evidence that an effect is 0. One draws what ten customers show down by a
tenth, which their interval covers. Left free, cross-validation goes to 25 where two of thirty
themes have an effect, and 80 % intervals then cover those two in 20 and 33 % of the cases."""
CONTROL_PENALTY = 1e-3
"""In customers; too small to matter, but a version that came with its month can be solved."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """How strongly effects are drawn towards 0."""

    value: float
    """In units of weight: so many customers without any effect are added to each predictor."""
    noise: float
    """Variance of the response that the fit leaves to a record of weight 1."""


@dataclass(frozen=True, slots=True)
class ScoreFit:
    """The fitted regression; arrays of shape (n_themes,)."""

    difference: FloatArray
    """Points by which a record with the theme lies above the others: the coefficient."""
    difference_variance: FloatArray
    prevalence: FloatArray
    """Share of the customers that voice it, each by the mean of its records, 0 to 1."""
    prevalence_variance: FloatArray
    shares: Shares
    """Parts of the score's variance; they sum to what the themes explain beyond the controls."""
    by_controls: float
    """Part of the score's variance that the controls explain, 0 to 1."""
    penalty: Penalty


def fit_scores(records: ScoredRecords, *, seed: int) -> ScoreFit:
    """Regress the score on the themes and the controls, every customer counted once.

    Parameters
    ----------
    records
        Every theme with at least 2 customers; at least 1 theme; scores that differ.
    seed
        Of the orders in which shares are taken, where they are sampled.
    """
    score = records.score - np.average(records.score, weights=records.weight)
    design = hstack([records.controls, records.themes], format="csr")
    whole = _multiply(records, design, score)
    themes = whole.without_controls()
    size = float(records.weight.sum() ** 2 / (records.weight**2).sum())
    penalty = choose_penalty(
        themes.gram, themes.moments, themes.total, records=size, used=whole.controls
    )
    inverse = whole.inverse(penalty.value)
    coefficient = inverse @ whole.moments
    error = score - design @ coefficient
    own = inverse[whole.controls :]
    prevalence, prevalence_variance = _prevalence(records)
    return ScoreFit(
        difference=coefficient[whole.controls :],
        difference_variance=_variance(records, design, error, own, penalty),
        prevalence=prevalence,
        prevalence_variance=prevalence_variance,
        shares=share_out(themes.gram, themes.moments, whole.total, seed=seed),
        by_controls=1.0 - themes.total / whole.total,
        penalty=penalty,
    )


def choose_penalty(
    gram: FloatArray, moments: FloatArray, total: float, *, records: float, used: int
) -> Penalty:
    """Choose the penalty of `PENALTIES` with the least error in generalised cross-validation.

    ``GCV = (RSS / n) / (1 - (q + df) / n)^2`` with ``df = sum d / (d + penalty)`` over the
    eigenvalues d of the Gram matrix; the strongest of equally good ones.

    Parameters
    ----------
    gram, moments : ndarray of shape (n, n) and (n,)
        Weighted sums of products of the predictors with themselves and with the response, all
        after the controls have been taken out.
    total
        Weighted sum of squares of the response, likewise.
    records
        n, how many equally weighted records would know as much.
    used
        q, degrees of freedom that the controls took.

    References
    ----------
    Golub, Heath and Wahba (1979), "Generalized cross-validation as a method for choosing a
    good ridge parameter", Technometrics 21(2).
    """
    values, vectors = np.linalg.eigh(gram)
    values = np.maximum(values, 0.0)
    along = vectors.T @ moments
    penalty = PENALTIES[::-1, None]
    explained = (along**2 * (values + 2.0 * penalty) / (values + penalty) ** 2).sum(axis=1)
    freedom = (values / (values + penalty)).sum(axis=1)
    left = np.maximum(total - explained, 0.0)
    # With hardly a record more than parameters there is no telling; the noise is then large.
    free = np.maximum(records - used - freedom, 1.0)
    best = int(np.argmin(left / free**2))
    return Penalty(float(penalty[best, 0]), float(left[best] / free[best]))


@dataclass(frozen=True, slots=True)
class _Products:
    """Weighted sums of products of the predictors, controls first, and the response."""

    gram: FloatArray
    moments: FloatArray
    total: float
    controls: int

    def without_controls(self) -> "_Products":
        """Return what remains of themes and response beside their regression on the controls."""
        n = self.controls
        own = self.gram[:n, :n] + CONTROL_PENALTY * np.eye(n)
        across = self.gram[:n, n:]
        taken = np.linalg.solve(own, np.column_stack([across, self.moments[:n]]))
        return _Products(
            gram=self.gram[n:, n:] - across.T @ taken[:, :-1],
            moments=self.moments[n:] - across.T @ taken[:, -1],
            total=self.total - float(self.moments[:n] @ taken[:, -1]),
            controls=0,
        )

    def inverse(self, penalty: float) -> FloatArray:
        """Return the inverse of the Gram matrix with the penalties on its diagonal."""
        added = np.full(len(self.gram), penalty)
        added[: self.controls] = CONTROL_PENALTY
        return np.asarray(np.linalg.inv(self.gram + np.diag(added)), np.float64)


def _multiply(records: ScoredRecords, design: csr_array, score: FloatArray) -> _Products:
    weighted = csr_array(design * records.weight[:, None])
    return _Products(
        gram=(weighted.T @ design).toarray(),
        moments=weighted.T @ score,
        total=float(records.weight @ score**2),
        controls=records.controls.shape[1],
    )


def _variance(
    records: ScoredRecords,
    design: csr_array,
    error: FloatArray,
    own: FloatArray,
    penalty: Penalty,
) -> FloatArray:
    """Return the variances of the themes' coefficients, whose rows of the inverse are `own`.

    A sandwich over customers, which holds however unequal and however alike their records are,
    widened by ``m / (m - 1)`` for the m customers of a theme; and what the penalty may have
    moved, for effects that spread as it says, with a variance of ``noise / penalty`` each.

    References
    ----------
    Liang and Zeger (1986), "Longitudinal data analysis using generalized linear models",
    Biometrika 73(1). Nychka (1988), "Bayesian confidence intervals for smoothing splines",
    JASA 83(404).
    """
    pull = _by_voice(records, records.weight * error) @ design
    spread = (pull.T @ pull).toarray()
    sandwich = ((own @ spread) * own).sum(axis=1)
    moved = penalty.value * penalty.noise * (own[:, -len(own) :] ** 2).sum(axis=1)
    return np.asarray(_few(records) * sandwich + moved)


def _prevalence(records: ScoredRecords) -> tuple[FloatArray, FloatArray]:
    """Return the mean membership over customers, and the variance of that mean."""
    voiced = _by_voice(records, records.weight) @ records.themes
    customers = voiced.shape[0]
    mean = np.asarray(voiced.sum(axis=0)) / customers
    square = np.asarray((voiced**2).sum(axis=0)) / customers
    return mean, _few(records) * np.maximum(square - mean**2, 0.0) / customers


def _few(records: ScoredRecords) -> FloatArray:
    """Return what makes up for a mean over few customers being fitted to them."""
    return np.asarray(records.theme_voices / (records.theme_voices - 1.0))


def _by_voice(records: ScoredRecords, values: FloatArray) -> csr_array:
    """Return a matrix that sums rows of records, times `values`, by customer."""
    rows = np.arange(len(values))
    shape = (int(records.voice.max()) + 1, len(values))
    return csr_array((values, (records.voice, rows)), shape=shape)
