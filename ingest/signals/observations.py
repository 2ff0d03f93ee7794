"""Market signals in one long table: a row is one observation of one key."""

from collections.abc import Iterator, Mapping
from typing import Literal

from groundswell.domain import MarketSignal
from ingest.kinds import Intake, Kind
from ingest.sources.rows import RowFault
from ingest.values import Cells

SignalKind = Literal["trends", "competitor", "reviews_ext", "stars", "jobs", "news", "rank"]

_KINDS: Mapping[str, SignalKind] = {
    "trends": "trends",
    "competitor": "competitor",
    "reviews_ext": "reviews_ext",
    "stars": "stars",
    "jobs": "jobs",
    "news": "news",
    "rank": "rank",
}


def _read(cells: Cells, intake: Intake) -> Iterator[MarketSignal]:
    kind = cells.choice("signal", _KINDS)
    if kind is None:
        column = cells.columns["signal"]
        raise RowFault("bad_value", f"{column} is empty; expected {', '.join(_KINDS)}")
    value = cells.number("value")
    if value is None:
        raise RowFault("bad_number", f"{cells.columns['value']} is empty; expected a number")
    yield MarketSignal(
        kind=kind,
        key=cells.required("key"),
        value=value,
        unit=cells.name("unit") or "",
        observed_at=cells.required_moment("date"),
        source=cells.name("source") or intake.source.name,
        competitor=cells.name("competitor") or intake.source.competitor or None,
        text=intake.privacy.redact(cells.text("text") or ""),
        geo=cells.name("geo"),
    )


SIGNALS = Kind(
    required=("signal", "key", "date", "value"),
    optional=("unit", "source", "geo", "competitor", "text"),
    read=_read,
)
