"""Work that somebody asked the program to do, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

JobKind = Literal["refresh", "retrain", "preview", "promote", "rollback"]
"""A run, a run that makes challengers of the models, a look at what a reviewer's draft would
change; a version of a model put in use, or the one before put back."""

Manner = Literal["", "wait", "anyway"]
"""As the options of the commands say it: what passes waits for a person; in spite of gates."""

JobState = Literal["queued", "running", "done", "failed", "cancelled"]

MOST_ATTEMPTS = 3
"""How often a job is begun: its worker may be killed with it, but not for ever."""


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A piece of work for the worker, who does one at a time in the order of their numbers."""

    job_id: int
    """From 1."""
    kind: JobKind
    requested_by: str
    """Of a preview: whose draft."""
    requested_at: datetime
    reason: str
    """Why, in the words of who asked; may be empty."""
    state: JobState = "queued"
    attempts: int = 0
    """How often it was begun."""
    step: str = ""
    """What is being done just now."""
    done: int = 0
    """Steps that have ended."""
    total: int | None = None
    """Steps there are; None: not known."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    run_id: int | None = None
    """The run that it was; None for a preview, and where it did not come that far."""
    message: str = ""
    """Why it failed, in one line."""
    subject: str = ""
    """The version that is put in use or gone back to, ``themes-7``; of a retraining the kinds of
    models, with a space between them; empty: all."""
    manner: Manner = ""

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.state in ("queued", "running")
