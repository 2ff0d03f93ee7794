"""Everything that can go wrong in a way the operator can act on.

* GroundswellError
  - ConfigError     config.toml is missing, misspelt or out of range
  - IngestError     a source cannot be read at all (a single bad row is quarantined instead)
  - StoreError      the database cannot be opened, is newer than this program, or is damaged
  - BusyError       another run owns what this one needs
  - ModelError      an encoder or a fitted model is missing or fails its check
  - PlanError       no release plan keeps all rules
  - DecisionError   a decision cannot be made as it was asked for
  - ConflictError   somebody else decided first

Each is shown as one line (the place, what was found, what would do) with exit status 2 and no
traceback. A broken promise between our own functions is a ``ValueError``: nobody is expected
to catch it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundswell.domain.decisions import Decision, Verdict


class GroundswellError(Exception):
    """Base of every error that is shown to the operator without a traceback."""


class ConfigError(GroundswellError):
    """The settings cannot be used."""


class IngestError(GroundswellError):
    """A source cannot be read."""


class UnreachableError(IngestError):
    """A source is away; it may come back by itself."""


class StoreError(GroundswellError):
    """The store cannot be used."""


class BusyError(StoreError):
    """Another run owns the resource."""


class ModelError(GroundswellError):
    """An encoder or a fitted model cannot be used."""


class PlanError(GroundswellError):
    """The releases cannot be planned."""


class DecisionError(GroundswellError):
    """A decision cannot be made as it was asked for."""


class ConflictError(DecisionError):
    """Somebody else decided first; nothing was changed.

    Parameters
    ----------
    now
        What is there.
    decision
        The decision that came first; None: there is none.
    """

    def __init__(self, message: str, now: "Verdict", decision: "Decision | None") -> None:
        super().__init__(message)
        self.now = now
        self.decision = decision
