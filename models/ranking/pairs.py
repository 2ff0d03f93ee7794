"""What the mentions of one customer about one candidate come to.

Tables are those of `models.ranking.demand.Voices.spoken`, with the pair of each mention as a column
of that name; results have shape (n_pairs,).
"""

import numpy as np
import pandas as pd

from groundswell.domain import FloatArray, IntArray


def pair_numbers(spoken: pd.DataFrame) -> IntArray:
    """Return the pair of each mention of a table sorted by candidate and voice."""
    starts = ~spoken.duplicated(["candidate", "voice"]).to_numpy(bool)
    return np.asarray(np.cumsum(starts) - 1, np.int64)


def mean_per_pair(spoken: pd.DataFrame, n_pairs: int) -> FloatArray:
    """Return the satisfied share of each pair's rated mentions, NaN without one."""
    value = spoken["satisfied"].to_numpy(np.float64)
    rated = ~np.isnan(value)
    pair = spoken["pair"].to_numpy(np.int64)[rated]
    number = np.bincount(pair, minlength=n_pairs).astype(np.float64)
    total = np.bincount(pair, value[rated], minlength=n_pairs)
    share = np.full(n_pairs, np.nan)
    return np.asarray(np.divide(total, number, out=share, where=number > 0))


def worst_per_pair(spoken: pd.DataFrame, n_pairs: int) -> FloatArray:
    """Return the highest severity among each pair's mentions, NaN where none is known."""
    if "severity" not in spoken:
        return np.full(n_pairs, np.nan)
    known = spoken.dropna(subset=["severity"])
    worst = np.full(n_pairs, -np.inf)
    np.maximum.at(worst, known["pair"].to_numpy(np.int64), known["severity"].to_numpy(np.float64))
    return np.where(np.isneginf(worst), np.nan, worst)


def mentions_per_pair(spoken: pd.DataFrame, chosen: pd.Series, n_pairs: int) -> IntArray:
    """Return how many of the chosen mentions each pair has."""
    pair = spoken["pair"].to_numpy(np.int64)[chosen.to_numpy(bool)]
    return np.bincount(pair, minlength=n_pairs)
