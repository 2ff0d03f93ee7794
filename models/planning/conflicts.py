"""Why no plan keeps all rules: a smallest set of rules that contradict each other.

The elastic filter (Chinneck and Dravnieks, 1991, "Locating minimal infeasible constraint sets
in linear programs"): every rule may be broken at a cost, and those that have to be broken are
made firm one round after the other until nothing can give any more. Of these firm rules, each
that is not needed for the contradiction is dropped.
"""

from collections.abc import Collection, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

from groundswell.domain.decisions import NOT_PLANNED
from models.planning.columns import UNITS
from models.planning.program import Program, Rule
from models.planning.solving import solve


def conflict(program: Program) -> tuple[Rule, ...]:
    """Return rules that cannot be kept together, while any of them can be dropped to mend it.

    Empty if all rules can be kept. That an item is planned at most once is never in doubt.
    """
    firm: set[int] = set()
    while True:
        broken = _broken(program, firm)
        if broken is None:
            return _minimal(program, sorted(firm))
        if not broken:
            return ()
        firm |= broken


def told(program: Program, rules: Collection[Rule], names: Mapping[str, str] | None = None) -> str:
    """Say in one line which rules contradict each other.

    Parameters
    ----------
    names
        What an item is called, by its id; None: by the id.
    """
    words = (_words(program, rule, names or {}) for rule in rules)
    return "these cannot all be kept: " + "; ".join(words)


def _broken(program: Program, firm: set[int]) -> set[int] | None:
    """Return rules that are broken where breaking costs least; None: the firm ones contradict."""
    soft = np.array([rule[0] != "once" for rule in program.rules])
    soft[sorted(firm)] = False
    rows = np.flatnonzero(soft[program.rule])
    count, slacks = len(program.columns.item), len(rows)
    # Breaking costs in proportion to the limit: days and currency are then alike.
    size = np.maximum(1.0, np.abs(np.where(np.isfinite(program.high), program.high, program.low)))
    places = (rows, np.arange(slacks))
    give = csr_array(coo_array((size[rows], places), (len(program.low), slacks)))
    found = milp(
        np.concatenate([np.zeros(count), np.ones(2 * slacks)]),
        integrality=np.concatenate([np.ones(count), np.zeros(2 * slacks)]),
        bounds=Bounds(0.0, np.concatenate([np.ones(count), np.full(2 * slacks, np.inf)])),
        constraints=LinearConstraint(
            csr_array(hstack([program.matrix, give, -give])), program.low, program.high
        ),
        options={"time_limit": program.problem.rules.time_limit_seconds},
    )
    if found.x is None:
        return None
    slack = found.x[count : count + slacks] + found.x[count + slacks :]
    return set(program.rule[rows[slack > 1e-7]].tolist())


def _minimal(program: Program, firm: list[int]) -> tuple[Rule, ...]:
    kept = [program.rules[rule] for rule in firm]
    for rule in tuple(kept):
        rest = [other for other in kept if other != rule]
        if solve(program.only(rest)) is None:
            kept = rest
    return tuple(kept)


def _words(program: Program, rule: Rule, names: Mapping[str, str]) -> str:
    kind, item_id, other = rule
    about, other = names.get(item_id, item_id), names.get(other, other)
    if kind == "must":
        return f"{about} must be done{_too_large(program, item_id)}"
    if kind == "capacity":
        usable = sum(
            units
            for cell, units in zip(program.problem.cells, program.usable, strict=True)
            if cell.team == about
        )
        return f"{about} can be planned for {usable / UNITS:.0f} days in all"
    if kind == "budget":
        return f"the budget is {program.problem.rules.budget:,.0f}"
    if kind == "share":
        return f"a least share of {about}"
    return {
        "requires": f"{about} requires {other}",
        "excludes": f"{about} and {other} exclude each other",
        "together": f"{about} and {other} go together",
        "placed": f"{about} is {'' if other == NOT_PLANNED else 'placed in '}{other}",
    }[kind]


def _too_large(program: Program, item_id: str) -> str:
    place = program.problem.place(item_id)
    if (program.columns.item == place).any():
        return ""
    return f" ({program.problem.items[place].p50:.0f} days, more than its teams have)"
