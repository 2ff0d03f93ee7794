"""What a plan is made from: ideas with value and days, teams with capacity, rules.

A `PlanProblem` is canonical: whatever the order of what it was made from, equal content gives
an equal problem, and so an equal plan.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Literal

from groundswell.domain import Dependency, TeamCapacity
from groundswell.report import IdeaCategory

Split = tuple[tuple[str, float], ...]
"""(team, share of the days, above 0), summing to 1: one way to divide an idea's work."""
ValueForm = Literal["money", "utility", "product"]
PROBLEMS = "problems"
"""Name of the least share for ideas that solve problems."""
LEAST_CHANCE = 0.10
"""Probability from which it counts that an idea may be better than one that nobody asks for. Below,
its utility is next to nothing, and it would only fill days that are left with what few want."""
_Z80 = NormalDist().inv_cdf(0.8)
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Value:
    """What an idea is worth, uncertain; `form` says in which unit.

    ``money``: currency of 12 months before the cost of the work, normal. ``utility``: standard
    deviations above an idea that nobody asks for, normal, of which what lies above 0 counts.
    ``product``: the logarithm of a framework's product of natural units (RICE, WSJF) without its
    effort.
    """

    centre: float
    spread: float = 0.0
    """Standard deviation of `centre`."""
    form: ValueForm = "money"

    @property
    def expected(self) -> float:
        """What counts in a plan: the mean, ``E[max(U, 0)]``, or the product itself.

        A utility that exceeds 0 with less than `LEAST_CHANCE` counts 0.
        """
        if self.form == "product":
            return math.exp(self.centre)
        if self.form == "money":
            return self.centre
        if self.spread == 0.0:
            return max(self.centre, 0.0)
        z = self.centre / self.spread
        if _NORMAL.cdf(z) < LEAST_CHANCE:
            return 0.0
        return self.centre * _NORMAL.cdf(z) + self.spread * _NORMAL.pdf(z)

    def drawn(self, z: float) -> float:
        """Return the value `z` standard deviations from its centre."""
        value = self.centre + self.spread * z
        if self.form == "product":
            return math.exp(value)
        return value if self.form == "money" else max(value, 0.0)


@dataclass(frozen=True, slots=True)
class PlanItem:
    """An idea that may be planned."""

    item_id: str
    title: str
    value: Value
    p50: float
    """Person-days of all teams together, median; above 0."""
    p80: float
    """Person-days that suffice in four of five cases, at least `p50`."""
    splits: tuple[Split, ...]
    """Ways to divide the work; where there are several, the plan chooses one."""
    category: IdeaCategory = "feature"
    objectives: tuple[str, ...] = ()
    """Names that a least share may be asked for, such as an area of the backlog."""
    must: bool = False
    rank: int = 0
    """1 is best; of plans that are worth the same, the better ranked ideas are taken."""

    money: float | None = None
    """Value of 12 months before the cost of the work, in currency; None: not known. It is told,
    and counts in a plan only where `value` is money."""

    @property
    def log_sd(self) -> float:
        """Standard deviation of ln(days), which are taken to be log-normal."""
        return math.log(self.p80 / self.p50) / _Z80


@dataclass(frozen=True, slots=True)
class Placement:
    """A planner's decision where an item ships."""

    item_id: str
    release: str
    """`groundswell.domain.decisions.NOT_PLANNED`: left out."""
    team: str = ""
    """Empty: whichever the plan chooses."""
    decision: int = 0
    """Its number in the log; of two that cannot both be kept, the later one is."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan keeps, and how hard it is sought; defaults as in ``[plan]`` of config.toml."""

    buffer: float = 0.20
    """Share of each team's capacity that is left free."""
    discount: float = 0.90
    """What the same value is worth one release later."""
    budget: float | None = None
    """Currency for the work of all releases; None: no limit."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """`PROBLEMS` or an objective to the least share of the planned days."""
    max_overrun: float = 0.20
    """Probability that a team needs more than its capacity in a release."""
    gap: float = 0.01
    """How far from the best possible value the search may stop, as a share of it."""
    time_limit_seconds: float = 20.0
    """For one search."""
    alternatives: int = 3
    draws: int = 4000
    """Repetitions behind the chances of overrun; their error is then below 0.01."""
    robustness_draws: int = 200
    seed: int = 20240601


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Items by rank, cells (a team in a release) by team and release; see `make_problem`."""

    items: tuple[PlanItem, ...]
    releases: tuple[str, ...]
    """In the order in which they ship."""
    cells: tuple[TeamCapacity, ...]
    links: tuple[Dependency, ...]
    """requires, excludes and together, between items."""
    rules: Rules
    placements: tuple[Placement, ...] = ()
    """What is to be kept of planners' decisions; see `models.planning.placing`."""

    @property
    def net_of_cost(self) -> bool:
        """Whether the cost of the work is taken off the value: both are money."""
        return any(item.value.form == "money" for item in self.items)

    def place(self, item_id: str) -> int:
        """Return the position of an item."""
        return next(i for i, item in enumerate(self.items) if item.item_id == item_id)


def make_problem(
    items: Iterable[PlanItem],
    capacity: Iterable[TeamCapacity],
    releases: Sequence[str],
    links: Iterable[Dependency] = (),
    rules: Rules | None = None,
) -> PlanProblem:
    """Put everything in its order; capacity of releases that are not named is left out.

    Raises
    ------
    ValueError
        Ids are not distinct, days are not positive, P80 is below P50, the shares of a split do
        not sum to 1, values have more than one form, or a link names an unknown item.
    """
    ordered = tuple(sorted(items, key=lambda item: (item.rank, item.item_id)))
    ids = {item.item_id for item in ordered}
    if len(ids) < len(ordered):
        raise ValueError("two items have the same id")
    if len({item.value.form for item in ordered}) > 1:
        raise ValueError("values of different forms cannot be added")
    for item in ordered:
        _check(item)
    kept = {link for link in links if link.item_id != link.other_id}
    if unknown := sorted({i for link in kept for i in (link.item_id, link.other_id)} - ids):
        raise ValueError(f"links name unknown items: {', '.join(unknown)}")
    order = {release: place for place, release in enumerate(releases)}
    cells = [cell for cell in capacity if cell.release in order]
    return PlanProblem(
        ordered,
        tuple(releases),
        tuple(sorted(cells, key=lambda cell: (cell.team, order[cell.release]))),
        tuple(sorted(kept, key=lambda link: (link.kind, link.item_id, link.other_id))),
        rules or Rules(),
    )


def _check(item: PlanItem) -> None:
    if not 0.0 < item.p50 <= item.p80:
        raise ValueError(f"{item.item_id}: P50 {item.p50} and P80 {item.p80} are no estimate")
    for split in item.splits:
        if abs(sum(share for _, share in split) - 1.0) > 1e-9 or any(s <= 0.0 for _, s in split):
            raise ValueError(f"{item.item_id}: the shares of its teams do not sum to 1")
