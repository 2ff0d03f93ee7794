"""The reasons to build, each one function in natural units and one line of `CRITERIA`.

A function takes one sample of everything uncertain (the point estimate is a sample of one
draw) and the facts that are not, and returns shape (n_candidates, n_draws); NaN is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from groundswell.domain import FloatArray
from models.evidence.rates import rate_ratio, shrunk_rate
from models.ranking.demand import Demand
from models.ranking.market import MarketView
from models.ranking.money import Money, Rates

MIN_TREND_DAYS = 60.0
RATING_PRIOR = 4.0
"""Voices that the overall satisfied share counts for in each candidate's own share."""
SEVERITY_PRIOR = 4.0
"""Voices that the overall severity counts for in each candidate's own."""
CONFIDENT_VOICES = 5.0
"""Effective voices at which half of what is said of a candidate is its own evidence."""

Transform = Literal["ln(x + 0.5)", "x", "ln(1 + x / unit)", "ln(x)", "logit(x)"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What every draw shares; arrays of shape (n_candidates,)."""

    exposure: FloatArray
    """Decayed days in which voices were counted, over the design effect."""
    design_effect: FloatArray
    prior: tuple[float, float]
    """Gamma prior of the rates, `models.evidence.rates.gamma_prior`."""
    reach_scale: tuple[float, float]
    """Centre and scale of ``ln(reach + 0.5)`` in the reference."""
    satisfied_share: float
    """Of all rated voices, 0 to 1."""
    rated: FloatArray
    """Rated voices."""
    overall_severity: float
    """Of all judged voices, 0 to 1."""
    judged: FloatArray
    """Voices of whose statements it is known how bad they are."""
    effective: FloatArray
    """Effective voices."""
    driver: FloatArray
    """Points of rating or NPS that the mean of all customers loses by the need; NaN: unknown."""
    driver_sd: FloatArray
    """Standard error of `driver`."""
    fit: FloatArray
    """Closeness to the pillars of the strategy, 0 to 1; NaN: no pillar is set."""
    heard: FloatArray
    """Voices."""
    history_days: float
    money: Money
    market: MarketView
    market_scales: tuple[tuple[float, float], tuple[float, float]]
    """(mean, standard deviation) of search slopes and of releases in the reference."""
    effort_log_sd: float
    """Typical standard deviation of one estimate of ln(person-days)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One or many draws of everything uncertain; arrays broadcast to (n_candidates, n_draws)."""

    demand: Demand
    effort_days: FloatArray
    rates: Rates
    driver_error: FloatArray
    """In standard errors."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One reason to build."""

    name: str
    unit: str
    compute: Callable[[Sample, Facts], FloatArray]
    transform: Transform
    without: str
    """What to say where it is missing."""


def reach(sample: Sample, facts: Facts) -> FloatArray:
    """Return voices in need per 90 days, shrunk towards the rate of all candidates."""
    strength = sample.demand.strength / facts.design_effect[:, None]
    return shrunk_rate(strength, facts.exposure[:, None], facts.prior)


def unmet_need(sample: Sample, facts: Facts) -> FloatArray:
    """Return the opportunity of each candidate; missing where voices are there but none rated.

    Importance is ten times the place of reach among the ideas of the reference, by a normal
    distribution: inferred, nobody was asked. What nobody speaks for has no importance, so its
    opportunity is 0, which is known and not missing.
    """
    importance = inferred_importance(reach(sample, facts), facts.reach_scale)
    value = opportunity(
        importance, sample.demand.satisfied, sample.demand.unsatisfied, facts.satisfied_share
    )
    unrated = np.where(facts.heard[:, None] > 0, np.nan, 0.0)
    return np.where(facts.rated[:, None] > 0, value, unrated)


def inferred_importance(reach: FloatArray, scale: tuple[float, float]) -> FloatArray:
    """Return ``10 Phi((ln(reach + 0.5) - centre) / scale)``, 0 to 10; 5 where reaches are alike.

    A percentile would jump where two reaches are close, and would change with every other idea.
    """
    centre, width = scale
    distance = (np.log(reach + 0.5) - centre) / width if width > 0.0 else np.zeros_like(reach)
    return np.asarray(10.0 * ndtr(distance))


def opportunity(
    importance: FloatArray, satisfied: FloatArray, unsatisfied: FloatArray, overall_share: float
) -> FloatArray:
    """Return Ulwick's opportunity score ``I + max(I - S, 0)``, 0 to 20.

    S is ten times the satisfied share of the rated voices, with the overall share counting
    as `RATING_PRIOR` more of them.

    References
    ----------
    Ulwick (2005), "What customers want", McGraw-Hill.
    """
    rated = RATING_PRIOR + satisfied + unsatisfied
    satisfaction = 10.0 * (RATING_PRIOR * overall_share + satisfied) / rated
    return np.asarray(importance + np.maximum(importance - satisfaction, 0.0))


def severity(sample: Sample, facts: Facts) -> FloatArray:
    """Return the share of the voices that are blocked, drawn towards that of all candidates.

    The mean of a Beta distribution to which all voices are `SEVERITY_PRIOR` earlier ones.
    """
    prior = SEVERITY_PRIOR * facts.overall_severity
    share = (prior + sample.demand.blocked) / (SEVERITY_PRIOR + sample.demand.judged)
    return np.where(facts.judged[:, None] > 0, share, np.nan)


def driver(sample: Sample, facts: Facts) -> FloatArray:
    """Return points of the mean score that would come back, `models.trends.drivers`."""
    value = facts.driver[:, None] + facts.driver_sd[:, None] * sample.driver_error
    return np.broadcast_to(value, sample.demand.strength.shape)


def revenue(sample: Sample, facts: Facts) -> FloatArray:
    """Return revenue at stake, `models.ranking.money`."""
    return facts.money.at_stake(sample.demand, sample.rates)


def trend(sample: Sample, facts: Facts) -> FloatArray:
    """Return the rate of the last 30 days over that of the last 180; 1 is steady.

    Missing where nobody speaks, and with less than 60 days of history.
    """
    ratio = rate_ratio(sample.demand.recent, sample.demand.usual)
    known = (facts.heard > 0) & (facts.history_days >= MIN_TREND_DAYS)
    return np.where(known[:, None], ratio, np.nan)


def market_pull(sample: Sample, facts: Facts) -> FloatArray:
    """Return the mean of the standardised market signals that are known, in sd."""
    parts = []
    for values, (mean, sd) in zip(
        (facts.market.slope, facts.market.releases), facts.market_scales, strict=True
    ):
        parts.append((values - mean) / sd if sd > 0 else np.where(np.isnan(values), np.nan, 0.0))
    table = np.array(parts)
    number = (~np.isnan(table)).sum(axis=0)
    pull = np.divide(
        np.nansum(table, axis=0), number, out=np.full(table.shape[1], np.nan), where=number > 0
    )
    return np.broadcast_to(pull[:, None], sample.demand.strength.shape)


def competitor_gap(sample: Sample, facts: Facts) -> FloatArray:
    """Return the share of the named competitors that ship it, less 1 where we do; -1 to 1."""
    return np.broadcast_to(facts.market.gap[:, None], sample.demand.strength.shape)


def strategic_fit(sample: Sample, facts: Facts) -> FloatArray:
    """Return the closeness to the pillars of the strategy, 0 to 1."""
    return np.broadcast_to(facts.fit[:, None], sample.demand.strength.shape)


def confidence(sample: Sample, facts: Facts) -> FloatArray:
    """Return ``n / (n + 5)`` for n effective voices, 0 to 1.

    RICE and ICE multiply by a confidence. Here doubt widens the interval of a rank instead, so
    no other strategy uses it.
    """
    share = facts.effective / (facts.effective + CONFIDENT_VOICES)
    return np.broadcast_to(share[:, None], sample.demand.strength.shape)


def effort(sample: Sample, facts: Facts) -> FloatArray:
    """Return person-days, `models.effort`."""
    return np.broadcast_to(sample.effort_days, sample.demand.strength.shape)


DRIVER = "driver"
EFFORT = "effort"
CRITERIA: tuple[Criterion, ...] = (
    Criterion("reach", "voices per 90 days", reach, "ln(x + 0.5)", "nobody speaks for it"),
    Criterion(
        "unmet_need", "opportunity 0-20", unmet_need, "x", "no rating or NPS among its voices"
    ),
    Criterion("severity", "share blocked", severity, "logit(x)", "no statement was annotated"),
    Criterion(
        DRIVER,
        "points of the mean score",
        driver,
        "x",
        "under 200 scored records, or under 10 customers who scored and voiced it",
    ),
    Criterion(
        "revenue", "per year", revenue, "ln(1 + x / unit)", "no account or deal of known value"
    ),
    Criterion("trend", "ratio of rates", trend, "ln(x)", "under 60 days of history, or no voice"),
    Criterion("market_pull", "sd", market_pull, "x", "no market signal matches"),
    Criterion("competitor_gap", "share", competitor_gap, "x", "no competitor's changelog"),
    Criterion("strategic_fit", "0-1", strategic_fit, "x", "no pillar of a strategy is set"),
    Criterion("confidence", "0-1", confidence, "ln(x)", "never"),
    Criterion(EFFORT, "person-days", effort, "ln(x)", "no estimate"),
)
"""Effort last; it is the only one that counts against an idea."""

ZERO_IS_NOTHING = ("reach", "unmet_need", "driver", "revenue", "competitor_gap")
"""Criteria that are 0 for an idea that nobody asks for and nobody has; the others say nothing."""
