"""Feedback: what customers wrote, cleaned and without personal data."""

from collections.abc import Iterator

from groundswell.config import SourceConfig
from groundswell.domain import FeedbackRecord, content_id
from ingest.cleaning import clean_text
from ingest.kinds import Kind
from ingest.privacy import pseudonym, redact
from ingest.sources.rows import RowFault
from ingest.values import Cells


def _read(cells: Cells, source: SourceConfig) -> Iterator[FeedbackRecord]:
    written, title = cells.text("text") or "", cells.text("title") or ""
    text = _joined(redact(clean_text(title)), redact(clean_text(written)))
    if not text:
        detail = f"{cells.columns['text']} holds no words; expected what the customer wrote"
        raise RowFault("missing_text", detail)
    created_at = cells.required_moment("created_at")
    author = cells.name("author") or ""
    if "id" in cells.columns:
        source_id = pseudonym(cells.required("id"))
    else:
        source_id = content_id(title, written, created_at.isoformat(), author)
    account = cells.name("account")
    yield FeedbackRecord(
        source=source.name,
        source_id=source_id,
        text=text,
        created_at=created_at,
        channel=cells.name("channel") or source.channel,
        author=pseudonym(author) if author else None,
        account_id=pseudonym(account) if account else None,
        rating=cells.number("rating", 1, 5),
        nps=cells.integer("nps", 0, 10),
        version=cells.name("version"),
        language=cells.name("language"),
    )


def _joined(title: str, text: str) -> str:
    """Put the title in front, unless the text begins with it."""
    return text if text.startswith(title) else f"{title}\n\n{text}".strip()


FEEDBACK = Kind(
    required=("text", "created_at"),
    optional=(
        *("id", "title", "channel", "author", "account"),
        *("rating", "nps", "version", "language"),
    ),
    read=_read,
)
