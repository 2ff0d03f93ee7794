"""Show statements among those like them that people sorted, where that is surely better.

Decisions lie over what was found. What they say of a few hundred statements is a lesson for the
others: a metric is learned from the themes as people want them, and where two thirds of the votes
of those nearest to a statement in it are for another theme, it is shown there. What was in no
theme must also be as near to it as a fit asks, in the learned space. Nothing is found anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.themes.electing import MAJORITY, ROWS_AT_ONCE, VOTERS, elected, floor_of, turned
from models.themes.likeness import Likeness, Said, some_of
from models.themes.metric import in_metric, metric_of
from models.themes.shaping import shown_by_decisions
from models.themes.taught import Taught, keys_of
from models.themes.wishes import Wishes, without

FOLDS = 10
"""Parts of the sorted statements; what is learned without one has to tell its sides apart."""

SURE = 1.0
"""Standard errors by which the held-out sides of splits must be told apart better, as learned
weights must foretell better (docs/preferences.md; record 0036: what two would refuse)."""

FEWEST_SPLITS = 20
"""Splits by two statements of each side, under which nothing is learned: fewer tell no standard
error."""

TEACHERS = 20_000
"""Statements a metric is learned from at most, a fair sample: 50 for each of its dimensions."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The distinct texts of a fit, and what reviewers want of them."""

    said: Said
    core: IntArray
    """Rows of the references of the fit, in the model's order."""
    statements: Sequence[Sequence[str]]
    """Ids of the statements that say each text."""
    hashes: Sequence[str]
    found: IntArray
    """Theme of each text as found, `NOISE` for none."""
    wishes: Wishes
    before: Mapping[str, int]
    """Statement id to the theme it was shown in before."""


