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


def newest_satisfaction(spoken: pd.DataFrame, n_pairs: int) -> FloatArray:
    """Return what each pair's newest rated mention says, 1 for content, NaN without one.

    What a customer thought before is past, and to say the same again changes nothing.
    """
    rated = spoken.dropna(subset=["satisfied"])
    newest = rated.sort_values(["pair", "age_days", "statement_id"]).drop_duplicates("pair")
    satisfied = np.full(n_pairs, np.nan)
    satisfied[newest["pair"].to_numpy(np.int64)] = newest["satisfied"].to_numpy(np.float64)
    return satisfied


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
