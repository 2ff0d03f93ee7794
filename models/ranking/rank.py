"""Rank candidates by what customers, money, market and effort say, and show every part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from groundswell.domain import FeatureCandidate, FloatArray, IntArray
from groundswell.report import RankedIdea, ReportTotals
from models.evidence.inputs import Evidence, RankingParameters
from models.evidence.quotes import Quotables
from models.evidence.rates import exposure_days, gamma_prior
from models.evidence.voices import usable_mentions
from models.linking.matching import Texts
from models.ranking.candidates import candidate_vectors
from models.ranking.criteria import Facts
from models.ranking.demand import Voices, hear_voices
from models.ranking.effort import Efforts, estimate_efforts
from models.ranking.explanation import Measured, voices_behind
from models.ranking.ideas import describe_ideas
from models.ranking.known_work import candidate_texts
from models.ranking.market import MarketView, read_market
from models.ranking.money import DealValue, gather_money, value_deals
from models.ranking.priority import add, make_yardstick, market_scales
from models.ranking.scoring import Reference
from models.ranking.situation import assumptions, count_totals, evidence_level
from models.ranking.uncertainty import draw_ranks, point_sample, ranks_of

LEFT_OUT_SOURCES = 8
"""Largest sources whose absence is tried."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked ideas and what they rest on."""

    ideas: tuple[RankedIdea, ...]
    """Best first."""
    reference: Reference
    """The snapshot used: to be kept and passed to the next run."""
    notes: tuple[str, ...]
    evidence_level: str
    unlocks_next: str
    weights: tuple[tuple[str, float], ...]
    """Signed as in `CriterionPart.weight`."""
    totals: ReportTotals
    """Without quarantined and duplicate rows, which only the store knows."""


def rank_candidates(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    parameters: RankingParameters,
    *,
    reference: Reference | None = None,
) -> Ranking:
    """Rank candidates; the result does not depend on the order of any input.

    Parameters
    ----------
    reference
        Snapshot of an earlier run, so that scores compare. None, or one made for another
        strategy: a new one is made from this run.
    """
    candidates = sorted(candidates, key=lambda candidate: candidate.candidate_id)
    table = usable_mentions(evidence)
    voices = hear_voices(table, candidates, evidence.accounts, evidence.as_of, parameters)
    fixed = _outside_evidence(table, evidence, candidates, voices, parameters)
    frozen = reference if reference and reference.strategy == parameters.strategy else None
    measured, notes = _measure(voices, fixed, evidence, parameters, frozen)
    if reference is not None and frozen is None:
        notes.append("The strategy changed: scores do not compare with earlier runs.")
    draws = draw_ranks(voices, fixed.efforts, measured.facts, measured.yardstick, parameters)
    without = _ranks_without_sources(table, candidates, measured, fixed, evidence, parameters)
    quotables = Quotables(table, evidence.accounts)
    ideas = describe_ideas(evidence, candidates, measured, draws, without, quotables, parameters)
    priced = "revenue" in measured.yardstick.weights
    level, unlocks = evidence_level(table, evidence, parameters.money.cost_per_ticket is not None)
    return Ranking(
        ideas=ideas,
        reference=measured.yardstick.reference,
        notes=tuple(assumptions(voices, evidence, parameters, priced=priced) + notes),
        evidence_level=level,
        unlocks_next=unlocks,
        weights=tuple(measured.yardstick.weights.items()),
        totals=count_totals(table, voices),
    )


@dataclass(frozen=True, slots=True)
class _Outside:
    """Evidence that does not come from voices, aligned with the candidates."""

    deals: DealValue
    market: MarketView
    efforts: Efforts


def _outside_evidence(
    table: pd.DataFrame,
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    voices: Voices,
    parameters: RankingParameters,
) -> _Outside:
    vectors = candidate_vectors(
        candidates, evidence.themes, evidence.theme_vectors, evidence.items, evidence.item_vectors
    )
    statements = dict(zip(table["statement_id"], table["text"], strict=True))
    texts = candidate_texts(candidates, evidence.themes, evidence.items, statements)
    compared, likely = Texts(texts, vectors), parameters.signal_probability
    return _Outside(
        deals=value_deals(
            compared, evidence.deals, evidence.reason_vectors, evidence.as_of, likely=likely
        ),
        market=read_market(
            compared,
            evidence.signals,
            evidence.signal_vectors,
            evidence.as_of,
            _ages(voices),
            likely=likely,
        ),
        efforts=estimate_efforts(
            candidates, vectors, evidence.items, evidence.item_vectors, parameters.effort
        ),
    )


