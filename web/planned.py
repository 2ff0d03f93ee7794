"""The plan as it is now: as it was made, with what planners decided since laid over it.

Moves are applied by arithmetic; only ``groundswell plan`` solves anew. Plan and board are kept in
memory, as reports are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from groundswell.domain import IdeaVerdict, Verdicts
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.report import PlannableIdea, PlanPlacement, ReleasePlan
from web import reading

if TYPE_CHECKING:
    from pathlib import Path

    from models.planning.board import Board


@dataclass(frozen=True)
class Planned:
    """A plan with what was decided since."""

    made: ReleasePlan
    """As it was solved."""
    now: ReleasePlan
    """After the moves made since."""
    board: "Board | None"
    """After the moves, too; None: the plan was written before plans could be moved in."""
    since: tuple[IdeaVerdict, ...]
    """Ideas that were placed since, by decision."""
    freed: tuple[PlanPlacement, ...]
    """Placements that the plan heeds and that nobody stands by any more."""

    @property
    def moves(self) -> int:
        """How much was decided since the plan was made."""
        return len(self.since) + len(self.freed)

    @cached_property
    def ideas(self) -> Mapping[str, PlannableIdea]:
        """Return what the plan counts of each idea, by id."""
        basis = self.made.basis
        return {idea.candidate_id: idea for idea in (basis.ideas if basis else ())}

    @cached_property
    def before(self) -> Mapping[str, str]:
        """Return the release of each planned idea as the plan was made, by id."""
        return {idea.candidate_id: idea.ships for idea in self.made.ideas}

    @cached_property
    def standing(self) -> tuple[PlanPlacement, ...]:
        """Return the placements that the plan was made with and that still stand."""
        again = {one.target for one in self.since}
        return tuple(
            one
            for one in self.made.placements
            if one not in self.freed and one.candidate_id not in again
        )

    @cached_property
    def placed(self) -> Mapping[str, str]:
        """Return where planners want ideas, those of the plan and those since, by id."""
        heeded = {one.candidate_id: one.release for one in self.standing}
        return heeded | {one.target: one.release or NOT_PLANNED for one in self.since}

    @cached_property
    def unheard(self) -> tuple[IdeaVerdict, ...]:
        """Return what was decided since that no move of an idea can follow."""
        now = {idea.candidate_id: idea.ships for idea in self.now.ideas}
        known = {one.candidate_id for one in self.now.left_out} | set(now)
        return tuple(
            one
            for one in self.since
            if one.target not in known or now.get(one.target, NOT_PLANNED) != one.release
        )


_boards: dict["Path", tuple[ReleasePlan, "Board"]] = {}
_after: dict["Path", tuple[ReleasePlan, tuple[int, ...], Planned]] = {}
"""The newest of each folder, under what it was made from."""


def planned(folder: "Path", verdicts: Verdicts) -> Planned | None:
    """Return the plan beside the report with what was decided since; None without one.

    Raises
    ------
    StoreError
        It was written by another version.
    PlanError
        It was changed by another hand.
    """
    plan = reading.plan(folder)
    if plan is None:
        return None
    standing = {
        one.signed["release"].number: one
        for one in verdicts.ideas.values()
        if one.release is not None
    }
    heeded = {one.decision for one in plan.placements}
    since = tuple(standing[number] for number in sorted(standing.keys() - heeded))
    targets = {one.target for one in since}
    freed = tuple(
        one
        for one in plan.placements
        if one.decision not in standing and one.candidate_id not in targets
    )
    key = (*(one.signed["release"].number for one in since), 0, *(one.decision for one in freed))
    kept = _after.get(folder)
    if kept is None or kept[0] is not plan or kept[1] != key:
        kept = _after[folder] = plan, key, _laid_over(folder, plan, since, freed)
    return kept[2]


def _laid_over(
    folder: "Path",
    plan: ReleasePlan,
    since: tuple[IdeaVerdict, ...],
    freed: tuple[PlanPlacement, ...],
) -> Planned:
    from models.planning.board import place_all
    from models.planning.moved_plan import plan_after
    from models.planning.problem import Placement

    if plan.basis is None:
        return Planned(plan, plan, None, since, freed)
    board = _board(folder, plan)
    if not since:
        return Planned(plan, plan, board, since, freed)
    wanted = [Placement(one.target, one.release or "", one.team or "") for one in since]
    board = place_all(board, wanted)
    return Planned(plan, plan_after(plan, board), board, since, freed)


def _board(folder: "Path", plan: ReleasePlan) -> "Board":
    from models.planning.board import read_board

    kept = _boards.get(folder)
    if kept is None or kept[0] is not plan:
        if plan.basis is None:
            raise ValueError("a plan without a basis has no board")
        kept = _boards[folder] = plan, read_board(plan, plan.basis)
    return kept[1]
