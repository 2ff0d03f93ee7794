"""What would have been said at past moments, from what was known then: to compare with what came.

Needs are those of today's themes; only counting them goes back.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd
from scipy.stats import nbinom

from groundswell.domain import FeatureCandidate, FloatArray, Vectors, WorkItem
from models.evidence.inputs import EffortParameters
from models.evidence.rates import QUARTER_DAYS, decay, exposure_days, gamma_prior
from models.outcomes.pace import Forecast, NeedTimes
from models.outcomes.shipped import Release
from models.ranking.effort import estimate_efforts

TOP = 10
FEWEST_BEFORE = 20
"""Finished items from which efforts are foretold: as many as measured intervals need."""


def need_times(
    spoken: pd.DataFrame, candidates: Sequence[FeatureCandidate], releases: Sequence[Release]
) -> list[NeedTimes]:
    """Return when each need was first voiced and first released after that.

    Parameters
    ----------
    spoken
        From `models.outcomes.before_after.strongest`.
    """
    times = []
    for candidate in candidates:
        said = spoken[spoken["theme_id"].isin([theme for theme, _ in candidate.coverage])]
        if said.empty:
            continue
        first = said["created_at"].min().date()
        days = [r.day for r in releases if r.candidate_id == candidate.candidate_id]
        met = min((day for day in days if day >= first), default=None)
        times.append(NeedTimes(candidate.candidate_id, first, met))
    return times


def top_needs(
    spoken: pd.DataFrame,
    times: Sequence[NeedTimes],
    candidates: Sequence[FeatureCandidate],
    as_of: datetime,
) -> list[tuple[date, list[str]]]:
    """Return the ten needs voiced most in the 90 days before each quarter, if not met by then."""
    met = {time.candidate_id: time.shipped for time in times}
    tops = []
    for day in _quarters(spoken, as_of):
        ages = _ages(spoken, day)
        now = spoken[(ages >= 0) & (ages < QUARTER_DAYS)]
        voices = {
            one.candidate_id: _voices(now, one)
            for one in candidates
            if (met.get(one.candidate_id) or day) >= day
        }
        order = sorted((name for name in voices if voices[name]), key=lambda n: (-voices[n], n))
        tops.append((day, order[:TOP]))
    return tops


def foretell_demand(
    spoken: pd.DataFrame,
    candidates: Sequence[FeatureCandidate],
    as_of: datetime,
    half_life_days: float,
) -> list[Forecast]:
    """Foretell each need's voices of 90 days at the start of each past quarter.

    The rate is reach's: ``Gamma(a + y, b + E)`` with y decayed voices in E decayed days and the
    prior of all needs. What comes is then negative binomial; the interval is its central 80 %.
    """
    forecasts = []
    for day in _quarters(spoken, as_of):
        ages = _ages(spoken, day)
        next_ones = spoken[(ages < 0) & (ages >= -QUARTER_DAYS)]
        if day + timedelta(days=QUARTER_DAYS) > as_of.date():
            continue
        past = spoken[ages >= 0].assign(age=ages[ages >= 0])
        exposure = float(exposure_days(past["age"].max(), half_life_days))
        strength = np.array([_strength(past, one, half_life_days) for one in candidates])
        a, b = gamma_prior(strength, np.full(len(strength), exposure))
        for one, y in zip(candidates, strength.tolist(), strict=True):
            odds = (b + exposure) / (b + exposure + QUARTER_DAYS)
            low, high = nbinom.ppf([0.1, 0.9], a + y, odds)
            forecasts.append(Forecast(float(low), float(high), float(_voices(next_ones, one))))
    return forecasts


def foretell_efforts(
    items: Sequence[WorkItem], vectors: Vectors, parameters: EffortParameters
) -> list[Forecast]:
    """Foretell each finished item's person-days from the items finished before its quarter."""
    done = [
        (item.finished, item.item_id, row)
        for row, item in enumerate(items)
        if item.status == "done" and item.finished and item.actual_days
    ]
    forecasts = []
    for start in sorted({_quarter_start(day) for day, _, _ in done}):
        before = [row for day, _, row in done if day < start]
        now = sorted((name, row) for day, name, row in done if _quarter_start(day) == start)
        if len(before) < FEWEST_BEFORE:
            continue
        rows = [row for _, row in now]
        ideas = [FeatureCandidate(f"item-{name}", items[row].title, "", ()) for name, row in now]
        efforts = estimate_efforts(
            ideas, vectors[rows], [items[row] for row in before], vectors[before], parameters
        )
        forecasts += [
            Forecast(effort.low, effort.high, float(items[row].actual_days or 0.0))
            for effort, row in zip(efforts.estimates, rows, strict=True)
        ]
    return forecasts


def _quarters(spoken: pd.DataFrame, as_of: datetime) -> list[date]:
    """Return the starts of quarters with 90 days of past, up to the moment."""
    if spoken.empty:
        return []
    first = spoken["created_at"].min().date() + timedelta(days=QUARTER_DAYS)
    starts = (date(y, m, 1) for y in range(first.year, as_of.year + 1) for m in (1, 4, 7, 10))
    return [day for day in starts if first <= day <= as_of.date()]


def _quarter_start(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def _ages(spoken: pd.DataFrame, day: date) -> FloatArray:
    moment = pd.Timestamp(datetime.combine(day, time.min, UTC))
    seconds = (moment - spoken["created_at"]).dt.total_seconds()
    return np.asarray(seconds.to_numpy(np.float64) / 86_400.0)


def _voices(spoken: pd.DataFrame, candidate: FeatureCandidate) -> int:
    themes = [theme for theme, _ in candidate.coverage]
    return int(spoken.loc[spoken["theme_id"].isin(themes), "voice"].nunique())


def _strength(past: pd.DataFrame, candidate: FeatureCandidate, half_life_days: float) -> float:
    """Return decayed voices, each with its newest statement."""
    said = past[past["theme_id"].isin([theme for theme, _ in candidate.coverage])]
    newest = said.groupby("voice")["age"].min().to_numpy(np.float64)
    return float(np.sort(decay(newest, half_life_days)).sum())
