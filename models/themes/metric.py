"""Learn from what reviewers made of themes which differences between statements matter.

The encoder stays as it is. What is learned is one matrix that turns and stretches its space a
little: directions in which statements of one theme differ count less, directions in which themes
differ count more. So a correction reaches statements that nobody looked at.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors

STRENGTHS = ((0.3, 0.2), (0.6, 0.4), (0.9, 0.6))
"""What is tried: share of the spread within themes, and of the spread between them, that the
metric follows; the rest is that of a ball, which changes nothing."""

MOST_STRETCH = 4.0
"""No direction is stretched or shrunk by more than this factor."""

FOLDS = 4
"""Parts of the linked statements; what is learned without one has to tell its pairs apart."""

SURE = 2.0
"""Standard errors by which held-out pairs have to be told apart better than without the metric."""

_STEPS = 1e-6  # the last bits of a product depend on the machine


@dataclass(frozen=True, slots=True)
class Metric:
    """A linear change of the space of statements."""

    matrix: FloatArray
    """Shape (dims, dims)."""
    strength: tuple[float, float] | None
    """One of `STRENGTHS`; None: the identity."""
    lead: float
    """By how much the share of held-out pairs told apart is above that of the identity, -1 to 1;
    of the best strength tried, also where it was not kept."""

    @property
    def kept(self) -> bool:
        """Whether anything was learned."""
        return self.strength is not None

    def apply(self, vectors: Vectors) -> Vectors:
        """Return the vectors in the learned space, unit rows, shape (n, dims)."""
        if not self.kept:
            return vectors
        return _unit(vectors.astype(np.float64) @ self.matrix).astype(np.float32)


def fit_metric(
    vectors: Vectors, must: IntArray, cannot: IntArray, groups: IntArray | None = None
) -> Metric:
    """Learn a metric from linked statements, or the identity if that tells them apart as well.

    Parameters
    ----------
    vectors : ndarray of shape (n, dims), unit rows
    must, cannot : ndarrays of shape (m, 2)
        Rows that belong together, and rows that do not, in any order.
    groups : ndarray of shape (n,)
        Theme of each statement as it is shown, decisions counted, `NOISE` for none. None: only
        linked statements teach, those that chains of must-links join being a group.

    Returns
    -------
    Metric
        The same whatever the order of the pairs. The strength is the one that tells held-out
        pairs apart best: a linked statement is nearer to those it must be with than to those it
        cannot be with. The identity if this is not surely better than without a metric: by
        `SURE` standard errors over groups, whose statements hang together.

    Raises
    ------
    ValueError
        A pair names a row that is not there.

    References
    ----------
    Bar-Hillel, Hertz, Shental and Weinshall (2005), "Learning a Mahalanobis metric from
    equivalence constraints", JMLR 6 (the spread within groups is whitened); Fisher (1936) and
    Friedman (1989), "Regularized discriminant analysis", JASA 84 (between against within, both
    shrunk to a ball). Xing et al. (2002), NIPS 15, and Weinberger and Saul (2009), JMLR 10, fit
    pairs and triples by descent instead.
    """
    must, cannot = _pairs(must, len(vectors)), _pairs(cannot, len(vectors))
    same = linked_groups(len(vectors), must) if groups is None else groups
    links = _Links(must, cannot)
    if not len(links.asked):
        return _identity(vectors.shape[1], 0.0)
    leads = [_Leads(vectors, same, links, strength) for strength in STRENGTHS]
    best = max(leads, key=lambda one: one.mean)
    if not best.sure:
        return _identity(vectors.shape[1], best.mean)
    return Metric(metric_of(vectors, same, best.strength), best.strength, best.mean)


def linked_groups(count: int, must: IntArray) -> IntArray:
    """Return the group of each of `count` rows by chains of must-links, `NOISE` for none."""
    ties = sp.coo_array((np.ones(len(must)), (must[:, 0], must[:, 1])), shape=(count, count))
    _, groups = connected_components(ties, directed=False)
    linked = np.isin(np.arange(count), must)
    return np.where(linked, groups, NOISE).astype(np.int64)


def metric_of(vectors: Vectors, groups: IntArray, strength: tuple[float, float]) -> FloatArray:
    """Return the matrix that a strength and groups give, shape (dims, dims)."""
    within, middles, sizes = _spread(vectors, groups)
    dims = vectors.shape[1]
    if len(sizes) < 2 or not within.any():
        return np.eye(dims)
    narrowed = _power(_towards_ball(within, strength[0]), -0.5)
    apart = (middles - middles.mean(axis=0)) @ narrowed
    widened = _power(_towards_ball(apart.T @ apart / len(sizes), strength[1]), 0.5)
    turned, stretches, along = np.linalg.svd(narrowed @ widened)
    stretches /= np.exp(np.log(stretches).mean())
    bounded = np.clip(stretches, 1.0 / MOST_STRETCH, MOST_STRETCH)
    return np.asarray(np.round((turned * bounded) @ along / _STEPS) * _STEPS)


class _Leads:
    """How much better held-out statements are told apart at one strength."""

    def __init__(
        self, vectors: Vectors, groups: IntArray, links: "_Links", strength: tuple[float, float]
    ) -> None:
        self.strength = strength
        plain = vectors[links.rows].astype(np.float64)
        lead = -links.told(plain)
        for fold in range(FOLDS):
            held = links.fold == fold
            taught = groups.copy()
            taught[links.rows[held]] = NOISE
            changed = _unit(plain @ metric_of(vectors, taught, strength))
            lead[held[links.asked]] += links.told(changed)[held[links.asked]]
        _, places = np.unique(groups[links.rows[links.asked]], return_inverse=True)
        by_group = np.bincount(places, lead) / np.bincount(places)
        self.mean = round(float(by_group.mean()), 6)
        self.error = float(by_group.std()) / np.sqrt(max(len(by_group) - 1, 1))

    @property
    def sure(self) -> bool:
        """Tell whether this is no chance."""
        return bool(self.mean > SURE * self.error)


class _Links:
    """Pairs by the statements that have some of both kinds."""

    def __init__(self, must: IntArray, cannot: IntArray) -> None:
        self.rows = np.unique(np.concatenate([must, cannot]))
        """Linked rows, ascending."""
        self.fold = np.arange(len(self.rows)) % FOLDS
        self._near, self._far = (_partners(self.rows, pairs) for pairs in (must, cannot))
        self.asked = np.array(sorted(self._near.keys() & self._far.keys()), np.int64)
        """Places in `rows` of those with links of both kinds."""

    def told(self, vectors: FloatArray) -> FloatArray:
        """Return how well each asked row tells its links apart, 0 to 1."""
        shares = []
        for row in self.asked.tolist():
            near, far = (
                np.round(vectors[one[row]] @ vectors[row], 6) for one in (self._near, self._far)
            )
            shares.append(float((near[:, None] > far[None, :]).mean()))
        return np.array(shares, np.float64)


def _partners(rows: IntArray, pairs: IntArray) -> dict[int, IntArray]:
    """Return the places of those that each place is paired with."""
    if not len(pairs):
        return {}
    ends = np.searchsorted(rows, np.concatenate([pairs, pairs[:, ::-1]]))
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    places, starts = np.unique(ends[:, 0], return_index=True)
    return dict(zip(places.tolist(), np.split(ends[:, 1], starts[1:]), strict=True))


def _spread(vectors: Vectors, groups: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the covariance within groups of two or more, their means and sizes."""
    inside = np.flatnonzero(groups != NOISE)
    _, places, counts = np.unique(groups[inside], return_inverse=True, return_counts=True)
    inside, places = inside[counts[places] > 1], places[counts[places] > 1]
    _, places, sizes = np.unique(places, return_inverse=True, return_counts=True)
    choose = sp.csr_array(
        (np.ones(len(inside)), (places, np.arange(len(inside)))), shape=(len(sizes), len(inside))
    )
    exact = vectors[inside].astype(np.float64)
    middles = np.asarray(choose @ exact) / np.maximum(sizes, 1)[:, None]
    apart = exact - middles[places]
    return np.asarray(apart.T @ apart / max(len(inside), 1)), middles, sizes


def _towards_ball(spread: FloatArray, share: float) -> FloatArray:
    mean = max(float(np.trace(spread)) / len(spread), 1e-12)
    return np.asarray((1.0 - share) * np.eye(len(spread)) + share * spread / mean)


def _power(matrix: FloatArray, power: float) -> FloatArray:
    values, directions = np.linalg.eigh(matrix)
    return np.asarray((directions * np.maximum(values, 1e-9) ** power) @ directions.T)


def _pairs(pairs: IntArray, count: int) -> IntArray:
    """Return each pair once, in one order."""
    given = np.sort(np.asarray(pairs, np.int64).reshape(-1, 2), axis=1)
    if len(given) and (given.min() < 0 or given.max() >= count):
        raise ValueError(f"a pair of rows {given.min()} to {given.max()} of {count} statements")
    return np.unique(given[given[:, 0] != given[:, 1]], axis=0)


def _unit(rows: FloatArray) -> FloatArray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def _identity(dims: int, lead: float) -> Metric:
    return Metric(np.eye(dims), None, lead)
