"""What was released, a competitor's or our own: one signal for each thing a release brings."""

import re
from collections.abc import Iterator

from groundswell.config import SourceConfig
from groundswell.domain import MarketSignal
from ingest.cleaning import clean_text
from ingest.kinds import Kind
from ingest.privacy import redact
from ingest.sources.rows import RowFault
from ingest.values import Cells

_BULLET = re.compile(r"[ \t]*(?:[•‣◦▪·][ \t]*|[-*+\u2013\u2014][ \t]+|\d{1,2}[.)][ \t]+)(?=\S)")


def _read(cells: Cells, source: SourceConfig) -> Iterator[MarketSignal]:
    observed_at = cells.required_moment("date")
    version = cells.name("version") or observed_at.date().isoformat()
    entries = list(_entries(redact(clean_text(cells.text("release") or ""))))
    if not entries:
        detail = f"{cells.columns['release']} is empty; expected what the release brings"
        raise RowFault("missing_text", detail)
    for entry in entries:
        yield MarketSignal(
            kind="competitor",
            key=version,
            value=1.0,
            unit="release",
            observed_at=observed_at,
            source=source.name,
            competitor=source.competitor or None,
            text=entry,
        )


def _entries(notes: str) -> Iterator[str]:
    """Yield the items of a list, without the sentence that introduces it; else the whole text."""
    lines = [line for line in notes.splitlines() if line.strip()]
    if not any(_BULLET.match(line) for line in lines):
        yield from filter(None, (" ".join(notes.split()),))
        return
    item = ""
    for line in lines:
        if _BULLET.match(line):
            yield from filter(None, (item,))
            item = _BULLET.sub("", line, count=1).strip()
        elif item:
            item = f"{item} {line.strip()}"
    yield item


CHANGELOG = Kind(required=("date", "release"), optional=("version", "section"), read=_read)
