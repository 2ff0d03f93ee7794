"""Make a release plan: solve, check by chance, price, and say why what is out is out."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from groundswell.domain import FloatArray
from groundswell.errors import PlanError
from groundswell.report import AlternativePlan, LeftOutIdea, ReleasePlan
from models.planning.basis import basis_of
from models.planning.conflicts import conflict, told
from models.planning.coupling import couplings, critical_chain, shared_ideas
from models.planning.description import left_out_ideas, plan_budget, planned_ideas, team_loads
from models.planning.greedy import greedy_value, list_order
from models.planning.overrun import draw_factors, loads, settle
from models.planning.placing import placements_cost, told_placements, with_placements
from models.planning.prices import capacity_prices, forced_picks
from models.planning.problem import Placement, PlanProblem
from models.planning.program import Program, make_program
from models.planning.robustness import robustness
from models.planning.shares import Share, shares_reached, with_shares
from models.planning.solving import Solution, planned_items, solve

LOOSER = 2.0
"""Gap of an alternative over that of the plan: a cut makes the search many times longer, and
which of many nearly equal plans comes second is of no weight."""
LEAST_CHANGE = 0.15
"""Share of the planned ideas by which an alternative differs, and at least two ideas: one in
place of another. Less is the same plan with a detail changed."""


def make_plan(
    problem: PlanProblem,
    *,
    currency: str = "EUR",
    value_unit: str = "EUR",
    value_basis: str = "",
    blocked: tuple[LeftOutIdea, ...] = (),
    placements: Sequence[Placement] = (),
    notes: tuple[str, ...] = (),
) -> ReleasePlan:
    """Return the best plan with its risks, prices and alternatives.

    Parameters
    ----------
    blocked
        Ideas that never came into question, to be told of with those that are left out.
    placements
        What planners decided; as many as can be kept are, and the others are told of.

    Raises
    ------
    PlanError
        No plan keeps all rules; says which contradict each other.
    """
    problem, problems = with_placements(problem, placements, blocked)
    program, found, shares = find_plan(problem)
    factors = draw_factors(problem, problem.rules.draws)
    found, others = _best_first(program, found, factors)
    chain = critical_chain(program, found)
    return ReleasePlan(
        releases=problem.releases,
        currency=currency,
        value=found.value,
        value_unit=value_unit,
        value_basis=value_basis,
        gap=found.gap,
        list_value=greedy_value(program, list_order(program)),
        ideas=planned_ideas(program, found, factors, robustness(program)),
        loads=team_loads(program, found, factors),
        left_out=tuple(sorted([*left_out_ideas(program, found), *blocked], key=_rank)),
        alternatives=tuple(_alternative(program, found, other, factors) for other in others),
        capacity_prices=capacity_prices(program, found),
        forced_picks=forced_picks(program),
        shares=shares_reached(program, found, shares),
        budget=plan_budget(program, found, factors),
        couplings=couplings(program, found),
        shared_ideas=shared_ideas(program, found),
        critical_chain=chain.items,
        critical_days=chain.days,
        notes=notes,
        placements=told_placements(program, placements, problems, blocked),
        placements_cost=placements_cost(program),
        basis=basis_of(problem),
    )


def find_plan(problem: PlanProblem) -> tuple[Program, Solution, tuple[Share, ...]]:
    """Return the program with its final limits, its best plan, and the least shares asked for.

    Raises
    ------
    PlanError
        No plan keeps all rules.
    """
    program, shares = with_shares(make_program(problem))
    settled = settle(program, draw_factors(problem, problem.rules.draws))
    if settled is None:
        raise PlanError("no release plan: " + told(program, conflict(program)))
    return *settled, shares


def find_alternatives(program: Program, found: Solution) -> list[Solution]:
    """Return the next best plans within the same limits, best first.

    Each differs from the plan and from those before by at least `LEAST_CHANGE` of its ideas, two
    at the least: no-good cuts on which ideas are in it. Neither another release nor an idea that
    is worth nothing makes an alternative. There are fewer where no other plan keeps the rules.
    """
    columns = program.columns
    counts = np.zeros(len(program.problem.items), bool)
    counts[columns.item[columns.worth > 0]] = True
    before = planned_items(program, found) & counts
    change = max(2, ceil(LEAST_CHANGE * before.sum()))
    others: list[Solution] = []
    for number in range(program.problem.rules.alternatives):
        row = np.where(before, -1.0, counts)[columns.item]
        program = program.with_row(
            ("cut", str(number), ""), row, float(change - before.sum()), np.inf
        )
        other = solve(program, looser=LOOSER)
        if other is None:
            break
        before = planned_items(program, other) & counts
        others.append(other)
    return sorted(others, key=lambda other: -other.value)


def _best_first(
    program: Program, found: Solution, factors: FloatArray
) -> tuple[Solution, list[Solution]]:
    """Return the plan and its alternatives.

    Where the search may stop before the best plan, an alternative can turn out to be worth more;
    it is then the plan, if no team overruns too often in it.
    """
    others = find_alternatives(program, found)
    for n, other in enumerate(others):
        if other.value <= found.value:
            break
        if (loads(program, other, factors).overrun <= program.problem.rules.max_overrun).all():
            better = Solution(other.x, other.value, max(found.bound, other.value))
            return better, [*others[:n], found, *others[n + 1 :]]
    return found, others


def _alternative(
    program: Program, found: Solution, other: Solution, factors: FloatArray
) -> AlternativePlan:
    ids = [item.item_id for item in program.problem.items]
    now, then = planned_items(program, found), planned_items(program, other)
    return AlternativePlan(
        other.value,
        added=tuple(ids[n] for n in np.flatnonzero(then & ~now)),
        dropped=tuple(ids[n] for n in np.flatnonzero(now & ~then)),
        overrun=float(loads(program, other, factors).overrun.max(initial=0.0)),
    )


def _rank(out: LeftOutIdea) -> tuple[int, str]:
    return (out.rank, out.candidate_id)
