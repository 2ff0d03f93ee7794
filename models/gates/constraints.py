"""Whether what reviewers decided about needs holds in what would be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell.domain import NOISE, NeedTheme
from models.themes.wishes import Wishes

SHARE = 0.99
"""Of the decisions that must hold."""


@dataclass(frozen=True, slots=True)
class Constraints:
    """Decisions on needs and statements, and those that do not hold."""

    total: int
    broken: tuple[tuple[str, str], ...]
    """(what was decided about, why it does not hold)."""

    @property
    def share(self) -> float:
        """Share that holds, 0 to 1."""
        return 1.0 - len(self.broken) / self.total if self.total else 1.0

    @property
    def hold(self) -> bool:
        """Whether enough of them do."""
        return self.share >= SHARE


def check_constraints(
    named: Mapping[int, str],
    lost: Sequence[tuple[str, str]],
    wishes: Wishes,
    shown: Mapping[str, int],
    themes: Mapping[int, NeedTheme],
) -> Constraints:
    """Look whether each decision holds.

    Parameters
    ----------
    named
        Need to the name that a person gave it.
    lost
        (what was decided about, why that is not there any more).
    wishes
        What they ask for.
    shown
        Statement id to the need it is shown in, `NOISE` for none.
    themes
        The needs that are shown, by id.
    """
    broken = [*lost, *wishes.unmet]
    broken += _misplaced(wishes, shown)
    broken += _not_merged(wishes, shown, themes)
    broken += _not_split(wishes, shown, themes)
    broken += [
        (f"theme-{n}", f"is not called {label!r}")
        for n, label in sorted(named.items())
        if n in themes and themes[n].label != label
    ]
    total = len(lost) + len(wishes.unmet) + len(wishes.places) + len(wishes.barred)
    total += len(wishes.homes)
    total += len(wishes.cuts) + sum(len(cut.examples) for cut in wishes.cuts) + len(named)
    return Constraints(total, tuple(broken))


def _misplaced(wishes: Wishes, shown: Mapping[str, int]) -> list[tuple[str, str]]:
    wrong = [
        (statement, f"is not shown in theme-{wishes.homes.get(theme, theme)}")
        for statement, theme in wishes.places.items()
        if statement in shown and shown[statement] != wishes.homes.get(theme, theme)
    ]
    return wrong + [
        (statement, f"is shown in theme-{shown[statement]} in spite of that")
        for statement, themes in wishes.barred.items()
        if shown.get(statement, NOISE) in themes
    ]


def _not_merged(
    wishes: Wishes, shown: Mapping[str, int], themes: Mapping[int, NeedTheme]
) -> list[tuple[str, str]]:
    held = set(shown.values())
    return [
        (f"theme-{theme}", "is shown in spite of having been merged or retired")
        for theme in wishes.homes
        if theme in themes or theme in held
    ]


def _not_split(
    wishes: Wishes, shown: Mapping[str, int], themes: Mapping[int, NeedTheme]
) -> list[tuple[str, str]]:
    wrong = []
    for cut in wishes.cuts:
        home = wishes.homes.get(cut.theme_id, cut.theme_id)
        if home == cut.theme_id and home not in themes:
            wrong.append((f"theme-{cut.theme_id}", "was split off and is not shown"))
        for statement, goes in cut.examples.items():
            place = wishes.places.get(statement, cut.theme_id if goes else None)
            wanted = None if place is None else wishes.homes.get(place, place)
            if statement in shown and wanted is not None and shown[statement] != wanted:
                wrong.append((statement, f"is not shown in theme-{wanted}"))
    return wrong
