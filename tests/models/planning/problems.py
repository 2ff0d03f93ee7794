"""Small problems to plan."""

from typing import Any

import numpy as np

from groundswell.domain import Dependency, TeamCapacity
from models.planning.problem import PROBLEMS, PlanItem, PlanProblem, Rules, Value, make_problem

TEAMS = ("Heron", "Wren")


def item(name: str, value: float, days: float, team: str = "Heron", **more: Any) -> PlanItem:
    return PlanItem(
        name, name.upper(), Value(value, 0.0, "utility"), days, days, (((team, 1.0),),), **more
    )


def capacity(days: float, releases: int = 1, rate: float = 100.0) -> list[TeamCapacity]:
    return [
        TeamCapacity(team, str(n), days, rate) for team in TEAMS for n in range(1, releases + 1)
    ]


def make(
    items: list[PlanItem],
    cells: list[TeamCapacity],
    links: list[Dependency] | None = None,
    **rules: Any,
) -> PlanProblem:
    releases = sorted({cell.release for cell in cells})
    return make_problem(items, cells, releases, links or [], Rules(**rules))


def random_problem(seed: int, count: int, releases: int, **rules: Any) -> PlanProblem:
    """Return a problem of whole days and values with every kind of rule."""
    draws = np.random.default_rng(seed)
    items = [
        item(
            f"i{n:02}",
            float(draws.integers(1, 60)),
            float(draws.integers(1, 15)),
            TEAMS[draws.integers(2)],
            category="problem" if draws.random() < 0.4 else "feature",
            rank=n + 1,
            must=bool(draws.random() < 0.05),
        )
        for n in range(count)
    ]
    kinds = ("requires", "requires", "excludes", "together")
    links = [
        Dependency(f"i{a:02}", kinds[draws.integers(4)], f"i{b:02}")  # type: ignore[arg-type]
        for a, b in (draws.choice(count, 2, replace=False) for _ in range(count // 4))
    ]
    wanted = {"budget": float(draws.integers(15, 60) * 100), "shares": {PROBLEMS: 0.3}, **rules}
    return make(items, capacity(float(draws.integers(19, 40)), releases), links, **wanted)
