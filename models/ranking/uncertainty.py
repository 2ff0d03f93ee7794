"""How sure a rank is: redraw everything uncertain and rank again.

Each draw takes new shares for the voices (Rubin's Bayesian bootstrap: exponential weights,
left unscaled because a common factor moves no rank), decides each soft membership by a coin,
and redraws effort, the churn rate, the weights, and a standard normal z where a criterion is
missing.
"""

from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray, IntArray
from models.effort.estimates import Efforts
from models.evidence.inputs import RankingParameters, WeightDoubt
from models.ranking.criteria import Facts, Sample
from models.ranking.demand import Demand, Voices
from models.ranking.money import Rates
from models.ranking.priority import Yardstick, add

CHUNK = 50
"""Draws at a time: bounds the memory of 50,000 pairs to 10 MB."""
RATE_LOG_SD = 0.5
"""Of the churn and win-back rates, which are judgement: 80 % between about half and double."""
TOP = 10


@dataclass(frozen=True, slots=True)
class Draws:
    """What the draws say, arrays aligned with the candidates."""

    raw: dict[str, FloatArray]
    """By criterion, shape (n_candidates, n_draws); NaN: missing."""
    spread: dict[str, FloatArray]
    """Standard deviation of each contribution, shape (n_candidates,)."""
    priority: FloatArray
    """Shape (n_candidates, n_draws)."""
    ranks: IntArray
    """Shape (n_candidates, n_draws), 1 is best."""


def point_sample(voices: Voices, efforts: Efforts, parameters: RankingParameters) -> Sample:
    """Return the expected values as a sample of one draw."""
    return Sample(
        demand=voices.add_up(voices.membership[:, None]),
        effort_days=efforts.days[:, None],
        rates=Rates(
            np.array([[parameters.money.churn_uplift]]), np.array([[parameters.money.win_back]])
        ),
        driver_error=np.zeros((1, 1)),
    )


def draw_ranks(
    voices: Voices,
    efforts: Efforts,
    facts: Facts,
    yardstick: Yardstick,
    parameters: RankingParameters,
) -> Draws:
    """Rank the candidates `parameters.draws` times; the seed makes it repeatable."""
    rng = np.random.default_rng(parameters.seed)
    sample = _draw_sample(voices, efforts, parameters, rng)
    raw = yardstick.measure(sample, facts)
    z = yardstick.place(raw)
    shape = (voices.n_candidates, parameters.draws)
    doubt, contributions = parameters.weight_doubt, {}
    learned = {} if doubt is None else _draw_learned(yardstick, doubt, parameters.draws, rng)
    for name, weight in yardstick.weights.items():
        noise = rng.standard_normal(shape)
        filled = np.where(np.isnan(z[name]), noise, z[name])
        drawn = learned.get(name)
        if drawn is None:
            drawn = _draw_weight(weight, yardstick, parameters, rng)
        contributions[name] = drawn * filled
    priority = add({c.name: contributions[c.name] for c in yardstick.criteria}, shape)
    return Draws(
        raw=raw,
        spread={name: values.std(axis=1) for name, values in contributions.items()},
        priority=priority,
        ranks=ranks_of(priority),
    )


def ranks_of(priority: FloatArray) -> IntArray:
    """Return ranks by falling priority within each column; ties keep the order of the rows."""
    order = np.argsort(-priority, axis=0, kind="stable")
    ranks = np.empty(priority.shape, np.int64)
    places = np.arange(1, len(priority) + 1)[:, None]
    np.put_along_axis(ranks, order, np.broadcast_to(places, priority.shape), axis=0)
    return ranks


def interval(values: FloatArray, width: float) -> tuple[float, float]:
    """Return the central interval that holds `width` (0 to 1) of one row of draws."""
    low, high = np.quantile(values, [(1.0 - width) / 2.0, (1.0 + width) / 2.0])
    return float(low), float(high)


def rank_intervals(ranks: IntArray, width: float) -> tuple[IntArray, IntArray]:
    """Return the better and the worse end of each row's central interval, whole ranks."""
    tails = [(1.0 - width) / 2.0, (1.0 + width) / 2.0]
    low, high = np.quantile(ranks, tails, axis=1, method="inverted_cdf")
    return low.astype(np.int64), high.astype(np.int64)


def tiers(priority: FloatArray, order: IntArray, probability: float) -> IntArray:
    """Return the tier of each place in `order`, from 1.

    A new tier begins where the first idea of the running tier is better in at least
    `probability` of the draws.
    """
    tier = np.ones(len(order), np.int64)
    leader = 0
    for place in range(1, len(order)):
        wins = float((priority[order[leader]] > priority[order[place]]).mean())
        tier[place] = tier[place - 1]
        if wins >= probability:
            tier[place] += 1
            leader = place
    return tier


def _draw_sample(
    voices: Voices, efforts: Efforts, parameters: RankingParameters, rng: np.random.Generator
) -> Sample:
    chunks = []
    membership = voices.membership.astype(np.float32)[:, None]
    for start in range(0, parameters.draws, CHUNK):
        count = min(CHUNK, parameters.draws - start)
        share = rng.standard_exponential((len(voices.names), count), dtype=np.float32)
        holds = rng.random((len(membership), count), dtype=np.float32) < membership
        chunks.append(voices.add_up(share[voices.voice] * holds))
    demand = Demand(
        *(
            np.concatenate([getattr(chunk, name) for chunk in chunks], axis=1)
            for name in Demand.__dataclass_fields__
        )
    )
    noise = rng.standard_normal((voices.n_candidates, parameters.draws))
    rates = (
        np.minimum(rate * np.exp(RATE_LOG_SD * rng.standard_normal((1, parameters.draws))), 1.0)
        for rate in (parameters.money.churn_uplift, parameters.money.win_back)
    )
    return Sample(
        demand=demand,
        effort_days=efforts.days[:, None] * np.exp(efforts.log_sd[:, None] * noise),
        rates=Rates(*rates),
        driver_error=rng.standard_normal((voices.n_candidates, parameters.draws)),
    )


def _draw_weight(
    weight: float, yardstick: Yardstick, parameters: RankingParameters, rng: np.random.Generator
) -> FloatArray:
    """Return one weight per draw, of the sign it has; a formula's exponents are not in doubt."""
    noise = rng.standard_normal((1, parameters.draws))
    if yardstick.strategy.product:
        return np.full_like(noise, weight)
    size = np.maximum(abs(weight) + parameters.weights_sd * noise, 0.0)
    return np.asarray(np.sign(weight) * size)


def _draw_learned(
    yardstick: Yardstick, doubt: WeightDoubt, draws: int, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return draws of weights that vary together, by criterion, each of the sign it has."""
    root = np.linalg.cholesky(np.array(doubt.covariance))
    moved = np.array(doubt.weights)[:, None] + root @ rng.standard_normal((len(root), draws))
    found = {}
    for name, size, row in zip(doubt.criteria, doubt.weights, moved, strict=True):
        if name in yardstick.weights:
            # Where a criterion is left out, the shares of the others have grown.
            found[name] = yardstick.weights[name] / size * np.maximum(row, 0.0)[None]
    return found
