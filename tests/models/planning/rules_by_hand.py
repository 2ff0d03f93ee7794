"""The rules of a plan once more, without a program: what plans are checked against."""

import numpy as np

from models.planning.problem import PlanProblem


def values(problem: PlanProblem, ships: np.ndarray) -> np.ndarray:
    worth = np.array([item.value.expected for item in problem.items])
    return np.asarray(np.where(ships > 0, problem.rules.discount ** (ships - 1.0), 0.0) @ worth)


def keeps_rules(problem: PlanProblem, ships: np.ndarray, asked: float) -> np.ndarray:
    """Tell for each row (0: left out, else the release) whether it keeps every rule."""
    days = np.array([item.p50 for item in problem.items])
    at = {item.item_id: n for n, item in enumerate(problem.items)}
    ok = np.ones(len(ships), bool)
    for cell in problem.cells:
        mine = np.array([item.splits[0][0][0] == cell.team for item in problem.items])
        release = problem.releases.index(cell.release) + 1
        ok &= (ships == release) @ (days * mine) <= (
            1 - problem.rules.buffer
        ) * cell.person_days + 1e-9
    planned = ships > 0
    if problem.rules.budget is not None:
        ok &= planned @ (100.0 * days) <= problem.rules.budget
    mends = np.array([item.category == "problem" for item in problem.items])
    ok &= planned @ (days * (mends - asked)) >= -1e-9
    ok &= planned[:, [item.must for item in problem.items]].all(axis=1)
    for link in problem.links:
        one, other = ships[:, at[link.item_id]], ships[:, at[link.other_id]]
        if link.kind == "requires":
            ok &= (one == 0) | ((other > 0) & (other <= one))
        elif link.kind == "excludes":
            ok &= (one == 0) | (other == 0)
        else:
            ok &= (one > 0) == (other > 0)
    return ok
