"""The plan as it is after a planner's moves, without solving anything."""

from dataclasses import replace

import numpy as np

from groundswell.report import LeftOutIdea, ReleasePlan
from models.planning.board import OUT, Board
from models.planning.coupling import couplings, critical_chain, shared_ideas
from models.planning.description import plan_budget, planned_ideas, team_loads
from models.planning.shares import Share, shares_reached
from models.planning.solving import Solution

MOVED_OUT = "a planner left it out"


def plan_after(plan: ReleasePlan, board: Board) -> ReleasePlan:
    """Return a plan with the moves of a board: who ships when, loads, risks, cost and value.

    What is found by solving (gap, robustness, alternatives, prices) stays that of the plan.
    """
    program = board.program
    found = Solution(board.x, board.value, board.value)
    known = {idea.candidate_id: idea.robustness for idea in plan.ideas}
    ids = [item.item_id for item in program.problem.items]
    stays = np.array([np.nan if known.get(i) is None else known[i] for i in ids], np.float64)
    shares = [Share(share.name, share.wanted, share.asked) for share in plan.shares]
    chain = critical_chain(program, found)
    return replace(
        plan,
        value=board.value,
        ideas=planned_ideas(program, found, board.factors, stays),
        loads=team_loads(program, found, board.factors),
        left_out=_left_out(plan, board),
        shares=shares_reached(program, found, shares),
        budget=plan_budget(program, found, board.factors),
        couplings=couplings(program, found),
        shared_ideas=shared_ideas(program, found),
        critical_chain=chain.items,
        critical_days=chain.days,
    )


def _left_out(plan: ReleasePlan, board: Board) -> tuple[LeftOutIdea, ...]:
    known = {out.candidate_id: out for out in plan.left_out}
    items = board.program.problem.items
    inside = {items[n].item_id for n in np.flatnonzero(board.at != OUT)}
    gone = [
        LeftOutIdea(item.item_id, item.title, item.rank, MOVED_OUT, None)
        for n, item in enumerate(items)
        if board.at[n] == OUT and item.item_id not in known
    ]
    still = [out for out in plan.left_out if out.candidate_id not in inside]
    return tuple(sorted([*still, *gone], key=lambda out: (out.rank, out.candidate_id)))
