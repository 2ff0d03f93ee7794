"""Person-days by analogy with finished work.

Angelis and Stamelos' estimation by analogy with a class prior: the geometric mean of the
nearest finished items, pulled towards the median of their class; where the team has made an
estimate of its own, both are combined by a regression that starts from known coefficients.
The interval comes from how far such estimates missed on the finished items themselves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FeatureCandidate, FloatArray, IntArray, Vectors, WorkItem
from groundswell.report import Analogue, Effort
from models.evidence.inputs import EffortParameters, cosine

SHOWN_ANALOGUES = 5
CLASS_MINIMUM = 5
"""Finished items from which area and type have a median of their own."""
HUMAN_PRIOR = (0.0, 0.70, 0.25)
"""a, b, c of ``ln E = a + b ln human + c ln analogy`` before a team has finished work."""
BoolArray = NDArray[np.bool_]
_Z80 = NormalDist().inv_cdf(0.9)
_Z_P80 = NormalDist().inv_cdf(0.8)


@dataclass(frozen=True, slots=True)
class Efforts:
    """One estimate per candidate and the spread of its logarithm."""

    estimates: tuple[Effort, ...]
    days: FloatArray
    """P50 in person-days, shape (n_candidates,)."""
    log_sd: FloatArray
    """Standard deviation of ln(days), shape (n_candidates,)."""
    finished: int
    """Finished items with actual days."""


def estimate_efforts(
    candidates: Sequence[FeatureCandidate],
    vectors: Vectors,
    items: Sequence[WorkItem],
    item_vectors: Vectors,
    parameters: EffortParameters,
) -> Efforts:
    """Estimate each candidate from finished items like it.

    With n similar items (at most `neighbours`, cosine at least `min_similarity`, weighted by
    cosine) and the median m of their class: ``ln E = (n mean(ln actual) + k ln m) / (n + k)``,
    k being `class_prior`. A linked open item's own estimate enters by `HUMAN_PRIOR`, ridge
    fitted to the finished items of its team. Without finished items every candidate takes
    `cold_days`.
    """
    work = _finished_work(items, item_vectors, parameters)
    if not work.items:
        return _cold(len(candidates), parameters)
    waiting = {item.item_id: item for item in items if item.status == "open"}
    similarity = cosine(vectors, work.vectors)
    estimates, log_sd = [], []
    for row, candidate in enumerate(candidates):
        linked = next((waiting[i] for i in candidate.item_ids if i in waiting), None)
        estimate, sd = _estimate(similarity[row], linked, work, parameters)
        estimates.append(estimate)
        log_sd.append(sd)
    days = np.array([estimate.p50 for estimate in estimates])
    return Efforts(tuple(estimates), days, np.array(log_sd), len(work.items))


@dataclass(frozen=True, slots=True)
class _Work:
    """Finished items by id; arrays of shape (n_items,)."""

    items: tuple[WorkItem, ...]
    vectors: Vectors
    actual: FloatArray
    """ln(actual person-days)."""
    kinds: tuple[tuple[str | None, str | None], ...]
    kind: IntArray
    """Row of `kinds`, the (area, type) of each item."""
    human: FloatArray
    """ln(estimated person-days), NaN where nobody estimated."""
    analogy: FloatArray
    """What `_analogy` says of each item when it is left out."""


def _finished_work(
    items: Sequence[WorkItem], item_vectors: Vectors, parameters: EffortParameters
) -> _Work:
    rows = [
        row
        for row, item in enumerate(items)
        if item.status == "done" and item.actual_days is not None and item.actual_days > 0
    ]
    rows.sort(key=lambda row: items[row].item_id)
    chosen = tuple(items[row] for row in rows)
    vectors = item_vectors[rows] if rows else item_vectors[:0]
    actual = np.array([math.log(item.actual_days or 1.0) for item in chosen])
    human = np.array([_log_estimate(item) for item in chosen])
    kinds = tuple(dict.fromkeys((item.area, item.type) for item in chosen))
    kind = np.array([kinds.index((item.area, item.type)) for item in chosen], np.int64)
    work = _Work(chosen, vectors, actual, kinds, kind, human, np.empty(0))
    similarity = cosine(vectors, vectors)
    np.fill_diagonal(similarity, -1.0)
    left_out = [
        _analogy(similarity[row], item, work, parameters, without=row)
        for row, item in enumerate(chosen)
    ]
    return replace(work, analogy=np.array(left_out))


def _log_estimate(item: WorkItem) -> float:
    return math.log(item.estimate_days) if item.estimate_days else math.nan


def _near(similarity: FloatArray, parameters: EffortParameters) -> IntArray:
    order = np.argsort(-similarity, kind="stable")[: parameters.neighbours]
    return order[similarity[order] >= parameters.min_similarity]


def _analogy(
    similarity: FloatArray,
    item: WorkItem | None,
    work: _Work,
    parameters: EffortParameters,
    *,
    without: int | None = None,
) -> float:
    near = _near(similarity, parameters)
    weight = similarity[near]
    mean = float((weight * work.actual[near]).sum() / weight.sum()) if len(near) else 0.0
    prior = _class_median(item, work, without)
    k = parameters.class_prior
    return (len(near) * mean + k * prior) / (len(near) + k)


def _class_median(item: WorkItem | None, work: _Work, without: int | None) -> float:
    """Return the median ln(days) of finished items of the same area and type, else of all."""
    others = np.arange(len(work.items)) != (-1 if without is None else without)
    if not others.any():
        return float(work.actual[0])
    if item is not None and (item.area, item.type) in work.kinds:
        alike = others & (work.kind == work.kinds.index((item.area, item.type)))
        if alike.sum() >= CLASS_MINIMUM:
            return float(np.median(work.actual[alike]))
    return float(np.median(work.actual[others]))


def _estimate(
    similarity: FloatArray, linked: WorkItem | None, work: _Work, parameters: EffortParameters
) -> tuple[Effort, float]:
    """Return the estimate for one candidate and the standard deviation of its logarithm."""
    near = _near(similarity, parameters)
    log_days = _analogy(similarity, linked, work, parameters)
    team = np.array([linked is not None and i.team == linked.team for i in work.items], bool)
    fitted = work.analogy
    basis = _basis(len(near))
    if linked is not None and linked.estimate_days:
        a, b, c = _combine(team & ~np.isnan(work.human), work, parameters.class_prior)
        log_days = a + b * _log_estimate(linked) + c * log_days
        fitted = a + b * work.human + c * work.analogy
        basis = f"the team's estimate and {basis}"
    missed = (work.actual - fitted)[~np.isnan(fitted)]
    missed_by_team = (work.actual - fitted)[team & ~np.isnan(fitted)]
    if len(missed_by_team) >= parameters.conformal_min:
        missed = missed_by_team
    half, upper = _interval(missed, parameters)
    if len(missed) < parameters.conformal_min:
        basis += f"; interval x/÷ {parameters.cold_factor:g}"
    analogues = tuple(
        _analogue(work.items[row], float(similarity[row])) for row in near[:SHOWN_ANALOGUES]
    )
    days = math.exp(log_days)
    effort = Effort(
        p50=days,
        p80=days * math.exp(upper),
        low=days * math.exp(-half),
        high=days * math.exp(half),
        basis=basis,
        analogues=analogues,
    )
    return effort, half / _Z80


def _basis(similar: int) -> str:
    if not similar:
        return "median of finished work"
    return f"{similar} similar finished {'item' if similar == 1 else 'items'}"


def _combine(rows: BoolArray, work: _Work, strength: float) -> tuple[float, float, float]:
    """Fit ln actual on (1, ln human, ln analogy) by ridge towards `HUMAN_PRIOR`."""
    prior = np.array(HUMAN_PRIOR)
    design = np.column_stack([np.ones(rows.sum()), work.human[rows], work.analogy[rows]])
    rest = work.actual[rows] - design @ prior
    gram = design.T @ design + strength * np.eye(3)
    a, b, c = prior + np.linalg.solve(gram, design.T @ rest)
    return float(a), float(b), float(c)


def _interval(missed: FloatArray, parameters: EffortParameters) -> tuple[float, float]:
    """Return the half width of the 80 % interval and the P80's distance, both of ln(days).

    Split conformal: the ``ceil((n + 1) 0.8)``-th smallest miss.
    """
    count = len(missed)
    if count < parameters.conformal_min:
        half = math.log(parameters.cold_factor)
        return half, half * _Z_P80 / _Z80
    place = min(math.ceil((count + 1) * 0.8), count) - 1
    half = float(np.sort(np.abs(missed))[place])
    return half, float(np.clip(np.sort(missed)[place], 0.0, half))


def _analogue(item: WorkItem, similarity: float) -> Analogue:
    return Analogue(
        item_id=item.item_id,
        title=item.title,
        estimate_days=item.estimate_days,
        actual_days=item.actual_days or 0.0,
        finished=item.finished,
        similarity=similarity,
    )


def _cold(count: int, parameters: EffortParameters) -> Efforts:
    half, upper = _interval(np.empty(0), parameters)
    days = parameters.cold_days
    effort = Effort(
        p50=days,
        p80=days * math.exp(upper),
        low=days * math.exp(-half),
        high=days * math.exp(half),
        basis="prior: no finished work",
        analogues=(),
    )
    return Efforts((effort,) * count, np.full(count, days), np.full(count, half / _Z80), 0)
