"""Put statements where reviewers want them, starting from where the fit found them.

A decision is kept as what it says and applied anew after every fit, over what was found. So it
survives a fit, holds for statements that come later, and undoing it leaves what was found.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray, ThemeAssignment, Vectors
from groundswell.domain.drafts import FIRST_MADE
from models.themes.wishes import Cut, Wishes

if TYPE_CHECKING:
    import pandas as pd

ABSORBED = 0.5
"""Share of a found theme's known statements above which it is what a person had split off: the
fit has come to the same theme, and it goes on under the person's number."""

VectorsOf = Callable[[Sequence[str]], Vectors]
"""Hashes of texts to their unit vectors, shape (n, dims)."""

Learnt = Callable[[NDArray[np.object_], IntArray, Wishes], tuple[IntArray, FloatArray]]
"""Hashes of texts, the theme each is shown in by decisions alone, and what reviewers want, to the
themes that texts like them are shown in, and the share of the vote for each that changes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where statements are shown."""

    assignments: tuple[ThemeAssignment, ...]
    """Of the statements that are shown elsewhere than they were found, all of each."""
    statements: NDArray[np.object_]
    """Id of every statement, ascending, shape (n,)."""
    hashes: NDArray[np.object_]
    """Of their texts, shape (n,)."""
    found: IntArray
    """Strongest theme of each as found, `NOISE` for none, shape (n,)."""
    shown: IntArray
    """The same as shown, shape (n,)."""
    variants: IntArray
    """Variant of each as shown, `NOISE` for none, shape (n,)."""


def shape_statements(
    found: "pd.DataFrame",
    wishes: Wishes,
    vectors_of: VectorsOf,
    before: Mapping[str, int],
    learnt: Learnt | None = None,
) -> Shape:
    """Put every statement where reviewers want it.

    A theme that was split off takes from the theme it came from what lies nearer to the middle of
    its own examples than to the middle of those that stay. The latest word on a single statement
    goes before that; merging and retiring come last and move whole themes.

    Parameters
    ----------
    found
        statement_id, text_hash, theme_id, membership and variant_id (NaN: none), sorted by
        statement_id: every statement with its themes as found; `NOISE` allowed.
    before
        Statement id to the theme it was shown in, for statements that were shown before.
    learnt
        Where statements belong that are like those that people sorted; None: nothing was learnt.
        It comes after splitting, and before the word on a single statement.
    """
    first = strongest(found)
    statements = first["statement_id"].to_numpy(dtype=object)
    hashes = first["text_hash"].to_numpy(dtype=object)
    own = first["theme_id"].to_numpy(np.int64)
    now = _Places(statements, hashes, own, own.copy(), vectors_of)
    now.split(wishes, before)
    shares = np.zeros(len(own)) if learnt is None else now.learn(learnt, wishes)
    now.move(wishes)
    shown = _mapped(now.current, wishes.homes)
    variants = first["variant_id"].fillna(NOISE).to_numpy(np.int64)
    variants = np.where((now.current == own) & (shown != NOISE), variants, NOISE)
    moved = _moved(found, now, shown, wishes, shares)
    return Shape(moved, statements, hashes, own, shown, variants)


def shown_by_decisions(
    statements: NDArray[np.object_],
    hashes: NDArray[np.object_],
    found: IntArray,
    wishes: Wishes,
    vectors_of: VectorsOf,
    before: Mapping[str, int],
) -> IntArray:
    """Return the theme each statement is shown in, nothing being learnt, shape (n,).

    The statements are in ascending order; the rest is as for `shape_statements`.
    """
    now = _Places(statements, hashes, found, found.copy(), vectors_of)
    now.split(wishes, before)
    now.move(wishes)
    return _mapped(now.current, wishes.homes)


def strongest(placed: "pd.DataFrame") -> "pd.DataFrame":
    """Return the row of each statement's strongest theme, by statement id."""
    order = placed.sort_values(
        ["statement_id", "membership", "theme_id"], ascending=[True, False, True], kind="stable"
    )
    return order.drop_duplicates("statement_id")


def middle(vectors: Vectors | FloatArray) -> FloatArray:
    """Return the mean direction of vectors, shape (dims,), a unit vector."""
    mean = vectors.astype(np.float64).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each statement is, one decision after the other; arrays have shape (n,)."""

    statements: NDArray[np.object_]
    hashes: NDArray[np.object_]
    found: IntArray
    current: IntArray
    vectors_of: VectorsOf

    def split(self, wishes: Wishes, before: Mapping[str, int]) -> None:
        """Move what belongs to the themes that people split off."""
        absorbed = _absorbed(self.statements, self.found, wishes, before)
        for cut in wishes.cuts:
            self.split_off(cut, [theme for theme, into in absorbed.items() if into == cut.theme_id])

    def learn(self, learnt: Learnt, wishes: Wishes) -> FloatArray:
        """Move what is like statements that people sorted; return the shares of their votes."""
        shown = _mapped(self.current, wishes.homes)
        places, shares = learnt(self.hashes, shown, wishes)
        retired = (self.current != NOISE) & (shown == NOISE)
        changed = (places != shown) & ~retired
        self.current[changed] = places[changed]
        return np.where(changed, shares, 0.0)

    def split_off(self, cut: Cut, absorbed: Sequence[int]) -> None:
        """Move what belongs to a theme that a person split off."""
        named = self.rows(cut.examples)
        members = [row for row in named if cut.examples[self.statements[row]]]
        stay = [row for row in named if not cut.examples[self.statements[row]]]
        self.current[np.isin(self.found, absorbed)] = cut.theme_id
        if cut.source is not None and members and stay:
            sources = [cut.source, *cut.joined]
            free = np.setdiff1d(np.flatnonzero(np.isin(self.current, sources)), named)
            self.current[free[self._nearer(free, members, stay)]] = cut.theme_id
        self.current[members] = cut.theme_id

    def move(self, wishes: Wishes) -> None:
        """Put single statements where they belong, or out of where they do not."""
        for row in self.rows(wishes.barred):
            if int(self.current[row]) in wishes.barred[self.statements[row]]:
                self.current[row] = NOISE
        for row in self.rows(wishes.places):
            self.current[row] = wishes.places[self.statements[row]]

    def rows(self, named: Mapping[str, object]) -> list[int]:
        """Return the rows of the named statements that are there."""
        if len(self.statements) == 0:
            return []
        wanted = np.array(sorted(named), dtype=object)
        at = np.searchsorted(self.statements, wanted).clip(max=len(self.statements) - 1)
        return [int(row) for row in at[self.statements[at] == wanted]]

    def _nearer(
        self, rows: IntArray, members: Sequence[int], stay: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Tell which statements lie nearer to the members than to those that stay."""
        if len(rows) == 0:
            return np.zeros(0, dtype=np.bool_)
        ours, theirs = (middle(self._vectors(one)) for one in (members, stay))
        # The last bits of a product depend on the machine.
        lead = np.round(self._vectors(rows.tolist()).astype(np.float64) @ (ours - theirs), 6)
        return np.asarray(lead > 0.0)

    def _vectors(self, rows: Sequence[int]) -> Vectors:
        return self.vectors_of([str(self.hashes[row]) for row in rows])


