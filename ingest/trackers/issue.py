"""What is sent to a tracker and what comes back, and what a tracker's module has to offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from groundswell.domain import Tracker
from ingest.apis.pull import Pull


@dataclass(frozen=True, slots=True)
class Place:
    """Where issues go, as the settings say."""

    tracker: Tracker
    url: str
    token_variable: str
    auth: str
    """``bearer``, ``basic`` or ``header:NAME``."""
    home: str
    """Key of the project (Jira) or team (Linear), or owner and name of the repository."""
    labels: tuple[str, ...] = ()
    private: bool = False
    """What is sent is not for everybody's eyes."""
    allow_hosts: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    """Jira: ``issue_type`` and ``api_version``."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What is to be made."""

    mark: str
    title: str
    body: object
    """Markdown for GitHub and Linear; for Jira its document format, or wiki markup in version 2."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An issue that is there."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class TrackerApi:
    """One tracker's interface."""

    find: Callable[[Pull, Place, Issue, datetime], Sent | None]
    create: Callable[[Pull, Place, Issue], Sent]
    check: Callable[[Pull, Place], None] | None = None
    """Asks whether the place is there and fit; None: that shows when an issue is made."""
    settle_seconds: float = 0.0
    """How long a new issue may stay out of what `find` sees."""
    requests_per_minute: float = 0.0
    """0: as fast as it answers."""
