"""Evidence that does not come from counting voices, aligned with the candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd

from groundswell.domain import FeatureCandidate, FloatArray, Vectors
from models.effort.estimates import Efforts, estimate_efforts
from models.evidence.inputs import Evidence, RankingParameters, cosine
from models.linking.matching import Texts
from models.linking.recalibration import Recalibration
from models.linking.said import Verdicts
from models.ranking.candidates import compared
from models.ranking.demand import Voices
from models.ranking.market import MarketView, read_market
from models.ranking.money import DealValue, value_deals
from models.ranking.verdicts import fit_by_hand, same_work, stated_days
from models.trends.drivers import Drivers, find_drivers


@dataclass(frozen=True, slots=True)
class Outside:
    """What deals, the market, finished work, scores and the strategy say."""

    deals: DealValue
    market: MarketView
    efforts: Efforts
    drivers: Drivers
    driver: FloatArray
    """Points of the mean score that the need costs, shape (n_candidates,); NaN: unknown."""
    driver_sd: FloatArray
    fit: FloatArray
    """Closeness to the pillars, or as a reviewer set it, 0 to 1, shape (n_candidates,); NaN: no
    pillar is set."""


def look_outside(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    voices: Voices,
    table: pd.DataFrame,
    parameters: RankingParameters,
    recalibration: Recalibration | None = None,
) -> Outside:
    """Read what is known beside the voices.

    Parameters
    ----------
    table
        From `models.evidence.voices.usable_mentions`.
    recalibration
        As `models.ranking.rank.rank_candidates` takes it.
    """
    texts = compared(evidence, candidates)
    vectors = texts.vectors
    likely = parameters.signal_probability
    said = [evidence.verdicts.get(one.candidate_id) for one in candidates]
    drivers = find_drivers(table, [theme.theme_id for theme in evidence.themes], parameters)
    effect, error = _effects(candidates, drivers, parameters.interval)
    # What nobody voices costs no points: that is known, as soon as any theme's cost is.
    idle = voices.unvoiced & (drivers.explained is not None)
    return Outside(
        deals=_deals(evidence, texts, said, likely, recalibration),
        market=read_market(
            texts,
            evidence.signals,
            evidence.signal_vectors,
            evidence.as_of,
            _ages(voices),
            likely=likely,
            said=said,
            recalibration=recalibration,
        ),
        efforts=_efforts(evidence, candidates, vectors, parameters),
        drivers=drivers,
        driver=np.where(idle, 0.0, effect),
        driver_sd=np.where(idle, 0.0, error),
        fit=fit_by_hand(_fit(vectors, evidence), candidates, evidence.verdicts),
    )


def _deals(
    evidence: Evidence,
    texts: Texts,
    said: Verdicts,
    likely: float,
    recalibration: Recalibration | None,
) -> DealValue:
    return value_deals(
        texts,
        evidence.deals,
        evidence.reason_vectors,
        evidence.as_of,
        likely=likely,
        said=said,
        recalibration=recalibration,
    )


def _efforts(
    evidence: Evidence,
    candidates: Sequence[FeatureCandidate],
    vectors: Vectors,
    parameters: RankingParameters,
) -> Efforts:
    return estimate_efforts(
        candidates,
        vectors,
        evidence.items,
        evidence.item_vectors,
        evidence.as_of.date(),
        parameters.effort,
        stated=stated_days(evidence.verdicts),
        same=same_work(evidence.verdicts),
    )


def _ages(voices: Voices) -> list[FloatArray]:
    ages = voices.spoken["age_days"].to_numpy(np.float64)
    bounds = np.searchsorted(voices.spoken["candidate"], np.arange(voices.n_candidates + 1))
    return [ages[start:stop] for start, stop in pairwise(bounds.tolist())]


def _effects(
    candidates: Sequence[FeatureCandidate], drivers: Drivers, width: float
) -> tuple[FloatArray, FloatArray]:
    """Return the mean effect of each candidate's themes by coverage, and its standard error."""
    reach = NormalDist().inv_cdf((1.0 + width) / 2.0)
    effect, error = np.full((2, len(candidates)), np.nan)
    for row, candidate in enumerate(candidates):
        known = [
            (share, found.value, (found.high - found.low) / (2.0 * reach))
            for theme, share in candidate.coverage
            if (found := drivers.by_theme[theme].effect if theme in drivers.by_theme else None)
            and found.value is not None
            and found.low is not None
            and found.high is not None
        ]
        if total := sum(share for share, _, _ in known):
            effect[row] = sum(share * value for share, value, _ in known) / total
            error[row] = sum((share * sd) ** 2 for share, _, sd in known) ** 0.5 / total
    return effect, error


def _fit(vectors: Vectors, evidence: Evidence) -> FloatArray:
    """Return the mean cosine to the pillars by their weights, one that is negative as 0."""
    weights = np.array([weight for _, weight in evidence.pillars])
    if not len(weights):
        return np.full(len(vectors), np.nan)
    near = np.maximum(cosine(vectors, evidence.pillar_vectors), 0.0)
    return np.asarray(near @ (weights / weights.sum()))
