"""How well the effect of a release is told from chance.

``python -m bench effect [--worlds N] [--seed N] [--reviews FILE.csv [--vectors FILE.npy]]``. Worlds
are drawn: 30 needs over two years with bursts, drifts, weekends and a common course, and one
release. In every other world the released need was chosen at its peak, as teams do. The file of
reviews has the columns ``date,text``.

found_share, found_share_large
    of falls by 40 % planted at the release; large: from 80 voices expected on;
found_share_steady, found_share_steady_large
    the same in worlds with half the ups and downs;
coverage, coverage_null
    of the 90 % interval, with that fall and without any;
false_positives, false_positives_null
    falls claimed where only the volume of all doubled at the release, and where nothing happened;
false_rises
    rises claimed in both;
width
    median of the interval's upper over lower end, with the fall;
placebo_...
    the same on real counts: reviews grouped by k-means, releases that never were, monthly.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from groundswell.config import Config
from groundswell.domain import FloatArray, IntArray, Vectors, content_id
from groundswell.errors import IngestError
from models.encoding.embedding import embed, load_encoder
from models.outcomes.before_after import MOST_WINDOWS, WINDOW_DAYS
from models.outcomes.effect import Effect, measure_effect

NEEDS = 30
RELEASE_DAY = 630
RATES = (5.0, 200.0)
"""Voices per 90 days of a need, spread evenly on a logarithmic scale."""
RELEASED_RATE = 20.0
"""Fewest of the need that is released."""
LARGE = 80.0
WEEK_TO_WEEK = 0.85
"""Correlation of two weeks in a row."""
COURSE = 0.1
"""Standard deviation of how that of all needs together moves in a week, halved in seven weeks."""
WEEKDAYS = np.array([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7])
FALL = 0.6
"""A planted fall leaves 60 %."""
PEAK_DAYS, USUAL_DAYS = 28, 180

GROUPS = 30
FEWEST_BEFORE = 5
"""Voices in the window before a placebo; with fewer nobody would ask."""
PLACEBO_DAYS = 30
PAST_WINDOWS = 3
"""Windows of past before the first placebo."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How needs go up and down of themselves, standard deviations of logarithms."""

    bursts: tuple[float, float]
    """Of the weekly rate around its level, from the calmest need to the wildest."""
    drift: float
    """Of how the level moves in a quarter."""


USUAL = Weather((0.1, 0.4), 0.15)
STEADY = Weather((0.05, 0.2), 0.08)
"""About as the reviews of a weather app show it: a dispersion of .02 from quarter to quarter."""


