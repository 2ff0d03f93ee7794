"""What a plan was made from, written into the plan itself and read out of it again."""

import numpy as np

from groundswell.domain import IntArray
from groundswell.errors import PlanError
from groundswell.report import PlanBasis, PlannableIdea, ReleasePlan
from models.planning.columns import UNITS
from models.planning.problem import (
    PlanItem,
    PlanProblem,
    Rules,
    Value,
    ValueForm,
    make_problem,
)
from models.planning.program import Program, make_program
from models.planning.shares import with_share


def basis_of(problem: PlanProblem) -> PlanBasis:
    """Return what moves of a plan are told from."""
    rules = problem.rules
    return PlanBasis(
        ideas=tuple(
            PlannableIdea(
                *(item.item_id, item.title, item.rank, item.category, item.must),
                *(item.value.expected, item.money, item.p50, item.p80),
                *(item.splits, item.objectives),
            )
            for item in problem.items
        ),
        capacity=problem.cells,
        links=problem.links,
        buffer=rules.buffer,
        discount=rules.discount,
        budget=rules.budget,
        max_overrun=rules.max_overrun,
        in_money=problem.net_of_cost,
        seed=rules.seed,
    )


def program_of(plan: ReleasePlan, basis: PlanBasis) -> Program:
    """Return the program that a plan solved, with its final limits and least shares.

    Placements are no rules here: a planner may change them.
    """
    form: ValueForm = "money" if basis.in_money else "utility"
    problem = make_problem(
        [_item(idea, form) for idea in basis.ideas],
        basis.capacity,
        plan.releases,
        basis.links,
        Rules(
            buffer=basis.buffer,
            discount=basis.discount,
            budget=basis.budget,
            max_overrun=basis.max_overrun,
            seed=basis.seed,
        ),
    )
    program = make_program(problem)
    usable = {(load.team, load.release): load.usable for load in plan.loads}
    limits = [round(UNITS * usable[cell.team, cell.release]) for cell in problem.cells]
    program = program.with_usable(np.array(limits, float))
    for share in plan.shares:
        program = with_share(program, share.name, share.asked)
    return program


def chosen_by(plan: ReleasePlan, program: Program) -> IntArray:
    """Return the column by which each item is planned, -1: none, shape (n_items,).

    Raises
    ------
    PlanError
        The plan holds what cannot follow from its own basis.
    """
    columns, problem = program.columns, program.problem
    at = np.full(len(problem.items), -1, np.int64)
    cell_of = {(cell.team, cell.release): n for n, cell in enumerate(problem.cells)}
    for idea in plan.ideas:
        cells = {cell_of.get((team, release), -1) for team, release, _ in idea.work}
        place = problem.place(idea.candidate_id)
        for column in np.flatnonzero(columns.item == place).tolist():
            if set(columns.cells_of(column).tolist()) == cells:
                at[place] = column
        if at[place] < 0:
            raise PlanError(
                f"plan.json: {idea.candidate_id} is planned as it could not be;"
                " 'groundswell plan' writes it anew"
            )
    return at


def _item(idea: PlannableIdea, form: ValueForm) -> PlanItem:
    return PlanItem(
        item_id=idea.candidate_id,
        title=idea.title,
        # What counts is known, not what it was reckoned from.
        value=Value(idea.value, 0.0, form),
        p50=idea.p50,
        p80=idea.p80,
        splits=idea.splits,
        category=idea.category,
        objectives=idea.objectives,
        must=idea.must,
        rank=idea.rank,
        money=idea.money,
    )
