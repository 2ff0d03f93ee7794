"""Every place an idea can be moved to, with what that costs and what would have to move with it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from groundswell.domain.decisions import NOT_PLANNED
from models.planning.board import OUT, Board, Changes, Effect, column_at, effect_of
from models.planning.placing import why_not
from models.planning.problem import Placement


@dataclass(frozen=True, slots=True)
class Companion:
    """An idea that would have to move with another, and where to."""

    item_id: str
    title: str
    release: str


@dataclass(frozen=True, slots=True)
class Move:
    """One place for an idea: a release and teams, or not planned."""

    release: str
    """Or `NOT_PLANNED`."""
    starts: str
    """Release in which the work begins; empty: none."""
    teams: tuple[str, ...]
    here: bool
    """The idea is there already."""
    preferred: bool
    """Of the places in this release, the one that a move without a team leads to."""
    impossible: str
    """Why the idea cannot be there, whatever else is moved; empty: it can."""
    alone: Effect | None
    """None: it is there already, or cannot be."""
    companions: tuple[Companion, ...]
    """What would have to move with it, so that no dependency is broken."""
    together: Effect | None
    """With its companions; None: there are none."""


def moves_of(board: Board, item_id: str) -> tuple[Move, ...]:
    """Return every place for an idea, by release, the preferred one of a release first.

    Raises
    ------
    ValueError
        The plan does not know the idea.
    """
    ids = [item.item_id for item in board.program.problem.items]
    place = ids.index(item_id)
    return (*_ways(board, place), _move(board, place, OUT, OUT))


def companions_of(board: Board, place: int, column: int) -> Changes | None:
    """Return the moves that keep every dependency of a move, itself included.

    What it requires comes along to the same release, or the latest possible one before it; what
    requires it waits for it, or leaves with it. Of two that exclude each other the other leaves.

    Returns
    -------
    None: no moves can keep them all.
    """
    changes = {place: column}
    for _ in board.links:
        found = next(_pulled(board, changes), None)
        if found is None:
            return changes
        other, target = found
        if target is None or other in changes:
            return None
        changes[other] = target
    return changes if next(_pulled(board, changes), None) is None else None


def _ways(board: Board, place: int) -> Iterator[Move]:
    problem, columns = board.program.problem, board.program.columns
    item = problem.items[place]
    for n, release in enumerate(problem.releases):
        wanted = Placement(item.item_id, release)
        best = column_at(board, place, wanted)
        if best is None:
            reason = why_not(problem, columns, item, wanted)
            yield Move(release, "", (), False, True, reason, None, (), None)
            continue
        mine = np.flatnonzero((columns.item == place) & (columns.ships == n)).tolist()
        for column in sorted(mine, key=lambda column: (column != best, column)):
            yield _move(board, place, column, best)


def _move(board: Board, place: int, column: int, best: int) -> Move:
    problem, columns = board.program.problem, board.program.columns
    cells = np.flatnonzero(board.usage[:, column] * (column != OUT)).tolist()
    here = int(board.at[place]) == column
    alone = None if here else effect_of(board, {place: column})
    changes = None if here else companions_of(board, place, column)
    others = [one for one in changes or {} if one != place]
    return Move(
        release=_release(board, column),
        starts="" if column == OUT else problem.releases[columns.starts[column]],
        teams=tuple(dict.fromkeys(problem.cells[cell].team for cell in cells)),
        here=here,
        preferred=column == best,
        impossible="",
        alone=alone,
        companions=tuple(
            Companion(
                problem.items[one].item_id,
                problem.items[one].title,
                _release(board, (changes or {})[one]),
            )
            for one in others
        ),
        together=effect_of(board, changes) if changes and others else None,
    )


def _release(board: Board, column: int) -> str:
    if column == OUT:
        return NOT_PLANNED
    return board.program.problem.releases[int(board.program.columns.ships[column])]


def _pulled(board: Board, changes: Changes) -> Iterator[tuple[int, int | None]]:
    """Yield (item, its new column) for each dependency that the moves break; None: it has none."""
    ships = board.program.columns.ships

    def when(place: int) -> int | None:
        column = changes.get(place, int(board.at[place]))
        return None if column == OUT else int(ships[column])

    for kind, one, other in board.links:
        if one not in changes and other not in changes:
            continue
        mine, its = when(one), when(other)
        if kind == "requires":
            if mine is not None and (its is None or its > mine):
                if one in changes and other not in changes:
                    yield other, _latest(board, other, mine)
                else:
                    yield one, OUT if its is None else _earliest(board, one, its)
        elif kind == "excludes":
            if mine is not None and its is not None:
                yield (other, OUT) if one in changes else (one, OUT)
        elif (mine is None) != (its is None):
            moving, still = (one, other) if one in changes else (other, one)
            there = when(moving)
            yield still, OUT if there is None else _earliest(board, still, there)


def _latest(board: Board, place: int, release: int) -> int | None:
    """Return a column that ships in a release, or as shortly before as there is one."""
    return _first(board, place, range(release, -1, -1))


def _earliest(board: Board, place: int, release: int) -> int | None:
    """Return a column that ships in a release, or as shortly after as there is one."""
    return _first(board, place, range(release, len(board.program.problem.releases)))


def _first(board: Board, place: int, releases: range) -> int | None:
    problem = board.program.problem
    for n in releases:
        wanted = Placement(problem.items[place].item_id, problem.releases[n])
        column = column_at(board, place, wanted)
        if column is not None:
            return column
    return None