@dataclass(frozen=True, slots=True)
class World:
    """Voices per day of each need, shape (n_needs, n_days), and which was released."""

    voices: FloatArray
    released: int


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Measure on drawn worlds, and on a file of reviews if there is one."""
    options = _options(argv)
    seeds = range(options.seed, options.seed + options.worlds)
    print(f"drawing {4 * len(seeds):,} worlds", file=sys.stderr)
    fell = [look(draw_world(seed, ratio=FALL)) for seed in seeds]
    calm = [look(draw_world(seed)) for seed in seeds]
    louder = [look(draw_world(seed, volume=2.0)) for seed in seeds]
    steady = [look(draw_world(seed, STEADY, ratio=FALL)) for seed in seeds]
    result = {
        "worlds": options.worlds,
        "found_share": share(fell, "fell"),
        "found_share_large": share(_large(fell), "fell"),
        "found_share_steady": share(steady, "fell"),
        "found_share_steady_large": share(_large(steady), "fell"),
        "coverage": coverage(fell, FALL),
        "coverage_null": coverage(calm + louder, 1.0),
        "false_positives": share(louder, "fell"),
        "false_positives_null": share(calm, "fell"),
        "false_rises": share(calm + louder, "rose"),
        "width": width(fell),
    }
    if options.reviews is not None:
        result |= judge_placebos(read_counts(options.reviews, options.vectors), options.seed)
    return result


def draw_world(
    seed: int, weather: Weather = USUAL, *, ratio: float = 1.0, volume: float = 1.0
) -> World:
    """Draw voices per day; worlds of one seed differ only after the release.

    Parameters
    ----------
    ratio
        Of the released need's rate after the release to what it would have been.
    volume
        Factor of all rates from then on.
    """
    draws = np.random.default_rng(seed)
    days = RELEASE_DAY + WINDOW_DAYS
    rates = _evenly(draws, RATES, (NEEDS,))
    log_rate = np.repeat(_ups_and_downs(draws, weather, days // 7 + 1), 7, axis=1)[:, :days]
    rate = rates[:, None] / 90.0 * np.exp(log_rate) * np.resize(WEEKDAYS, days)
    before = draws.poisson(rate[:, :RELEASE_DAY])
    allowed = np.flatnonzero(rates >= RELEASED_RATE)
    if seed % 2:
        released = int(draws.choice(allowed))
    else:
        usual = before[:, -USUAL_DAYS:-PEAK_DAYS].sum(axis=1) * PEAK_DAYS / (USUAL_DAYS - PEAK_DAYS)
        peak = (before[:, -PEAK_DAYS:].sum(axis=1) + 1.0) / (usual + 1.0)
        released = int(allowed[peak[allowed].argmax()])
    rate[:, RELEASE_DAY:] *= volume
    rate[released, RELEASE_DAY:] *= ratio
    after = draws.poisson(rate[:, RELEASE_DAY:])
    return World(np.hstack([before, after]).astype(np.float64), released)


def look(world: World) -> Effect:
    """Measure the release of a world."""
    return measure(world.voices, world.released, RELEASE_DAY, WINDOW_DAYS)


def measure(voices: FloatArray, unit: int, release: int, days: int, keep: float = 1.0) -> Effect:
    """Measure a release on a day; `keep` is the share of the voices after it that is left."""
    windows = min(release // days, MOST_WINDOWS)
    edges = release + days * np.arange(-windows, 2)
    until = np.hstack([np.zeros((len(voices), 1)), voices.cumsum(axis=1)])
    counts = np.diff(until[:, edges], axis=1)
    treated = counts[unit].copy()
    if keep < 1.0:
        thinned = np.random.default_rng((release, unit)).binomial(int(treated[-1]), keep)
        treated[-1] = thinned
    return measure_effect(treated, np.delete(counts, unit, axis=0), days=days)


def judge_placebos(voices: FloatArray, seed: int) -> dict[str, Any]:
    """Look for effects of releases that never were, and of falls planted by thinning."""
    places = list(_placebos(voices))
    print(f"looking at {len(places):,} placebos", file=sys.stderr)
    calm = _said(measure(voices, unit, day, WINDOW_DAYS) for unit, day in places)
    fell = _said(measure(voices, unit, day, WINDOW_DAYS, keep=FALL) for unit, day in places)
    return {
        "placebos": len(calm),
        "placebo_false_positives": share(calm, "fell"),
        "placebo_false_rises": share(calm, "rose"),
        "placebo_coverage_null": coverage(calm, 1.0),
        "placebo_found_share": share(fell, "fell"),
        "placebo_coverage": coverage(fell, FALL),
        "placebo_width": width(fell),
    }


def read_counts(path: Path, vectors: Path | None) -> FloatArray:
    """Return reviews per group and day, shape (n_groups, n_days).

    Raises
    ------
    IngestError
        A column is missing, a date is none, or the vectors are of another file.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(row["date"][:10], row["text"]) for row in csv.DictReader(file)]
        days = np.array([date.fromisoformat(day).toordinal() for day, _ in rows], np.int64)
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise IngestError(
            f"{path}: {error}; expected CSV in UTF-8 with date (YYYY-MM-DD) and text"
        ) from None
    group = _group(_embed([text for _, text in rows], path, vectors))
    counts = np.zeros((GROUPS, int(np.ptp(days)) + 1))
    np.add.at(counts, (group, days - days.min()), 1.0)
    return counts


