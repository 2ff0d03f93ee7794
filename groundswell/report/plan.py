"""A release plan: which ideas ship when, who works on them, how sure that is, what it costs."""

from dataclasses import dataclass
from typing import Literal

from groundswell.domain import Dependency, TeamCapacity

IdeaCategory = Literal["problem", "feature"]


@dataclass(frozen=True, slots=True)
class PlannedIdea:
    """An idea that is in the plan."""

    candidate_id: str
    title: str
    rank: int
    category: IdeaCategory
    must: bool
    starts: str
    """Release in which the work begins; the one it ships in, unless it is too large for one."""
    ships: str
    work: tuple[tuple[str, str, float], ...]
    """(team, release, person-days of the median estimate)."""
    value: float
    """In the plan's unit, before the discount of later releases."""
    cost: float | None
    """Currency; None: a day rate is not known."""
    finish: float
    """Probability that it is finished in its release, 0 to 1."""
    robustness: float | None
    """Share of draws of values and days in which it is in the plan; None: not known."""


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """What a team does in a release."""

    team: str
    release: str
    capacity: float
    """Person-days; so too the next three."""
    usable: float
    """What it can be planned for: less the buffer, and less where it would overrun too often."""
    planned: float
    """Sum of the median estimates."""
    p80: float
    """What suffices for all of it in four of five cases."""
    overrun: float
    """Probability that it takes more than the capacity, 0 to 1."""
    over_allocated: bool
    """That probability is above the limit, because what must be done or was placed leaves no
    choice."""


@dataclass(frozen=True, slots=True)
class LeftOutIdea:
    """An idea that could be planned and is not."""

    candidate_id: str
    title: str
    rank: int
    reason: str
    price: float | None
    """Value that the plan would lose by taking it; None: not computed or impossible."""


@dataclass(frozen=True, slots=True)
class AlternativePlan:
    """Another plan that is nearly as good and has other ideas in it."""

    value: float
    added: tuple[str, ...]
    """Ids of ideas that are in it and not in the plan."""
    dropped: tuple[str, ...]
    overrun: float
    """Largest chance of a team in a release to overrun; only the plan itself keeps the limit."""


@dataclass(frozen=True, slots=True)
class CapacityPrice:
    """What a tenth more capacity of a team would bring."""

    team: str
    days: float
    """Person-days more, over all releases."""
    gain: float
    """Value, at least 0."""
    brings: tuple[str, ...]
    """Ids of ideas that would come in; none where only the gain was computed."""


@dataclass(frozen=True, slots=True)
class ForcedPick:
    """What it costs that an idea must be done."""

    candidate_id: str
    title: str
    cost: float
    """Value, at least 0: what the best plan without the duty would have more."""


@dataclass(frozen=True, slots=True)
class PlanShare:
    """A least share of the planned days, for problems or an objective."""

    name: str
    wanted: float
    """0 to 1; so too the next two."""
    asked: float
    """As far as there is enough of it to plan."""
    reached: float


@dataclass(frozen=True, slots=True)
class PlanBudget:
    """Money for the work of the plan, in currency."""

    limit: float | None
    cost: float | None
    """Of the median days; None: a day rate is not known."""
    p80: float | None
    """What suffices in four of five cases."""
    over: float | None
    """Probability that the work costs more than the limit."""
    by_release: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class TeamCoupling:
    """A planned idea that requires one of another team."""

    candidate_id: str
    teams: tuple[str, ...]
    needs: str
    needs_teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanPlacement:
    """A planner's decision where an idea ships, and what the plan made of it."""

    candidate_id: str
    title: str
    release: str
    """`groundswell.domain.decisions.NOT_PLANNED`: left out."""
    team: str
    """Empty: whichever the plan chooses."""
    decision: int
    """Its number in the log."""
    cost: float | None
    """Value, at least 0: what the plan would have more without it; None: it could not be kept."""
    problem: str
    """Why it could not be kept; empty: it is."""


@dataclass(frozen=True, slots=True)
class PlannableIdea:
    """What a plan counts of an idea, planned or not."""

    candidate_id: str
    title: str
    rank: int
    category: IdeaCategory
    must: bool
    value: float
    """In the plan's unit, before the cost of the work and the discount of later releases."""
    money: float | None
    """Value of 12 months before the cost of the work, in currency; None: not known."""
    p50: float
    """Person-days of all teams together; so too the next."""
    p80: float
    splits: tuple[tuple[tuple[str, float], ...], ...]
    """Ways to divide the work between teams: (team, share of the days)."""
    objectives: tuple[str, ...]
    """Names that a least share may be asked for."""


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """What a plan was made from: what it takes to tell what a move would cost."""

    ideas: tuple[PlannableIdea, ...]
    """By rank."""
    capacity: tuple[TeamCapacity, ...]
    """By team, then release."""
    links: tuple[Dependency, ...]
    """requires, excludes and together, between ideas."""
    buffer: float
    """Share of each team's capacity that is left free."""
    discount: float
    """What the same value is worth one release later."""
    budget: float | None
    max_overrun: float
    """Probability, 0 to 1, that a team may need more than its capacity in a release."""
    in_money: bool
    """Values are currency, and the cost of the work is taken off them."""
    seed: int


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """The plan for all releases with everything that can be said of it."""

    releases: tuple[str, ...]
    currency: str
    value: float
    """Sum over the ideas, discounted, in `value_unit`."""
    value_unit: str
    value_basis: str
    """What an idea's value is, in a sentence."""
    gap: float
    """Share of the value by which the best possible plan may be better; 0: it is the best."""
    list_value: float
    """Value of taking ideas from the top of the ranking for as long as they fit."""
    ideas: tuple[PlannedIdea, ...]
    """By release, then rank."""
    loads: tuple[TeamLoad, ...]
    left_out: tuple[LeftOutIdea, ...]
    """By rank."""
    alternatives: tuple[AlternativePlan, ...]
    capacity_prices: tuple[CapacityPrice, ...]
    forced_picks: tuple[ForcedPick, ...]
    shares: tuple[PlanShare, ...]
    budget: PlanBudget
    couplings: tuple[TeamCoupling, ...]
    shared_ideas: tuple[str, ...]
    """Ids of planned ideas that need two teams or more."""
    critical_chain: tuple[str, ...]
    """Ids of planned ideas of which each requires the one before: the chain of most days."""
    critical_days: float
    notes: tuple[str, ...]
    placements: tuple[PlanPlacement, ...] = ()
    """What planners decided, by title."""
    placements_cost: float | None = None
    """Value that the plan would have more if nobody had placed anything; None: nobody has."""
    basis: PlanBasis | None = None
    """None: the plan was written before plans had one."""
