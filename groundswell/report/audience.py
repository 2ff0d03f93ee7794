"""Who is to be told that an idea is built: customers, deals, and who else has it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from groundswell.domain import DealStage


@dataclass(frozen=True, slots=True)
class Addressee:
    """A customer who voiced the need, with the words to answer to."""

    kind: Literal["account", "author"]
    name_id: str
    """Id of the account, or of the author where no account is known; as it is stored."""
    name: str
    segment: str | None
    status: str
    """active, churned, prospect, or unknown."""
    arr: float | None
    """Currency per year; None is unknown, not zero."""
    mentions: int
    last_said: date
    words: str
    """The statement that speaks for the idea most, word for word."""
    channel: str
    place: str
    """Where it stands, ``tickets.csv:17``."""


@dataclass(frozen=True, slots=True)
class NamedDeal:
    """An open or lost deal that names the need."""

    deal_id: str
    account_id: str | None
    account: str
    """Name of the account; empty where it is not known."""
    segment: str | None
    stage: DealStage
    amount: float | None
    """Currency per year, of the whole deal."""
    close_date: date | None
    reasons: tuple[str, ...]
    """Those that speak of the need, in the seller's words."""
    competitor: str | None


@dataclass(frozen=True, slots=True)
class Rival:
    """A competitor that has it, by its own changelog."""

    competitor: str
    release: str
    """Version or title of the release."""
    text: str
    observed_at: date
    probability: float
    """That the release is about the idea, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody to tell of one idea."""

    candidate_id: str
    title: str
    shipped: date | None
    """Day of its newest release; None: not yet."""
    people: tuple[Addressee, ...]
    """Largest revenue first, then those who asked most often."""
    unnamed: int
    """Messages of neither account nor author: nobody can be told."""
    deals: tuple[NamedDeal, ...]
    """Open ones first, then by amount."""
    segments: tuple[tuple[str, int], ...]
    """(segment, accounts that ask), largest first."""
    rivals: tuple[Rival, ...]
    """The newest release of each, most probable first."""
