"""From the ideas of a report, the backlog and its dependencies to a `PlanProblem`."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from groundswell.domain import Dependency, TeamCapacity, WorkItem
from groundswell.errors import PlanError
from groundswell.report import IdeaCategory, LeftOutIdea, RankedIdea
from models.planning.links import IdeaLinks
from models.planning.problem import (
    PlanItem,
    PlanProblem,
    Rules,
    Split,
    Value,
    ValueForm,
    make_problem,
)
from models.ranking.criteria import EFFORT

PROBLEM_TYPES = frozenset(
    {"bug", "chore", "debt", "defect", "incident", "maintenance", "problem", "tech debt"}
)
"""Types of backlog items that mend or keep up what is there, in lower case."""
_Z80 = 1.2815515655446004
_OPEN_STATUSES = ("new", "extends")


@dataclass(frozen=True, slots=True)
class Sources:
    """What ideas are planned with."""

    ideas: Sequence[RankedIdea]
    capacity: Sequence[TeamCapacity]
    items: Sequence[WorkItem] = ()
    dependencies: Sequence[Dependency] = ()
    problem_shares: Mapping[str, float] = field(default_factory=dict)
    """Candidate to the share of problems among the problems and requests that speak for it."""
    product: bool = False
    """The ranking's strategy multiplies natural units, as RICE does."""
    unasked: float = 0.0
    """Priority, without effort, of an idea that nobody asks for: where utility begins."""
    money: bool = False
    """Count money, and not what the ranking counts."""


@dataclass(frozen=True, slots=True)
class PlanInput:
    """A problem with what a reader has to know about its making."""

    problem: PlanProblem
    blocked: tuple[LeftOutIdea, ...]
    form: ValueForm
    notes: tuple[str, ...]


def plan_input(sources: Sources, rules: Rules, releases: Sequence[str] = ()) -> PlanInput:
    """Make the problem of planning a report's ideas.

    Parameters
    ----------
    releases
        In the order in which they ship; empty: those of the capacity by the numbers in their
        names, so that 4.9 comes before 4.10.

    Raises
    ------
    PlanError
        It is to count money that is not known; or something must be done that no idea of the
        report stands for, or that is blocked.
    """
    waiting = [idea for idea in sources.ideas if idea.status in _OPEN_STATUSES]
    form = _form(sources, waiting)
    links = IdeaLinks(waiting, sources.items, sources.dependencies)
    ordered = tuple(releases) or tuple(sorted({c.release for c in sources.capacity}, key=_natural))
    problem = make_problem(
        [
            _item(idea, sources, form, links)
            for idea in waiting
            if idea.candidate_id not in links.blocked
        ],
        sources.capacity,
        ordered,
        links.between,
        rules,
    )
    blocked = tuple(
        LeftOutIdea(i.candidate_id, i.title, i.rank, links.blocked[i.candidate_id], None)
        for i in waiting
        if i.candidate_id in links.blocked
    )
    return PlanInput(problem, blocked, form, tuple(_notes(sources, waiting, ordered)))


def _form(sources: Sources, ideas: Sequence[RankedIdea]) -> ValueForm:
    """Return what is counted.

    Raises
    ------
    PlanError
        It is to be money, which is not known of every idea and every team.
    """
    if not sources.money:
        return "product" if sources.product else "utility"
    unknown = [i.title for i in ideas if i.profit is None or i.profit.value.value is None]
    unpriced = sorted({cell.team for cell in sources.capacity if cell.day_rate is None})
    if unknown:
        raise PlanError(
            f'[plan] value = "money": the value of {len(unknown)} ideas such as "{unknown[0]}" is'
            ' not known; add accounts or deals, or set value = "priority"'
        )
    if unpriced:
        raise PlanError(
            f'[plan] value = "money": no day rate of {", ".join(unpriced)} is known; add the'
            " column day_rate to the capacity file, or set [money] day_rate"
        )
    return "money"


def idea_value(idea: RankedIdea, form: ValueForm, unasked: float) -> Value:
    """Return what an idea is worth without its effort, which a plan counts in days."""
    if form == "money" and idea.profit is not None:
        worth = idea.profit.value
        spread = max(0.0, (worth.high or 0.0) - (worth.low or 0.0)) / (2.0 * _Z80)
        return Value(worth.value or 0.0, spread, form)
    parts = [part for part in idea.parts if part.criterion != EFFORT]
    return Value(
        sum(part.contribution for part in parts) - (unasked if form == "utility" else 0.0),
        math.sqrt(sum(part.spread**2 for part in parts)),
        form,
    )


def _item(idea: RankedIdea, sources: Sources, form: ValueForm, links: IdeaLinks) -> PlanItem:
    work = links.open_items(idea)
    kinds = {name.lower() for item in work for name in (item.area, item.type) if name}
    return PlanItem(
        item_id=idea.candidate_id,
        title=idea.title,
        value=idea_value(idea, form, sources.unasked),
        p50=idea.effort.p50,
        p80=max(idea.effort.p50, idea.effort.p80),
        splits=_splits(idea, work, sources),
        category=_category(idea, work, sources),
        objectives=tuple(sorted(kinds)),
        must=idea.candidate_id in links.musts,
        rank=idea.rank,
        money=None if idea.profit is None else idea.profit.value.value,
    )


def _category(idea: RankedIdea, work: Sequence[WorkItem], sources: Sources) -> IdeaCategory:
    """Take the type of its work items; without any, what most of its customers voice."""
    types = [item.type.lower() for item in work if item.type]
    if types:
        return "problem" if any(name in PROBLEM_TYPES for name in types) else "feature"
    return "problem" if sources.problem_shares.get(idea.candidate_id, 0.0) > 0.5 else "feature"


def _splits(idea: RankedIdea, work: Sequence[WorkItem], sources: Sources) -> tuple[Split, ...]:
    """Return the ways to divide its days.

    The teams of its open work items, in proportion to their estimates; without any, one of the
    teams that did similar work; else any team.
    """
    mine = [item for item in work if item.team]
    if mine:
        estimated = all(item.estimate_days for item in mine)
        days: dict[str, float] = {}
        for item in mine:
            weight = item.estimate_days if estimated and item.estimate_days else 1.0
            days[item.team or ""] = days.get(item.team or "", 0.0) + weight
        total = sum(days.values())
        return (tuple((team, days[team] / total) for team in sorted(days)),)
    known = {cell.team for cell in sources.capacity}
    done = {item.item_id: item.team for item in sources.items}
    similar = {done.get(analogue.item_id) for analogue in idea.effort.analogues} & known
    return tuple(((team, 1.0),) for team in sorted(similar or known, key=str) if team)


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts the numbers in names as numbers."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _notes(sources: Sources, waiting: Sequence[RankedIdea], releases: Sequence[str]) -> list[str]:
    notes = []
    if settled := len(sources.ideas) - len(waiting):
        notes.append(f"Done, rejected or duplicate ideas, not planned: {settled}.")
    named = {cell.release for cell in sources.capacity}
    if gone := [release for release in releases if release not in named]:
        notes.append(f"No team has capacity for {', '.join(gone)}.")
    if over := sorted(named - set(releases), key=_natural):
        notes.append(f"Not planned, since [plan] releases does not name it: {', '.join(over)}.")
    return notes
