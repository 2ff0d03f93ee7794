"""A plan as a planner moves ideas in it: where each is, and what any other place would change.

Nothing is solved. The rules, the worth of a column and the draws of days are those of the program
that the plan solved, so the told change of value is the difference of two objectives.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import DependencyKind, FloatArray, IntArray
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.report import PlanBasis, ReleasePlan
from models.planning.basis import chosen_by, program_of
from models.planning.columns import UNITS
from models.planning.overrun import draw_factors
from models.planning.problem import Placement
from models.planning.program import Program, Rule, places
from models.planning.rule_words import said

OUT = -1
"""In place of a column: the item is not planned."""
_NONE = 1e-9
Changes = Mapping[int, int]
"""Position of an item to its new column, or `OUT`."""


@dataclass(frozen=True, slots=True)
class Board:
    """A plan with the moves made so far."""

    program: Program
    at: IntArray
    """Column of each item or `OUT`, shape (n_items,)."""
    usage: FloatArray
    """Units by cell and column, shape (n_cells, n_columns)."""
    usable: FloatArray
    """Units that each cell may be planned for, shape (n_cells,)."""
    factors: FloatArray
    """Drawn over median days, shape (n_items, n_draws)."""
    drawn: FloatArray
    """Drawn person-days of each cell's work, shape (n_cells, n_draws)."""
    rows: tuple[Rule, ...]
    """What each row of the program is there for; that of a capacity names its release, too."""
    links: tuple[tuple[DependencyKind, int, int], ...]
    """Dependencies by positions of items."""

    @property
    def x(self) -> FloatArray:
        """What is planned, as the program counts it, shape (n_columns,)."""
        return _x(self.program, self.at)

    @property
    def value(self) -> float:
        """The objective: worth of all that is planned, in the plan's unit."""
        return float(self.program.columns.worth @ self.x)

    @property
    def broken(self) -> tuple[str, ...]:
        """Every rule that is not kept, in words."""
        return tuple(said(self.program, rule, self.x) for rule in excesses(self, self.x))


@dataclass(frozen=True, slots=True)
class LoadChange:
    """A team in a release before and after a move."""

    team: str
    release: str
    planned: tuple[float, float]
    """Person-days."""
    usable: float
    """Person-days that may be planned."""
    overrun: tuple[float, float]
    """Probability that the work takes more than the capacity, 0 to 1."""
    risky: bool
    """Afterwards it is above the plan's limit."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move, or several at once, would change."""

    value: float
    """In the plan's unit; above 0: the plan is worth more."""
    cost: float | None
    """Of the work, in currency; None: a day rate is not known."""
    money: float | None
    """Value of 12 months less cost, discounted, in currency; None: not known of all."""
    loads: tuple[LoadChange, ...]
    broken: tuple[str, ...]
    """Rules that it breaks, or breaks further, in words."""
    mended: tuple[str, ...]
    """Rules that are kept again."""


def read_board(plan: ReleasePlan, basis: PlanBasis) -> Board:
    """Return a plan as it was made.

    Raises
    ------
    PlanError
        The plan holds what cannot follow from its own basis.
    """
    program = program_of(plan, basis)
    factors = draw_factors(program.problem, program.problem.rules.draws)
    usage = np.asarray(program.columns.usage.toarray())
    at = chosen_by(plan, program)
    return _drawn(
        Board(
            *(program, at, usage, program.usable, factors),
            drawn=factors,
            rows=tuple(_rows(program)),
            links=tuple(_links(program)),
        )
    )


def moved(board: Board, changes: Changes) -> Board:
    """Return the board after moves."""
    at = board.at.copy()
    for place, column in changes.items():
        at[place] = column
    return _drawn(replace(board, at=at))


def place_all(board: Board, placements: Sequence[Placement]) -> Board:
    """Return the board after planners' decisions, in their order.

    One that no column fulfils, or that is about an idea the plan does not know, changes nothing.
    """
    known = {item.item_id: n for n, item in enumerate(board.program.problem.items)}
    changes: dict[int, int] = {}
    for one in placements:
        place = known.get(one.item_id)
        if place is not None:
            column = column_at(moved_only(board, changes), place, one)
            changes[place] = int(board.at[place]) if column is None else column
    return moved(board, changes)


def moved_only(board: Board, changes: Changes) -> Board:
    """Do as `moved`, without the draws: enough to choose columns."""
    at = board.at.copy()
    for place, column in changes.items():
        at[place] = column
    return replace(board, at=at)


