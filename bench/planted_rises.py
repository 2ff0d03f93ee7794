"""Counts of voices with nothing in them, or with a rise planted: what the alarms make of them.

Themes of very different rates, each with its own ups and downs from week to week (a gamma factor,
so that weekly counts are negative binomial), in a total volume that goes up and down too. The
detector runs every day, as in production.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, inf, log
from statistics import median

import numpy as np

from groundswell.domain import FloatArray, RiseAlert
from models.trends.alerts import new_alerts
from models.trends.emerging import (
    FEWEST_WINDOWS,
    PARTS,
    EmergingParameters,
    Reading,
    View,
    find_rising,
    judge,
    rise_of,
)
from models.trends.rises import Counted

THEMES = 100
WEEK_DAYS = 7
QUARTER_DAYS = 91
RATES = (0.1, 10.0)
"""Voices a day of a theme, spread evenly on a logarithmic scale."""
PLANTED_RATES = (1.0, 10.0)
DISPERSIONS = (0.005, 0.1)
"""Squared coefficients of variation of a theme's weekly rate, as the app reviews show them
(docs/emerging.md)."""
VOLUME_DISPERSION = 0.05
"""The same of the total volume."""
THEMELESS = 0.3
"""Voices of no theme, per voice of a theme."""
HISTORY_DAYS = 630
"""Enough for the past of both views."""
SHORT_HISTORY_DAYS = 140
"""Enough for the past of the incident view alone."""
FOLLOWED_DAYS = 28
"""After a planted rise; what is not found by then is not found."""
TIMES = (2.0, 3.0)
"""Planted rises double and triple the rate in turn."""
PROMPT_DAYS = 7

_FIRST_DAY = date(2020, 1, 6)


@dataclass(frozen=True, slots=True)
class World:
    """Voices per day; each voice speaks once."""

    themes: FloatArray
    """Shape (n_themes, n_days), oldest day first."""
    total: FloatArray
    """Of all themes and of none, shape (n_days,)."""


def watch(
    seed: int, *, quarters: int, planted: int, parameters: EmergingParameters
) -> dict[str, float | int | None]:
    """Return what a detector that runs daily finds where nothing rises, and what it misses.

    Returns
    -------
    dict
        Alarms per quarter over 100 themes: where nothing rises, and where the total volume
        doubles in the middle of the quarter; days until planted rises are found (median, None if
        fewer than half are).
    """
    calm = [_count_alarms(seed + number, 1.0, parameters) for number in range(quarters)]
    louder = [_count_alarms(seed + number, 2.0, parameters) for number in range(quarters)]
    delays = {
        times: [
            _find_planted(seed + number, times, parameters)
            for number in range(place, planted, len(TIMES))
        ]
        for place, times in enumerate(TIMES)
    }
    together = [delay for some in delays.values() for delay in some]
    return {
        "false_alarms_per_quarter": round(sum(calm) / quarters, 3),
        "alarms_per_quarter_volume_doubled": round(sum(louder) / quarters, 3),
        "delay_days": _middle(together),
        "delay_days_doubled": _middle(delays[TIMES[0]]),
        "delay_days_tripled": _middle(delays[TIMES[1]]),
        "found_in_7_days": round(sum(d <= PROMPT_DAYS for d in together) / planted, 3),
        "found_in_28_days": round(sum(d < inf for d in together) / planted, 3),
        "quarters": quarters,
        "planted": planted,
    }


def draw_world(
    draws: np.random.Generator,
    days: int,
    *,
    first_rate: float | None = None,
    times: float = 1.0,
    volume: float = 1.0,
    since: int = 0,
) -> World:
    """Draw voices per day.

    Parameters
    ----------
    first_rate
        Voices a day of the first theme, in the place of one drawn.
    times
        Factor of the first theme's rate from the day `since` on.
    volume
        Factor of everything from then on.
    """
    rates = np.exp(draws.uniform(log(RATES[0]), log(RATES[1]), THEMES))
    if first_rate is not None:
        rates[0] = first_rate
    weeks = -(-days // WEEK_DAYS)
    dispersion = np.exp(draws.uniform(log(DISPERSIONS[0]), log(DISPERSIONS[1]), (THEMES, 1)))
    own = draws.gamma(1.0 / dispersion, dispersion, (THEMES, weeks))
    common = draws.gamma(1.0 / VOLUME_DISPERSION, VOLUME_DISPERSION, weeks)
    mean = rates[:, None] * np.repeat(own * common, WEEK_DAYS, axis=1)[:, :days]
    mean[:, since:] *= volume
    mean[0, since:] *= times
    themes = draws.poisson(mean).astype(np.float64)
    return World(themes, themes.sum(axis=0) + draws.poisson(THEMELESS * mean.sum(axis=0)))


def read_world(world: World, day: int, parameters: EmergingParameters) -> list[Reading]:
    """Read the themes as `models.trends.emerging.read_themes` does, from the days before `day`."""
    lengths = {"incident": parameters.incident_days, "need": parameters.need_days}
    looked = {name: _look(world, day, days, parameters) for name, days in lengths.items()}
    views = {name: view for name, view in looked.items() if view is not None}
    readings = []
    for (name, view), rising in zip(
        views.items(), find_rising(list(views.values()), parameters), strict=True
    ):
        for theme, ratio in enumerate(view.windows[0].ratio.tolist()):
            since = _FIRST_DAY + timedelta(days=day - view.days[view.best[theme]])
            rise = rise_of(view, theme, name, since, None) if rising[theme] else None
            readings.append(Reading(theme, name, ratio, rise))
    return readings


def _look(world: World, day: int, window: int, parameters: EmergingParameters) -> View | None:
    past_days = min(day - window, parameters.baseline_windows * window)
    if past_days < FEWEST_WINDOWS * window:
        return None
    days = tuple(int(window * part) for part in PARTS)
    return judge([_part(world, day, window, part, past_days) for part in days], days, parameters)


def _part(world: World, day: int, window: int, part: int, past_days: int) -> Counted:
    edges = day - window - part * np.arange(past_days // part + 1)
    whole = np.concatenate([world.themes, world.total[None, :]])
    until = np.concatenate([np.zeros((len(whole), 1)), whole.cumsum(axis=1)], axis=1)
    now = until[:, day] - until[:, day - part]
    past = -np.diff(until[:, edges], axis=1)
    return Counted(now[:-1], float(now[-1]), past[:-1], past[-1])


def _alerts(
    world: World, days: range, parameters: EmergingParameters
) -> Iterator[tuple[int, RiseAlert]]:
    """Yield each alert with the day it is raised on, as the store would keep them."""
    kept: dict[tuple[int, str, date], RiseAlert] = {}
    for day in days:
        today = _FIRST_DAY + timedelta(days=day)
        changes = new_alerts(
            read_world(world, day, parameters), list(kept.values()), today, parameters
        )
        for alert in (*changes.raised, *changes.ended):
            kept[alert.theme_id, alert.view, alert.raised_on] = alert
        for alert in changes.raised:
            yield day, alert


def _count_alarms(seed: int, volume: float, parameters: EmergingParameters) -> int:
    days = range(HISTORY_DAYS, HISTORY_DAYS + QUARTER_DAYS)
    middle = HISTORY_DAYS + QUARTER_DAYS // 2
    world = draw_world(np.random.default_rng(seed), days.stop, volume=volume, since=middle)
    return sum(1 for _ in _alerts(world, days, parameters))


def _find_planted(seed: int, times: float, parameters: EmergingParameters) -> float:
    """Return the days after which a planted rise is found, from 1; infinite if it is not."""
    draws = np.random.default_rng(seed)
    rate = exp(draws.uniform(log(PLANTED_RATES[0]), log(PLANTED_RATES[1])))
    days = range(SHORT_HISTORY_DAYS + 1, SHORT_HISTORY_DAYS + FOLLOWED_DAYS + 1)
    world = draw_world(draws, days.stop, first_rate=rate, times=times, since=SHORT_HISTORY_DAYS)
    for day, alert in _alerts(world, days, parameters):
        if alert.theme_id == 0:
            return float(day - SHORT_HISTORY_DAYS)
    return inf


def _middle(delays: Sequence[float]) -> float | None:
    middle = median(delays)
    return middle if middle < inf else None
