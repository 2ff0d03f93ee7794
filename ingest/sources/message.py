"""One e-mail message as a row.

The lenient policy of the standard parser is used on purpose: the newer one takes damaged headers
apart eagerly, fails on some in ways of its own and takes quadratic time for others.
"""

import codecs
import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256

from groundswell.domain import QuarantinedRow
from ingest.sources.archives import printable
from ingest.sources.rows import RAW_BYTES, RawRow, RowFault, check_fields, shorten

MAX_MESSAGE_BYTES = 10_000_000
"""Longest message, attachments included."""

_HEADER_CHARS = 10_000
_MAX_PARTS = 100
"""Boundaries named in one message; the parser compares every line with every open one."""
_MAX_LINES = 500_000
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_BOUNDARY = re.compile(rb"boundary\s*[*=]", re.IGNORECASE)
_CONTENT_HEADER = re.compile(
    rb"^content-(?:type|disposition)[^\n]*+(?:\n[ \t][^\n]*+)*+", re.IGNORECASE | re.MULTILINE
)
"""Taken apart in quadratic time."""
_SLOW_CODECS = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape"))
_DAMAGE = (
    *(AssertionError, AttributeError, LookupError, MessageError, OverflowError),
    *(RecursionError, TypeError, ValueError),
)
"""What the standard library raises for damaged headers and parts."""


def message_row(
    raw: bytes, line: int, start: int | None, end: int | None
) -> RawRow | QuarantinedRow:
    """Return the row of one message.

    Its columns are id (Message-ID, or a hash of the message where it has none), title (Subject),
    text (the first plain part with words, else the first HTML part as it is), created_at (Date as
    ISO 8601), author (address of From), to (addresses), in_reply_to, list_id, and attachments,
    their number: of attachments nothing else is read.
    """
    try:
        fields = _fields(raw)
        check_fields(fields)
    except RowFault as fault:
        shown = raw[:RAW_BYTES].decode(errors="backslashreplace")
        return QuarantinedRow(line, start, end, fault.reason, fault.detail, shown)
    return RawRow(line, start, end, fields)


def _fields(raw: bytes) -> dict[str, object]:
    if len(raw) > MAX_MESSAGE_BYTES:
        found = f"a message of over {MAX_MESSAGE_BYTES:,} bytes"
        raise RowFault("row_too_long", f"{found}; expected a shorter one")
    if (
        raw.count(b"\n") > _MAX_LINES
        or len(_BOUNDARY.findall(raw)) > _MAX_PARTS
        or any(len(header[0]) > _HEADER_CHARS for header in _CONTENT_HEADER.finditer(raw))
    ):
        found = f"over {_MAX_LINES:,} lines, {_MAX_PARTS} nested parts or a header without end"
        raise RowFault("bad_value", f"{found}; expected a simpler message")
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        headers = _headers(message)
        text, attachments = _text(message)
        author = _addresses(headers.get("from"))
    except _DAMAGE as error:
        found = f"headers or parts that cannot be understood ({type(error).__name__})"
        raise RowFault("bad_value", f"{found}; expected a message as RFC 5322 has it") from None
    return {
        "id": headers.get("message-id") or f"sha256:{sha256(raw).hexdigest()}",
        "title": _decoded(headers.get("subject")),
        "text": text,
        "created_at": _moment(headers.get("date")),
        "author": author[0] if isinstance(author, list) and author else author or None,
        "to": _addresses(headers.get("to")),
        "in_reply_to": headers.get("in-reply-to"),
        "list_id": _decoded(headers.get("list-id")),
        "attachments": attachments,
    }


def _headers(message: Message) -> dict[str, str | RowFault]:
    """Return the first header of each name, unfolded, bytes beyond ASCII read as UTF-8."""
    headers: dict[str, str | RowFault] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), _header(name, str(value)))
    return headers


def _header(name: str, value: str) -> str | RowFault:
    if len(value) > _HEADER_CHARS:
        found = f"header {printable(shorten(name))} has {len(value):,} characters"
        return RowFault("field_too_long", f"{found}; expected at most {_HEADER_CHARS:,}")
    try:
        plain = value.encode("ascii", "surrogateescape").decode()
    except UnicodeError:
        detail = f"header {printable(shorten(name))} is not UTF-8; send the message again"
        return RowFault("bad_encoding", detail)
    return _FOLD.sub("", plain).strip()


def _decoded(header: str | RowFault | None) -> object:
    if not isinstance(header, str) or "=?" not in header:
        return header
    try:
        return str(make_header(decode_header(header)))
    except _DAMAGE as error:
        found = f"a header that cannot be decoded ({type(error).__name__})"
        return RowFault("bad_encoding", f"{found}; send the message again")


def _addresses(header: str | RowFault | None) -> list[str] | RowFault:
    if not isinstance(header, str):
        return header or []
    return [address for _, address in getaddresses([header]) if address] or [header]


def _moment(header: str | RowFault | None) -> object:
    if not isinstance(header, str):
        return header
    try:
        return parsedate_to_datetime(header).isoformat()
    except _DAMAGE:
        found = f"Date is {shorten(header)!r}"
        return RowFault("bad_date", f"{found}; expected one such as Sun, 1 Mar 2026 09:30:00 +0000")


def _text(message: Message) -> tuple[object, int]:
    """Return the best text of a message, None or why there is none, and the attachments."""
    first: dict[str, object] = {}
    attachments = 0
    for part in _parts(message):
        kind = part.get_content_type()
        is_text = kind in ("text/plain", "text/html")
        if not is_text or part.get_content_disposition() == "attachment" or part.get_filename():
            attachments += 1
        elif not _has_words(first.get(kind)):
            first[kind] = _content(part)
    plain = first.get("text/plain")
    return (plain if _has_words(plain) else first.get("text/html", plain)), attachments


def _has_words(text: object) -> bool:
    return text is not None and (not isinstance(text, str) or bool(text.strip()))


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts that have no parts, in order; a message inside the message is one."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting.extend(each for each in reversed(inner) if isinstance(each, Message))
        else:
            yield part


def _content(part: Message) -> object:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return None
    charset = str(part.get_content_charset() or "us-ascii")
    try:
        codec = codecs.lookup(charset).name
        if codec not in _SLOW_CODECS:
            return body.decode("utf-8" if codec == "ascii" else codec)
    except (LookupError, ValueError):
        pass  # whether no such encoding is known or the text is not in it, the remedy is one
    found = f"text that cannot be read as {shorten(charset)!r}"
    return RowFault("bad_encoding", f"{found}; send the message again as UTF-8")
