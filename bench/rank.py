"""How long ranking takes, and how much memory, on drawn evidence.

``python -m bench rank [--candidates 2000] [--statements 100000] [--draws 1000] [--seed 1]``. Voices
have accounts of segments, ratings and severities; needs differ in size as real ones do. Deals,
changelogs, search trends, finished work and a strategy are there, so every criterion counts.
Drawing them is not counted.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from bench.themes import peak_rss_mb
from groundswell.domain import (
    Account,
    Deal,
    FeatureCandidate,
    MarketSignal,
    NeedTheme,
    Vectors,
    WorkItem,
)
from models.evidence.inputs import Evidence, MoneyParameters, RankingParameters
from models.ranking.rank import rank_candidates

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
DIMS = 384
HISTORY_DAYS = 720.0
STATEMENTS_PER_VOICE = 3
ACCOUNTS = 2_000
DEALS = 300
RELEASES = 200
FINISHED = 2_000
ZIPF = 0.9
"""The need of rank r has statements in proportion to r ** -ZIPF."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Rank drawn candidates once, and tell how long it took."""
    parser = argparse.ArgumentParser(prog="python -m bench rank", description=__doc__)
    parser.add_argument("--candidates", type=int, default=2_000)
    parser.add_argument("--statements", type=int, default=100_000)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    evidence = draw_evidence(options.candidates, options.statements, seed=options.seed)
    candidates = candidates_of(evidence)
    money = MoneyParameters(day_rate=600.0, cost_per_ticket=9.0)
    parameters = replace(RankingParameters(), draws=options.draws, money=money)
    before = peak_rss_mb()
    print("ranking", file=sys.stderr)
    began = perf_counter()
    ranking = rank_candidates(evidence, candidates, parameters)
    return {
        "candidates": len(ranking.ideas),
        "statements": len(evidence.mentions),
        "criteria": len(ranking.weights),
        "seconds": round(perf_counter() - began, 2),
        "peak_rss_mb": peak_rss_mb(),
        "rss_before_mb": before,
    }


def candidates_of(evidence: Evidence) -> list[FeatureCandidate]:
    """Return one candidate for each need."""
    return [
        FeatureCandidate(f"need-{t.theme_id}", t.label, t.label, ((t.theme_id, 1.0),))
        for t in evidence.themes
    ]


def draw_evidence(needs: int, statements: int, *, seed: int) -> Evidence:
    """Draw everything that a ranking can rest on."""
    draws = np.random.default_rng(seed)
    centres = _unit(draws.normal(size=(needs, DIMS)))
    deals = [_deal(number, draws) for number in range(DEALS)]
    signals = [_release(number, draws) for number in range(RELEASES)]
    items = [_item(number, draws) for number in range(FINISHED)]
    return Evidence(
        mentions=draw_mentions(needs, statements, draws),
        themes=[NeedTheme(n, f"need {n}", (), (), size=10, stability=0.8) for n in range(needs)],
        theme_vectors=centres,
        as_of=AS_OF,
        accounts=[_account(number, draws) for number in range(ACCOUNTS)],
        deals=deals,
        reason_vectors=_near(centres, len(deals), draws),
        signals=signals,
        signal_vectors=_near(centres, len(signals), draws),
        items=items,
        item_vectors=_near(centres, len(items), draws),
        pillars=[("a pillar", 1.0)],
        pillar_vectors=_near(centres, 1, draws),
    )


def draw_mentions(needs: int, statements: int, draws: np.random.Generator) -> pd.DataFrame:
    """Draw who said what; a third of the voices are accounts."""
    sizes = np.arange(1.0, needs + 1.0) ** -ZIPF
    need = draws.choice(needs, statements, p=sizes / sizes.sum())
    voice = draws.integers(0, max(statements // STATEMENTS_PER_VOICE, 1), statements)
    account = pd.Series([f"A{v % ACCOUNTS}" if v % 3 == 0 else None for v in voice], dtype=object)
    age = np.round(draws.uniform(0.0, HISTORY_DAYS, statements) * 86_400).astype(np.int64)
    rating = np.where(draws.random(statements) < 0.5, draws.integers(1, 6, statements), np.nan)
    ids = np.char.add("s", np.char.zfill(np.arange(statements).astype(str), 8))
    return pd.DataFrame(
        {
            "statement_id": ids,
            "record_id": np.char.replace(ids, "s", "r"),
            "theme_id": need.astype(np.int64),
            "membership": np.round(draws.uniform(0.3, 1.0, statements), 3),
            "text_hash": ids,
            "text": [f"Please let us do what need {n} is about, and soon." for n in need],
            "created_at": pd.Timestamp(AS_OF) - pd.to_timedelta(age, unit="s").as_unit("us"),
            "source": np.where(need % 2, "desk", "store"),
            "channel": np.where(voice % 4, "review", "ticket"),
            "author": np.char.add("author ", voice.astype(str)).astype(object),
            "account_id": account,
            "rating": rating,
            "nps": np.nan,
            "severity": np.round(draws.beta(2.0, 5.0, statements), 3),
            "path": "/in/desk.csv",
            "line": np.arange(statements) + 2,
        }
    )


def _unit(rows: np.ndarray[Any, Any]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _near(centres: Vectors, count: int, draws: np.random.Generator) -> Vectors:
    """Return vectors that lie at a cosine of about 0.7 to a need."""
    chosen = centres[draws.integers(0, len(centres), count)]
    return _unit(chosen + _unit(draws.normal(size=chosen.shape)))


def _account(number: int, draws: np.random.Generator) -> Account:
    segment = ("small", "middle", "large")[number % 3]
    return Account(f"A{number}", f"Account {number}", float(draws.lognormal(10, 1)), segment)


def _deal(number: int, draws: np.random.Generator) -> Deal:
    amount = float(draws.lognormal(10, 1))
    if number % 2:
        return Deal(f"D{number}", None, "open", amount, 0.3, None, ("a reason",))
    lost = (AS_OF - timedelta(days=int(draws.integers(1, 300)))).date()
    return Deal(f"D{number}", None, "lost", amount, None, lost, ("a reason",))


def _release(number: int, draws: np.random.Generator) -> MarketSignal:
    when = AS_OF - timedelta(days=int(draws.integers(1, 300)))
    owner = (None, "Otter", "Moose")[number % 3]
    return MarketSignal("competitor", f"{number}", 1.0, "release", when, "log", owner, "a release")


def _item(number: int, draws: np.random.Generator) -> WorkItem:
    days = float(draws.lognormal(2, 0.8))
    finished = (AS_OF - timedelta(days=int(draws.integers(1, 700)))).date()
    return WorkItem(f"W{number}", "done", status="done", actual_days=days, finished=finished)