def share(effects: Sequence[Effect], verdict: str) -> float:
    """Return the share of effects with a verdict, NaN of none."""
    return _mean([one.verdict == verdict for one in effects])


def coverage(effects: Sequence[Effect], true: float) -> float:
    """Return the share of the intervals that hold the true ratio."""
    return _mean([c.low <= true <= c.high for c in (one.change for one in effects) if c])


def width(effects: Sequence[Effect]) -> float:
    """Return the median of upper over lower end."""
    return round(
        float(np.median([one.change.high / one.change.low for one in effects if one.change])), 3
    )


def _evenly(
    draws: np.random.Generator, ends: tuple[float, float], shape: tuple[int, ...]
) -> FloatArray:
    """Draw evenly on a logarithmic scale."""
    low, high = ends
    return np.asarray(low * (high / low) ** draws.uniform(size=shape))


def _large(effects: Sequence[Effect]) -> list[Effect]:
    return [one for one in effects if one.change and one.change.expected >= LARGE]


def _mean(values: Sequence[bool]) -> float:
    return round(float(np.mean(values)), 4) if values else float("nan")


def _ups_and_downs(draws: np.random.Generator, weather: Weather, weeks: int) -> FloatArray:
    """Return the logarithm of each need's weekly rate around its level, shape (needs, weeks)."""
    bursts = _evenly(draws, weather.bursts, (NEEDS, 1))
    own = bursts * _wandering(draws, (NEEDS, weeks), WEEK_TO_WEEK)
    level = np.cumsum(draws.normal(0.0, weather.drift / np.sqrt(13.0), (NEEDS, weeks)), axis=1)
    common = COURSE * np.sqrt(1.0 / (1.0 - 0.81)) * _wandering(draws, (1, weeks), 0.9)
    return np.asarray(own + level - level.mean(axis=1, keepdims=True) + common)


def _wandering(draws: np.random.Generator, shape: tuple[int, int], kept: float) -> FloatArray:
    """Return first-order autoregressions of variance 1."""
    shocks = draws.normal(size=shape)
    walk = shocks.copy()
    for week in range(1, shape[1]):
        walk[:, week] = kept * walk[:, week - 1] + np.sqrt(1.0 - kept**2) * shocks[:, week]
    return walk


def _placebos(voices: FloatArray) -> Iterator[tuple[int, int]]:
    """Yield (group, day)."""
    for day in range(PAST_WINDOWS * WINDOW_DAYS, voices.shape[1] - WINDOW_DAYS + 1, PLACEBO_DAYS):
        before = voices[:, day - WINDOW_DAYS : day].sum(axis=1)
        for unit in np.flatnonzero(before >= FEWEST_BEFORE).tolist():
            yield unit, day


def _said(effects: Iterator[Effect]) -> list[Effect]:
    return [one for one in effects if one.verdict != "too little to say"]


def _group(vectors: Vectors) -> IntArray:
    from sklearn.cluster import KMeans

    found = KMeans(GROUPS, n_init=1, random_state=0).fit_predict(vectors)
    return np.asarray(found, dtype=np.int64)


def _embed(texts: list[str], path: Path, vectors: Path | None) -> Vectors:
    if vectors is not None:
        rows = np.load(vectors, allow_pickle=False)
        if len(rows) != len(texts):
            raise IngestError(f"{vectors}: {len(rows)} rows; {path} has {len(texts)}")
        return np.asarray(rows, dtype=np.float32)
    print(f"embedding {len(texts):,} reviews", file=sys.stderr)
    settings = Config().embedding
    encoder = load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )
    distinct = sorted(set(texts), key=content_id)
    place = {text: row for row, text in enumerate(distinct)}
    return np.asarray(embed(distinct, encoder)[[place[text] for text in texts]])


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench effect", description=__doc__)
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=90_000)
    parser.add_argument("--reviews", type=Path, help="CSV file: date,text")
    parser.add_argument("--vectors", type=Path, help="vectors of its texts in place of the encoder")
    return parser.parse_args(argv)
