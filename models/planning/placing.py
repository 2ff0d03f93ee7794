"""What planners decided about releases, as a plan keeps it: as many decisions as can be kept.

A placement is one row of the program. Those that no plan can keep, by themselves or beside the
others, are named with the reason; of two that are in each other's way the later decision is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from groundswell.domain.decisions import NOT_PLANNED
from groundswell.report import LeftOutIdea, PlanPlacement
from models.planning.columns import Columns
from models.planning.conflicts import conflict, told
from models.planning.left_out import too_large
from models.planning.prices import value_of
from models.planning.problem import Placement, PlanItem, PlanProblem
from models.planning.program import Program, make_program, places
from models.planning.solving import solve

Problems = Mapping[Placement, str]
"""Placement to why it cannot be kept."""


def with_placements(
    problem: PlanProblem, wanted: Sequence[Placement], blocked: Sequence[LeftOutIdea]
) -> tuple[PlanProblem, Problems]:
    """Return the problem with the placements that can be kept, and why the others cannot.

    Parameters
    ----------
    blocked
        Ideas that never came into question.

    Raises
    ------
    PlanError
        The time was over before it was known whether a plan keeps them.
    """
    if not wanted:
        return problem, {}
    free = make_program(problem)
    known = {item.item_id: item for item in problem.items}
    never = {out.candidate_id: out.reason for out in blocked}
    problems: dict[Placement, str] = {}
    for one in wanted:
        item = known.get(one.item_id)
        if item is not None:
            reason = why_not(problem, free.columns, item, one)
        elif one.release == NOT_PLANNED:
            reason = ""
        else:
            reason = never.get(one.item_id, "it is not among the ideas that can be planned")
        if reason:
            problems[one] = reason
    able = [one for one in wanted if one not in problems and one.item_id in known]
    whole = replace(problem, placements=_by_item(able))
    if _has_plan(make_program(whole)) or not _has_plan(free):
        return whole, problems
    kept, more = _as_many(problem, able)
    return replace(problem, placements=kept), {**problems, **more}


def why_not(problem: PlanProblem, columns: Columns, item: PlanItem, wanted: Placement) -> str:
    """Say why an item cannot ship there, whatever else is planned; empty: it can."""
    if wanted.release == NOT_PLANNED:
        return "it must be done" if item.must else ""
    if wanted.release not in problem.releases:
        return f"no release {wanted.release}; there are {', '.join(problem.releases)}"
    if places(problem, columns, wanted).any():
        return ""
    if places(problem, columns, replace(wanted, team="")).any():
        return f"{wanted.team} cannot do it in {wanted.release}"
    mine = np.flatnonzero(columns.item == problem.place(item.item_id))
    if not len(mine):
        return too_large(problem, item)
    first = int(columns.ships[mine].min())
    if problem.releases.index(wanted.release) < first:
        return f"too large: its work ends in {problem.releases[first]} at the earliest"
    return f"its teams have no days in {wanted.release}"


def told_placements(
    program: Program,
    wanted: Sequence[Placement],
    problems: Problems,
    blocked: Sequence[LeftOutIdea],
) -> tuple[PlanPlacement, ...]:
    """Return every placement with what it costs, or why it could not be kept, by title."""
    titles = {out.candidate_id: out.title for out in blocked}
    titles |= {item.item_id: item.title for item in program.problem.items}
    base = value_of(program)
    made = []
    for one in wanted:
        rule = ("placed", one.item_id, one.release)
        cost: float | None = 0.0
        if one in problems:
            cost = None
        elif rule in program.rules:
            cost = max(0.0, value_of(program.without(rule)) - base)
        made.append(
            PlanPlacement(
                *(one.item_id, titles.get(one.item_id, one.item_id), one.release, one.team),
                *(one.decision, cost, problems.get(one, "")),
            )
        )
    return tuple(sorted(made, key=lambda one: (one.title, one.candidate_id)))


def placements_cost(program: Program) -> float | None:
    """Return what a plan without any placement would have more; None: there are none."""
    free = [rule for rule in program.rules if rule[0] != "placed"]
    if len(free) == len(program.rules):
        return None
    return max(0.0, value_of(program.only(free)) - value_of(program))


def _as_many(
    problem: PlanProblem, able: Sequence[Placement]
) -> tuple[tuple[Placement, ...], Problems]:
    """Take placements from the last decision to the first, as long as there is a plan."""
    names = {item.item_id: item.title for item in problem.items}
    kept: tuple[Placement, ...] = ()
    problems: dict[Placement, str] = {}
    for one in sorted(able, key=lambda one: (-one.decision, one.item_id)):
        tried = _by_item([*kept, one])
        program = make_program(replace(problem, placements=tried))
        if _has_plan(program):
            kept = tried
        else:
            problems[one] = told(program, conflict(program), names)
    return kept, problems


def _has_plan(program: Program) -> bool:
    return solve(program, np.zeros(len(program.columns.item))) is not None


def _by_item(placements: Sequence[Placement]) -> tuple[Placement, ...]:
    return tuple(sorted(placements, key=lambda one: one.item_id))
