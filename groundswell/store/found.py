"""What a reader finds in the store beside the report: statements, records and their parts."""

from dataclasses import dataclass
from datetime import date, datetime

from groundswell.domain import Account, FeedbackRecord

ORDERED = 2_000
"""Most statements that a search gathers and puts in order of time; it stops at the next one, so
that a common word costs no more than a rare one."""


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a statement found must also be; None: anything."""

    channel: str | None = None
    theme_id: int | None = None
    account_id: str | None = None
    since: date | None = None
    until: date | None = None
    """The last day."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A statement that holds the words."""

    statement_id: str
    record_id: str
    text: str
    created_at: datetime
    channel: str
    source: str
    account_id: str | None
    rating: float | None
    theme_id: int
    """The theme it belongs to most; `NOISE` for none."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of a theme."""

    statement_id: str
    record_id: str
    text: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Found:
    """How many statements hold the words, and some of them."""

    total: int
    """At most `ORDERED`."""
    more: bool
    """There are more than `ORDERED`; `total` and `hits` are of any so many of them."""
    hits: tuple[Hit, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Part:
    """A statement of a record: offsets into its text in characters, and its themes."""

    statement_id: str
    start: int
    end: int
    themes: tuple[tuple[int, float], ...]
    """(theme id, membership), strongest first; none for noise."""


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """A record with all that is known of it."""

    record: FeedbackRecord
    place: str
    """File and line, ``tickets.csv:17``."""
    account: Account | None
    copy_of: str | None
    """The record that said it before."""
    parts: tuple[Part, ...]
    """In the order of the text."""
