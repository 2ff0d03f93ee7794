"""Who speaks: a voice is one customer, however often they write.

A voice is an account, else an author, else a single record. Voices are weighted so that the
segments of the accounts count as they do among all customers, not as loudly as they write.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from groundswell.domain import Account, FloatArray
from models.evidence.inputs import Evidence

SATISFIED_RATING = 4.0
SATISFIED_NPS = 9.0
YEAR_DAYS = 365
ACCOUNT_PREFIX = "account:"


def usable_mentions(evidence: Evidence) -> pd.DataFrame:
    """Return the mentions up to the report's moment in canonical order, see `usable`."""
    if "age_days" in evidence.mentions:
        return evidence.mentions
    return usable(evidence.mentions, evidence.as_of)


def usable(mentions: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    """Return the mentions up to a moment in canonical order.

    Adds the columns voice (name), age_days (0 or more) and satisfied (1, 0 or NaN where
    neither rating nor NPS is known).
    """
    as_of = pd.Timestamp(moment)
    table = mentions[mentions["created_at"] <= as_of]
    if not _in_order(table):
        table = table.sort_values(["statement_id", "theme_id"])
    table = table.reset_index(drop=True)
    age = (as_of - table["created_at"]).dt.total_seconds().to_numpy(np.float64) / 86_400.0
    return table.assign(voice=name_voices(table), age_days=age, satisfied=satisfaction(table))


def _in_order(table: pd.DataFrame) -> bool:
    """Tell whether rows are in canonical order: millions take seconds to sort, and come in it."""
    ids, theme = table["statement_id"].to_numpy(object), table["theme_id"].to_numpy(np.int64)
    same = ids[1:] == ids[:-1]
    return bool(((ids[1:] > ids[:-1]) | (same & (theme[1:] >= theme[:-1]))).all())


def satisfaction(table: pd.DataFrame) -> FloatArray:
    """Return 1 for a rating of 4 or 5 (else an NPS of 9 or 10), 0 for less, NaN for none."""
    rating = table["rating"].to_numpy(np.float64)
    nps = table["nps"].to_numpy(np.float64)
    by_nps = np.where(np.isnan(nps), np.nan, nps >= SATISFIED_NPS)
    return np.where(np.isnan(rating), by_nps, rating >= SATISFIED_RATING)


def name_voices(mentions: pd.DataFrame) -> pd.Series:
    """Return the voice of each mention: ``account:ACME``, else ``author:ann``, else its record.

    An author who is known with exactly one account speaks for that account everywhere.
    """
    account = mentions["account_id"].astype(object)
    author = mentions["author"].astype(object)
    known = pd.DataFrame({"author": author, "account": account}).dropna()
    homes = known.groupby("author")["account"].agg(["nunique", "first"])
    home = homes.loc[homes["nunique"] == 1, "first"]
    account = account.where(account.notna(), author.map(home))
    fallback = ("author:" + author.astype(str)).where(
        author.notna(), "record:" + mentions["record_id"].astype(str)
    )
    return (ACCOUNT_PREFIX + account.astype(str)).where(account.notna(), fallback)


def account_of(voice: str) -> str | None:
    """Return the account that a voice is, or None for an author or a record."""
    return voice.removeprefix(ACCOUNT_PREFIX) if voice.startswith(ACCOUNT_PREFIX) else None


def segment_weights(
    names: Sequence[str], accounts: Sequence[Account], trim: tuple[float, float]
) -> tuple[FloatArray, bool]:
    """Weight voices so that segments count as they do among the active accounts.

    Post-stratification: ``w_g = (N_g / N) / (n_g / n)`` for a segment with N_g of N accounts
    and n_g of n voices, trimmed; 1 for a voice of unknown segment.

    Returns
    -------
    (weights, reweighted)
        Weights of shape (n_voices,); False and all 1 where no account has a segment.
    """
    population = Counter(a.segment for a in accounts if a.segment and a.status == "active")
    segments = {a.account_id: a.segment for a in accounts if a.segment in population}
    spoken = [segments.get(account_of(name) or "") for name in names]
    heard = Counter(segment for segment in spoken if segment)
    if not heard:
        return np.ones(len(names)), False
    share = {
        segment: (population[segment] / population.total()) / (count / heard.total())
        for segment, count in heard.items()
    }
    weight = [1.0 if segment is None else share[segment] for segment in spoken]
    low, high = trim
    known = np.array([segment is not None for segment in spoken])
    return np.where(known, np.clip(weight, low, high), 1.0), True
