"""The reasons to build, each one function in natural units and one line of `CRITERIA`.

A function takes one sample of everything uncertain (the point estimate is a sample of one
draw) and the facts that are not, and returns shape (n_candidates, n_draws); NaN is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import rankdata

from groundswell.domain import FloatArray
from models.evidence.rates import rate_ratio, shrunk_rate
from models.ranking.demand import Demand
from models.ranking.market import MarketView
from models.ranking.money import Money

MIN_TREND_DAYS = 60.0
RATING_PRIOR = 4.0
"""Voices that the overall satisfied share counts for in each candidate's own share."""

Transform = Literal["ln(x + 0.5)", "x", "ln(1 + x / unit)", "ln(x)"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What every draw shares; arrays of shape (n_candidates,)."""

    exposure: FloatArray
    """Decayed days in which voices were counted, over the design effect."""
    design_effect: FloatArray
    prior: tuple[float, float]
    """Gamma prior of the rates, `models.evidence.rates.gamma_prior`."""
    satisfied_share: float
    """Of all rated voices, 0 to 1."""
    rated: FloatArray
    """Rated voices."""
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
    churn_uplift: FloatArray


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

    Importance is ten times the percentile of reach: inferred, nobody was asked. What nobody
    speaks for has no importance, so its opportunity is 0, which is known and not missing.
    """
    importance = 10.0 * rankdata(reach(sample, facts), axis=0) / len(facts.rated)
    value = opportunity(
        importance, sample.demand.satisfied, sample.demand.unsatisfied, facts.satisfied_share
    )
    unrated = np.where(facts.heard[:, None] > 0, np.nan, 0.0)
    return np.where(facts.rated[:, None] > 0, value, unrated)


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


def revenue(sample: Sample, facts: Facts) -> FloatArray:
    """Return revenue at stake, `models.ranking.money`."""
    return facts.money.at_stake(sample.demand, sample.churn_uplift)


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


def effort(sample: Sample, facts: Facts) -> FloatArray:
    """Return person-days, `models.effort`."""
    return np.broadcast_to(sample.effort_days, sample.demand.strength.shape)


EFFORT = "effort"
CRITERIA: tuple[Criterion, ...] = (
    Criterion("reach", "voices per 90 days", reach, "ln(x + 0.5)", "nobody speaks for it"),
    Criterion(
        "unmet_need", "opportunity 0-20", unmet_need, "x", "no rating or NPS among its voices"
    ),
    Criterion(
        "revenue", "per year", revenue, "ln(1 + x / unit)", "no account or deal of known value"
    ),
    Criterion("trend", "ratio of rates", trend, "ln(x)", "under 60 days of history, or no voice"),
    Criterion("market_pull", "sd", market_pull, "x", "no market signal matches"),
    Criterion(EFFORT, "person-days", effort, "ln(x)", "no estimate"),
)
"""Effort last; it is the only one that counts against an idea."""
