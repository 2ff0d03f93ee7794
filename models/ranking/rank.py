"""Rank candidates by what customers, money, market and effort say, and show every part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from groundswell.domain import FeatureCandidate, FloatArray, IntArray
from groundswell.report import Portfolio, RankedIdea, ReportTotals
from models.evidence.inputs import Evidence, RankingParameters
from models.evidence.quotes import Quotables
from models.evidence.rates import exposure_days, gamma_prior, shrunk_rate
from models.evidence.voices import usable_mentions
from models.linking.recalibration import Recalibration
from models.ranking.criteria import Facts
from models.ranking.demand import Voices, hear_voices
from models.ranking.explanation import Measured, voices_behind
from models.ranking.ideas import Trials, describe_ideas
from models.ranking.money import gather_money
from models.ranking.outside import Outside, look_outside
from models.ranking.priority import add, make_yardstick, market_scales, scale_of_asked
from models.ranking.profit import keep_ledger, portfolio_of
from models.ranking.scoring import Reference
from models.ranking.side_by_side import ranks_by_strategy
from models.ranking.situation import assumptions, count_totals, evidence_level
from models.ranking.uncertainty import draw_ranks, point_sample, ranks_of
from models.trends.drivers import Drivers

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
    drivers: Drivers
    """What each theme does to the score."""
    portfolio: Portfolio | None
    """The ideas whose value and cost are known; None without any."""
    unasked: float
    """Priority, without effort, of an idea that nobody asks for."""


def rank_candidates(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    parameters: RankingParameters,
    *,
    reference: Reference | None = None,
    recalibration: Recalibration | None = None,
) -> Ranking:
    """Rank candidates; the result does not depend on the order of any input.

    Parameters
    ----------
    reference
        Snapshot of an earlier run, so that scores compare. None, or one made for another
        strategy: a new one is made from this run.
    recalibration
        What reviewers' words on matches taught of probabilities; None: as they are computed.
    """
    candidates = sorted(candidates, key=lambda candidate: candidate.candidate_id)
    table = usable_mentions(evidence)
    voices = hear_voices(table, candidates, evidence.accounts, evidence.as_of, parameters)
    fixed = look_outside(evidence, candidates, voices, table, parameters, recalibration)
    frozen = reference if reference and reference.strategy == parameters.strategy else None
    measured, notes = _measure(voices, fixed, evidence, parameters, frozen)
    if reference is not None and frozen is None:
        notes.append("The strategy changed: scores do not compare with earlier runs.")
    draws = draw_ranks(voices, fixed.efforts, measured.facts, measured.yardstick, parameters)
    without = _ranks_without_sources(table, candidates, measured, fixed, evidence, parameters)
    elsewhere = ranks_by_strategy(
        measured.sample, measured.facts, parameters, measured.yardstick.reference
    )
    quotables = Quotables(table, evidence.accounts)
    usual, known = parameters.money.effectiveness, evidence.effectiveness
    secures = [known.get(candidate.candidate_id, usual) for candidate in candidates]
    ledger = keep_ledger(measured, draws, parameters, secures)
    trials = Trials(draws, without, elsewhere, ledger)
    priced = "revenue" in measured.yardstick.weights
    level, unlocks = evidence_level(table, evidence, parameters.money.cost_per_ticket is not None)
    return Ranking(
        ideas=describe_ideas(evidence, candidates, measured, trials, quotables, parameters),
        reference=measured.yardstick.reference,
        notes=tuple(assumptions(voices, evidence, parameters, priced=priced) + notes),
        evidence_level=level,
        unlocks_next=unlocks,
        weights=tuple(measured.yardstick.weights.items()),
        totals=count_totals(table, voices),
        drivers=fixed.drivers,
        portfolio=portfolio_of(ledger),
        unasked=measured.yardstick.unasked,
    )


def _facts(
    voices: Voices,
    fixed: Outside,
    evidence: Evidence,
    parameters: RankingParameters,
    frozen: Reference | None,
) -> Facts:
    sums = voices.add_up(voices.membership[:, None])
    effect = voices.design_effect()
    exposure = exposure_days(voices.history_days, parameters.half_life_days) / effect
    content, discontent = sums.satisfied[:, 0], sums.unsatisfied[:, 0]
    rated, heard = content + discontent, voices.count(voices.membership)
    prior = gamma_prior(sums.strength[:, 0] / effect, exposure)
    reach = np.log(shrunk_rate(sums.strength[:, 0] / effect, exposure, prior) + 0.5)
    return Facts(
        exposure=exposure,
        design_effect=effect,
        prior=prior,
        reach_scale=frozen.reach if frozen else scale_of_asked(reach, heard),
        satisfied_share=_share(content, rated),
        rated=rated,
        overall_severity=_share(sums.blocked, sums.judged),
        judged=sums.judged[:, 0],
        effective=voices.effective(),
        driver=fixed.driver,
        driver_sd=fixed.driver_sd,
        fit=fixed.fit,
        heard=heard,
        history_days=voices.history_days,
        money=gather_money(voices, evidence.accounts, fixed.deals, parameters.money),
        market=fixed.market,
        market_scales=frozen.market if frozen else market_scales(fixed.market),
        effort_log_sd=float(np.median(fixed.efforts.log_sd)) if len(fixed.efforts.days) else 0.0,
    )


def _share(part: FloatArray, whole: FloatArray) -> float:
    """Return the share of all, one half where there is nothing to share."""
    return float(part.sum() / whole.sum()) if whole.sum() > 0 else 0.5


def _measure(
    voices: Voices,
    fixed: Outside,
    evidence: Evidence,
    parameters: RankingParameters,
    frozen: Reference | None,
) -> tuple[Measured, list[str]]:
    facts = _facts(voices, fixed, evidence, parameters, frozen)
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
        effective=facts.effective,
    )
    return measured, notes


def _ranks_without_sources(
    table: pd.DataFrame,
    candidates: Sequence[FeatureCandidate],
    measured: Measured,
    fixed: Outside,
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
        facts = _facts(voices, fixed, evidence, parameters, measured.yardstick.reference)
        sample = point_sample(voices, fixed.efforts, parameters)
        without.append((f"source {name}", ranks_of(measured.yardstick.priority(sample, facts))))
    for name, what in (("revenue", "accounts and deals"), ("market_pull", "market signals")):
        if name in measured.contributions:
            rest_of = {k: v for k, v in measured.contributions.items() if k != name}
            without.append((what, ranks_of(add(rest_of, (len(candidates),))[:, None])))
    return [(what, ranks[:, 0]) for what, ranks in without]
