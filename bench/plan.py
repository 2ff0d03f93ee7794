"""How good a release plan is and how long it takes to find.

``python -m bench plan --items N [--teams T] [--releases R] [--seed S]`` plans N invented ideas.
Days are log-normal around 8 with P80 1.5 times P50, values grow with the square root of the
days; a fifth of the ideas can be done by any team, a tenth require another, three in ten solve
problems. The teams have days for about a third of the work.

gap
    share of the value by which the best plan may be better, at most;
seconds, seconds_all
    until the plan is found, buffers widened; the same with alternatives, prices, robustness;
value_over_greedy, value_over_list
    how much more it is worth than taking ideas by value per day, or by value, while they fit
    within the same limits;
overrun
    largest chance that a team needs more than its capacity in a release;
moves_ms, moves_ms_p95
    processor time to tell every move of one idea: median, and 95th percentile over all ideas.
"""

import argparse
from collections.abc import Sequence
from time import perf_counter, process_time
from typing import Any

import numpy as np

from groundswell.domain import Dependency, TeamCapacity
from groundswell.report import ReleasePlan
from models.planning.board import read_board
from models.planning.greedy import density_order, greedy_value, list_order
from models.planning.moves import moves_of
from models.planning.plan import find_plan, make_plan
from models.planning.problem import (
    PROBLEMS,
    PlanItem,
    PlanProblem,
    Rules,
    Split,
    Value,
    make_problem,
)

MEDIAN_DAYS, LOG_SD = 8.0, 0.8
P80_OVER_P50 = 1.5
ROOM = 0.35
"""Capacity of all teams and releases over the work of all ideas."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Plan invented ideas and compare the plan with greedy ones."""
    options = _options(argv)
    problem = invent(options.items, options.teams, options.releases, options.seed)
    began = perf_counter()
    program, found, _ = find_plan(problem)
    seconds = perf_counter() - began
    began = perf_counter()
    plan = make_plan(problem)
    seconds_all = perf_counter() - began
    times = _moves(plan)
    return {
        "items": options.items,
        "columns": len(program.columns.item),
        "planned": len(plan.ideas),
        "gap": round(found.gap, 5),
        "seconds": round(seconds, 2),
        "seconds_all": round(seconds_all, 2),
        "value_over_greedy": _more(found.value, greedy_value(program, density_order(program))),
        "value_over_list": _more(found.value, greedy_value(program, list_order(program))),
        "overrun": round(max(load.overrun for load in plan.loads), 4),
        "moves_ms": round(float(np.quantile(times, 0.5)), 1),
        "moves_ms_p95": round(float(np.quantile(times, 0.95)), 1),
    }


def _moves(plan: ReleasePlan) -> list[float]:
    """Return the milliseconds of processor time that telling every move of an idea takes."""
    if plan.basis is None:
        raise ValueError("a plan that was just made has a basis")
    board = read_board(plan, plan.basis)
    times = []
    for idea in plan.basis.ideas:
        began = process_time()
        moves_of(board, idea.candidate_id)
        times.append(1000.0 * (process_time() - began))
    return times


def invent(count: int, teams: int, releases: int, seed: int) -> PlanProblem:
    """Return a problem of `count` ideas, ranked by their value."""
    draws = np.random.default_rng(seed)
    days = MEDIAN_DAYS * np.exp(LOG_SD * draws.standard_normal(count))
    values = np.sqrt(days) * np.exp(0.6 * draws.standard_normal(count))
    ranks = np.argsort(np.argsort(-values)) + 1
    names = [f"team-{n}" for n in range(teams)]
    everyone: tuple[Split, ...] = tuple(((name, 1.0),) for name in names)
    items = [
        PlanItem(
            item_id=f"idea-{n:04}",
            title=f"Idea {n}",
            value=Value(float(values[n]), 0.3, "utility"),
            p50=float(days[n]),
            p80=float(P80_OVER_P50 * days[n]),
            splits=everyone if draws.random() < 0.2 else (everyone[draws.integers(teams)],),
            category="problem" if draws.random() < 0.3 else "feature",
            rank=int(ranks[n]),
        )
        for n in range(count)
    ]
    pairs = [draws.choice(count, 2, replace=False) for _ in range(count // 10)]
    links = [Dependency(items[a].item_id, "requires", items[b].item_id) for a, b in pairs]
    room = ROOM * float(days.sum()) / (teams * releases)
    shipped = [f"release-{n}" for n in range(releases)]
    cells = [TeamCapacity(name, release, room, 600.0) for name in names for release in shipped]
    return make_problem(items, cells, shipped, links, Rules(shares={PROBLEMS: 0.2}))


def _more(value: float, other: float) -> float:
    return round(value / other - 1.0, 4) if other > 0.0 else float("nan")


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench plan", description=__doc__)
    parser.add_argument("--items", type=int, default=300, help="ideas, 2 or more")
    parser.add_argument("--teams", type=int, default=3)
    parser.add_argument("--releases", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)
