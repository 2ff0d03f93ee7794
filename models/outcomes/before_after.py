"""Count the voices of a released need and of untouched needs in windows around the release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import numpy as np
import pandas as pd

from groundswell.domain import NOISE, FeatureCandidate, FloatArray
from models.outcomes.effect import FEWEST_DAYS, Effect, measure_effect
from models.outcomes.rating_shift import RatingShift, measure_shift
from models.outcomes.shipped import Release

WINDOW_DAYS = 90
MOST_WINDOWS = 8
"""Windows before a release that are looked at: two years, from which placebos are taken."""


@dataclass(frozen=True, slots=True)
class ReleaseEffect:
    """A release and what became of the need."""

    release: Release
    effect: Effect
    rating: RatingShift | None
    """None: too few ratings on either side."""


def measure_releases(
    table: pd.DataFrame,
    candidates: Sequence[FeatureCandidate],
    releases: Sequence[Release],
    as_of: datetime,
    *,
    interval: float = 0.90,
) -> list[ReleaseEffect]:
    """Measure each release of an idea that serves a need, in the order given.

    Those from before the first statement are left out: there is nothing to compare with.

    Windows are 90 days, or as many as have passed since the release. A voice counts once in a
    window, for the theme it belongs to most, and where it is `in_need`.

    Parameters
    ----------
    table
        From `models.evidence.voices.usable_mentions`.
    """
    covers = {one.candidate_id: frozenset(t for t, _ in one.coverage) for one in candidates}
    spoken = strongest(table)
    if spoken.empty:
        return []
    first, needing = spoken["created_at"].min(), in_need(spoken)
    return [
        _measure(spoken, needing, covers, releases, release, as_of, interval)
        for release in releases
        if covers.get(release.candidate_id) and _moment(release.day) > first
    ]


def strongest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep of each statement the theme it belongs to most; what belongs to none is left out.

    So a need that fades does not make its neighbours fade.
    """
    rows = table[table["theme_id"] != NOISE].sort_values(
        ["statement_id", "membership", "theme_id"], ascending=[True, False, True]
    )
    return rows.drop_duplicates("statement_id").reset_index(drop=True)


def in_need(spoken: pd.DataFrame) -> pd.DataFrame:
    """Leave out who is content: by a rating, or by words of praise where kinds are known.

    Praise of what was shipped is no sign that it is still missing.
    """
    content = spoken["satisfied"] == 1.0
    if "kind" in spoken:
        content = content | (spoken["kind"] == "praise")
    return spoken[~content]


def count_windows(
    spoken: pd.DataFrame, units: Mapping[int, int], start: pd.Timestamp, days: int, before: int
) -> FloatArray:
    """Return distinct voices, shape (n_units, before + 1), oldest window first.

    Parameters
    ----------
    units
        Theme to row; other themes are left out.
    start
        Beginning of the last window.
    """
    age = (spoken["created_at"] - start).dt.total_seconds().to_numpy(np.float64) / 86_400.0
    window = np.floor(age / days).astype(np.int64) + before
    rows = pd.DataFrame(
        {
            "unit": spoken["theme_id"].map(units).to_numpy(np.float64),
            "window": window,
            "voice": pd.factorize(spoken["voice"])[0],
        }
    )
    rows = rows[rows["unit"].notna() & (window >= 0) & (window <= before)].drop_duplicates()
    counts = np.zeros((max(units.values(), default=-1) + 1, before + 1))
    np.add.at(counts, (rows["unit"].to_numpy(np.int64), rows["window"].to_numpy(np.int64)), 1.0)
    return counts


def _measure(
    spoken: pd.DataFrame,
    needing: pd.DataFrame,
    covers: Mapping[str, frozenset[int]],
    releases: Sequence[Release],
    release: Release,
    as_of: datetime,
    interval: float,
) -> ReleaseEffect:
    start = _moment(release.day)
    served = covers[release.candidate_id]
    days = min(WINDOW_DAYS, (as_of - start) // pd.Timedelta(days=1))
    if days < FEWEST_DAYS:
        unknown = measure_effect(np.zeros(1), np.zeros((0, 1)), days=days)
        return ReleaseEffect(release, unknown, None)
    history = (start - spoken["created_at"].min()) // pd.Timedelta(days=days)
    before = min(max(int(history), 0), MOST_WINDOWS)
    others = sorted(set(spoken["theme_id"]) - served)
    units = dict.fromkeys(served, 0) | {theme: row for row, theme in enumerate(others, 1)}
    counts = count_windows(needing, units, start, days, before)
    for other in releases:
        window = (_moment(other.day) - start).days // days + before
        touched = [units[theme] for theme in covers.get(other.candidate_id, ()) if theme in units]
        if other != release and 0 <= window <= before:
            counts[touched, window] = np.nan
    effect = measure_effect(counts[0], counts[1:], days=days, interval=interval)
    return ReleaseEffect(release, effect, measure_shift(spoken, served, start, days, interval))


def _moment(day: date) -> pd.Timestamp:
    return pd.Timestamp(datetime.combine(day, time.min, UTC))
