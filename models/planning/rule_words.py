"""A rule that a plan does not keep, in a few words for a planner."""

import numpy as np

from groundswell.domain import FloatArray
from models.planning.columns import UNITS
from models.planning.program import Program, Rule


def said(program: Program, rule: Rule, x: FloatArray) -> str:
    """Say how a rule is broken.

    Parameters
    ----------
    rule
        As of the program; that of a capacity names the release in its last place.
    x
        What is planned, shape (n_columns,).
    """
    kind, about, other = rule
    if kind == "capacity":
        return _capacity(program, about, other, x)
    if kind == "budget":
        cost = float(program.columns.cost @ x)
        return f"the work costs {cost:,.0f} of a budget of {program.problem.rules.budget:,.0f}"
    if kind == "share":
        return f"the least share of {about} is not reached"
    title = program.problem.items[program.problem.place(about)].title
    if kind == "must":
        return f"{title} must be done"
    named = program.problem.items[program.problem.place(other)].title if other else ""
    if kind == "requires":
        return f"{title} requires {named}, which {_when(program, other, x)}"
    return {
        "excludes": f"{title} and {named} exclude each other",
        "together": f"{title} and {named} go together",
        "once": f"{title} is planned twice",
    }[kind]


def _capacity(program: Program, team: str, release: str, x: FloatArray) -> str:
    cells = program.problem.cells
    place = next(n for n, c in enumerate(cells) if (c.team, c.release) == (team, release))
    over = float((program.columns.usage @ x)[place] - program.usable[place]) / UNITS
    return f"{team} has {over:.1f} days too many in {release}"


def _when(program: Program, item_id: str, x: FloatArray) -> str:
    mine = np.flatnonzero((program.columns.item == program.problem.place(item_id)) & (x > 0.5))
    if not len(mine):
        return "is not planned"
    return f"ships in {program.problem.releases[program.columns.ships[mine[0]]]}"
