"""Search interest as Google Trends exports it: ``Interest over time``, one column a term.

Values are 0 to 100 and relative to the highest of the export; ``<1`` is something below 1, read
as 0.5; an empty cell says nothing, which is not zero.
"""

import re
from collections.abc import Iterator

from groundswell.domain import MarketSignal
from ingest.kinds import Intake, Kind
from ingest.values import Cells

BELOW_ONE = 0.5
"""What ``<1`` is read as: the middle of the interval it stands for."""

_TERM = re.compile(r"(.*?)(?::\s*\(([^()]*)\))?\s*")


def _read(cells: Cells, intake: Intake) -> Iterator[MarketSignal]:
    day = cells.columns.get("date") or next(iter(cells.fields))
    read = Cells(cells.fields, {column: column for column in cells.fields}, cells.date_format)
    observed_at = read.required_moment(day)
    signals = []
    for column in cells.fields:
        value = BELOW_ONE if read.text(column) == "<1" else _interest(read, column, day)
        if value is not None:
            term, geo = _term(column)
            signals.append(
                MarketSignal(
                    "trends", term, value, "index", observed_at, intake.source.name, geo=geo
                )
            )
    yield from signals


def _interest(cells: Cells, column: str, day: str) -> float | None:
    if column in (day, "isPartial"):
        return None
    return cells.number(column, 0, 100)


def _term(column: str) -> tuple[str, str | None]:
    found = _TERM.fullmatch(column)
    return (found[1].strip(), found[2]) if found else (column, None)


TRENDS = Kind(required=(), optional=("date",), read=_read)
