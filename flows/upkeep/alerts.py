"""What went quiet is told once: a source that brings nothing new, a report that is old."""

from flows import overview
from flows.context import Clock, utc_now
from groundswell.config import Config
from groundswell.domain import Event
from groundswell.vitals import Alert, alerts_of


def notice(config: Config, *, clock: Clock = utc_now) -> tuple[Alert, ...]:
    """Put in the outbox what is quiet, and return what was not known yet."""
    if not overview.is_made(config):
        return ()
    with overview.reading(config) as store:
        alerts = {
            Event(alert.kind, alert.subject): alert
            for alert in alerts_of(store.vitals(), clock(), config.alerts)
        }
        new = store.outbox.happened(list(alerts)) if alerts else []
    return tuple(alerts[event] for event in new)
