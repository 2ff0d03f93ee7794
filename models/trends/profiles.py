"""Who voices a theme, when and how: its weeks, segments, channels, versions and sentiment.

Everywhere one customer counts once, however often they write. What an input does not tell, such
as the version or the language, is left empty and never counted as 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from scipy.special import betaincinv
from scipy.stats import t as student

from groundswell.domain import Account, FloatArray, IntArray, NeedTheme
from groundswell.report import Estimate, ThemeProfile
from models.evidence.inputs import RankingParameters
from models.evidence.rates import QUARTER_DAYS, WEEK_DAYS
from models.evidence.voices import account_of
from models.trends.drivers import Drivers, find_drivers

WEEKS = 104
"""The newest that are shown: two years, so that a season can be compared with the one before."""
SPREAD_PRIOR = 4.0
"""Voices' worth of knowledge that a theme's polarity spreads as that of all themes does."""
UNKNOWN_SPREAD = 1.0 / 3.0
"""Variance of a polarity of which nothing is known: uniform from -1 to 1."""
DECIMALS = 6
"""Of every figure, so that the order of a sum cannot change a byte of the report."""
_COLUMNS = ("channel", "version", "language")
_MONDAY = date(1969, 12, 29)
"""The Monday from which weeks are counted."""

Counts = tuple[tuple[str, int], ...]


def profile_themes(
    mentions: pd.DataFrame,
    themes: Sequence[NeedTheme],
    accounts: Sequence[Account],
    as_of: datetime,
    parameters: RankingParameters,
    drivers: Drivers | None = None,
) -> dict[int, ThemeProfile]:
    """Profile every theme, by its id; one that nobody voices has weeks of 0.

    Parameters
    ----------
    mentions
        From `models.evidence.voices.usable_mentions`, noise included: shares and drivers compare
        with those who voice no theme. channel, version, language, polarity, rating, nps may lack.
    themes
        Needs, without the areas and variants that hold the same statements again.
    parameters
        `min_membership`, `interval` and `seed` are used.
    drivers
        Of these themes, where they are known already; None: they are sought.
    """
    spoken = _listen(mentions, [theme.theme_id for theme in themes], parameters.min_membership)
    weekly = _weekly(mentions, spoken, as_of)
    shares = _shares(mentions, spoken, parameters.interval)
    segments = _count_by(spoken, _segments(spoken, accounts))
    counts = {name: _count_by(spoken, spoken.column(name)) for name in _COLUMNS}
    sentiments = _sentiments(spoken, parameters.interval)
    drivers = drivers or find_drivers(mentions, spoken.theme_ids, parameters)
    return {
        theme: ThemeProfile(
            weekly_voices=weekly[row],
            share=shares[row],
            segments=segments[row],
            channels=counts["channel"][row],
            versions=counts["version"][row],
            languages=counts["language"][row],
            sentiment=sentiments[row],
            driver=drivers.by_theme[theme].effect,
            driver_note=drivers.by_theme[theme].note,
        )
        for row, theme in enumerate(spoken.theme_ids)
    }


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Mentions of the themes that are profiled; arrays of shape (n_mentions,)."""

    theme_ids: tuple[int, ...]
    """The rows of every result, ascending."""
    names: tuple[str, ...]
    """One per voice, sorted, those who voice no theme included."""
    table: pd.DataFrame
    theme: IntArray
    """Row of the theme."""
    voice: IntArray
    """Place in `names`."""

    def column(self, name: str) -> pd.Series:
        """Return a column, all missing where there is none of that name."""
        if name in self.table:
            return self.table[name]
        return pd.Series(np.nan, index=self.table.index)

    def distinct(self, value: IntArray, size: int) -> IntArray:
        """Return how many voices each theme has with each value, shape (n_themes, size).

        Parameters
        ----------
        value
            0 to ``size - 1`` of each mention; negative: not counted.
        """
        known = value >= 0
        voices = max(len(self.names), 1)
        key = (self.theme[known] * size + value[known]) * voices + self.voice[known]
        cells = np.unique(key) // voices
        counts = np.bincount(cells, minlength=len(self.theme_ids) * size)
        return counts.reshape(len(self.theme_ids), size)


def _listen(mentions: pd.DataFrame, theme_ids: Sequence[int], min_membership: float) -> _Spoken:
    ids = tuple(sorted(set(theme_ids)))
    voice, names = pd.factorize(mentions["voice"], sort=True)
    theme = pd.Index(ids, dtype=np.int64).get_indexer(pd.Index(mentions["theme_id"]))
    heard = (theme >= 0) & (mentions["membership"] >= min_membership).to_numpy(bool)
    return _Spoken(
        theme_ids=ids,
        names=tuple(map(str, names)),
        table=mentions[heard],
        theme=theme[heard].astype(np.int64),
        voice=voice[heard].astype(np.int64),
    )


def _weekly(
    mentions: pd.DataFrame, spoken: _Spoken, as_of: datetime
) -> list[tuple[tuple[date, int], ...]]:
    """Return voices per week from that of the first record to that of the report."""
    if mentions.empty:
        return [()] * len(spoken.theme_ids)
    last = _week(pd.Series([pd.Timestamp(as_of)]))[0]
    first = max(_week(mentions["created_at"]).min(), last - WEEKS + 1)
    week = _week(spoken.table["created_at"]) - first
    counts = spoken.distinct(np.where(week <= last - first, week, -1), int(last - first) + 1)
    mondays = [_MONDAY + timedelta(days=WEEK_DAYS * int(n)) for n in range(first, last + 1)]
    return [tuple(zip(mondays, row.tolist(), strict=True)) for row in counts]


