"""Make a release plan: solve, check by chance, price, and say why what is out is out."""

from math import ceil, isnan

import numpy as np

from groundswell.domain import FloatArray
from groundswell.errors import PlanError
from groundswell.report import (
    AlternativePlan,
    CapacityPrice,
    ForcedPick,
    LeftOutIdea,
    PlanBudget,
    PlannedIdea,
    PlanShare,
    ReleasePlan,
    TeamCoupling,
    TeamLoad,
)
from models.planning.columns import UNITS
from models.planning.conflicts import conflict, told
from models.planning.coupling import critical_chain, hand_overs
from models.planning.greedy import greedy_value, list_order
from models.planning.left_out import why_left_out
from models.planning.overrun import draw_factors, finish_chances, loads, settle
from models.planning.prices import capacity_gains, cost_of_taking, must_costs
from models.planning.problem import PlanProblem
from models.planning.program import Program, make_program
from models.planning.robustness import robustness
from models.planning.shares import Share, reached, with_shares
from models.planning.solving import Solution, planned_items, solve

LOOSER = 2.0
"""Gap of an alternative over that of the plan: a cut makes the search many times longer, and
which of many nearly equal plans comes second is of no weight."""
PRICED = 5
"""Best ranked ideas that are left out and priced: each price is another search."""
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
    notes: tuple[str, ...] = (),
) -> ReleasePlan:
    """Return the best plan with its risks, prices and alternatives.

    Parameters
    ----------
    blocked
        Ideas that never came into question, to be told of with those that are left out.

    Raises
    ------
    PlanError
        No plan keeps all rules; says which contradict each other.
    """
    program, found, shares = find_plan(problem)
    factors = draw_factors(problem, problem.rules.draws)
    found, others = _best_first(program, found, factors)
    chain = critical_chain(program, found)
    ideas = _ideas(program, found, factors)
    return ReleasePlan(
        releases=problem.releases,
        currency=currency,
        value=found.value,
        value_unit=value_unit,
        value_basis=value_basis,
        gap=found.gap,
        list_value=greedy_value(program, list_order(program)),
        ideas=ideas,
        loads=_loads(program, found, factors),
        left_out=tuple(sorted([*_left_out(program, found), *blocked], key=lambda out: out.rank)),
        alternatives=tuple(_alternative(program, found, other, factors) for other in others),
        capacity_prices=tuple(
            CapacityPrice(g.team, g.days, g.gain, g.brings) for g in capacity_gains(program, found)
        ),
        forced_picks=tuple(
            ForcedPick(i, problem.items[problem.place(i)].title, cost)
            for i, cost in must_costs(program)
        ),
        shares=tuple(
            PlanShare(s.name, s.wanted, s.asked, reached(program, found, s.name)) for s in shares
        ),
        budget=_budget(program, found, factors),
        couplings=tuple(
            TeamCoupling(h.item_id, h.teams, h.needs, h.needs_teams)
            for h in hand_overs(program, found)
        ),
        shared_ideas=tuple(
            idea.candidate_id for idea in ideas if len({team for team, _, _ in idea.work}) > 1
        ),
        critical_chain=chain.items,
        critical_days=chain.days,
        notes=notes,
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


def _ideas(program: Program, found: Solution, factors: FloatArray) -> tuple[PlannedIdea, ...]:
    columns, problem = program.columns, program.problem
    finish = finish_chances(program, found, factors)
    stays = robustness(program)
    made = []
    for column, chance in zip(found.chosen.tolist(), finish.tolist(), strict=True):
        place = int(columns.item[column])
        item, use = problem.items[place], columns.in_cells(column)
        cost = float(columns.cost[column])
        planned = PlannedIdea(
            candidate_id=item.item_id,
            title=item.title,
            rank=item.rank,
            category=item.category,
            must=item.must,
            starts=problem.releases[columns.starts[column]],
            ships=problem.releases[columns.ships[column]],
            work=tuple(
                (problem.cells[cell].team, problem.cells[cell].release, float(use[cell]))
                for cell in np.flatnonzero(use)
            ),
            value=item.value.expected - (cost if problem.net_of_cost else 0.0),
            cost=None if isnan(cost) else cost,
            finish=chance,
            robustness=None if isnan(stays[place]) else float(stays[place]),
        )
        made.append((columns.ships[column], place, planned))
    return tuple(planned for _, _, planned in sorted(made, key=lambda entry: entry[:2]))


def _loads(program: Program, found: Solution, factors: FloatArray) -> tuple[TeamLoad, ...]:
    now, rules = loads(program, found, factors), program.problem.rules
    return tuple(
        TeamLoad(
            team=cell.team,
            release=cell.release,
            capacity=cell.person_days,
            usable=float(program.usable[place]) / UNITS,
            planned=float(now.planned[place]),
            p80=float(now.p80[place]),
            overrun=float(now.overrun[place]),
            over_allocated=bool(now.overrun[place] > rules.max_overrun),
        )
        for place, cell in enumerate(program.problem.cells)
    )


def _left_out(program: Program, found: Solution) -> tuple[LeftOutIdea, ...]:
    out = np.flatnonzero(~planned_items(program, found)).tolist()
    made = []
    for n, place in enumerate(out):
        item = program.problem.items[place]
        price = cost_of_taking(program, item.item_id) if n < PRICED else None
        reason = why_left_out(program, found, place)
        made.append(LeftOutIdea(item.item_id, item.title, item.rank, reason, price))
    return tuple(made)


def _budget(program: Program, found: Solution, factors: FloatArray) -> PlanBudget:
    columns, limit, chosen = program.columns, program.problem.rules.budget, found.chosen
    cost = columns.cost[chosen]
    if np.isnan(cost).any():
        return PlanBudget(limit, None, None, None, ())
    drawn = cost @ factors[columns.item[chosen]] if len(chosen) else np.zeros(1)
    return PlanBudget(
        limit=limit,
        cost=float(cost.sum()),
        p80=float(np.quantile(drawn, 0.8)),
        over=None if limit is None else float((drawn > limit).mean()),
        by_release=_by_release(program, found),
    )


def _by_release(program: Program, found: Solution) -> tuple[tuple[str, float], ...]:
    """Return the cost of the work done in each release, whenever it ships."""
    problem = program.problem
    spent = program.columns.usage @ found.x / UNITS
    return tuple(
        (
            release,
            sum(
                float(spent[place]) * (cell.day_rate or 0.0)
                for place, cell in enumerate(problem.cells)
                if cell.release == release
            ),
        )
        for release in problem.releases
    )
