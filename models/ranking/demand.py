"""What the voices of each candidate add up to.

A voice speaks for a candidate once, at its strongest mention (the largest membership after
decay). Everything that is later drawn at random, a voice's share in the bootstrap and whether
its membership holds, multiplies whole pairs of candidate and voice; so every sum is one
sparse product.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from groundswell.domain import Account, FeatureCandidate, FloatArray, IntArray
from models.evidence.inputs import RankingParameters
from models.evidence.rates import WEEK_DAYS, burst_weights, decay
from models.evidence.voices import YEAR_DAYS, account_of, segment_weights
from models.ranking.pairs import (
    mentions_per_pair,
    newest_satisfaction,
    pair_numbers,
    worst_per_pair,
)

WINDOW_DAYS = 30
WINDOWS = 6

TICKET_CHANNEL = "ticket"
NEED_PRIOR = 4.0
"""Voices in need that each candidate is taken to have before its ratings are read."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Sums per candidate, each of shape (n_candidates, n_draws)."""

    strength: FloatArray
    """Voices in need, decayed by age, weighted by segment and damped in bursts."""
    recent: FloatArray
    """Voices in need of the last 30 days, as a rate per 90 days."""
    usual: FloatArray
    """Mean of the last six such windows, as a rate per 90 days."""
    satisfied: FloatArray
    """Voices whose rating is 4 or 5, or 9 or 10 of 10."""
    unsatisfied: FloatArray
    """Voices with any other rating."""
    at_risk: FloatArray
    """Currency per year: revenue of active accounts in need that spoke within a year."""
    lost: FloatArray
    """Currency per year: revenue of accounts in need that left within a year."""
    tickets: FloatArray
    """Support tickets per year."""
    blocked: FloatArray
    """Voices, each as far as its worst statement is bad (0 to 1)."""
    judged: FloatArray
    """Voices of whose statements it is known how bad they are."""


@dataclass(frozen=True, slots=True)
class Voices:
    """Pairs of candidate and voice; arrays without a note have shape (n_pairs,)."""

    names: tuple[str, ...]
    """One per voice, sorted."""
    n_candidates: int
    candidate: IntArray
    voice: IntArray
    membership: FloatArray
    """Probability that the voice speaks for the candidate."""
    weight: FloatArray
    """Segment weight; 0 for the voice of an account that left."""
    parts: Demand
    """What each pair adds to each sum if its membership holds."""
    spoken: pd.DataFrame
    """The mentions behind the pairs, with columns candidate (row), voice, p (0 to 1)."""
    history_days: float
    """From the first mention of any theme to the report's moment."""
    reweighted: bool

    @property
    def unvoiced(self) -> NDArray[np.bool_]:
        """Whether nobody speaks for a candidate, shape (n_candidates,)."""
        return np.asarray(np.bincount(self.candidate, minlength=self.n_candidates) == 0)

    def count(self, values: FloatArray) -> FloatArray:
        """Return the sums of one value per pair, shape (n_candidates,)."""
        sums = np.bincount(self.candidate, values, minlength=self.n_candidates)
        return sums.astype(np.float64)

    def effective(self) -> FloatArray:
        """Return Kish's effective number of voices ``(sum w)^2 / sum w^2`` per candidate."""
        weight = self.weight * self.membership
        square = self.count(weight**2)
        whole = self.count(weight) ** 2
        return np.divide(whole, square, out=np.zeros_like(whole), where=square > 0)

    def design_effect(self) -> FloatArray:
        """Return voices over effective voices, at least 1; 1 where nobody speaks."""
        number = self.count(np.where(self.weight > 0, 1.0, 0.0))
        effective = self.effective()
        return np.divide(number, effective, out=np.ones_like(number), where=effective > 0)

    def add_up(self, factor: NDArray[np.floating]) -> Demand:
        """Return the sums for one factor per pair and draw, shape (n_pairs, n_draws)."""
        values = [getattr(self.parts, part.name) for part in fields(Demand)]
        place = (self.candidate, np.arange(len(self.candidate)))
        shape = (self.n_candidates, len(self.candidate))
        stack = vstack(
            [csr_array((value.astype(factor.dtype), place), shape=shape) for value in values],
            format="csr",
        )
        sums = np.asarray(stack @ factor, dtype=np.float64)
        return Demand(*sums.reshape(len(values), self.n_candidates, factor.shape[1]))


