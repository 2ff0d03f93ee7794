"""How fast needs are met: from the first voice to the release, and how well it was foretold."""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.stats import CensoredData, beta, ecdf

from groundswell.domain import FloatArray
from models.outcomes.before_after import ReleaseEffect

TWO_QUARTERS_DAYS = 182
SATISFIED = 0.9
"""Probability that the rate fell from which a need counts as satisfied."""


@dataclass(frozen=True, slots=True)
class NeedTimes:
    """When a need was first voiced, and when it was met."""

    candidate_id: str
    first_voice: date
    shipped: date | None
    """First release from the first voice on; None: still open."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Days from first voice to release, needs that are still open included."""

    median_days: float | None
    """Kaplan-Meier median; None: under half of the needs are met."""
    low: float | None
    high: float | None
    """80 % interval; None where it has no such end."""
    shipped: int
    open: int


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 80 % interval, 0 to 1; None throughout where there is nothing to count."""

    value: float | None
    low: float | None
    high: float | None
    hits: int
    of: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """An interval that was foretold, and what came."""

    low: float
    high: float
    actual: float


def lead_time(needs: Iterable[NeedTimes], today: date) -> LeadTime:
    """Return the median time to a release.

    Needs that are still open count as taking longer than they have waited so far: without them,
    a team that ships only what is quick would look fast.

    References
    ----------
    Kaplan and Meier (1958), "Nonparametric estimation from incomplete observations", JASA 53;
    the interval is Brookmeyer and Crowley's (1982) with a log-log transformation.
    """
    known = [need for need in needs if need.first_voice <= today]
    met = [(n.shipped - n.first_voice).days for n in known if n.shipped]
    waiting = [(today - need.first_voice).days for need in known if need.shipped is None]
    if not met:
        return LeadTime(None, None, None, 0, len(waiting))
    survival = ecdf(CensoredData(uncensored=met, right=waiting)).sf
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # no interval where all or none are left
        around = survival.confidence_interval(0.80, method="log-log")
    return LeadTime(
        median_days=_halved(survival.quantiles, survival.probabilities),
        low=_halved(survival.quantiles, _probabilities(around.low)),
        high=_halved(survival.quantiles, _probabilities(around.high)),
        shipped=len(met),
        open=len(waiting),
    )


def satisfied_reach(effects: Iterable[ReleaseEffect]) -> list[tuple[str, float]]:
    """Return by quarter of release the voices per 90 days of needs that fell with P > 0.9.

    The voices are those expected without the release. A need that was released several times in
    a quarter counts once, with the most.
    """
    best: dict[str, dict[str, float]] = defaultdict(dict)
    for one in effects:
        change = one.effect.change
        if change and one.effect.verdict != "too little to say" and change.p_fell > SATISFIED:
            reach = change.expected * 90.0 / one.effect.days
            needs = best[quarter_of(one.release.day)]
            name = one.release.candidate_id
            needs[name] = max(needs.get(name, 0.0), reach)
    return [(quarter, sum(needs.values())) for quarter, needs in sorted(best.items())]


def shipped_of_top(
    tops: Sequence[tuple[date, Sequence[str]]],
    releases: Iterable[tuple[str, date]],
    today: date,
) -> Share:
    """Return the share of the top needs of past days that were shipped within two quarters.

    Parameters
    ----------
    tops
        (day, candidate ids); days less than two quarters ago are left out.
    releases
        (candidate id, day).
    """
    shipped = list(releases)
    within = timedelta(days=TWO_QUARTERS_DAYS)
    judged = [
        any(name == candidate and day <= when < day + within for name, when in shipped)
        for day, top in tops
        if day + within <= today
        for candidate in top
    ]
    return share_of(sum(judged), len(judged))


def calibration(forecasts: Sequence[Forecast]) -> Share:
    """Return the share of actual values within the interval that was foretold."""
    return share_of(sum(one.low <= one.actual <= one.high for one in forecasts), len(forecasts))


def share_of(hits: int, of: int) -> Share:
    """Return a share with Jeffreys' interval (Brown, Cai and DasGupta 2001, section 4.3)."""
    if not of:
        return Share(None, None, None, 0, 0)
    low = float(beta.ppf(0.1, hits + 0.5, of - hits + 0.5)) if hits else 0.0
    high = float(beta.ppf(0.9, hits + 0.5, of - hits + 0.5)) if hits < of else 1.0
    return Share(hits / of, low, high, hits, of)


def quarter_of(day: date) -> str:
    """Return ``2026-Q2``."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _probabilities(function: Any) -> FloatArray:
    return np.asarray(function.probabilities, np.float64)  # the types of scipy do not know it


def _halved(days: FloatArray, left: FloatArray) -> float | None:
    """Return the first day by which half are met or more; NaN leaves a share unknown."""
    under = np.flatnonzero(left <= 0.5)
    return float(days[under[0]]) if len(under) else None
