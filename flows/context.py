"""What every step of a run is given, and what a run gives back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal, Protocol

from groundswell.config import Config
from groundswell.domain import MODEL_KINDS, ModelKind
from groundswell.store import Lease, Run, StepResult, Store

RunKind = Literal["refresh", "retrain", "ingest", "promote", "rollback"]


class Progress(Protocol):
    """Told how far a long piece of work is."""

    def start(self, label: str, total: int | None) -> None:
        """Begin a piece of work; `total` is None where its length is not known."""
        ...

    def advance(self, n: int) -> None:
        """Note that `n` more units are done."""
        ...

    def finish(self) -> None:
        """End the piece of work begun last."""
        ...


Over = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Computes parts of a work apart from each other and gives what they gave, in their order."""


class Silence:
    """Progress that nobody watches."""

    def start(self, label: str, total: int | None) -> None:
        """Ignore it."""

    def advance(self, n: int) -> None:
        """Ignore it."""

    def finish(self) -> None:
        """Ignore it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a retraining was asked for."""

    kinds: tuple[ModelKind, ...] = MODEL_KINDS
    why: str = ""
    """In the words of who asked; empty: nobody did, it was due."""
    waits: bool = False
    """What passes the gates waits for a person."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """The settings, the open store and the lease that a step works with."""

    config: Config
    store: Store
    lease: Lease
    run: Run
    progress: Progress
    as_of: datetime | None
    """Evidence after this moment is not used; None: as config.toml says."""
    wanted: Config
    """The settings as they are written; in `config` the encoder is the one in use."""
    asked: Asked = Asked()
    over: Over | None = None
    """Gives shards to the workers of a cluster; None: all is computed in this process."""

    @property
    def known_at(self) -> datetime | None:
        """The moment whose knowledge counts, as asked or configured; None: all that is known."""
        if self.as_of is not None:
            return self.as_of
        day = self.config.ranking.as_of
        return datetime.combine(day, time.max, UTC) if isinstance(day, date) else None

    @property
    def decided_by(self) -> datetime | None:
        """The moment by which something must have been decided to count.

        What reviewers decide during a run counts for the next, so that all steps, and a run that is
        carried on, heed the same.
        """
        return self.known_at or self.run.started_at


class Known(Protocol):
    """What reading the evidence takes: a `RunContext` has it, a command that only reads too."""

    @property
    def config(self) -> Config:
        """The settings."""
        ...

    @property
    def store(self) -> Store:
        """The open store."""
        ...

    @property
    def known_at(self) -> datetime | None:
        """The moment whose knowledge counts; None: all that is known."""
        ...

    @property
    def decided_by(self) -> datetime | None:
        """The moment by which something must have been decided to count; None: any."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a command that only reads works with."""

    config: Config
    store: Store
    known_at: datetime | None = None

    @property
    def decided_by(self) -> datetime | None:
        """The moment by which something must have been decided to count; None: any."""
        return self.known_at


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a finished run leaves for the terminal, the log or an artifact."""

    run_id: int
    counts: Mapping[str, StepResult]
    report_folder: Path
    top: list[dict[str, str]]
    """Rows of the table of the best ideas, as text."""
    top_ids: tuple[str, ...]
    """Of the ideas in those rows."""
    changes_markdown: str

    @property
    def changes(self) -> str:
        """The sentence under the title of changes.md: figures, and no idea's name."""
        lines = self.changes_markdown.splitlines()
        return next(line for line in lines if line and not line.startswith("#"))


Clock = Callable[[], datetime]
"""Gives the time, aware."""

Step = Callable[[RunContext], StepResult]
"""Loads, computes, saves; run twice it adds nothing."""


def utc_now() -> datetime:
    """Return the time of the wall clock."""
    return datetime.now(UTC)