def hear_voices(
    table: pd.DataFrame,
    candidates: Sequence[FeatureCandidate],
    accounts: Sequence[Account],
    as_of: datetime,
    parameters: RankingParameters,
) -> Voices:
    """Count who speaks for which candidate.

    Parameters
    ----------
    table
        From `models.evidence.voices.usable_mentions`, perhaps cut to some sources.
    candidates
        The rows of every result are aligned with them.
    """
    voice, found = pd.factorize(table["voice"].astype(object), sort=True)
    names = tuple(map(str, found))
    history = float(table["age_days"].max()) if len(table) else 0.0
    spoken = _spoken(table.assign(voice=voice.astype(np.int64)), candidates, parameters)
    pairs = spoken.drop_duplicates(["candidate", "voice"]).reset_index(drop=True)
    who = pairs["voice"].to_numpy(np.int64)
    weights, reweighted = segment_weights(names, accounts, parameters.segment_weight_trim)
    customers = _customers(names, accounts, weights, as_of)
    return Voices(
        names=names,
        n_candidates=len(candidates),
        candidate=pairs["candidate"].to_numpy(np.int64),
        voice=who,
        membership=pairs["p"].to_numpy(np.float64),
        weight=customers.weight[who],
        parts=_parts(spoken, pairs, len(candidates), customers, history, parameters),
        spoken=spoken,
        history_days=history,
        reweighted=reweighted,
    )


@dataclass(frozen=True, slots=True)
class _Customers:
    """What is known of each voice, arrays of shape (n_voices,)."""

    weight: FloatArray
    """Segment weight; 0 once the account has left."""
    paying: FloatArray
    """Currency per year of an account that is here; 0: unknown or none."""
    gone: FloatArray
    """Currency per year of an account that left within a year."""


