"""What was released, a competitor's or our own: one signal for each thing a release brings."""

import re
from collections.abc import Iterator

from groundswell.domain import MarketSignal
from ingest.kinds import Intake, Kind
from ingest.sources.rows import RowFault
from ingest.text.cleaning import clean_text
from ingest.values import Cells

_BULLET = re.compile(r"[ \t]*(?:[•‣◦▪·][ \t]*|[-*+\u2013\u2014][ \t]+|\d{1,2}[.)][ \t]+)(?=\S)")
_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_END = re.compile(r"</li>|</[ou]l>", re.IGNORECASE)
_TELLING_WORDS = 3
"""Words from which the title of a post without text says what was released."""


def _read(cells: Cells, intake: Intake) -> Iterator[MarketSignal]:
    observed_at = cells.required_moment("date")
    title = clean_text(cells.name("title") or "")
    version = cells.name("version") or title or observed_at.date().isoformat()
    release = cells.text("release") or ""
    entries = [intake.privacy.redact(entry) for entry in _html_items(release)]
    entries = entries or list(_entries(intake.privacy.redact(clean_text(release))))
    if not entries and len(title.split()) >= _TELLING_WORDS:
        entries = [intake.privacy.redact(title)]
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
            source=intake.source.name,
            competitor=intake.source.competitor or None,
            text=entry,
        )


def _html_items(notes: str) -> Iterator[str]:
    """Yield the items of the lists in HTML, where lines and their marks mean nothing."""
    for item in _ITEM.split(notes)[1:]:
        yield from filter(None, (" ".join(clean_text(_END.split(item)[0]).split()),))


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


CHANGELOG = Kind(
    required=("date", "release"),
    optional=("version", "title", "section"),
    read=_read,
)
