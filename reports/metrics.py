"""How an installation does, as Prometheus reads it.

Moments are told as moments and not as ages, so that they stay true while nobody looks. Labels are
names that operators chose, kinds and states; never anything of a customer.
"""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from groundswell.vitals import Alert, Vitals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format, which node_exporter reads from files, too."""

PREFIX = "groundswell"


def metrics_text(
    vitals: Vitals, alerts: tuple[Alert, ...], *, version: str, next_run: datetime
) -> bytes:
    """Return the figures in Prometheus' text format.

    Parameters
    ----------
    version
        Of the program.
    next_run
        When the schedule is due next.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures([*_of_program(vitals, version, next_run), *_all(vitals, alerts)]))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, figures: list[GaugeMetricFamily]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Hand them over."""
        yield from self._figures


def _all(vitals: Vitals, alerts: tuple[Alert, ...]) -> Iterator[GaugeMetricFamily]:
    yield from _of_sources(vitals)
    yield from _of_runs(vitals)
    yield from _of_themes(vitals)
    yield from _of_queues(vitals)
    told = _labelled("alert", "What is quiet now: 1.", ["kind", "subject"])
    for alert in alerts:
        told.add_metric([alert.kind, alert.subject.partition(" ")[0]], 1.0)
    yield told


def _of_program(vitals: Vitals, version: str, next_run: datetime) -> Iterator[GaugeMetricFamily]:
    built = _labelled("build_info", "Version of the program and of the tables.", _BUILT)
    built.add_metric([version, vitals.schema], 1.0)
    yield built
    yield _one("store_bytes", "Size of the database.", vitals.size_bytes)
    yield _moment("next_run_timestamp_seconds", "When the schedule is due next.", next_run)


def _of_sources(vitals: Vitals) -> Iterator[GaugeMetricFamily]:
    rows = _labelled("rows", "Rows read so far, by what became of them.", ["source", "fate"])
    last = _labelled(
        "source_arrival_timestamp_seconds",
        "When the newest run began that got something new of a source.",
        ["source"],
    )
    for source in vitals.sources:
        for fate in ("accepted", "duplicate", "quarantined"):
            rows.add_metric([source.source, fate], getattr(source, fate))
        if source.arrivals:
            last.add_metric([source.source], source.arrivals[0].timestamp())
    yield from (rows, last)


def _of_runs(vitals: Vitals) -> Iterator[GaugeMetricFamily]:
    runs = _labelled("runs", "Runs so far, by their kind and how they ended.", ["kind", "state"])
    for (kind, state), count in vitals.runs.items():
        runs.add_metric([kind, state], count)
    yield runs
    yield _one(
        "failed_runs",
        "Runs that failed or were killed since the newest that went well.",
        vitals.failed_since,
    )
    for name, told, moment in (
        ("run_timestamp_seconds", "When the newest run began that went well.", vitals.run_at),
        ("report_timestamp_seconds", "When the run of the report began.", vitals.report_at),
        ("running_since_timestamp_seconds", "When the open run began.", vitals.running_since),
    ):
        yield _moment(name, told, moment)
    yield _one("run_seconds", "How long the newest good run worked.", vitals.run_seconds)
    seconds = _labelled("step_seconds", "How long each step of it took.", ["step"])
    items = _labelled("step_items", "What each step counted, by fate.", ["step", "fate"])
    for step in vitals.steps:
        seconds.add_metric([step.step], step.seconds)
        items.add_metric([step.step, "out"], step.items_out)
        items.add_metric([step.step, "rejected"], step.rejected)
    yield from (seconds, items)


def _of_themes(vitals: Vitals) -> Iterator[GaugeMetricFamily]:
    embedded, placed = vitals.step("embed_new"), vitals.step("update_themes")
    if embedded is not None:
        yield _one("vectors", "Texts that have a vector.", embedded.items_out)
        if vitals.new_vectors > 0 and embedded.seconds > 0:
            rate = vitals.new_vectors / embedded.seconds
            yield _one("vectors_per_second", "New vectors by the time of their step.", rate)
    if placed is not None and placed.items_in:
        share = placed.rejected / placed.items_in
        yield _one("noise_share", "Share of statements in no theme, 0 to 1.", share)


def _of_queues(vitals: Vitals) -> Iterator[GaugeMetricFamily]:
    for name, told, states in (
        ("jobs", "Jobs asked for in the review app.", vitals.jobs),
        ("deliveries", "Messages to webhooks, of the last 90 days.", vitals.deliveries),
    ):
        counted = _labelled(name, told, ["state"])
        for state, count in states.items():
            counted.add_metric([state], count)
        yield counted


_BUILT = ["version", "schema"]


def _labelled(name: str, told: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", told, labels=labels)


def _one(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", told, value=value)


def _moment(name: str, told: str, moment: datetime | None) -> GaugeMetricFamily:
    """Return a moment in seconds since 1970; without a sample where there is none."""
    if moment is None:
        return _labelled(name, told, [])
    return _one(name, told, moment.timestamp())
