"""Where a plan binds teams to each other: hand-overs, shared ideas, the longest chain."""

from dataclasses import dataclass

import numpy as np

from groundswell.report import TeamCoupling
from models.planning.overrun import work_order
from models.planning.program import Program
from models.planning.solving import Solution


@dataclass(frozen=True, slots=True)
class Chain:
    """Planned ideas of which each requires the one before, with the most days."""

    items: tuple[str, ...]
    days: float


def couplings(program: Program, found: Solution) -> tuple[TeamCoupling, ...]:
    """Return every planned requirement between different teams, by item."""
    teams = _teams(program, found)
    return tuple(
        TeamCoupling(link.item_id, teams[link.item_id], link.other_id, teams[link.other_id])
        for link in program.problem.links
        if link.kind == "requires"
        and link.item_id in teams
        and link.other_id in teams
        and teams[link.item_id] != teams[link.other_id]
    )


def shared_ideas(program: Program, found: Solution) -> tuple[str, ...]:
    """Return the planned items that take days of two teams or more, by rank."""
    return tuple(item_id for item_id, teams in _teams(program, found).items() if len(teams) > 1)


def critical_chain(program: Program, found: Solution) -> Chain:
    """Return the chain of planned requirements with the most person-days; empty without any.

    A circle of requirements is entered where the work begins.
    """
    items = program.problem.items
    days = {
        items[program.columns.item[column]].item_id: float(program.columns.days[column])
        for column in found.chosen
    }
    places = [int(program.columns.item[column]) for column in found.chosen]
    best: dict[str, Chain] = {}
    for place in work_order(program.problem, places):
        item_id = items[place].item_id
        before = [
            best[link.other_id]
            for link in program.problem.links
            if link.kind == "requires" and link.item_id == item_id and link.other_id in best
        ]
        longest = max(before, key=lambda chain: (chain.days, chain.items), default=Chain((), 0.0))
        best[item_id] = Chain((*longest.items, item_id), longest.days + days[item_id])
    chains = [chain for chain in best.values() if len(chain.items) > 1]
    return max(chains, key=lambda chain: (chain.days, chain.items), default=Chain((), 0.0))


def _teams(program: Program, found: Solution) -> dict[str, tuple[str, ...]]:
    columns, problem = program.columns, program.problem
    return {
        problem.items[columns.item[column]].item_id: tuple(
            sorted({problem.cells[c].team for c in np.flatnonzero(columns.in_cells(column))})
        )
        for column in found.chosen.tolist()
    }