def _customers(
    names: Sequence[str], accounts: Sequence[Account], weights: FloatArray, as_of: datetime
) -> _Customers:
    by_id = {account.account_id: account for account in accounts}
    first = as_of.date() - timedelta(days=YEAR_DAYS)
    here, paying, gone = np.ones(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for row, name in enumerate(names):
        account = by_id.get(account_of(name) or "")
        if account is None:
            continue
        if account.status == "active":
            paying[row] = account.arr or 0.0
        elif account.status == "churned":
            here[row] = 0.0
            if account.churned_at is not None and first < account.churned_at <= as_of.date():
                gone[row] = account.arr or 0.0
    return _Customers(weights * here, paying, gone)


def _parts(
    spoken: pd.DataFrame,
    pairs: pd.DataFrame,
    n_candidates: int,
    customers: _Customers,
    history_days: float,
    parameters: RankingParameters,
) -> Demand:
    """Return what each pair adds to each sum, shape (n_pairs,)."""
    candidate, who = pairs["candidate"].to_numpy(np.int64), pairs["voice"].to_numpy(np.int64)
    membership, age = pairs["p"].to_numpy(np.float64), pairs["age_days"].to_numpy(np.float64)
    spoken = spoken.assign(pair=pair_numbers(spoken))
    satisfied = newest_satisfaction(spoken, len(pairs))
    rated = ~np.isnan(satisfied)
    in_need = _need(candidate, membership, satisfied, n_candidates)
    need = customers.weight[who] * in_need
    lately = mentions_per_pair(spoken, spoken["age_days"] < YEAR_DAYS, len(pairs)) > 0
    recent, usual = _windows(spoken, len(pairs), history_days)
    worst = worst_per_pair(spoken, len(pairs))
    damping = _burst_factor(candidate, age, need * membership, n_candidates, parameters)
    return Demand(
        strength=need * damping * decay(age, parameters.half_life_days),
        recent=need * recent,
        usual=need * usual,
        satisfied=np.where(rated, satisfied, 0.0),
        unsatisfied=np.where(rated, 1.0 - satisfied, 0.0),
        at_risk=np.where(lately, in_need * customers.paying[who], 0.0),
        lost=in_need * customers.gone[who],
        tickets=_tickets(spoken, len(pairs), history_days),
        blocked=np.nan_to_num(worst),
        judged=np.where(np.isnan(worst), 0.0, 1.0),
    )


def _spoken(
    table: pd.DataFrame, candidates: Sequence[FeatureCandidate], parameters: RankingParameters
) -> pd.DataFrame:
    """Return mentions by candidate, the strongest of each voice first."""
    served = [
        (theme, row, share)
        for row, candidate in enumerate(candidates)
        for theme, share in candidate.coverage
    ]
    coverage = pd.DataFrame(served, columns=["theme_id", "candidate", "share"])
    coverage = coverage.astype({"theme_id": np.int64, "candidate": np.int64, "share": np.float64})
    strong = table["membership"] >= parameters.min_membership
    numbered = table.assign(place=np.arange(len(table)))
    spoken = numbered[strong].merge(coverage, on="theme_id")
    p = (spoken["membership"] * spoken["share"]).clip(0.0, 1.0)
    age = spoken["age_days"].to_numpy(np.float64)
    strength = p.to_numpy(np.float64) * decay(age, parameters.half_life_days)
    voice, candidate = spoken["voice"].to_numpy(), spoken["candidate"].to_numpy()
    # Equals in the order of the table: by statement, then theme.
    order = np.lexsort((spoken["place"].to_numpy(), age, -strength, voice, candidate))
    spoken = spoken.assign(p=p).drop(columns=["share", "place"])
    return spoken.take(order).reset_index(drop=True)


def _need(
    candidate: IntArray, membership: FloatArray, satisfied: FloatArray, n_candidates: int
) -> FloatArray:
    """Return how far each voice is in need, 0 to 1: 0 if its newest rating is a top one, else 1.

    An unrated voice is taken to be like the rated ones of its candidate.
    """
    rated = np.where(np.isnan(satisfied), 0.0, membership)
    content = np.where(np.isnan(satisfied), 0.0, membership * satisfied)
    all_rated = np.bincount(candidate, rated, minlength=n_candidates)
    in_need = all_rated - np.bincount(candidate, content, minlength=n_candidates)
    share = (NEED_PRIOR + in_need) / (NEED_PRIOR + all_rated)
    return np.asarray(np.where(np.isnan(satisfied), share[candidate], 1.0 - satisfied))


def _burst_factor(
    candidate: IntArray,
    age: FloatArray,
    weight: FloatArray,
    n_candidates: int,
    parameters: RankingParameters,
) -> FloatArray:
    week = (age // WEEK_DAYS).astype(np.int64)
    weekly = np.zeros((n_candidates, int(week.max(initial=0)) + 1))
    np.add.at(weekly, (candidate, week), weight)
    return burst_weights(weekly, parameters.half_life_days)[candidate, week]


def _windows(
    spoken: pd.DataFrame, n_pairs: int, history_days: float
) -> tuple[FloatArray, FloatArray]:
    """Return what each pair adds to the newest window's and the mean window's rate."""
    windows = int(np.clip(history_days // WINDOW_DAYS, 1, WINDOWS))
    per_quarter = 90.0 / WINDOW_DAYS
    window = (spoken["age_days"] // WINDOW_DAYS).astype(np.int64)
    once = spoken.assign(window=window)[window < windows].drop_duplicates(["pair", "window"])
    pair = once["pair"].to_numpy(np.int64)
    newest = once["window"].to_numpy(np.int64) == 0
    recent = np.bincount(pair[newest], minlength=n_pairs).astype(np.float64) * per_quarter
    usual = np.bincount(pair, minlength=n_pairs).astype(np.float64) * per_quarter / windows
    return recent, usual


def _tickets(spoken: pd.DataFrame, n_pairs: int, history_days: float) -> FloatArray:
    lately = (spoken["channel"] == TICKET_CHANNEL) & (spoken["age_days"] < YEAR_DAYS)
    days = min(max(history_days, 1.0), YEAR_DAYS)
    return mentions_per_pair(spoken, lately, n_pairs).astype(np.float64) * (YEAR_DAYS / days)
