"""The figures of an installation as Prometheus reads them, for a terminal or a file."""

import reports
from flows import overview
from flows.context import Clock, utc_now
from groundswell import __version__
from groundswell.config import Config
from groundswell.schedule import next_run
from groundswell.vitals import alerts_of


def figures(config: Config, *, clock: Clock = utc_now) -> bytes:
    """Return them.

    Raises
    ------
    StoreError
        There is no store yet.
    """
    with overview.reading(config) as store:
        vitals = store.vitals()
    due = next_run(config.schedule, clock())
    alerts = alerts_of(vitals, clock(), config.alerts)
    return reports.metrics_text(vitals, alerts, version=__version__, next_run=due)