def teach(lesson: Lesson) -> Taught | None:
    """Learn where statements belong that are like those that people sorted.

    Returns
    -------
    Taught or None
        None: the sides of held-out splits are not surely told apart better by it, or too few
        statements were sorted. What people sorted stays, and what they retired stays away.
    """
    room = _Room(lesson)
    if not room.surely_better():
        return None
    origins = room.shown(np.empty(0, np.int64), np.arange(len(lesson.hashes)))
    matrix = room.metric(origins)
    open_rows = np.setdiff1d(np.arange(len(origins)), room.closed)
    places, shares = origins.copy(), np.zeros(len(origins), np.float32)
    places[open_rows], shares[open_rows] = room.votes(matrix, origins, open_rows)
    keys = keys_of(lesson.hashes)
    order = np.argsort(keys, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    homes = sorted(one for one in lesson.wishes.homes.items() if one[1] != NOISE)
    joined = np.array(homes, np.int64).reshape(-1, 2)
    voters = rank[lesson.core]
    return Taught(
        matrix.astype(np.float32),
        keys[order],
        origins[order],
        places[order],
        shares[order],
        voters,
        joined,
    )


class _Room:
    """A lesson with its statements in order, and what can be asked of it."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        wishes = lesson.wishes
        named = {*wishes.places, *wishes.barred}
        first = [next((one for one in ids if one in named), ids[0]) for ids in lesson.statements]
        self.names = np.array(first, dtype=object)
        self.sorted_rows = np.flatnonzero([one in named for one in first])
        self._hashes = np.array(lesson.hashes, dtype=object)
        self._rows = dict(zip(lesson.hashes, range(len(first)), strict=True))
        at = np.full(len(first), NOISE, np.int64)
        at[lesson.core] = np.arange(len(lesson.core))
        self._at = at
        retired = [theme for theme, home in wishes.homes.items() if home == NOISE]
        self.closed = np.union1d(self.sorted_rows, np.flatnonzero(np.isin(lesson.found, retired)))

    def shown(self, forgotten: IntArray, rows: IntArray) -> IntArray:
        """Return the theme of some texts by decisions alone, but those on the forgotten rows.

        Others have `NOISE`: what is not asked for need not be found.
        """
        lesson = self.lesson
        order = rows[np.argsort(self.names[rows])]
        shown = np.full(len(self.names), NOISE, np.int64)
        shown[order] = shown_by_decisions(
            self.names[order],
            self._hashes[order],
            lesson.found[order],
            without(lesson.wishes, self.names[forgotten].tolist()),
            lambda hashes: lesson.said.vectors[[self._rows[one] for one in hashes]],
            lesson.before,
        )
        return shown

    def metric(self, shown: IntArray) -> FloatArray:
        """Return the matrix that themes as shown teach."""
        rows = self.lesson.core[:TEACHERS]
        return metric_of(self.lesson.said.vectors[rows], shown[rows])

    def votes(
        self, matrix: FloatArray, shown: IntArray, rows: IntArray
    ) -> tuple[IntArray, NDArray[np.float32]]:
        """Return the place of each row by the vote of those like it, and the share of the vote."""
        said, core = self.lesson.said, self.lesson.core
        voters = turned(some_of(said, core), matrix)
        likeness, floor = Likeness(voters), floor_of(voters.vectors, shown[core])
        places, shares = shown[rows], np.zeros(len(rows), np.float32)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            here = turned(some_of(said, part), matrix)
            nearest, _ = likeness.nearest(here, VOTERS + 1)
            homes, strengths = elected(shown[core][_but_itself(nearest, self._at[part])])
            moved = (strengths > MAJORITY) & (homes != shown[part])
            moved &= (shown[part] != NOISE) | floor.is_cleared(here.vectors, homes)
            places[start : start + ROWS_AT_ONCE][moved] = homes[moved]
            shares[start : start + ROWS_AT_ONCE][moved] = strengths[moved]
        return places, shares

    def surely_better(self) -> bool:
        """Tell whether held-out sides of splits are told apart better, and surely."""
        sides = self._sides()
        if len(sides) < FEWEST_SPLITS:
            return False
        asked = np.unique(np.concatenate([np.concatenate(both) for both in sides]))
        plain = self.lesson.said.vectors[asked]
        leads = [-_told_apart(plain, asked, both) for both in sides]
        taught_by = np.union1d(self.lesson.core[:TEACHERS], self.sorted_rows)
        for fold in range(FOLDS):
            held = asked[fold::FOLDS]
            # Forgotten in the splits, too: these draw what is like it to its side.
            shown = self.shown(held, taught_by)
            shown[held] = NOISE
            changed = in_metric(self.metric(shown), plain)
            for lead, both in zip(leads, sides, strict=True):
                of_fold = np.isin(np.concatenate(both), held)
                lead[of_fold] += _told_apart(changed, asked, both)[of_fold]
        means = np.array([lead.mean() for lead in leads])
        error = float(means.std()) / np.sqrt(len(means) - 1)
        return bool(means.mean() > max(SURE * error, 1e-9))

    def _sides(self) -> list[tuple[IntArray, IntArray]]:
        """Return the rows of both sides of each split, two or more in one of them."""
        at = {str(self.names[row]): row for row in self.sorted_rows.tolist()}
        sides = []
        for cut in self.lesson.wishes.cuts:
            goes, stays = (
                np.array([at[n] for n, here in cut.examples.items() if here is side and n in at])
                for side in (True, False)
            )
            if min(len(goes), len(stays)) > 1:
                sides.append((goes, stays))
        return sides


def _told_apart(vectors: Vectors, rows: IntArray, sides: tuple[IntArray, IntArray]) -> FloatArray:
    """Return for each statement of two sides how often one of its own is nearer than another."""
    goes, stays = (vectors[np.searchsorted(rows, side)].astype(np.float64) for side in sides)
    told = []
    for ours, theirs in ((goes, stays), (stays, goes)):
        near, far = np.round(ours @ ours.T, 6), np.round(ours @ theirs.T, 6)
        nearer = (near[:, :, None] > far[:, None, :]).mean(axis=2)
        np.fill_diagonal(nearer, 0.0)  # nothing is like itself
        told.append(nearer.sum(axis=1) / (len(ours) - 1))
    return np.concatenate(told)


def _but_itself(nearest: IntArray, own: IntArray) -> IntArray:
    """Return the nearest others, each row's own place left out."""
    itself = nearest == own[:, None]
    order = np.argsort(itself, axis=1, kind="stable")
    return np.take_along_axis(nearest, order, axis=1)[:, : max(nearest.shape[1] - 1, 1)]