def _ages(voices: Voices) -> list[FloatArray]:
    ages = voices.spoken["age_days"].to_numpy(np.float64)
    bounds = np.searchsorted(voices.spoken["candidate"], np.arange(voices.n_candidates + 1))
    return [ages[start:stop] for start, stop in pairwise(bounds.tolist())]


def _facts(
    voices: Voices,
    fixed: _Outside,
    evidence: Evidence,
    parameters: RankingParameters,
    scales: tuple[tuple[float, float], tuple[float, float]],
) -> Facts:
    sums = voices.add_up(voices.membership[:, None])
    effect = voices.design_effect()
    exposure = exposure_days(voices.history_days, parameters.half_life_days) / effect
    content, discontent = sums.satisfied[:, 0], sums.unsatisfied[:, 0]
    rated = content + discontent
    return Facts(
        exposure=exposure,
        design_effect=effect,
        prior=gamma_prior(sums.strength[:, 0] / effect, exposure),
        satisfied_share=float(content.sum() / rated.sum()) if rated.sum() > 0 else 0.5,
        rated=rated,
        heard=voices.count(voices.membership),
        history_days=voices.history_days,
        money=gather_money(voices, evidence.accounts, fixed.deals, parameters.money),
        market=fixed.market,
        market_scales=scales,
        effort_log_sd=float(np.median(fixed.efforts.log_sd)) if len(fixed.efforts.days) else 0.0,
    )


def _measure(
    voices: Voices,
    fixed: _Outside,
    evidence: Evidence,
    parameters: RankingParameters,
    frozen: Reference | None,
) -> tuple[Measured, list[str]]:
    scales = frozen.market if frozen else market_scales(fixed.market)
    facts = _facts(voices, fixed, evidence, parameters, scales)
    sample = point_sample(voices, fixed.efforts, parameters)
    yardstick, notes = make_yardstick(sample, facts, parameters, frozen)
    raw = yardstick.measure(sample, facts)
    z = yardstick.place(raw)
    contributions = yardstick.contributions(z)
    if frozen is None:
        priority = add(contributions, (voices.n_candidates, 1))
        spread = float(priority.std()) if priority.size else 1.0
        yardstick = replace(yardstick, reference=replace(yardstick.reference, spread=spread))
    measured = Measured(
        voices=voices,
        sample=sample,
        facts=facts,
        efforts=fixed.efforts,
        market=fixed.market,
        yardstick=yardstick,
        raw={name: values[:, 0] for name, values in raw.items()},
        z={name: values[:, 0] for name, values in z.items()},
        contributions={name: values[:, 0] for name, values in contributions.items()},
        behind=voices_behind(voices),
        effective=voices.effective(),
    )
    return measured, notes


def _ranks_without_sources(
    table: pd.DataFrame,
    candidates: Sequence[FeatureCandidate],
    measured: Measured,
    fixed: _Outside,
    evidence: Evidence,
    parameters: RankingParameters,
) -> list[tuple[str, IntArray]]:
    """Rank again without each source of feedback, without money, and without the market."""
    without: list[tuple[str, IntArray]] = []
    sizes = table.groupby("source").size()
    names = sorted(sizes.index, key=lambda name: (-int(sizes[name]), name))[:LEFT_OUT_SOURCES]
    for name in names if len(names) > 1 else []:
        rest = table[table["source"] != name]
        voices = hear_voices(rest, candidates, evidence.accounts, evidence.as_of, parameters)
        scales = measured.yardstick.reference.market
        facts = _facts(voices, fixed, evidence, parameters, scales)
        sample = point_sample(voices, fixed.efforts, parameters)
        without.append((f"source {name}", ranks_of(measured.yardstick.priority(sample, facts))))
    for name, what in (("revenue", "accounts and deals"), ("market_pull", "market signals")):
        if name in measured.contributions:
            rest_of = {k: v for k, v in measured.contributions.items() if k != name}
            without.append((what, ranks_of(add(rest_of, (len(candidates),))[:, None])))
    return [(what, ranks[:, 0]) for what, ranks in without]