def _absorbed(
    statements: NDArray[np.object_], found: IntArray, wishes: Wishes, before: Mapping[str, int]
) -> dict[int, int]:
    """Return each found theme that most of a person's theme makes up, with that theme."""
    made = {cut.theme_id: cut.source for cut in wishes.cuts}
    if not made or not before:
        return {}
    was = np.array([before.get(one, NOISE - 1) for one in statements.tolist()], np.int64)
    known = was > NOISE - 1
    absorbed = {}
    for theme in np.unique(found[np.isin(was, list(made)) & (found != NOISE)]).tolist():
        of_theme = was[known & (found == theme)]
        ids, counts = np.unique(of_theme[of_theme >= FIRST_MADE], return_counts=True)
        largest = int(counts.argmax())
        into = int(ids[largest])
        if made.get(into, theme) != theme and counts[largest] > ABSORBED * len(of_theme):
            absorbed[theme] = into
    return absorbed


def _mapped(themes: IntArray, homes: Mapping[int, int]) -> IntArray:
    mapped = themes.copy()
    for theme, home in homes.items():
        mapped[themes == theme] = home
    return mapped


def _moved(
    found: "pd.DataFrame", now: _Places, shown: IntArray, wishes: Wishes, shares: FloatArray
) -> tuple[ThemeAssignment, ...]:
    """Return the assignments of the statements that are shown elsewhere than found."""
    rows = np.union1d(np.flatnonzero(shown != now.found), now.rows(wishes.places)).astype(np.int64)
    rows = np.union1d(rows, now.rows(wishes.barred)).astype(np.int64)
    of_home = found["statement_id"][found["theme_id"].isin(list(wishes.homes))]
    rows = np.union1d(rows, now.rows(dict.fromkeys(of_home))).astype(np.int64)
    places = {str(now.statements[row]): row for row in rows.tolist()}
    moved: list[ThemeAssignment] = []
    for statement, before in _as_found(found, places).items():
        row = places[statement]
        where = int(now.found[row]), int(now.current[row]), int(shown[row])
        after = _shown(before, *where, wishes, float(shares[row]))
        moved += after if after != before else []
    return tuple(moved)


def _as_found(
    found: "pd.DataFrame", statements: Collection[str]
) -> dict[str, list[ThemeAssignment]]:
    """Return the assignments of some statements as found, by theme."""
    rows = found[found["statement_id"].isin(list(statements))]
    by_statement: dict[str, list[ThemeAssignment]] = {}
    for statement, theme, membership, variant in zip(
        rows["statement_id"].tolist(),
        rows["theme_id"].tolist(),
        rows["membership"].tolist(),
        rows["variant_id"].tolist(),
        strict=True,
    ):
        one = ThemeAssignment(
            statement, theme, membership, None if isnan(variant) else int(variant)
        )
        by_statement.setdefault(statement, []).append(one)
    return by_statement


def _shown(
    before: Sequence[ThemeAssignment],
    was: int,
    current: int,
    shown: int,
    wishes: Wishes,
    share: float,
) -> list[ThemeAssignment]:
    """Return the themes of a statement as they are shown, its strongest one being `shown`.

    A share above 0 is that of the vote which brought it there.
    """
    statement = before[0].statement_id
    own = {one.theme_id: one.variant_id for one in before}.get(was) if current == was else None
    if shown == NOISE or wishes.places.get(statement) == current:
        return [ThemeAssignment(statement, shown, 1.0, own)]
    if share > 0.0:
        return [ThemeAssignment(statement, shown, round(share, 4))]
    barred = wishes.barred.get(statement, frozenset())
    kept: dict[int, ThemeAssignment] = {}
    for one in sorted(before, key=lambda one: (-one.membership, one.theme_id)):
        if one.theme_id == was:
            kept.setdefault(shown, ThemeAssignment(statement, shown, one.membership, own))
        elif one.theme_id not in barred:
            theme = wishes.homes.get(one.theme_id, one.theme_id)
            kept.setdefault(theme, replace(one, theme_id=theme))
    return [kept[theme] for theme in sorted(kept) if theme != NOISE]
