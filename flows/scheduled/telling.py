"""What Prefect is told when something is wrong: its kind, and where to read the rest.

What an exception says may quote a row. Prefect keeps messages and tracebacks in its database and
shows them on its pages, so only those about settings, the store and leases get there whole.
"""

import sys
import traceback

from prefect.events import emit_event

from flows.upkeep.alerts import notice
from flows.webhooks import deliver_due
from groundswell.config import Config
from groundswell.errors import ConfigError, GroundswellError, StoreError

RESOURCE = {"prefect.resource.id": "groundswell"}

WORDLESS = (ConfigError, StoreError)
"""Their messages name settings, files, hosts and processes."""


class Stopped(Exception):
    """A run ended early; says of what kind the reason is, and nothing that it may quote.

    Parameters
    ----------
    error
        The reason, in full.
    """

    def __init__(self, error: Exception) -> None:
        if isinstance(error, WORDLESS):
            told = " ".join(str(error).splitlines())
        elif isinstance(error, GroundswellError):
            told = f"{type(error).__name__}; 'groundswell status' says why"
        else:
            told = f"internal error ({type(error).__name__}); the worker's terminal shows it"
        super().__init__(told)
        self.error = error


def without_words(error: Exception) -> Stopped:
    """Return what is raised before Prefect's eyes; our own mistakes are shown on the terminal."""
    if not isinstance(error, GroundswellError):
        traceback.print_exception(error, file=sys.__stderr__)
    return Stopped(error)


def emit_failure(error: Exception) -> None:
    """Tell automations that a run failed, and by what kind of reason."""
    emit_event("groundswell.run.failed", RESOURCE, payload={"reason": type(error).__name__})


def emit_alerts(config: Config) -> list[str]:
    """Tell webhooks and automations of what went quiet; return each as ``kind subject``."""
    alerts = notice(config)
    deliver_due(config)
    for alert in alerts:
        emit_event(f"groundswell.{alert.kind}", RESOURCE, payload={"subject": alert.subject})
    return [f"{alert.kind} {alert.subject}" for alert in alerts]
