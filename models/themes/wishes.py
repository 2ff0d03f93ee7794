"""What reviewers want the themes to be, in terms of the themes that were found.

A decision names themes by their permanent ids. A fit since may have ended some of them; then the
decision holds for the theme that took over most of their statements. What cannot be had is listed
with the reason.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from groundswell.domain import NOISE, ThemeVerdict
from groundswell.domain.drafts import theme_of
from models.themes.lineage import MOST, Heirs, resolve


@dataclass(frozen=True, slots=True)
class Cut:
    """A theme that a person split off."""

    theme_id: int
    source: int | None
    """The theme that it was a part of; None: that is not there any more."""
    label: str | None
    """None: to be named as found themes are."""
    examples: Mapping[str, bool]
    """Statement id to whether it belongs to the new theme; false: it stays."""
    joined: frozenset[int] = frozenset()
    """Themes that had been merged into the source when it was split."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What reviewers want."""

    cuts: tuple[Cut, ...] = ()
    """By id, so that a theme comes before what was split off it."""
    homes: Mapping[int, int] = field(default_factory=dict)
    """Theme that is not to be shown to the one that holds its statements; `NOISE`: none does."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Statement id to the theme that it belongs to."""
    barred: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Statement id to the themes that it does not belong to."""
    unmet: tuple[tuple[str, str], ...] = ()
    """(what was decided about, why it cannot be had)."""

    @property
    def any(self) -> bool:
        """Tell whether anything is to be other than found."""
        return bool(self.cuts or self.homes or self.places or self.barred)


def read_wishes(
    verdicts: Mapping[int, ThemeVerdict], found: Collection[int], ended: Mapping[int, Heirs]
) -> Wishes:
    """Say what decisions on themes ask for now.

    Parameters
    ----------
    verdicts
        By theme id.
    found
        Ids of the needs that the fit holds.
    ended
        Every theme that ever ended, with its heirs at that time; those in `found` live all the
        same.
    """
    made = {n for n, one in verdicts.items() if one.split_from is not None}
    reader = _Reader(frozenset({*found, *made}), ended)
    links = reader.links(verdicts)
    cuts = tuple(reader.cut(verdicts[theme_id], links) for theme_id in sorted(made))
    places, barred = reader.memberships(verdicts)
    homes = {theme: _root(theme, links) for theme in sorted(links)}
    return Wishes(cuts, homes, places, barred, tuple(sorted(reader.unmet)))


def without(wishes: Wishes, statements: Collection[str]) -> Wishes:
    """Return the wishes as if nobody had sorted some statements."""
    gone = frozenset(statements)
    cuts = tuple(
        replace(cut, examples={one: here for one, here in cut.examples.items() if one not in gone})
        for cut in wishes.cuts
    )
    places = {one: theme for one, theme in wishes.places.items() if one not in gone}
    barred = {one: themes for one, themes in wishes.barred.items() if one not in gone}
    return replace(wishes, cuts=cuts, places=places, barred=barred)


class _Reader:
    """Finds what is meant, and keeps what cannot be."""

    def __init__(self, alive: Collection[int], ended: Mapping[int, Heirs]) -> None:
        self.alive = alive
        self.ended = {theme: heirs for theme, heirs in ended.items() if theme not in alive}
        self.unmet: list[tuple[str, str]] = []
        self.numbers: dict[int, int] = {}

    def here(self, theme_id: int) -> int | None:
        """Return the theme that a theme of any time is now."""
        if theme_id in self.alive:
            return theme_id
        heirs = [heir for heir in resolve(theme_id, self.ended) if heir[0] in self.alive]
        return heirs[0][0] if heirs and heirs[0][1] > MOST else None

    def links(self, verdicts: Mapping[int, ThemeVerdict]) -> dict[int, int]:
        """Return each theme that is not to be shown with the one it goes into, or `NOISE`."""
        wanted: list[tuple[int, ThemeVerdict, str | None]] = []
        for verdict in verdicts.values():
            if verdict.merged_into is not None:
                wanted.append((verdict.signed["merged_into"].number, verdict, verdict.merged_into))
            if verdict.retired:
                wanted.append((verdict.signed["retired"].number, verdict, None))
        links: dict[int, int] = {}
        for number, verdict, into in sorted(wanted, key=lambda one: one[0]):
            theme = self.here(verdict.theme_id)
            goal = NOISE if into is None else self.here(theme_of(into) or 0)
            reason = _hindrance(theme, goal, into, links)
            if reason:
                self.unmet.append((verdict.target, reason))
            elif theme is not None and goal is not None and theme != goal:
                links[theme], self.numbers[theme] = goal, number
        return links

    def cut(self, verdict: ThemeVerdict, links: Mapping[int, int]) -> Cut:
        """Return what a split asks for; its examples are its members and those that stay."""
        source = self.here(theme_of(verdict.split_from or "") or 0)
        examples = {statement: belongs for statement, (belongs, _) in verdict.holds.items()}
        split = verdict.signed.get("split_from")
        then = {t: goal for t, goal in links.items() if split and self.numbers[t] < split.number}
        joined = frozenset(theme for theme in then if _root(theme, then) == source)
        return Cut(verdict.theme_id, source, verdict.label, examples, joined)

    def memberships(
        self, verdicts: Mapping[int, ThemeVerdict]
    ) -> tuple[dict[str, int], dict[str, frozenset[int]]]:
        """Return where statements belong by the latest word on each, and where they do not."""
        latest: dict[str, tuple[int, int]] = {}
        barred: dict[str, frozenset[int]] = {}
        for theme_id, verdict in sorted(verdicts.items()):
            theme = self.here(theme_id)
            if theme is None and verdict.holds:
                self.unmet.append((verdict.target, "it is not there any more"))
                continue
            for statement, (belongs, number) in verdict.holds.items():
                if theme is not None and belongs:
                    latest[statement] = max(latest.get(statement, (0, 0)), (number, theme))
                elif theme is not None:
                    barred[statement] = barred.get(statement, frozenset()) | {theme}
        return {statement: theme for statement, (_, theme) in sorted(latest.items())}, barred


def _hindrance(
    theme: int | None, goal: int | None, into: str | None, links: Mapping[int, int]
) -> str:
    """Return why a theme cannot go where it should; empty: it can."""
    if theme is None:
        return "it is not there any more, and no one theme took it over"
    if goal is None:
        return f"{into}, into which it was merged, is not there any more"
    if goal != theme and theme in _path(goal, links):
        return f"{into}, into which it was merged, was merged into it before"
    return ""


def _path(theme: int, links: Mapping[int, int]) -> list[int]:
    passed = [theme]
    while passed[-1] in links:
        passed.append(links[passed[-1]])
    return passed


def _root(theme: int, links: Mapping[int, int]) -> int:
    return _path(theme, links)[-1]
