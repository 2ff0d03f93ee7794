"""What others may be told of as it happens, and what became of telling them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from groundswell.event_kinds import EventKind

DeliveryState = Literal["waiting", "sent", "given up", "nothing to tell"]

QUIET = frozenset({"prefer"})
"""Kinds of decisions that nobody is told of: an answer about a pair changes no idea."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, by what it is about; what it says is looked up when it is told."""

    kind: EventKind
    subject: str
    """Number of the decision or the run; of a rise, need, view and day: ``12 need 2026-03-01``; of
    a source that went silent, its name and the day of its last arrival."""

    @property
    def event_id(self) -> str:
        """Stable identity: what happened twice under it happened once."""
        return f"{self.kind} {self.subject}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a webhook."""

    webhook: str
    event: Event
    happened_at: datetime
    state: DeliveryState = "waiting"
    tries: int = 0
    next_at: datetime | None = None
    """When to try again; None: at once, or never, as the state says."""
    begun_at: datetime | None = None
    """Of the first try."""
    found: str = ""
    """What came of the last try, in a line without addresses, secrets and customers' words."""
