"""Person-days by analogy with finished work.

Every finished item moves an estimate away from the median of its class, as far as it is alike and
took more or less than its own class. Where the team has made an estimate of its own, both are
combined by a regression that starts from known coefficients. The interval comes from how far
forecasts of the finished items missed, each made from what was known before.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import numpy as np

from groundswell.domain import FeatureCandidate, FloatArray, Vectors, WorkItem
from groundswell.report import Analogue, Effort
from models.effort.analogy import Analogy, learn_analogy
from models.effort.finished_work import (
    NEWEST,
    FinishedWork,
    Medians,
    class_medians,
    gather_finished,
)
from models.effort.intervals import DECIMALS, Spread, measure_spread
from models.effort.own_estimates import days_per_point, log_own
from models.effort.track_record import TrackRecord, read_track_record
from models.evidence.inputs import EffortParameters, cosine

OWN = "the team's own estimate"
SHOWN_ANALOGUES = 5
CANDIDATES_AT_ONCE = 256
"""Candidates compared with all finished work at once: 40 MB at 20,000 items."""


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


@dataclass(frozen=True, slots=True)
class StatedDays:
    """An estimate that somebody made by hand for a candidate itself."""

    days: float
    """Person-days, above 0."""
    told: str
    """How many, by whom and when: ``10 days set by Ana (2026-06-01)``."""


_NONE: Mapping[str, StatedDays] = MappingProxyType({})
_UNSAID: Mapping[str, Mapping[str, bool]] = MappingProxyType({})


def estimate_efforts(
    candidates: Sequence[FeatureCandidate],
    vectors: Vectors,
    items: Sequence[WorkItem],
    item_vectors: Vectors,
    moment: date,
    parameters: EffortParameters,
    *,
    stated: Mapping[str, StatedDays] = _NONE,
    same: Mapping[str, Mapping[str, bool]] = _UNSAID,
) -> Efforts:
    """Estimate each candidate from work finished before `moment`.

    ``ln E = ln median + sum_j weight[j] ln(actual[j] / median[j])`` with the weights of
    `models.effort.analogy`. Medians are of area and type; a candidate has those of its linked
    open item. That item's own estimate enters by `own_estimates.fit_combination`. Without
    finished items every candidate takes `cold_days`, or what is stated.

    Parameters
    ----------
    vectors, item_vectors
        Unit rows aligned with `candidates` and `items`.
    stated
        Candidate id to an estimate that takes the place of the linked item's own.
    same
        Candidate id to what a reviewer said of items, by their ids: whether both are the same
        thing. One that is counts as exactly alike, one that is not as not alike at all.
    """
    work = gather_finished(items, item_vectors, moment)
    if not work.items:
        return _cold([stated.get(one.candidate_id) for one in candidates], parameters)
    waiting = {item.item_id: item for item in items if item.status == "open"}
    linked = [
        next((waiting[i] for i in candidate.item_ids if i in waiting), None)
        for candidate in candidates
    ]
    past = _learn(work, {item.team if item else None for item in linked}, parameters)
    found: list[tuple[Effort, Spread]] = []
    for start in range(0, len(candidates), CANDIDATES_AT_ONCE):
        some = slice(start, start + CANDIDATES_AT_ONCE)
        similarity = cosine(vectors[some], work.vectors)
        _heed(similarity, [same.get(one.candidate_id, {}) for one in candidates[some]], work)
        newest = similarity[:, -len(past.analogy.beyond) :]
        pulls = past.analogy.weigh_alike(newest) * past.analogy.beyond
        rows = zip(candidates[some], linked[some], similarity, pulls, strict=True)
        for candidate, item, alike, pull in rows:
            analogues = _analogues(alike, pull, work, parameters)
            similar = int((alike >= parameters.min_similarity).sum())
            rests_on = _rests_on(similar, len(work.items))
            said = stated.get(candidate.candidate_id)
            found.append(_estimate(item, said, float(pull.sum()), analogues, rests_on, past))
    return Efforts(
        tuple(effort for effort, _ in found),
        np.array([effort.p50 for effort, _ in found]),
        np.array([spread.log_sd for _, spread in found]),
        len(work.items),
    )


@dataclass(frozen=True, slots=True)
class _Past:
    """What was learnt from the newest finished work."""

    medians: Medians
    analogy: Analogy
    rates: dict[str | None, float]
    """Days per story point, by team."""
    records: dict[str | None, TrackRecord]
    """By team."""


def _heed(similarity: FloatArray, said: Sequence[Mapping[str, bool]], work: FinishedWork) -> None:
    """Put what reviewers said in the place of cosines."""
    for row, same in enumerate(said):
        for place, item in enumerate(work.items) if same else ():
            if item.item_id in same:
                similarity[row, place] = float(same[item.item_id])


def _learn(
    work: FinishedWork, teams: Collection[str | None], parameters: EffortParameters
) -> _Past:
    work = work.newest(NEWEST)
    medians = class_medians(work)
    analogy = learn_analogy(work, medians, prior=parameters.class_prior)
    rates = days_per_point(work.items)
    own = np.array([log_own(item, rates) for item in work.items])
    records = {
        team: read_track_record(team, work, own, analogy.missed, parameters) for team in teams
    }
    return _Past(medians, analogy, rates, records)


def _analogues(
    similarity: FloatArray, pull: FloatArray, work: FinishedWork, parameters: EffortParameters
) -> tuple[Analogue, ...]:
    """Return the most similar items, ties by id; `pull` is of the newest items alone."""
    count = min(SHOWN_ANALOGUES, len(similarity))
    bound = max(float(np.partition(similarity, -count)[-count]), parameters.min_similarity)
    rows = np.flatnonzero(similarity >= bound).tolist()
    rows.sort(key=lambda row: (-similarity[row], work.items[row].item_id))
    older = len(work.items) - len(pull)
    return tuple(
        Analogue(
            item_id=item.item_id,
            title=item.title,
            estimate_days=item.estimate_days,
            actual_days=item.actual_days or 0.0,
            finished=item.finished,
            similarity=float(similarity[row]),
            pull=math.exp(pull[row - older]) if row >= older else 1.0,
        )
        for row, item in ((row, work.items[row]) for row in rows[:count])
    )


def _estimate(
    linked: WorkItem | None,
    stated: StatedDays | None,
    pulled: float,
    analogues: tuple[Analogue, ...],
    rests_on: str,
    past: _Past,
) -> tuple[Effort, Spread]:
    """Return the estimate of one candidate, its factors, and how far it may be off."""
    usual = past.medians.of(linked)
    record = past.records[linked.team if linked else None]
    own = math.log(stated.days) if stated else log_own(linked, past.rates)
    log_days, spread = usual + pulled, record.spread
    if not math.isnan(own):
        log_days, spread = record.combination.combine(own, log_days), record.combined_spread
        rests_on = f"{stated.told if stated else OWN} and {rests_on}"
    shown = math.prod(analogue.pull for analogue in analogues)
    effort = replace(
        _effort(math.exp(round(log_days, DECIMALS)), spread, rests_on),
        analogues=analogues,
        usual=math.exp(usual),
        others=math.exp(pulled) / shown,
        own=math.exp(log_days - usual - pulled),
        uplift=record.uplift,
    )
    return effort, spread


def _effort(days: float, spread: Spread, rests_on: str) -> Effort:
    assumed = "" if spread.measured else f"; interval x/÷ {math.exp(spread.half):g}, assumed"
    return Effort(
        p50=days,
        p80=days * math.exp(spread.upper),
        low=days * math.exp(-spread.half),
        high=days * math.exp(spread.half),
        basis=rests_on + assumed,
        analogues=(),
    )


def _rests_on(similar: int, finished: int) -> str:
    items = f"{finished:,} finished item{'' if finished == 1 else 's'}"
    return f"{similar:,} similar of {items}" if similar else f"the median of {items}"


def _cold(stated: Sequence[StatedDays | None], parameters: EffortParameters) -> Efforts:
    spread = measure_spread(np.empty(0), parameters)
    usual = _effort(parameters.cold_days, spread, "prior: no finished work")
    estimates = tuple(
        usual
        if one is None
        else _effort(one.days, spread, f"{one.told}; no finished work to compare with")
        for one in stated
    )
    return Efforts(
        estimates,
        np.array([effort.p50 for effort in estimates]),
        np.full(len(stated), spread.log_sd),
        0,
    )
