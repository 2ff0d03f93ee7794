"""What the review app remembers of one person: what they last saw, and their views."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The report that somebody marked as seen."""

    run_id: int
    at: datetime
    """When they marked it."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the ideas under a name."""

    view_id: str
    owner: str
    """The reviewer who saved it; nobody else can change it."""
    name: str
    query: str
    """Of its address, without the question mark: ``segment=retail&sort=-revenue``."""
    shared: bool
    """Everybody sees it."""
    created_at: datetime
