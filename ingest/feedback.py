"""Feedback: what customers wrote, cleaned and without personal data."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from groundswell.domain import FeedbackRecord, content_id, marks_in
from ingest.kinds import Intake, Kind
from ingest.presets import Preset, preset_of
from ingest.sources.rows import RowFault
from ingest.text.cleaning import clean_message, clean_text
from ingest.text.language import detect_language
from ingest.values import Cells

_MAX_VOTES = 1_000_000_000
_CODE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_MESSAGES = frozenset(("ticket", "mail", "chat"))
"""Channels of letters: quoted mails, signatures and forms are not what the customer says."""


def text_field(position: int) -> str:
    """Return the name of the field for one of several columns of text, counted from 1."""
    return "text" if position == 1 else f"text#{position}"


def _read(cells: Cells, intake: Intake) -> Iterator[FeedbackRecord]:
    preset = preset_of(intake.source)
    if preset.second_header and _is_header(cells, preset):
        return
    fields = ["text", *(field for field in cells.columns if field.startswith("text#"))]
    clean = _cleaner({cells.name("channel"), intake.source.channel})
    messages, detect = [], intake.detect_languages
    for field in fields:
        # What a title says is said once, so it goes with the first column alone.
        title = (cells.text("title") or "") if field == "text" else ""
        written = cells.text(field) or ""
        if marks_in(written):
            return  # an issue made of an idea repeats what customers said; it is no voice
        redact = intake.privacy.redact
        head = redact(clean_text(title)) if title else ""
        text = _joined(head, redact(clean(written)) if written else "")
        if text:
            messages.append((field, title, written, text))
    if not messages:
        names = " and ".join(cells.columns[field] for field in fields if field in cells.columns)
        raise RowFault("missing_text", f"{names} holds no words; expected what the customer wrote")
    shared = _shared(cells, intake, preset)
    for field, title, written, text in messages:
        yield replace(
            shared,
            source_id=_identity(cells, intake, field, (title, written)),
            text=text,
            language=shared.language or (detect_language(text) if detect else None),
            prompt=_prompt(cells, field, preset, intake) if written else None,
            raw=_joined(title, written) if intake.keep_raw else None,
        )


def _shared(cells: Cells, intake: Intake, preset: Preset) -> FeedbackRecord:
    """Return what all messages of a row have in common."""
    privacy = intake.privacy
    author, account = cells.name("author"), cells.name("account")
    rating = cells.number("rating", preset.lowest_rating, 5)
    return FeedbackRecord(
        source=intake.source.name,
        source_id="",
        text="",
        created_at=cells.required_moment("created_at"),
        channel=cells.name("channel") or intake.source.channel,
        author=privacy.pseudonym(author, "author") if author else None,
        account_id=privacy.pseudonym(account, "account") if account else None,
        rating=None if rating is None else max(rating, 1.0),
        nps=cells.integer("nps", 0, 10),
        version=cells.name("version"),
        language=_language(cells.name("language") or ""),
        votes=_votes(cells, intake),
        updated_at=cells.moment("updated_at"),
    )


def _identity(cells: Cells, intake: Intake, field: str, said: tuple[str, str]) -> str:
    """Name a message by its row and by its column's place, whatever else stands in the row."""
    place = field.removeprefix("text")
    if "id" not in cells.columns:
        created_at = cells.required_moment("created_at").isoformat()
        return content_id(*said, created_at, cells.name("author") or "") + place
    stated = cells.required("id")
    if intake.privacy.redact(stated) != stated:
        stated = intake.privacy.pseudonym(stated, "record")
    return stated + place


def _cleaner(channels: set[str | None]) -> Callable[[str], str]:
    return clean_message if _MESSAGES & channels else clean_text


def _prompt(cells: Cells, field: str, preset: Preset, intake: Intake) -> str | None:
    """Return the question: the column's name if it is one, else what the preset says."""
    column = cells.columns[field]
    if column.endswith("?"):
        return column
    if "text" in intake.source.columns or not preset.texts:
        return None
    place = int(field.partition("#")[2] or 1)
    return preset.texts[place - 1].prompt or None


def _votes(cells: Cells, intake: Intake) -> int | None:
    votes = cells.integer("votes", 0, _MAX_VOTES)
    return None if votes is None else votes + intake.votes_exclude_author


def _language(stated: str) -> str | None:
    """Return the ISO 639-1 code of a locale such as ``pt-BR``; None for anything else."""
    code = _CODE.fullmatch(stated)
    return code[1].lower() if code else None


def _is_header(cells: Cells, preset: Preset) -> bool:
    return cells.name("id") is None and any(
        value in preset.second_header for value in cells.fields.values()
    )


def _joined(title: str, text: str) -> str:
    """Put the title in front, unless the text begins with it."""
    return text if text.startswith(title) else f"{title}\n\n{text}".strip()


FEEDBACK = Kind(
    required=("text", "created_at"),
    optional=(
        *("id", "title", "channel", "author", "account", "rating", "nps", "version", "language"),
        *("votes", "updated_at"),
    ),
    read=_read,
)
"""``text`` may be several columns: ``text#2`` is the second, see `text_field`."""
