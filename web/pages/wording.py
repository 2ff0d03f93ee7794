"""Decisions as fields and values that a page shows, and names in place of ids."""

import re
from collections.abc import Callable, Mapping, Sequence
from textwrap import shorten

from groundswell.domain import (
    Decision,
    IdeaVerdict,
    RankingVerdict,
    StatementVerdict,
    ThemeVerdict,
    Verdict,
)
from groundswell.domain.decisions import FieldValue
from groundswell.domain.drafts import other_of, statement_of, theme_of
from reports import figures
from web.reading import Reading

Naming = Callable[[str], str]
"""From what a decision is about to how people know it."""

OF_IDEAS = ("status", "until", "title", "brief", "effort_days", "fit", "release", "team")
OF_THEMES = ("label", "pinned", "merged_into", "retired", "split_from")
_FIELDS: tuple[tuple[type[Verdict], tuple[str, ...]], ...] = (
    (IdeaVerdict, OF_IDEAS),
    (ThemeVerdict, OF_THEMES),
    (StatementVerdict, ("kind",)),
    (RankingVerdict, ("weights",)),
)
SAMENESS: Mapping[FieldValue, str] = {True: "the same", False: "not the same", None: ""}
_DISPUTED: Mapping[str, str] = {"effort_days": "the days", "fit": "the fit", "kind": "the kind"}
SHOWN_CHARACTERS = 100
"""Of a statement or of something that an idea is compared with."""
_NAMED = ("merged_into", "split_from", "over")
"""Fields that hold a theme or an idea."""
_ID = re.compile(r"\b(?:theme|need)-[0-9]+\b")


def naming(reading: Reading | None, more: Mapping[str, str] | None = None) -> Naming:
    """Return what names ideas by title and themes by label; what it does not know, by id.

    `more`: names that the report does not know yet, by id.
    """

    def name(target: str) -> str:
        theme = theme_of(target)
        if more and target in more:
            return more[target]
        if reading is None:
            return target
        if theme is not None:
            return reading.needs[theme].label if theme in reading.needs else target
        if target in reading.ideas:
            return reading.ideas[target].title
        return beginning(reading.others.get(target, target))

    return name


def in_a_sentence(text: str, name: Naming) -> str:
    """Return a sentence with the names of the themes and needs that it mentions by id."""

    def quoted(found: re.Match[str]) -> str:
        known = name(found[0])
        return found[0] if known == found[0] else f"“{known}”"

    return _ID.sub(quoted, text)


def what_changed(decision: Decision, name: Naming) -> list[tuple[str, str, str]]:
    """Return (field, before, after) of what a decision changed; empty text: as computed."""
    changed = [
        (field, decision.before.get(field), value)
        for field, value in decision.sets.items()
        if decision.before.get(field) != value
    ]
    return in_lines(changed, name)


def in_words(verdict: Verdict, name: Naming) -> list[tuple[str, str]]:
    """Return what stands, as names and values."""
    fields = next(names for kind, names in _FIELDS if isinstance(verdict, kind))
    links = verdict.links if isinstance(verdict, IdeaVerdict) else {}
    values = ((field, getattr(verdict, field)) for field in fields)
    shown = [
        (field.replace("_", " "), name(value) if field in _NAMED else str(value))
        for field, value in values
        if value is not None
    ]
    return shown + [(_titled(other, name), SAMENESS[same]) for other, same in links.items()]


def in_lines(
    changed: Sequence[tuple[str, FieldValue, FieldValue]], name: Naming
) -> list[tuple[str, str, str]]:
    """Return (field, before, after) as text; statements are counted, not named."""

    def told(field: str, value: FieldValue) -> str:
        return name(value) if field in _NAMED and isinstance(value, str) else said(value)

    placed = [value for field, _, value in changed if statement_of(field) is not None]
    counted = [
        (f"{placed.count(value)} statement{'' if placed.count(value) == 1 else 's'}", "", word)
        for value, word in ((True, "belong"), (False, "do not belong"), (None, "as found"))
        if value in placed
    ]
    compared = [
        (_titled(other, name), SAMENESS[before], SAMENESS[value])
        for field, before, value in changed
        if (other := other_of(field)) is not None
    ]
    return [*counted, *compared] + [
        (field.replace("_", " "), told(field, before), told(field, value))
        for field, before, value in changed
        if statement_of(field) is None and other_of(field) is None
    ]


def disputed(field: str, name: Naming) -> str:
    """Return what a disagreement is on; empty: whether it is to be built."""
    other = other_of(field)
    return _titled(other, name) if other is not None else _DISPUTED.get(field, "")


def stance(field: str, value: FieldValue) -> str:
    """Return what a reviewer says of a field that others say something else of."""
    if other_of(field) is not None:
        return SAMENESS[value]
    if not isinstance(value, float | int):
        return str(value)
    return figures.days(value) if field == "effort_days" else figures.number(value)


def beginning(text: str) -> str:
    """Return the beginning of a text, in a line."""
    return shorten(text, SHOWN_CHARACTERS, placeholder=" …")


def said(value: FieldValue) -> str:
    """Return a value of a field as text; empty: as computed."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _titled(other: str, name: Naming) -> str:
    """Return what something is called; beside it its id, if that tells anybody anything."""
    title = name(other)
    return title if title == other or other.startswith("signal-") else f"{other} “{title}”"
