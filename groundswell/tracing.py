"""Where the time goes, for OpenTelemetry: runs, their steps, requests.

Nothing is traced unless the environment names a collector of the operator's
(`OTEL_EXPORTER_OTLP_ENDPOINT`). Spans hold kinds, numbers and the patterns of addresses; an error
is told by its type, since what it says may quote a row.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from groundswell import __version__
from groundswell.errors import ConfigError

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Attribute = str | int | float | bool
Note = Callable[[str, Attribute], None]
"""Adds what was not known at the beginning."""


def is_asked_for() -> bool:
    """Tell whether the environment names a collector."""
    return any(os.environ.get(name) for name in ENDPOINTS)


def start_tracing() -> None:
    """Send spans to the collector that the environment names, if it names one.

    Raises
    ------
    ConfigError
        What sends them is not installed.
    """
    if not is_asked_for():
        return
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigError(
            f"{ENDPOINTS[0]} is set and {error.name} is not installed; install it with"
            " pip install -c constraints.txt '.[otel]', or unset the variable"
        ) from None
    named = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "groundswell")}
    resource = Resource.create(named | {"service.version": __version__})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, **attributes: Attribute) -> Iterator[Note]:
    """Trace what is done in a ``with`` block; does next to nothing where nobody asked for it."""
    if not is_asked_for():
        yield lambda _name, _value: None
        return
    from opentelemetry import trace
    from opentelemetry.trace import StatusCode

    with trace.get_tracer("groundswell", __version__).start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened.set_attribute
        except BaseException as error:
            opened.set_attribute("error.type", type(error).__name__)
            opened.set_status(StatusCode.ERROR)
            raise
