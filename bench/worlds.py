"""How often the interval of a rank holds the true rank, in drawn worlds whose truth is known.

``python -m bench worlds [--worlds 200] [--needs 40] [--seed 1]``. In each world needs are voiced at
rates of their own by customers who rate, are hindered and pay as drawn; work takes what it takes;
the true weights lie about the strategy's as far as the settings say. The ranking sees the voices,
the accounts and the finished work of 360 days. The true rank is that of the true values.

coverage80
    share of the ideas whose 80 % interval holds the true rank;
coverage80_top10
    the same of the ideas that are ranked among the first ten;
width
    mean length of the intervals, in ranks;
top10_promised, top10_kept
    of the ideas with P(top 10) from .25 to .75: its mean, and the share that truly are among the
    first ten.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from groundswell.domain import NOISE, Account, FeatureCandidate, FloatArray, NeedTheme, WorkItem
from models.evidence.inputs import Evidence, RankingParameters
from models.ranking.criteria import CRITERIA, EFFORT, inferred_importance, opportunity
from models.ranking.rank import Ranking, rank_candidates
from models.ranking.scoring import distances, transformed
from models.ranking.strategies import STRATEGIES
from models.ranking.uncertainty import RATE_LOG_SD

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 360
VOICES, VOICES_LOG_SD = 25.0, 0.9
"""Median number of voices of a need in the time that is seen, and how much needs differ."""
ACCOUNT_SHARE = 0.4
"""Share of the voices that are accounts of known revenue."""
REVENUE, REVENUE_LOG_SD = 20_000.0, 1.0
RATED_SHARE = 0.5
TOP, LOW = 5.0, 2.0
"""Ratings of the content and of all others."""
OTHER_SHARE, OTHER_CONTENT = 0.5, 0.5
"""Voices of no need, as a share of all others, and how many of those are content."""
DAYS_LOG_SD = 0.6
"""Of what an idea, and each finished item, takes."""
FINISHED = 60
MANY = 1e9
"""Ratings from which a share is known exactly."""
CLOSE = (0.25, 0.75)


@dataclass(frozen=True, slots=True)
class World:
    """What is true of each need; arrays of shape (n_needs,)."""

    voices: FloatArray
    """Expected in the time that is seen."""
    content: FloatArray
    """Share of the customers who rate 4 or 5."""
    severity: FloatArray
    days: FloatArray
    churn_uplift: float
    weights: dict[str, float]


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Rank the needs of many worlds and compare with the truth."""
    parser = argparse.ArgumentParser(prog="python -m bench worlds", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--needs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    seen = []
    for number in range(options.worlds):
        if number % 20 == 0:
            print(f"{number} of {options.worlds} worlds", file=sys.stderr)
        seen.append(look_at_one(options.needs, np.random.default_rng([options.seed, number])))
    held, top, width, close, kept = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    return {
        "worlds": options.worlds,
        "needs": options.needs,
        "coverage80": round(float(held.mean()), 3),
        "coverage80_top10": round(float(held[top].mean()), 3),
        "width": round(float(width.mean()), 2),
        "top10_promised": round(float(close[~np.isnan(close)].mean()), 3),
        "top10_kept": round(float(kept[~np.isnan(close)].mean()), 3),
    }


def look_at_one(needs: int, draws: np.random.Generator) -> tuple[np.ndarray[Any, Any], ...]:
    """Return per idea: interval holds the truth, ranked in the top ten, width, close call, kept."""
    parameters = replace(RankingParameters(), draws=400, seed=int(draws.integers(2**31)))
    world = draw_world(needs, parameters, draws)
    evidence = draw_evidence(world, draws)
    candidates = [FeatureCandidate(f"need-{n}", f"{n}", f"{n}", ((n, 1.0),)) for n in range(needs)]
    ranking = rank_candidates(evidence, candidates, parameters)
    truth = true_ranks(world, ranking, parameters)
    ideas = sorted(ranking.ideas, key=lambda idea: int(idea.candidate_id.removeprefix("need-")))
    low = np.array([idea.rank_low for idea in ideas])
    high = np.array([idea.rank_high for idea in ideas])
    chance = np.array([idea.p_top10 for idea in ideas])
    close = np.where((chance >= CLOSE[0]) & (chance <= CLOSE[1]), chance, np.nan)
    top = np.array([idea.rank <= 10 for idea in ideas])
    held = (low <= truth) & (truth <= high)
    return held, top, (high - low + 1).astype(np.float64), close, truth <= 10


def draw_world(needs: int, parameters: RankingParameters, draws: np.random.Generator) -> World:
    """Draw what is true."""
    weights = dict(STRATEGIES[parameters.strategy].weights)
    weights[EFFORT] = STRATEGIES[parameters.strategy].effort
    noise = parameters.weights_sd * draws.standard_normal(len(weights))
    uplift = parameters.money.churn_uplift * np.exp(RATE_LOG_SD * draws.standard_normal())
    return World(
        voices=VOICES * np.exp(VOICES_LOG_SD * draws.standard_normal(needs)),
        content=draws.beta(2.0, 3.0, needs),
        severity=draws.beta(3.0, 6.0, needs),
        days=12.0 * np.exp(DAYS_LOG_SD * draws.standard_normal(needs)),
        churn_uplift=float(min(uplift, 1.0)),
        weights=dict(zip(weights, noise, strict=True)),
    )


def draw_evidence(world: World, draws: np.random.Generator) -> Evidence:
    """Draw what is seen of a world."""
    mentions, accounts = _draw_voices(world, draws)
    needs = len(world.voices)
    axes = np.eye(needs + FINISHED, dtype=np.float32)
    return Evidence(
        mentions=mentions,
        themes=[NeedTheme(n, f"{n}", (), (), 10, 0.8) for n in range(needs)],
        theme_vectors=axes[:needs],
        as_of=AS_OF,
        accounts=accounts,
        items=_draw_work(draws),
        item_vectors=axes[needs:],
    )


def _draw_voices(world: World, draws: np.random.Generator) -> tuple[pd.DataFrame, list[Account]]:
    """Draw one mention for each voice, and the accounts among them."""
    counts = draws.poisson(np.append(world.voices, world.voices.sum() * OTHER_SHARE))
    need = np.repeat(np.arange(len(counts)), counts)
    size = len(need)
    ids = [f"s{n:06d}" for n in range(size)]
    account = draws.random(size) < ACCOUNT_SHARE
    revenue = REVENUE * np.exp(REVENUE_LOG_SD * draws.standard_normal(size))
    content = draws.random(size) < np.append(world.content, OTHER_CONTENT)[need]
    rated = draws.random(size) < RATED_SHARE
    seconds = draws.integers(0, DAYS * 86_400, size)
    spread = np.append(world.severity, 0.3)[need]
    mentions = pd.DataFrame(
        {
            "statement_id": ids,
            "record_id": ids,
            "theme_id": np.where(need < len(world.voices), need, NOISE).astype(np.int64),
            "membership": 1.0,
            "text_hash": ids,
            "text": "Please let us do what this need is about, and soon.",
            "created_at": pd.Timestamp(AS_OF) - pd.to_timedelta(seconds, unit="s").as_unit("us"),
            "source": "desk",
            "channel": "survey",
            "author": None,
            "account_id": pd.Series(ids, dtype=object).where(account, None),
            "rating": np.where(rated, np.where(content, TOP, LOW), np.nan),
            "nps": np.nan,
            "severity": draws.beta(4.0 * spread, 4.0 * (1.0 - spread)),
            "path": "/in/desk.csv",
            "line": np.arange(size) + 2,
        }
    )
    known = np.flatnonzero(account)
    return mentions, [Account(ids[row], "", float(revenue[row])) for row in known]


def _draw_work(draws: np.random.Generator) -> list[WorkItem]:
    """Draw finished work, one item a day up to the report's."""
    done = 12.0 * np.exp(DAYS_LOG_SD * draws.standard_normal(FINISHED))
    first = AS_OF - timedelta(days=FINISHED)
    days = [(first + timedelta(days=n)).date() for n in range(FINISHED)]
    return [
        WorkItem(f"W{n:03d}", "done", status="done", actual_days=float(took), finished=day)
        for n, (took, day) in enumerate(zip(done, days, strict=True))
    ]


def true_ranks(world: World, ranking: Ranking, parameters: RankingParameters) -> FloatArray:
    """Rank the needs by their true values, on the scales of the ranking."""
    in_need = world.voices * (1.0 - world.content)
    reach = in_need * 90.0 / DAYS
    importance = inferred_importance(reach, ranking.reference.reach)
    prevalence = world.voices / (world.voices.sum() * (1.0 + OTHER_SHARE))
    mean_revenue = REVENUE * float(np.exp(REVENUE_LOG_SD**2 / 2.0))
    raw = {
        "reach": reach,
        # The share is known exactly, as if very many had rated.
        "unmet_need": opportunity(
            importance, 1e9 * world.content, 1e9 * (1.0 - world.content), 0.5
        ),
        "severity": world.severity,
        "driver": prevalence * (TOP - LOW) * (OTHER_CONTENT - world.content),
        "revenue": world.churn_uplift * in_need * ACCOUNT_SHARE * mean_revenue,
        "trend": np.ones(len(reach)),
        EFFORT: world.days,
    }
    strategy = STRATEGIES[parameters.strategy]
    total = np.zeros(len(reach))
    weights = dict(ranking.weights)
    for criterion in CRITERIA:
        if criterion.name not in weights:
            continue
        h = transformed(raw[criterion.name], criterion, strategy, ranking.reference.revenue_unit)
        z = distances(h, ranking.reference.scales[criterion.name], strategy.clip)
        weight = weights[criterion.name]
        size = max(abs(weight) + world.weights[criterion.name], 0.0)
        total += np.sign(weight) * size * z
    return np.asarray(rankdata(-total), dtype=np.float64)