def _week(moments: pd.Series) -> IntArray:
    """Return whole weeks since `_MONDAY`, in UTC."""
    days = (moments - pd.Timestamp(_MONDAY, tz="UTC")).dt.days
    return np.asarray(days.to_numpy(np.int64) // WEEK_DAYS)


def _shares(mentions: pd.DataFrame, spoken: _Spoken, width: float) -> list[Estimate]:
    """Return the share of the last 90 days' voices, with Jeffreys' interval.

    References
    ----------
    Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion",
    Statistical Science 16(2), section 3.1.2, which also moves the ends of nobody and of
    everybody to 0 and 1.
    """
    recent = mentions["age_days"] < QUARTER_DAYS
    everybody = int(mentions.loc[recent, "voice"].nunique())
    if not everybody:
        return [_unknown("share")] * len(spoken.theme_ids)
    fresh = spoken.table["age_days"].to_numpy(np.float64) < QUARTER_DAYS
    voices = spoken.distinct(np.where(fresh, 0, -1), 1)[:, 0]
    tail = (1.0 - width) / 2.0
    a, b = voices + 0.5, everybody - voices + 0.5
    low = np.where(voices == 0, 0.0, betaincinv(a, b, tail))
    high = np.where(voices == everybody, 1.0, betaincinv(a, b, 1.0 - tail))
    return _estimates(voices / everybody, low, high, "share")


def _sentiments(spoken: _Spoken, width: float) -> list[Estimate]:
    """Return the mean polarity over voices, each by the mean of its own mentions.

    The interval is the posterior of a mean with unknown variance, a flat prior for the mean and
    `SPREAD_PRIOR` voices' worth of the pooled variance s0^2 of all themes for the variance:
    ``mean +- t(nu) sqrt((4 s0^2 + (n - 1) s^2) / (nu n))`` with ``nu = 4 + n - 1``. So one
    voice, or three that agree, are no certainty.

    References
    ----------
    Gelman and others (2013), "Bayesian data analysis", 3rd edition, chapter 3.
    """
    number, mean, squares = _mean_polarity(spoken)
    within = number - (number > 0)
    pooled = squares.sum() / within.sum() if within.sum() else UNKNOWN_SPREAD
    freedom = SPREAD_PRIOR + within
    scale = np.sqrt((SPREAD_PRIOR * pooled + squares) / (freedom * np.maximum(number, 1.0)))
    reach = student.ppf((1.0 + width) / 2.0, freedom) * scale
    low, high = np.maximum(mean - reach, -1.0), np.minimum(mean + reach, 1.0)
    known = _estimates(mean, low, high, "polarity")
    return [one if n else _unknown("polarity") for one, n in zip(known, number, strict=True)]


def _mean_polarity(spoken: _Spoken) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return voices with a polarity, their mean, and their squared deviations from it."""
    polarity = spoken.column("polarity").to_numpy(np.float64)
    known = ~np.isnan(polarity)
    table = pd.DataFrame(
        {"theme": spoken.theme[known], "voice": spoken.voice[known], "value": polarity[known]}
    )
    # Sorted, because the order of a sum shows in its last digits.
    own = table.sort_values(["theme", "voice", "value"]).groupby(["theme", "voice"])["value"].mean()
    theme = own.index.get_level_values("theme").to_numpy(np.int64)
    value, size = own.to_numpy(np.float64), len(spoken.theme_ids)
    number = np.bincount(theme, minlength=size).astype(np.float64)
    mean = np.bincount(theme, value, minlength=size) / np.maximum(number, 1.0)
    squares = np.bincount(theme, (value - mean[theme]) ** 2, minlength=size)
    return number, mean, squares.astype(np.float64)


def _segments(spoken: _Spoken, accounts: Sequence[Account]) -> pd.Series:
    """Return the segment of each mention's account, None where it is not known."""
    segment = {one.account_id: one.segment for one in accounts}
    own = [segment.get(account_of(name) or "") for name in spoken.names]
    return pd.Series(own, dtype=object).take(spoken.voice)


def _count_by(spoken: _Spoken, column: pd.Series) -> list[Counts]:
    """Return (value, voices) per theme, largest first, then by name; unknown values left out."""
    code, names = pd.factorize(column.where(column != ""), sort=True)
    counts = spoken.distinct(code.astype(np.int64), max(len(names), 1))
    listed = []
    for row in counts:
        order = np.argsort(-row, kind="stable")[: np.count_nonzero(row)]
        listed.append(tuple((str(names[place]), int(row[place])) for place in order))
    return listed


def _estimates(value: FloatArray, low: FloatArray, high: FloatArray, unit: str) -> list[Estimate]:
    table = np.round(np.column_stack([value, low, high]), DECIMALS) + 0.0
    return [Estimate(point, start, end, unit) for point, start, end in table.tolist()]


def _unknown(unit: str) -> Estimate:
    return Estimate(None, None, None, unit)
