"""Does the rate of voices foretell demand? Ranks feature requests by their votes to come.

``python -m bench demand --votes FILE --seen FILE``. At rolling dates t0 the requests that were
tracked throughout are ranked by `models.evidence.rates` from the votes up to t0 alone, each new
vote being a voice; the votes of the 180 days after t0 judge the ranking.

Files: votes ``item,title,created_at,date,votes,...`` with cumulative votes, one row whenever a
count changed; seen ``item,first_seen,last_seen,...``.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from groundswell.domain import FloatArray
from models.evidence.inputs import RankingParameters
from models.evidence.rates import (
    WEEK_DAYS,
    burst_weights,
    decay,
    exposure_days,
    gamma_prior,
    shrunk_rate,
)

HORIZON_DAYS = 180
STEP_DAYS = 90
SETTLING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Cohort:
    """The requests that can be judged at one date."""

    t0: pd.Timestamp
    daily: FloatArray
    """New votes per day up to t0, newest day first, shape (n_items, n_days)."""
    tracked_days: FloatArray
    """Days before t0 since tracking began, shape (n_items,)."""
    outcome: FloatArray
    """New votes in the 180 days after t0, shape (n_items,)."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Judge the project's own rate and return the means over all dates."""
    parser = argparse.ArgumentParser(prog="python -m bench demand")
    parser.add_argument("--votes", required=True, help="cumulative votes by item and date")
    parser.add_argument("--seen", required=True, help="first and last day each item was tracked")
    options = parser.parse_args(argv)
    half_life_days = RankingParameters().half_life_days
    judged = [
        judge(foretell(cohort, half_life_days), cohort.outcome)
        for cohort in cohorts(options.votes, options.seen)
    ]
    tau, top10, top50 = np.mean(judged, axis=0) if judged else (np.nan,) * 3
    return {
        "t0s": len(judged),
        "tau_b": round(float(tau), 4),
        "ndcg10": round(float(top10), 4),
        "ndcg50": round(float(top50), 4),
    }


def foretell(cohort: Cohort, half_life_days: float) -> FloatArray:
    """Return votes per 90 days as the ranking estimates them, from what was known at t0."""
    weeks = -(-cohort.daily.shape[1] // WEEK_DAYS)
    padding = weeks * WEEK_DAYS - cohort.daily.shape[1]
    daily = np.pad(cohort.daily, ((0, 0), (0, padding)))
    weekly = daily.reshape(len(daily), weeks, WEEK_DAYS).sum(axis=2)
    counted = np.repeat(burst_weights(weekly, half_life_days), WEEK_DAYS, axis=1)
    kernel = decay(np.arange(daily.shape[1], dtype=np.float64), half_life_days)
    strength = (daily * counted * kernel).sum(axis=1)
    exposure = exposure_days(cohort.tracked_days, half_life_days)
    return shrunk_rate(strength, exposure, gamma_prior(strength, exposure))


def judge(score: FloatArray, outcome: FloatArray) -> tuple[float, float, float]:
    """Return Kendall's tau-b, nDCG@10 and nDCG@50 of one ranking."""
    tau = float(kendalltau(score, outcome).statistic)
    return tau, ndcg(score, outcome, 10), ndcg(score, outcome, 50)


def ndcg(score: FloatArray, outcome: FloatArray, top: int) -> float:
    """Return the normalised discounted cumulative gain, the outcome itself being the gain.

    Järvelin and Kekäläinen (2002), "Cumulated gain-based evaluation of IR techniques".
    """
    order = np.argsort(-score, kind="stable")[:top]
    discount = 1.0 / np.log2(np.arange(2, len(order) + 2))
    best = np.sort(outcome)[::-1][: len(order)]
    return float((outcome[order] * discount).sum() / (best * discount).sum())


def cohorts(votes_path: str, seen_path: str) -> Iterator[Cohort]:
    """Yield the judged dates: every 90 days, 180 days of history before and outcome after."""
    votes = pd.read_csv(votes_path, parse_dates=["date"])
    seen = pd.read_csv(seen_path, parse_dates=["first_seen", "last_seen"]).set_index("item")
    table = votes.pivot_table(index="date", columns="item", values="votes", aggfunc="last")
    days = pd.date_range(votes["date"].min(), seen["last_seen"].max())
    table = table.reindex(days).ffill()
    t0 = days[0] + pd.Timedelta(days=HORIZON_DAYS + SETTLING_DAYS)
    while t0 + pd.Timedelta(days=HORIZON_DAYS) <= days[-1]:
        yield _cohort(table, seen, t0)
        t0 += pd.Timedelta(days=STEP_DAYS)


def _cohort(table: pd.DataFrame, seen: pd.DataFrame, t0: pd.Timestamp) -> Cohort:
    weeks = HORIZON_DAYS // WEEK_DAYS
    grid = [t0 - pd.Timedelta(days=WEEK_DAYS * week) for week in range(weeks, -1, -1)]
    end = t0 + pd.Timedelta(days=HORIZON_DAYS)
    tracked = (seen["first_seen"] <= grid[0]) & (seen["last_seen"] >= end)
    items = seen.index[tracked].intersection(table.columns, sort=False)
    items = items[table.loc[grid, items].notna().all().to_numpy(bool)]
    known = table[items].loc[:t0].to_numpy(np.float64).T
    daily = np.clip(np.nan_to_num(np.diff(known, axis=1)), 0.0, None)[:, ::-1]
    later = table[items].loc[end].to_numpy(np.float64) - known[:, -1]
    since = (t0 - seen.loc[items, "first_seen"]).dt.days.to_numpy(np.float64)
    return Cohort(
        t0=t0,
        daily=daily,
        tracked_days=np.minimum(since, float(daily.shape[1])),
        outcome=np.clip(later, 0.0, None),
    )
