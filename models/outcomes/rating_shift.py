"""Whether ratings of a need's customers rose after a release, beyond those of all others."""

from collections.abc import Set
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd

FEWEST_RATED = 10
"""Rated voices on each side of each group below which a mean says too little."""


@dataclass(frozen=True, slots=True)
class RatingShift:
    """Difference in differences of mean ratings."""

    points: float
    """(after - before) of the need's voices less that of all others, in points of the scale."""
    low: float
    high: float
    scale: Literal["rating", "nps"]
    """1 to 5, or 0 to 10."""


def measure_shift(
    spoken: pd.DataFrame, served: Set[int], start: pd.Timestamp, days: int, interval: float
) -> RatingShift | None:
    """Compare mean ratings of the windows after and before, with Welch's standard error.

    A voice counts with the mean of its ratings in a window. Ratings where there are enough, else
    NPS; None where neither is.
    """
    age = (spoken["created_at"] - start) / pd.Timedelta(days=days)
    near = spoken[(age >= -1.0) & (age < 1.0)]
    near = near.assign(after=age >= 0.0, served=near["theme_id"].isin(list(served)))
    for scale in ("rating", "nps"):
        shift = _shift(near.dropna(subset=[scale]), scale, interval)
        if shift is not None:
            return shift
    return None


def _shift(
    rated: pd.DataFrame, scale: Literal["rating", "nps"], interval: float
) -> RatingShift | None:
    voices = rated.groupby(["served", "after", "voice"])[scale].mean()
    cells = voices.groupby(level=["served", "after"]).agg(["mean", "var", "size"])
    if len(cells) < 4 or cells["size"].min() < FEWEST_RATED:
        return None
    mean = {key: float(value) for key, value in cells["mean"].items()}
    points = (mean[True, True] - mean[True, False]) - (mean[False, True] - mean[False, False])
    error = float(np.sqrt((cells["var"] / cells["size"]).sum()))
    reach = NormalDist().inv_cdf((1.0 + interval) / 2.0) * error
    return RatingShift(points, points - reach, points + reach, scale)
