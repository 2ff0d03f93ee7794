"""How soon the weights of a team are learned from its answers about pairs of ideas.

``python -m bench pairs [--seeds 40] [--answers 40] [--reviewers 3]``. Each seed draws 50 ideas with
nine criteria, hidden weights about those of ``balanced`` and reviewers who each weigh a little
otherwise, take the left idea too often, and are sure of an answer as their weights say. They are
asked five pairs at a time: chosen by what each tells (`active`), or drawn (`drawn`). What is
learned is compared with the ranking by the team's own weights: Kendall's tau-b, mean over the seeds
and what 80 % of them lie between. Then each accepts and rejects ideas in a list that is in the
order of ``balanced``, with a pull of 0.15 logits a place that no weight explains: how much of it is
left?
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy.special import expit
from scipy.stats import kendalltau

from groundswell.domain import FloatArray, IntArray
from models.preference.answers import Answers
from models.preference.choosing import SITTING, expected_gain
from models.preference.learning import WIDER
from models.preference.posterior import REVIEWER_SD, SCALE, WEIGHT_SD, Posterior, learn
from models.preference.reliance import judge
from models.ranking.strategies import STRATEGIES

IDEAS = 50
DECIDED = 30
"""Ideas that each reviewer accepts or rejects."""
LEFT_PULL = 0.3
PLACE_PULL = 0.15
"""In logits: what stands on the left, and one place higher, gains without being better."""
Z80 = 1.2816
WEIGHTS = np.array(list(STRATEGIES["balanced"].weights.values()))
PRIOR = SCALE * WEIGHTS


@dataclass(frozen=True, slots=True)
class World:
    """Ideas and reviewers whose weights are known."""

    values: FloatArray
    weights: FloatArray
    """Of each reviewer, shape (n_reviewers, n_criteria)."""

    @property
    def team(self) -> FloatArray:
        """Return the weights of the team, the mean of its reviewers'."""
        return np.asarray(self.weights.mean(axis=0))

    def tau(self, weights: FloatArray) -> float:
        """Return how well a ranking by these weights is that by the team's."""
        found = kendalltau(self.values @ np.maximum(weights, 0.0), self.values @ self.team)
        return float(found.statistic)


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Measure on drawn worlds, one for each seed."""
    parser = argparse.ArgumentParser(prog="python -m bench pairs", description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--answers", type=int, default=40)
    parser.add_argument("--reviewers", type=int, default=3)
    options = parser.parse_args(argv)
    rows: list[dict[str, float]] = []
    for seed in range(options.seeds):
        print(f"world {seed + 1} of {options.seeds}", file=sys.stderr)
        rows.append(_measured(seed, options.answers, options.reviewers))
    result: dict[str, Any] = vars(options)
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        low, high = np.quantile(values, [0.1, 0.9])
        result[name] = [round(float(one), 3) for one in (values.mean(), low, high)]
    return result


def draw_world(seed: int, reviewers: int) -> World:
    """Draw ideas and reviewers."""
    draws = np.random.default_rng(seed)
    values = np.clip(draws.standard_normal((IDEAS, len(PRIOR))), -3.0, 3.0)
    hidden = np.maximum(draws.normal(PRIOR, WEIGHT_SD), 0.0)
    return World(values, hidden + draws.normal(0.0, REVIEWER_SD, (reviewers, len(PRIOR))))


def asked(world: World, count: int, *, active: bool, seed: int) -> Answers:
    """Return answers about pairs, five to a reviewer and then the next one."""
    draws = np.random.default_rng([seed, int(active)])
    pairs = np.array(list(combinations(range(IDEAS), 2)))
    apart = world.values[pairs[:, 0]] - world.values[pairs[:, 1]]
    open_pairs = np.ones((len(world.weights), len(pairs)), bool)
    answers = _none(world)
    for number in range(count):
        reviewer = number // SITTING % len(world.weights)
        left = np.flatnonzero(open_pairs[reviewer])
        gain = (
            expected_gain(learn(answers, PRIOR), apart[left]) if active else draws.random(len(left))
        )
        chosen = left[int(np.argmax(gain))]
        open_pairs[reviewer, chosen] = False
        answers = _answered(answers, world, reviewer, pairs[chosen], draws)
    return answers


def decided(world: World, seed: int) -> Answers:
    """Return what follows from accepted and rejected ideas of a list, rank by rank."""
    draws = np.random.default_rng([seed, 2])
    ranks = np.empty(IDEAS, np.int64)
    ranks[np.argsort(-world.values @ WEIGHTS)] = np.arange(1, IDEAS + 1)
    answers = _none(world)
    for reviewer, weights in enumerate(world.weights):
        shown = draws.choice(IDEAS, DECIDED, replace=False)
        drawn_to = world.values[shown] @ weights - PLACE_PULL * ranks[shown]
        accepts = draws.random(DECIDED) < expit(drawn_to - np.median(drawn_to))
        pairs = np.array(list(product(shown[accepts], shown[~accepts])), np.int64).reshape(-1, 2)
        weight = 1.0 / max(accepts.sum(), DECIDED - accepts.sum())
        places = (ranks[pairs[:, 1]] - ranks[pairs[:, 0]]).astype(np.float64)
        answers = _with(answers, world, reviewer, pairs, places=places, weight=weight)
    return answers


def _measured(seed: int, count: int, reviewers: int) -> dict[str, float]:
    world = draw_world(seed, reviewers)
    found = {"tau_before": world.tau(PRIOR)}
    by_way = {
        way: asked(world, count, active=way == "active", seed=seed) for way in ("active", "drawn")
    }
    for way, answers in by_way.items():
        for first in range(10, count + 1, 10):
            known = learn(answers.some(np.arange(first)), PRIOR)
            found[f"tau_{way}_{first}"] = world.tau(known.mean)
    known = learn(by_way["active"], PRIOR)
    found["share_in_80_percent"] = float(_holds(known, world.team).mean())
    found["left_pull_error"] = known.side[0] - LEFT_PULL
    found["usable"] = float(judge(by_way["active"], PRIOR).usable)
    return found | _places(world, by_way["active"], decided(world, seed))


def _places(world: World, pairs: Answers, verdicts: Answers) -> dict[str, float]:
    """Measure the pull of a place: what was put in, and what is left when it is fitted."""
    both = _together(pairs, verdicts)
    blind = replace(both, places=np.zeros(len(both)))
    known, unaware = learn(both, PRIOR), learn(blind, PRIOR)
    return {
        "place_pull_before": PLACE_PULL,
        "place_pull_left": PLACE_PULL - known.place[0],
        "place_pull_left_decisions_alone": PLACE_PULL - learn(verdicts, PRIOR).place[0],
        "tau_with_decisions": world.tau(known.mean),
        "tau_with_decisions_pull_ignored": world.tau(unaware.mean),
    }


def _holds(known: Posterior, truth: FloatArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
    reach = Z80 * np.sqrt(WIDER * np.diag(known.covariance))
    return np.asarray(np.abs(known.mean - truth) <= reach)


def _answered(
    answers: Answers, world: World, reviewer: int, pair: IntArray, draws: np.random.Generator
) -> Answers:
    """Return the answers with one more; which idea stands on the left is drawn."""
    left, right = (int(one) for one in draws.permutation(pair))
    apart = world.values[left] - world.values[right]
    takes_left = draws.random() < expit(world.weights[reviewer] @ apart + LEFT_PULL)
    order = np.array([[left, right] if takes_left else [right, left]])
    side = np.array([1.0 if takes_left else -1.0])
    return _with(answers, world, reviewer, order, side=side)


def _with(
    answers: Answers,
    world: World,
    reviewer: int,
    pairs: IntArray,
    *,
    side: FloatArray | None = None,
    places: FloatArray | None = None,
    weight: float = 1.0,
) -> Answers:
    """Return the answers with pairs whose first idea was put first."""
    rows = len(pairs)
    more = replace(
        answers,
        difference=world.values[pairs[:, 0]] - world.values[pairs[:, 1]],
        won=np.ones(rows),
        side=np.zeros(rows) if side is None else side,
        places=np.zeros(rows) if places is None else places,
        reviewer=np.full(rows, reviewer, np.int64),
        weight=np.full(rows, weight),
        age_days=np.zeros(rows),
    )
    return _together(answers, more)


def _together(one: Answers, other: Answers) -> Answers:
    names = ("difference", "won", "side", "places", "reviewer", "weight", "age_days")
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in names
    }
    return replace(one, **joined)


def _none(world: World) -> Answers:
    people = tuple(f"reviewer {n}" for n in range(len(world.weights)))
    nothing = np.empty(0)
    return Answers(
        criteria=tuple(STRATEGIES["balanced"].weights),
        difference=np.empty((0, len(PRIOR))),
        won=nothing,
        side=nothing,
        places=nothing,
        reviewer=np.empty(0, np.int64),
        reviewers=people,
        weight=nothing,
        age_days=nothing,
    )
