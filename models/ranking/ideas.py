"""Put every number of a ranking beside what it rests on: one `RankedIdea` per candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from groundswell.domain import FeatureCandidate, FloatArray, IdeaVerdict, IntArray
from groundswell.report import RankedIdea
from models.evidence.inputs import Evidence, RankingParameters
from models.evidence.quotes import Quotables
from models.ranking.explanation import Measured, badges, estimate, explain
from models.ranking.portrait import Portrait, Portraits
from models.ranking.priority import add
from models.ranking.profit import Ledger, profit_of
from models.ranking.scoring import shown_score
from models.ranking.sensitivity import Standing, what_would_change
from models.ranking.uncertainty import TOP, Draws, rank_intervals, ranks_of, tiers
from models.ranking.verdicts import review_verdict


@dataclass(frozen=True, slots=True)
class Trials:
    """The same candidates ranked otherwise; ranks have shape (n_candidates,)."""

    draws: Draws
    without: Sequence[tuple[str, IntArray]]
    """(what is left out, ranks without it)."""
    strategies: Sequence[tuple[str, IntArray]]
    """(strategy, ranks by it)."""
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each candidate stands and why, arrays of shape (n_candidates,)."""

    measured: Measured
    trials: Trials
    parameters: RankingParameters
    standing: Standing
    low: IntArray
    high: IntArray
    tier: IntArray
    score: FloatArray
    verdicts: Mapping[str, IdeaVerdict]
    day: date


def describe_ideas(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    measured: Measured,
    trials: Trials,
    quotables: Quotables,
    parameters: RankingParameters,
) -> tuple[RankedIdea, ...]:
    """Return the ideas, best first."""
    portraits = Portraits(
        measured.voices,
        evidence.accounts,
        evidence.themes,
        evidence.as_of,
        quotables,
        parameters.quotes,
    )
    places = _places(evidence, candidates, measured, trials, parameters)
    return tuple(
        _idea(row, candidates[row], portraits.draw(row, candidates[row]), places)
        for row in places.standing.order.tolist()
    )


def _places(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    measured: Measured,
    trials: Trials,
    parameters: RankingParameters,
) -> _Places:
    draws = trials.draws
    priority = add(measured.contributions, (len(candidates),))
    ranks = ranks_of(priority[:, None])[:, 0]
    order = np.argsort(ranks)
    titles = tuple(candidate.title for candidate in candidates)
    low, high = rank_intervals(draws.ranks, parameters.interval)
    tier = np.empty(len(candidates), np.int64)
    tier[order] = tiers(draws.priority, order, parameters.tier_probability)
    return _Places(
        measured=measured,
        trials=trials,
        parameters=parameters,
        standing=Standing(titles, measured.yardstick, measured.z, priority, ranks, order),
        low=np.minimum(low, ranks),
        high=np.maximum(high, ranks),
        tier=tier,
        score=shown_score(priority, measured.yardstick.reference.spread),
        verdicts=evidence.verdicts,
        day=evidence.as_of.date(),
    )


def _idea(row: int, candidate: FeatureCandidate, portrait: Portrait, places: _Places) -> RankedIdea:
    measured, draws, parameters = places.measured, places.trials.draws, places.parameters
    parts = explain(row, measured, draws, portrait, parameters)
    return RankedIdea(
        rank=int(places.standing.ranks[row]),
        rank_low=int(places.low[row]),
        rank_high=int(places.high[row]),
        p_top10=float((draws.ranks[row] <= TOP).mean()),
        tier=int(places.tier[row]),
        candidate_id=candidate.candidate_id,
        title=candidate.title,
        need=portrait.quotes[0].text if portrait.quotes else candidate.need,
        status=candidate.status,
        status_reason=candidate.reason,
        score=float(places.score[row]),
        priority=float(places.standing.priority[row]),
        parts=parts,
        voices=float(measured.facts.heard[row]),
        mentions=portrait.mentions,
        effective_voices=float(measured.effective[row]),
        trend=estimate("trend", row, measured, draws, parameters),
        revenue=estimate("revenue", row, measured, draws, parameters),
        effort=measured.efforts.estimates[row],
        monthly_voices=portrait.monthly_voices,
        segments=portrait.segments,
        channels=portrait.channels,
        askers=portrait.askers,
        quotes=portrait.quotes,
        counter_quotes=portrait.counter_quotes,
        signals=measured.market.notes[row],
        badges=badges(row, measured, parts, portrait),
        what_would_change=what_would_change(
            row, places.standing, draws.priority, places.trials.without
        ),
        ranks_by_strategy=tuple((name, int(r[row])) for name, r in places.trials.strategies),
        profit=profit_of(row, places.trials.ledger, measured, parameters.money),
        theme_ids=tuple(theme for theme, _ in candidate.coverage),
        item_ids=candidate.item_ids,
        verdict=review_verdict(places.verdicts.get(candidate.candidate_id), places.day),
    )
