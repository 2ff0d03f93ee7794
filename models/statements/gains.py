"""How much better something learnt does on answers that it had not seen, and how sure that is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray, IntArray

FOLDS = 5
"""Parts of the answers in time; each but the first is foretold from all before it."""
FEWEST = 20
"""Answers below which nothing is told: a part would hold fewer than four."""
RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Gain:
    """A figure without and with what was learnt."""

    before: float
    after: float
    gain: float
    """Above 0: better."""
    low: float
    """80 % interval of the gain, over resampled answers."""
    high: float


def splits_in_time(n: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield rows to learn from and the rows after them to be judged on; none below `FEWEST`."""
    if n < FEWEST:
        return
    parts = np.array_split(np.arange(n), FOLDS)
    for number in range(1, FOLDS):
        yield np.concatenate(parts[:number]), parts[number]


def gain_of(
    figure: Callable[[FloatArray, IntArray], float],
    before: FloatArray,
    after: FloatArray,
    *,
    seed: int,
    higher_is_better: bool = False,
) -> Gain:
    """Compare two sets of predictions for the same answers.

    Parameters
    ----------
    figure
        Of predictions and the rows of the answers they are for.
    before, after
        One row per answer.
    seed
        Of the resamples; it decides the interval.
    """
    rows, sign = np.arange(len(before)), 1.0 if higher_is_better else -1.0
    chance, gains = np.random.default_rng(seed), []
    for _ in range(RESAMPLES):
        some = chance.integers(0, len(rows), len(rows))
        gains.append(sign * (figure(after[some], some) - figure(before[some], some)))
    low, high = np.quantile(gains, [0.1, 0.9])
    first, last = figure(before, rows), figure(after, rows)
    return Gain(first, last, sign * (last - first), float(low), float(high))
