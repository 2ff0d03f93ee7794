"""The rules as rows of a mixed-integer program over `Columns`.

``max sum_c worth_c x_c`` with ``x_c`` 0 or 1, subject to rows ``low <= A x <= high``:

* once: an item is planned at most once; must: exactly once
* capacity: the days of a team in a release are at most what it can be planned for
* requires: whenever an item has shipped, so has what it requires (earlier or same release)
* excludes: at most one of the two; together: both or neither
* budget: the cost of all planned work is at most the budget
* placed: an item ships as a planner decided, or not at all
* share: the days of a category or objective are at least that share of all planned days
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from groundswell.domain import FloatArray, IntArray
from groundswell.domain.decisions import NOT_PLANNED
from models.planning.columns import Columns, make_columns, usable_units
from models.planning.problem import PROBLEMS, Placement, PlanItem, PlanProblem

Rule = tuple[str, str, str]
"""(kind, what it is about, the other item or empty): what rows are there for."""
_Row = tuple[Rule, Mapping[int, float], float, float]


@dataclass(frozen=True, slots=True)
class Program:
    """Columns and rows; `rule` gives the position in `rules` of what each row is there for."""

    problem: PlanProblem
    columns: Columns
    matrix: csr_array
    low: FloatArray
    high: FloatArray
    rule: IntArray
    rules: tuple[Rule, ...]

    @property
    def usable(self) -> FloatArray:
        """What each cell can be planned for, in units."""
        return self.high[self._capacity_rows]

    @property
    def _capacity_rows(self) -> IntArray:
        kinds = np.array([kind for kind, _, _ in self.rules])
        return np.flatnonzero(kinds[self.rule] == "capacity")

    def with_usable(self, units: FloatArray) -> "Program":
        """Return the program with another limit on each cell."""
        high = self.high.copy()
        high[self._capacity_rows] = units
        return replace(self, high=high)

    def without(self, rule: Rule) -> "Program":
        """Return the program without the rows of a rule; an item stays planned at most once."""
        return self.only([other for other in self.rules if other != rule])

    def only(self, rules: Collection[Rule]) -> "Program":
        """Return the program with the rows of these rules, and that nothing is planned twice."""
        kept = np.array([rule[0] == "once" or rule in rules for rule in self.rules])[self.rule]
        return replace(
            self,
            matrix=self.matrix[np.flatnonzero(kept)],
            low=self.low[kept],
            high=self.high[kept],
            rule=self.rule[kept],
        )

    def with_row(self, rule: Rule, row: FloatArray, low: float, high: float) -> "Program":
        """Return the program with one row more, shape (n_columns,)."""
        return replace(
            self,
            matrix=csr_array(vstack([self.matrix, csr_array(row[None, :])])),
            low=np.append(self.low, low),
            high=np.append(self.high, high),
            rule=np.append(self.rule, len(self.rules)),
            rules=(*self.rules, rule),
        )

    def scaled(self, factors: FloatArray) -> "Program":
        """Return the program with the days and cost of each column multiplied."""
        kinds = np.array([kind for kind, _, _ in self.rules])[self.rule]
        scaled = np.isin(kinds, ["capacity", "budget"])
        matrix = self.matrix.tocoo()
        change = np.where(scaled[matrix.row], factors[matrix.col], 1.0)
        changed = coo_array((matrix.data * change, (matrix.row, matrix.col)), matrix.shape)
        return replace(self, matrix=csr_array(changed))


def make_program(problem: PlanProblem) -> Program:
    """Write every rule but the least shares as rows; `models.planning.shares` adds those.

    Raises
    ------
    ValueError
        Values are money or there is a budget, and a day rate is not known.
    """
    columns = make_columns(problem)
    rows = [
        *_once(problem, columns),
        *_capacity(problem, columns),
        *_links(problem, columns),
        *_budget(problem, columns),
        *_placed(problem, columns),
    ]
    rules = tuple(dict.fromkeys(row[0] for row in rows))
    place = {rule: n for n, rule in enumerate(rules)}
    entries = [(n, c, v) for n, row in enumerate(rows) for c, v in row[1].items()]
    at_row, at_column, values = (np.array([entry[k] for entry in entries]) for k in range(3))
    shape = (len(rows), len(columns.item))
    matrix = csr_array(shape) if not entries else csr_array((values, (at_row, at_column)), shape)
    return Program(
        problem=problem,
        columns=columns,
        matrix=matrix,
        low=np.array([row[2] for row in rows]),
        high=np.array([row[3] for row in rows]),
        rule=np.array([place[row[0]] for row in rows], np.int64),
        rules=rules,
    )


def placed_columns(program: Program) -> NDArray[np.bool_]:
    """Tell for each column whether a planner's decision holds its item there."""
    rows = np.flatnonzero([program.rules[rule][0] == "placed" for rule in program.rule])
    inside = rows[program.low[rows] > 0.0]
    return np.asarray(program.matrix[inside].sum(axis=0) > 0.0).ravel()


