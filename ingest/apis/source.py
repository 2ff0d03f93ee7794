"""What a connector is: what it is told, what it asks, and what it makes of the reply.

A connector does nothing itself: it says what to ask next and reads the reply. Connecting,
waiting, trying again and remembering the place are the same for all of them and stand in
`ingest.apis.pull` and `ingest.apis.paging`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from groundswell.domain import QuarantinedRow
from ingest.sources.rows import RawRow


@dataclass(frozen=True, slots=True)
class ApiSource:
    """One API to read, as the settings describe it."""

    name: str
    api: str
    """A key of `ingest.apis.CONNECTORS`."""
    url: str = ""
    """Empty: the connector's own."""
    token_env: str = ""
    """Name of the environment variable that holds the secret; empty: none is sent."""
    auth: str = ""
    """``bearer``, ``basic`` (the variable holds ``user:secret``) or ``header:NAME``."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Added to the query of every request."""
    headers: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    """The connector's own settings."""
    allow_hosts: tuple[str, ...] = ()
    """``host:port`` that may be reached without https and inside the own network."""
    since: date | None = None
    """Oldest day to read; None: everything."""
    overlap_minutes: float = 60.0
    """How far each pull reaches back before the newest item of the one before."""
    requests_per_minute: float = 0.0
    """0: what the connector keeps to."""
    section: str = ""
    """What messages call its settings; empty: its ``[[sources]]`` entry."""

    @property
    def settings(self) -> str:
        """Where in config.toml it stands."""
        return self.section or f"[[sources]] {self.name}"


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask; `params` replace those of the same name in the URL."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    """Sent as JSON by POST; None: a GET."""
    once: bool = False
    """It makes something: it is asked again only where the server says that it did nothing, and
    it follows no redirect to another host."""
    judged: tuple[int, ...] = ()
    """Statuses other than 2xx and 304 of which the reader makes something itself."""
    remedy: str = "check url, params and options"
    """What would do where the server refuses."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A useful reply: status 2xx or 304."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Position:
    """The place in a source: all JSON, so that it can be kept."""

    since: datetime | None = None
    """Items changed before it were read by an earlier pull."""
    token: object = None
    """What the connector gave as ``following``; None: the first page of a pull."""
    keep: object = None
    """What the connector gave as ``keep`` at the end of the pull before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page as a connector understands it."""

    items: Sequence[object]
    following: object = None
    """JSON that says where to go on; None: this was the last page."""
    keep: object = None
    """JSON for the next pull."""
    moments: Sequence[datetime] = ()
    """When the items last changed, in any order; of items left out too."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows to store, and where to go on: commit both in one transaction."""

    rows: Sequence[RawRow | QuarantinedRow]
    cursor: str
    """JSON text; handed to `read_pages`, it goes on after this page."""


@dataclass(frozen=True, slots=True)
class Connector:
    """One API: pure functions and what is true of its items."""

    ask: Callable[[ApiSource, Position], Request]
    read: Callable[[ApiSource, Position, Reply], Answer]
    """Raises `Trouble` for a reply that another try may mend."""
    columns: Mapping[str, str]
    """Our field name to the name in a row."""
    channel: str
    date_format: str = ""
    url: str = ""
    """Empty: the settings must give one."""
    auth: str = "bearer"
    options: Mapping[str, str] = field(default_factory=dict)
    """Names of its own settings to what they mean."""
    required: tuple[str, ...] = ()
    votes_exclude_author: bool = False
    """Whoever wrote an item is not among its votes."""
    newest_first: bool = False
    """The newest item comes first, so a pull ends where the one before began."""
    requests_per_minute: float = 0.0
    """What the API allows; 0: nothing is said."""


class Trouble(Exception):
    """A failure that may pass: ask again, a few times, then tell the operator."""

    def __init__(
        self, found: str, wait_seconds: float | None = None, *, undone: bool = False
    ) -> None:
        super().__init__(found)
        self.wait_seconds = wait_seconds
        """How long the server asks to wait; None: it does not say."""
        self.undone = undone
        """The server says that it did nothing: there were too many requests."""


class Unusable(Exception):
    """A reply that no other try will mend: what is wrong, and what would do."""
