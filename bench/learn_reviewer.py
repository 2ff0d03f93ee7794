"""A drawn reviewer who knows the labels of texts and corrects their themes, as on the pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from groundswell.domain import NOISE, IntArray, Signature, ThemeVerdict, Vectors
from groundswell.domain.drafts import FIRST_MADE
from models.themes.cut import propose_cut
from models.themes.shaping import Learnt, shape_statements
from models.themes.wishes import Wishes, read_wishes

SORTED = 10
"""Statements of each side that are sorted to split a theme, at most, and that stand for a theme
that is merged or moved into or out of."""

FEWEST_SORTED = 3
"""Statements of a label that a page has to show before a reviewer splits it off."""

SHOWN = 60
"""Statements of each side that a page shows: two thirds the surest, one third the least sure."""

_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Option:
    """What a reviewer could decide."""

    gain: int
    """Statements that would come to their label's theme, or get one of their own."""
    kind: str
    theme: int
    other: int
    """Merge and move: the theme that statements go to. Split: the label that goes."""
    row: int = -1
    """Move: the statement."""


@dataclass(slots=True)
class Reviewer:
    """Themes as found, the decisions so far, and how the themes are shown with them."""

    vectors: Vectors
    labels: IntArray
    """True label of each text, 0 and up, -1 for none, shape (n,)."""
    found: IntArray
    rng: np.random.Generator
    verdicts: dict[int, ThemeVerdict] = field(default_factory=dict)
    must: list[tuple[int, int]] = field(default_factory=list)
    cannot: list[tuple[int, int]] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=lambda: {"merge": 0, "split": 0, "move": 0})
    shown: IntArray = field(init=False)
    _pages: dict[bytes, IntArray] = field(default_factory=dict)
    _tried: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Show what was found."""
        self.shown = self.found.copy()

    def decide(self, count: int) -> None:
        """Make so many more decisions, those that gain most first."""
        made = sum(self.made.values())
        for number in range(made + 1, made + count + 1):
            options = sorted(self._options(), key=lambda one: (-one.gain, one.theme, one.other))
            if not options:
                return
            best = options[0]
            if best.kind == "move":
                best = options[int(self.rng.integers(sum(o.gain == best.gain for o in options)))]
            self.made[best.kind] += 1
            getattr(self, f"_{best.kind}")(best, number)
            self._show(best)

    def _show(self, made: Option) -> None:
        if made.kind == "move":
            self.shown[made.row] = made.other
        elif made.kind == "merge":
            self.shown[self.shown == made.theme] = made.other
        else:
            self.shown = shown_with(self.vectors, self.found, self.wishes())

    def touched(self) -> IntArray:
        """Return the rows that any decision named, or that stand for a theme it named."""
        return np.unique(np.array([*self.must, *self.cannot], np.int64).ravel())

    def wishes(self) -> Wishes:
        """Return what the decisions ask for."""
        return read_wishes(self.verdicts, set(self.found.tolist()) - {NOISE}, {})

    def _options(self) -> Iterator[Option]:
        themes = np.unique(self.shown[self.shown != NOISE])
        counts = np.zeros((len(themes), int(self.labels.max()) + 1), np.int64)
        inside = (self.shown != NOISE) & (self.labels >= 0)
        np.add.at(counts, (np.searchsorted(themes, self.shown[inside]), self.labels[inside]), 1)
        own = counts.argmax(axis=1)
        homes: dict[int, int] = {}
        for place in np.lexsort((themes, -counts[np.arange(len(themes)), own])).tolist():
            theme, label = int(themes[place]), int(own[place])
            if label in homes:
                yield Option(int(counts[place, label]), "merge", theme, homes[label])
            homes.setdefault(label, theme)
        for place, theme in enumerate(themes.tolist()):
            seen = self._page(theme)
            told = self.labels[seen]
            for label in np.unique(told[(told != own[place]) & (told >= 0)]).tolist():
                enough = (told == label).sum() >= FEWEST_SORTED and (
                    theme,
                    label,
                ) not in self._tried
                if enough:
                    yield Option(int(counts[place, label]), "split", theme, label)
                if label in homes:
                    for row in seen[told == label].tolist():
                        yield Option(1, "move", theme, homes[label], row)

    def _page(self, theme: int) -> IntArray:
        """Return the rows that the page of a theme shows."""
        rows = np.flatnonzero(self.shown == theme)
        key = rows.tobytes()
        if key not in self._pages:
            goes, lead = propose_cut(self.vectors[rows])
            order = np.argsort(-lead, kind="stable")
            sides = [order[~goes[order]], order[goes[order]]]
            parts = [
                part
                for side in sides
                for part in (side[: 2 * SHOWN // 3], side[2 * SHOWN // 3 :][-SHOWN // 3 :])
            ]
            self._pages[key] = rows[np.concatenate(parts)]
        return self._pages[key]

    def _merge(self, option: Option, number: int) -> None:
        ours, theirs = self._drawn(self._page(option.theme)), self._drawn(self._page(option.other))
        self._verdict(option.theme, number, merged_into=f"theme-{option.other}")
        self.must += _across(ours, theirs)

    def _split(self, option: Option, number: int) -> None:
        self._tried.add((option.theme, option.other))
        seen = self._page(option.theme)
        told = self.labels[seen]
        most = int(
            np.bincount(self.labels[(self.shown == option.theme) & (self.labels >= 0)]).argmax()
        )
        goes, stays = self._drawn(seen[told == option.other]), self._drawn(seen[told == most])
        new = max(FIRST_MADE - 1, *self.verdicts, 0) + 1
        self._verdict(new, number, split_from=f"theme-{option.theme}")
        self._place(new, number, goes, stays)
        self.must += _within(goes) + _within(stays)
        self.cannot += _across(goes, stays)

    def _move(self, option: Option, number: int) -> None:
        self._place(option.other, number, [option.row], [])
        theirs, ours = self._page(option.other), self._page(option.theme)
        self.must += _across([option.row], self._drawn(theirs[theirs != option.row]))
        self.cannot += _across([option.row], self._drawn(ours[ours != option.row]))

    def _drawn(self, rows: IntArray) -> list[int]:
        chosen = self.rng.choice(rows, min(SORTED, len(rows)), replace=False)
        return [int(row) for row in chosen]

    def _verdict(self, theme: int, number: int, **says: str) -> None:
        before = self.verdicts.get(theme, ThemeVerdict(theme))
        signed = {**before.signed, **dict.fromkeys(says, Signature(number, "drawn", _AT, ""))}
        self.verdicts[theme] = replace(before, **says, version=number, signed=signed)  # type: ignore[arg-type]

    def _place(self, theme: int, number: int, belong: Sequence[int], stay: Sequence[int]) -> None:
        before = self.verdicts.get(theme, ThemeVerdict(theme))
        said = {**dict.fromkeys(belong, True), **dict.fromkeys(stay, False)}
        holds = {**before.holds, **{name(row): (here, number) for row, here in said.items()}}
        self.verdicts[theme] = replace(before, holds=holds, version=number)


def shown_with(
    vectors: Vectors, found: IntArray, wishes: Wishes, learnt: Learnt | None = None
) -> IntArray:
    """Return where texts are shown that were found in some themes, shape (n,)."""
    names = [name(row) for row in range(len(found))]
    table = pd.DataFrame(
        {
            "statement_id": names,
            "text_hash": names,
            "theme_id": found,
            "membership": 1.0,
            "variant_id": np.nan,
        }
    )
    return shape_statements(
        table, wishes, lambda hashes: vectors[[int(one) for one in hashes]], {}, learnt
    ).shown


def name(row: int) -> str:
    """Return the id of a text."""
    return f"{row:08d}"


def _within(rows: Sequence[int]) -> list[tuple[int, int]]:
    return [(one, other) for place, one in enumerate(rows) for other in rows[:place]]


def _across(ours: Sequence[int], theirs: Sequence[int]) -> list[tuple[int, int]]:
    return [(one, other) for one in ours for other in theirs]