def column_at(board: Board, place: int, wanted: Placement) -> int | None:
    """Return the column by which an item would ship as wanted, `OUT` if it would not; None: none.

    Of several teams the one is taken that would be over its limit least, then the one that has
    the item now, then the one with most room.
    """
    if wanted.release == NOT_PLANNED:
        return OUT
    columns = np.flatnonzero(places(board.program.problem, board.program.columns, wanted))
    if not len(columns):
        return None
    now = int(board.at[place])
    used = board.usage @ board.x - (board.usage[:, now] if now != OUT else 0.0)
    teams = np.array([cell.team for cell in board.program.problem.cells])
    mine = set(teams[board.usage[:, now] > 0].tolist()) if now != OUT else set()

    def order(column: int) -> tuple[float, bool, float, int]:
        own = board.usage[:, column]
        after = (used + own)[own > 0]
        usable = board.usable[own > 0]
        over = float(np.maximum(after - usable, 0.0).sum())
        leaves = mine.isdisjoint(teams[own > 0].tolist())
        return (over, leaves, float((after / np.maximum(usable, 1.0)).max(initial=0.0)), column)

    return min(columns.tolist(), key=order)


def effect_of(board: Board, changes: Changes) -> Effect:
    """Return what moves would change, all of them at once."""
    columns, x = board.program.columns, board.x
    after = moved_only(board, changes).x
    gone, come = np.flatnonzero(x > after), np.flatnonzero(after > x)
    before_rules, after_rules = excesses(board, x), excesses(board, after)
    cost = float(columns.cost[come].sum() - columns.cost[gone].sum())
    worse = [r for r, by in after_rules.items() if by > before_rules.get(r, 0.0) + _NONE]
    return Effect(
        value=float(columns.worth[come].sum() - columns.worth[gone].sum()),
        cost=None if np.isnan(cost) else cost,
        money=_money(board, come, gone),
        loads=_load_changes(board, x, come, gone),
        broken=tuple(said(board.program, rule, after) for rule in worse),
        mended=tuple(said(board.program, r, x) for r in before_rules if r not in after_rules),
    )


def excesses(board: Board, x: FloatArray) -> dict[Rule, float]:
    """Return by how much each rule is broken, in its own unit; those that are kept are missing."""
    program = board.program
    amount = program.matrix @ x
    over = np.maximum(amount - program.high, program.low - amount)
    found: dict[Rule, float] = {}
    for row in np.flatnonzero(over > _NONE).tolist():
        found[board.rows[row]] = found.get(board.rows[row], 0.0) + float(over[row])
    return found


def _x(program: Program, at: IntArray) -> FloatArray:
    x = np.zeros(len(program.columns.item))
    x[at[at != OUT]] = 1.0
    return x


def _rows(program: Program) -> Iterator[Rule]:
    cells = iter(program.problem.cells)
    for number in program.rule.tolist():
        kind, about, other = program.rules[number]
        yield (kind, about, next(cells).release if kind == "capacity" else other)


def _links(program: Program) -> Iterator[tuple[DependencyKind, int, int]]:
    place = {item.item_id: n for n, item in enumerate(program.problem.items)}
    for link in program.problem.links:
        yield link.kind, place[link.item_id], place[link.other_id]


def _drawn(board: Board) -> Board:
    columns = board.at[board.at != OUT]
    days = board.usage[:, columns] / UNITS @ board.factors[board.program.columns.item[columns]]
    return replace(board, drawn=days)


def _money(board: Board, come: IntArray, gone: IntArray) -> float | None:
    columns, problem = board.program.columns, board.program.problem
    total = 0.0
    for sign, found in ((1.0, come), (-1.0, gone)):
        for column in found.tolist():
            value = problem.items[columns.item[column]].money
            if value is None or np.isnan(columns.cost[column]):
                return None
            later = problem.rules.discount ** int(columns.ships[column])
            total += sign * later * (value - float(columns.cost[column]))
    return total


def _load_changes(
    board: Board, x: FloatArray, come: IntArray, gone: IntArray
) -> tuple[LoadChange, ...]:
    problem, items = board.program.problem, board.program.columns.item
    change = board.usage[:, come].sum(axis=1) - board.usage[:, gone].sum(axis=1)
    moving = board.usage[:, come].any(axis=1) | board.usage[:, gone].any(axis=1)
    planned = board.usage @ x
    made = []
    for place in np.flatnonzero(moving).tolist():
        cell = problem.cells[place]
        drawn = board.drawn[place]
        after = drawn + board.usage[place, come] / UNITS @ board.factors[items[come]]
        after = after - board.usage[place, gone] / UNITS @ board.factors[items[gone]]
        overrun = _overrun(drawn, cell.person_days), _overrun(after, cell.person_days)
        made.append(
            LoadChange(
                *(cell.team, cell.release),
                planned=(planned[place] / UNITS, (planned[place] + change[place]) / UNITS),
                usable=float(board.usable[place]) / UNITS,
                overrun=overrun,
                risky=overrun[1] > problem.rules.max_overrun,
            )
        )
    return tuple(made)


def _overrun(drawn: NDArray[np.float64], capacity: float) -> float:
    return float((drawn > capacity + _NONE).mean())
