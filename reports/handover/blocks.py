"""An issue's text as blocks, before it becomes Markdown, wiki markup or a document of Jira's.

Every text in a block is foreign: customers, colleagues and competitors wrote parts of it. The
writers of the three forms make all of it inert; only the mark and the link are taken as they
are, since the program and the operator wrote them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """A list to tick off."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """Somebody's own words, and where they stand."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address from the settings."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Marked:
    """The mark by which the issue is known."""

    mark: str


Block = Heading | Paragraph | Bullets | Checks | Quoted | Link | Marked
MARK_LABEL = "Groundswell idea: "
