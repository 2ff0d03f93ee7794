"""Which needs are voiced more than their own past and the total volume explain, and since when.

Two views: the incident (14 days, looked at in parts too, so that a sudden rise shows within days)
and the need (90 days). All themes and both views are judged together, so that watching a hundred
needs every day does not raise false alarms by their number. How: docs/emerging.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray
from groundswell.report import Estimate, Rise
from models.trends.rises import Comparison, Counted, compare, keep_likely, ordinary
from models.trends.windows import EARLY, Spoken, count_versions, count_windows, read_spoken

Sensitivity = Literal["low", "normal", "high"]

RISING: Mapping[Sensitivity, float] = {"low": 0.005, "normal": 0.05, "high": 0.2}
"""Share of the themes taken to rise before anything is seen. Measured (docs/emerging.md): normal
raises under one false alarm a quarter over 100 themes; high finds sooner and errs more."""

PARTS = (1.0, 0.5, 0.25)
"""A window is looked at whole, and its last half and quarter alone."""

FEWEST_WINDOWS = 2
"""Whole windows of past without which a view says nothing: one shows no ups and downs."""

RELEASE = "release"
"""View of a rise whose unit of time is a version of the product."""

DECIMALS = 6
"""Of every figure, so that the order of a sum cannot change a byte of the report."""


@dataclass(frozen=True, slots=True)
class EmergingParameters:
    """Settings of the search for rises."""

    incident_days: int = 14
    need_days: int = 90
    baseline_windows: int = 6
    """Length of the past that a view compares with, in its own windows."""
    rate_ratio: float = 1.5
    """Rate over the expected rate that counts as a rise."""
    probability: float = 0.90
    """That the ratio exceeds it, from which on it is a rise."""
    min_voices: int = 5
    """Distinct customers in the window."""
    fdr: float = 0.10
    """Expected share of false ones among the rises of one report."""
    at_least: int = 0
    """Rises told of in any case, the likeliest, if they are large enough: hints, not alarms."""
    sensitivity: Sensitivity = "normal"
    interval: float = 0.80


@dataclass(frozen=True, slots=True)
class Reading:
    """What one view says of one theme, whether it rises or not."""

    theme_id: int
    view: str
    """``incident`` or ``need``."""
    ratio: float
    """Rate over the expected one in the whole window, median of the posterior."""
    rise: Rise | None


@dataclass(frozen=True, slots=True)
class View:
    """One view of all units: the window and its parts, whole window first."""

    days: tuple[int, ...]
    windows: tuple[Comparison, ...]
    null: FloatArray
    """Probability that all is ordinary, shape (n_units,)."""
    best: IntArray
    """Place of the part that speaks most for a rise, shape (n_units,)."""

    def figure(self, name: str) -> FloatArray:
        """Return a field of `Comparison` as the best part has it, shape (n_units,)."""
        table = np.stack([getattr(window, name) for window in self.windows])
        return np.asarray(table[self.best, np.arange(table.shape[1])])


def read_themes(
    mentions: pd.DataFrame, as_of: datetime, parameters: EmergingParameters
) -> list[Reading]:
    """Compare each theme with its own past in both views and say which rise.

    Parameters
    ----------
    mentions
        As `models.evidence.voices.usable_mentions` returns it: statement_id, theme_id (`NOISE`
        counts towards the total alone), membership, voice, age_days (before `as_of`; a negative
        age is not used) and, if known, version. Any order.

    Returns
    -------
    list of Reading
        By view, then theme; none of a view with a past of less than two of its windows.
    """
    spoken = read_spoken(mentions)
    lengths = {"incident": parameters.incident_days, "need": parameters.need_days}
    looked = {name: _look(spoken, days, parameters) for name, days in lengths.items()}
    views = {name: view for name, view in looked.items() if view is not None}
    readings = []
    for (name, view), rising in zip(
        views.items(), find_rising(list(views.values()), parameters), strict=True
    ):
        ratios = view.windows[0].ratio
        for place, theme in enumerate(spoken.themes.tolist()):
            rise = None
            if rising[place]:
                rise = _rise(spoken, name, view, place, as_of, parameters)
            readings.append(Reading(theme, name, round(float(ratios[place]), DECIMALS), rise))
    return readings


def read_releases(
    mentions: pd.DataFrame, as_of: datetime, parameters: EmergingParameters
) -> dict[str, dict[int, Rise]]:
    """Compare each version of the product with all versions before it.

    Parameters
    ----------
    mentions
        As for `read_themes`; rows without a version are not used.

    Returns
    -------
    dict
        By version, in the order in which they came out and without the first, the rises by
        theme. The expected share of false ones holds within each version.
    """
    spoken = read_spoken(mentions)
    voices, totals = count_versions(spoken)
    found = {}
    for place in range(1, len(spoken.versions)):
        heard = np.flatnonzero(voices[:, place] >= parameters.min_voices)
        counted = Counted(
            voices[heard, place], totals[place], voices[heard, :place], totals[:place]
        )
        view = judge([counted], (0,), parameters)
        (rising,) = find_rising([view], parameters)
        version = spoken.versions[place]
        since = _first_day(
            as_of, float(np.quantile(spoken.age_days[spoken.version == place], EARLY))
        )
        found[version] = {
            int(spoken.themes[heard[unit]]): rise_of(view, unit, RELEASE, since, version)
            for unit in np.flatnonzero(rising).tolist()
        }
    return found


def rises_by_theme(readings: Sequence[Reading]) -> dict[int, tuple[Rise, ...]]:
    """Return the rises of each theme that has any, in the order of the readings."""
    found: dict[int, tuple[Rise, ...]] = {}
    for reading in readings:
        if reading.rise is not None:
            found[reading.theme_id] = (*found.get(reading.theme_id, ()), reading.rise)
    return found


def judge(parts: Sequence[Counted], days: tuple[int, ...], parameters: EmergingParameters) -> View:
    """Weigh the counts of a window and its parts, whole window first."""
    windows = tuple(
        compare(part, rate_ratio=parameters.rate_ratio, interval=parameters.interval)
        for part in parts
    )
    null, best = ordinary(windows, rising=RISING[parameters.sensitivity])
    return View(days, windows, null, best)


def find_rising(views: Sequence[View], parameters: EmergingParameters) -> list[NDArray[np.bool_]]:
    """Decide which units rise, all views together.

    Returns
    -------
    list of ndarray of bool, shape (n_units,)
        One per view: those with enough voices and a ratio that is large enough, and of these as
        many as the expected share of false ones allows.
    """
    large = [
        (view.figure("exceeds") >= parameters.probability)
        & (view.figure("voices") >= parameters.min_voices)
        for view in views
    ]
    null = [view.null[chosen] for view, chosen in zip(views, large, strict=True)]
    kept = keep_likely(np.concatenate([*null, np.empty(0)]), parameters.fdr, parameters.at_least)
    start = 0
    for chosen in large:
        count = int(chosen.sum())
        chosen[chosen] = kept[start : start + count]
        start += count
    return large


def rise_of(view: View, place: int, name: str, since: date, version: str | None) -> Rise:
    """Return the figures of one unit as the report shows them."""

    def figure(field: str) -> float:
        return round(float(view.figure(field)[place]), DECIMALS)

    return Rise(
        view=name,
        since=since,
        voices=int(figure("voices")),
        expected=figure("expected"),
        ratio=Estimate(figure("ratio"), figure("low"), figure("high"), "x"),
        probability=figure("exceeds"),
        version=version,
    )


def _look(spoken: Spoken, window_days: int, parameters: EmergingParameters) -> View | None:
    days = tuple(max(int(window_days * part), 1) for part in PARTS)
    parts = [
        count_windows(
            spoken,
            window_days=window_days,
            part_days=part_days,
            most_windows=parameters.baseline_windows,
            fewest_windows=FEWEST_WINDOWS,
        )
        for part_days in days
    ]
    heard = [(length, part) for length, part in zip(days, parts, strict=True) if part is not None]
    if parts[0] is None:
        return None
    return judge([part for _, part in heard], tuple(length for length, _ in heard), parameters)


def _rise(
    spoken: Spoken,
    name: str,
    view: View,
    place: int,
    as_of: datetime,
    parameters: EmergingParameters,
) -> Rise:
    days = view.days[view.best[place]]
    looked_back = view.days[0] * (1 + parameters.baseline_windows)
    version = _version(spoken.within(looked_back), spoken.within(days), place, parameters)
    return rise_of(view, place, name, _first_day(as_of, days), version)


def _version(
    around: Spoken, window: Spoken, place: int, parameters: EmergingParameters
) -> str | None:
    """Return the version whose share of a theme is farthest above that of the other versions."""
    voices, totals = count_versions(around)
    enough = count_versions(window)[0][place] >= parameters.min_voices
    found: list[tuple[float, str]] = []
    for number in np.flatnonzero(enough).tolist():
        others = np.delete(totals, number)
        if others.sum() == 0:
            continue
        counted = Counted(
            voices[place : place + 1, number],
            totals[number],
            np.delete(voices[place : place + 1], number, axis=1),
            others,
        )
        one = compare(counted, rate_ratio=parameters.rate_ratio, interval=parameters.interval)
        if one.exceeds[0] >= parameters.probability:
            found.append((-float(one.low[0]), around.versions[number]))
    return min(found)[1] if found else None


def _first_day(as_of: datetime, days: float) -> date:
    return (as_of - timedelta(days=days)).date()
