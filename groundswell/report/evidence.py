"""What a figure in a report rests on: values with intervals, quotes, signals, finished work."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 80 % interval, in `unit`. None throughout: not known (n/a, never 0)."""

    value: float | None
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A customer's own words with the place they can be checked."""

    statement_id: str
    record_id: str
    text: str
    created_at: datetime
    channel: str
    source: str
    place: str
    """File and line, ``tickets.csv:17``."""
    account: str | None
    segment: str | None
    rating: float | None
    membership: float
    kind: str = ""
    """What it says: problem, request, praise, question or other; empty: not known."""
    start: int = 0
    """Offset of the words in the record's text, in characters; `end` is behind the last."""
    end: int = 0


@dataclass(frozen=True, slots=True)
class Solution:
    """One thing that customers ask for to meet a need; several may stay apart."""

    words: str
    """A customer's own, the most central ones."""
    voices: int
    """Customers who ask for it."""
    of: int
    """Customers who ask for anything to meet the need."""
    statement_ids: tuple[str, ...]
    key: str = ""
    """What tells it from the need's other solutions: the stem of a word, which stays."""


JobPart = Literal["when", "what for", "instead"]
"""When the need arises, what is to be reached, what is done today for want of it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A clause of a customer that tells the job a need serves."""

    part: JobPart
    words: str
    statement_id: str


@dataclass(frozen=True, slots=True)
class Asker:
    """An account that voices the need."""

    account_id: str
    name: str
    segment: str | None
    arr: float | None
    status: str
    mentions: int


@dataclass(frozen=True, slots=True)
class SignalNote:
    """A market signal that speaks to the idea."""

    kind: str
    headline: str
    """One line: ``NimbusDesk shipped "offline notes" (3.2)``."""
    observed_at: date
    source: str
    similarity: float
    """Cosine between signal and theme, -1 to 1; 1 for a signal keyed to the theme by hand."""


MatchKind = Literal["open", "done", "rejected", "release", "competitor", "search", "deal"]
"""Work that waits, is finished or was rejected; a release of ours, of a competitor; a search term;
a deal."""


@dataclass(frozen=True, slots=True)
class Match:
    """Something that an idea was compared with, and whether both are the same thing."""

    other: str
    """How decisions name it: ``item-RF-7``, ``deal-D-7``, ``signal-ID``."""
    kind: MatchKind
    title: str
    probability: float
    """As computed, 0 to 1, whatever reviewers say."""
    why: str
    """What both have in common."""
    on: date | None
    """When it was finished, released, last observed, or is to be closed."""
    said: bool | None = None
    """What a reviewer said; None: nobody did."""
    said_by: str = ""
    """Who said it and when, ``Ana (2026-06-01)``."""


@dataclass(frozen=True, slots=True)
class Analogue:
    """A finished item like this idea."""

    item_id: str
    title: str
    estimate_days: float | None
    actual_days: float
    finished: date | None
    similarity: float
    pull: float = 1.0
    """Factor by which it moves the estimate."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Person-days by analogy: ``p50 = usual * pulls of the analogues * others * own``."""

    p50: float
    p80: float
    low: float
    high: float
    """80 % interval."""
    basis: str
    """In words: ``12 similar of 340 finished items``, ``prior``."""
    analogues: tuple[Analogue, ...]
    """The most similar finished items, closest first."""
    usual: float | None = None
    """Median person-days of finished work of its area and type. None: nothing is finished."""
    others: float = 1.0
    """Factor by which all other finished work moves the estimate."""
    own: float = 1.0
    """Factor by which the team's own estimate moves it."""
    uplift: str = ""
    """How far the estimates of finished work were exceeded; empty where too few are known."""
