"""What the inbox is made of: groups of lines, each line leading to where one acts."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.report import RankedIdea, ThemeSummary
from web.pages.rendering import address_of, with_query
from web.reading import Reading

SHOWN = 8
"""Entries of a group on the page; the rest stand behind a link."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the inbox."""

    title: str
    address: str
    """Empty: it has no page any more."""
    words: str = ""
    mark: str = ""
    """A short word before it, ``4 → 2``."""
    kind: str = ""
    """Of the mark, for its colour."""
    target: str = ""
    """The idea or theme that it is about; empty: none that there is now."""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that ask for the same kind of look."""

    heading: str
    why: str
    entries: tuple[Entry, ...]
    all: str = ""
    """Address of all of them."""

    @property
    def shown(self) -> tuple[Entry, ...]:
        """Return the entries that stand on the page."""
        return self.entries[:SHOWN]

    @property
    def more(self) -> int:
        """Return how many more there are."""
        return len(self.entries) - len(self.shown)


def group(heading: str, why: str, entries: Sequence[Entry], every: str = "") -> Group:
    """Return entries as a group; `every`: where all of them stand."""
    return Group(heading, why, tuple(entries), every)


def of_idea(idea: RankedIdea, words: str, mark: str, kind: str = "") -> Entry:
    """Return a line that leads to an idea."""
    name = idea.candidate_id
    return Entry(idea.title, address_of("ideas", name), words, mark, kind, name)


def of_need(need: ThemeSummary, words: str, mark: str = "", kind: str = "") -> Entry:
    """Return a line that leads to a need."""
    address, target = address_of("needs", need.theme_id), f"theme-{need.theme_id}"
    return Entry(need.label, address, words, mark, kind, target)


def to_decide(target: str, reading: Reading, words: str) -> Entry:
    """Return a line that leads to where one decides about an idea or theme.

    What is not in the report any more has no page; its decisions stand in the log, where they can
    be undone.
    """
    if target in reading.ideas:
        address = f"{address_of('ideas', target)}#decide"
        return Entry(reading.ideas[target].title, address, words, target=target)
    return Entry(target, with_query("/log", {"target": target}), words, target=target)
