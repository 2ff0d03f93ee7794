"""Answers for tests, as arrays and as lines of a log."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from groundswell.domain import Decision, Draft, FloatArray, Verdicts, decide, replay
from models.preference.answers import Answers, Seen

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
READY = [(NOON - timedelta(days=2), 1), (NOON - timedelta(days=1), 2)]
"""Run 1's report was ready before run 2's, both before noon."""


def answers(difference: Any, **more: Any) -> Answers:
    """Return answers of one reviewer about pairs whose first idea was put first."""
    table = np.array(difference, np.float64)
    n = len(table)
    values: dict[str, Any] = {
        "criteria": tuple(f"c{k}" for k in range(table.shape[1])),
        "difference": table,
        "won": np.ones(n),
        "side": np.zeros(n),
        "places": np.zeros(n),
        "reviewer": np.zeros(n, np.int64),
        "reviewers": ("Ana",),
        "weight": np.ones(n),
        "age_days": np.zeros(n),
    }
    return Answers(**values | more)


def drawn(n: int, weights: FloatArray, *, seed: int = 1, people: int = 1) -> Answers:
    """Return answers of reviewers who all weigh alike, in turn."""
    draws = np.random.default_rng(seed)
    apart = draws.standard_normal((n, len(weights)))
    wins = draws.random(n) < 1.0 / (1.0 + np.exp(-apart @ weights))
    return answers(
        np.where(wins[:, None], apart, -apart),
        reviewer=np.arange(n) % people,
        reviewers=tuple(f"reviewer {k}" for k in range(people)),
    )


def seen(**ideas: tuple[int, list[float]]) -> Seen:
    """Return what a report showed: idea to rank and distances; ``need_1`` is ``need-1``."""
    named = {name.replace("_", "-"): said for name, said in ideas.items()}
    return Seen(
        {name: rank for name, (rank, _) in named.items()},
        {name: np.array(values) for name, (_, values) in named.items()},
    )


class Log:
    """A log in memory."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []

    def add(self, kind: Any, target: str, reviewer: str = "Ana", **more: Any) -> Decision:
        at = more.pop("at", NOON)
        draft = Draft(kind, target, reviewer, at, **more)
        earlier = [one for one in self.decisions if one.target == target]
        self.decisions.append(decide(draft, earlier, next(reversed(self.decisions), None)))
        return self.decisions[-1]

    def prefer(self, idea: str, over: str, reviewer: str = "Ana", **more: Any) -> Decision:
        said = {"over": over, "side": "left", "run": 2, "tie": False}
        said |= {name: more.pop(name) for name in tuple(more) if name in said}
        return self.add("prefer", idea, reviewer, changes=said, **more)

    @property
    def verdicts(self) -> Verdicts:
        return replay(self.decisions)
