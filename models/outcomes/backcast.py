"""What would have been said at past moments, from what was known then: to compare with what came.

Needs are those of today's themes; only counting them goes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from scipy.stats import nbinom

from groundswell.domain import FeatureCandidate, FloatArray, IntArray, Vectors, WorkItem
from models.effort.estimates import estimate_efforts
from models.evidence.inputs import EffortParameters
from models.evidence.rates import QUARTER_DAYS, decay, exposure_days, gamma_prior
from models.outcomes.pace import Forecast, NeedTimes
from models.outcomes.shipped import Release

TOP = 10
FEWEST_BEFORE = 20
"""Finished items from which efforts are foretold: as many as measured intervals need."""

_EPOCH = pd.Timestamp("1970-01-01", tz="UTC")


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
    for candidate, said in zip(candidates, _said(spoken, candidates), strict=True):
        if not len(said.day):
            continue
        first = date.fromordinal(int(said.day.min()))
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
    heard = _said(spoken, candidates)
    tops = []
    for day in _quarters(spoken, as_of):
        voices = {
            one.candidate_id: said.voices(day.toordinal() - QUARTER_DAYS, day.toordinal())
            for one, said in zip(candidates, heard, strict=True)
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
    heard = _said(spoken, candidates)
    forecasts: list[Forecast] = []
    for day in _quarters(spoken, as_of):
        if day + timedelta(days=QUARTER_DAYS) > as_of.date():
            continue
        now = float(day.toordinal())
        history = now - min(float(said.day.min()) for said in heard if len(said.day))
        exposure = float(exposure_days(history, half_life_days))
        strength = np.array([said.strength(now, half_life_days) for said in heard])
        a, b = gamma_prior(strength, np.full(len(strength), exposure))
        odds = (b + exposure) / (b + exposure + QUARTER_DAYS)
        low, high = (np.asarray(nbinom.ppf(p, a + strength, odds)) for p in (0.1, 0.9))
        actual = [float(said.voices(now, now + QUARTER_DAYS)) for said in heard]
        forecasts += map(Forecast, low.tolist(), high.tolist(), actual)
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
        known = [items[row] for row in before]
        efforts = estimate_efforts(ideas, vectors[rows], known, vectors[before], start, parameters)
        forecasts += [
            Forecast(effort.low, effort.high, float(items[row].actual_days or 0.0))
            for effort, row in zip(efforts.estimates, rows, strict=True)
        ]
    return forecasts


@dataclass(frozen=True, slots=True)
class _Said:
    """When and by whom a need was voiced; aligned, one row per statement."""

    day: FloatArray
    """As `date.toordinal` counts, with the time as a fraction."""
    voice: IntArray

    def voices(self, start: float, end: float) -> int:
        """Count distinct voices from `start` to before `end`."""
        return len(np.unique(self.voice[(self.day >= start) & (self.day < end)]))

    def strength(self, now: float, half_life_days: float) -> float:
        """Return decayed voices before `now`, each with its newest statement."""
        past = self.day < now
        order = np.lexsort((-self.day[past], self.voice[past]))
        _, newest = np.unique(self.voice[past][order], return_index=True)
        return float(np.sort(decay(now - self.day[past][order][newest], half_life_days)).sum())


def _said(spoken: pd.DataFrame, candidates: Sequence[FeatureCandidate]) -> list[_Said]:
    seconds = (spoken["created_at"] - _EPOCH).dt.total_seconds().to_numpy(np.float64)
    day = seconds / 86_400.0 + _EPOCH.toordinal()
    voice = pd.factorize(spoken["voice"])[0].astype(np.int64)
    rows = spoken.groupby("theme_id").indices
    nobody = np.empty(0, np.int64)
    said = []
    for candidate in candidates:
        parts = [rows.get(theme, nobody) for theme, _ in candidate.coverage]
        chosen = np.concatenate([nobody, *parts])
        said.append(_Said(day[chosen], voice[chosen]))
    return said


def _quarters(spoken: pd.DataFrame, as_of: datetime) -> list[date]:
    """Return the starts of quarters with 90 days of past, up to the moment."""
    if spoken.empty:
        return []
    first = spoken["created_at"].min().date() + timedelta(days=QUARTER_DAYS)
    starts = (date(y, m, 1) for y in range(first.year, as_of.year + 1) for m in (1, 4, 7, 10))
    return [day for day in starts if first <= day <= as_of.date()]


def _quarter_start(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)