def places(problem: PlanProblem, columns: Columns, placement: Placement) -> NDArray[np.bool_]:
    """Tell for each column whether it plans an item as a planner decided, shape (n_columns,)."""
    mine = columns.item == problem.place(placement.item_id)
    if placement.release not in problem.releases:
        return np.zeros_like(mine)
    mine = mine & (columns.ships == problem.releases.index(placement.release))
    if placement.team:
        cells = [n for n, cell in enumerate(problem.cells) if cell.team == placement.team]
        mine = mine & np.asarray(columns.usage[cells].sum(axis=0) > 0.0).ravel()
    return np.asarray(mine)


def counts_for(item: PlanItem, share: str) -> bool:
    """Tell whether the days of an item count for a least share."""
    return item.category == "problem" if share == PROBLEMS else share in item.objectives


def _once(problem: PlanProblem, columns: Columns) -> Iterator[_Row]:
    for place, item in enumerate(problem.items):
        row = dict.fromkeys(np.flatnonzero(columns.item == place).tolist(), 1.0)
        yield ("once", item.item_id, ""), row, -np.inf, 1.0
        if item.must:
            yield ("must", item.item_id, ""), row, 1.0, np.inf


def _capacity(problem: PlanProblem, columns: Columns) -> Iterator[_Row]:
    for place, (cell, limit) in enumerate(zip(problem.cells, usable_units(problem), strict=True)):
        used = columns.usage[[place]].tocoo()
        row = dict(zip(used.col.tolist(), used.data.tolist(), strict=True))
        yield ("capacity", cell.team, ""), row, -np.inf, float(limit)


def _links(problem: PlanProblem, columns: Columns) -> Iterator[_Row]:
    for link in problem.links:
        rule = (link.kind, link.item_id, link.other_id)
        one = columns.item == problem.place(link.item_id)
        other = columns.item == problem.place(link.other_id)
        if link.kind == "requires":
            for release in range(len(problem.releases)):
                shipped = columns.ships <= release
                yield rule, _signed(one & shipped, other & shipped, -1.0), -np.inf, 0.0
        elif link.kind == "excludes":
            yield rule, _signed(one, other, 1.0), -np.inf, 1.0
        else:
            yield rule, _signed(one, other, -1.0), 0.0, 0.0


def _signed(one: IntArray, other: IntArray, sign: float) -> dict[int, float]:
    row = dict.fromkeys(np.flatnonzero(one).tolist(), 1.0)
    return row | dict.fromkeys(np.flatnonzero(other).tolist(), sign)


def _budget(problem: PlanProblem, columns: Columns) -> Iterator[_Row]:
    if problem.rules.budget is not None:
        # Whole currency, against the planner: sums stay exact.
        cost = np.ceil(columns.cost - 1e-6)
        row = dict(enumerate(cost.tolist()))
        yield ("budget", "", ""), row, -np.inf, float(np.floor(problem.rules.budget + 1e-6))


def _placed(problem: PlanProblem, columns: Columns) -> Iterator[_Row]:
    for placement in problem.placements:
        out = placement.release == NOT_PLANNED
        mine = columns.item == problem.place(placement.item_id)
        chosen = mine if out else places(problem, columns, placement)
        row = dict.fromkeys(np.flatnonzero(chosen).tolist(), 1.0)
        count = 0.0 if out else 1.0
        yield ("placed", placement.item_id, placement.release), row, count, count
