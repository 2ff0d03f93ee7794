"""One ``[[sources]]`` entry of ``config.toml``: a file to read or a service to ask."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from groundswell.section import LocalPath, Positive, Section

SourceKind = Literal[
    "feedback",
    "accounts",
    "deals",
    "signals",
    "trends",
    "changelog",
    "backlog",
    "work_history",
    "capacity",
    "usage",
    "support_cost",
    "dependencies",
    "store_listing",
    "stars",
]


class SourceConfig(Section):
    """One ``[[sources]]`` entry."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    kind: SourceKind = "feedback"
    path: LocalPath | None = None
    """A file, a folder, or a pattern such as ``exports/*.csv``."""
    format: str = ""
    """Empty: from the file's suffix."""
    channel: str = ""
    columns: Mapping[str, str | Annotated[tuple[str, ...], Field(strict=False)]] = {}
    """Our field name to the file's column name; fields left out keep their own name. ``text``
    may be several columns: each that holds words is a message of its own."""
    preset: str = ""
    """A known export, such as ``zendesk_tickets``, whose kind, columns and dates are filled in
    where this entry does not state them."""
    date_format: str = ""
    """As in `datetime.strptime`; empty: ISO 8601 and nothing else."""
    observed_at: Annotated[date, Field(strict=False)] | None = None
    """The day on which the values of this file held, where its rows state none."""
    hours_per_day: Positive = 8.0
    """Of work, where the file counts its time in hours or less."""
    competitor: str = ""
    """For a changelog: whose it is; empty: our own."""
    keep_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """Days for which what customers said is kept, from the day on which it was said; None: for
    ever."""

    api: str = ""
    """Instead of a path: the service to ask, such as ``github`` (docs/connectors.md)."""
    url: str = ""
    """Where the service is; empty: where all its customers find it."""
    token_env: str = ""
    """Name of the environment variable that holds the secret; empty: none is sent."""
    auth: str = ""
    """``bearer``, ``basic`` (the variable holds ``user:secret``) or ``header:NAME``; empty: what
    the service is known to want."""
    params: Mapping[str, str] = {}
    """Added to the query of every request."""
    headers: Mapping[str, str] = {}
    options: Mapping[str, str] = {}
    """The connector's own settings."""
    allow_hosts: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """``host:port`` that may be asked without https and inside the own network."""
    since: Annotated[date, Field(strict=False)] | None = None
    """Oldest day to read; None: everything."""
    overlap_minutes: Annotated[float, Field(ge=0)] = 60.0
    """How far each pull reaches back before the newest item of the one before."""
    requests_per_minute: Annotated[float, Field(ge=0)] = 0.0
    """0: what the service allows."""

    @property
    def place(self) -> str:
        """Where it is read from, for messages: its path, or the service and its address."""
        return str(self.path) if self.path else f"{self.api} {self.url}".strip()

    @model_validator(mode="after")
    def _has_one_place(self) -> "SourceConfig":
        if (self.path is None) == (not self.api):
            raise ValueError(f"[[sources]] {self.name}: give it either path or api")
        return self
