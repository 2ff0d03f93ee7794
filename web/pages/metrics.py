"""The figures that Prometheus asks for; whoever may read may ask, a program by its token."""

from starlette.requests import Request
from starlette.responses import Response

import reports
from groundswell import __version__
from groundswell.schedule import next_run
from groundswell.vitals import alerts_of
from web.guard import Context


def metrics(_request: Request, context: Context) -> Response:
    """Answer with how the installation does, in Prometheus' text format."""
    vitals = context.store.vitals()
    text = reports.metrics_text(
        vitals,
        alerts_of(vitals, context.now, context.config.alerts),
        version=__version__,
        next_run=next_run(context.config.schedule, context.now),
    )
    return Response(text, headers={"Content-Type": reports.METRICS_TYPE})
