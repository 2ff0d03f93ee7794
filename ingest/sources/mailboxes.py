"""E-mail kept in files: one message (eml), one after another (mbox), one a file (Maildir)."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources.files import Input, files_below
from ingest.sources.message import MAX_MESSAGE_BYTES, message_row
from ingest.sources.rows import RAW_BYTES, RawRow

_LINE_BYTES = 1 << 16
_POSTMARK = re.compile(rb"From \S+ .*\d\d:\d\d.*\d{4}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_BLANK = (b"\n", b"\r\n")
_MAIL_FOLDERS = ("cur", "new")


class _Message(NamedTuple):
    line: int
    start: int
    end: int
    raw: bytes
    """Without the line that begins it; of one that is too long, a little more than allowed."""

    has_postmark: bool


def read_eml(file: Input, _option: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield the one row of a file that is a message; the columns are those of `message_row`.

    Raises
    ------
    IngestError
        The file cannot be opened or is empty.
    """
    with file.open() as opened:
        raw = opened.read(MAX_MESSAGE_BYTES + 1)
        if not raw:
            raise IngestError(f"{file}: the file is empty; export it again")
        yield message_row(raw, 1, 0, opened.seek(0, 2))


def read_mbox(file: Input, _option: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per message; a line such as ``From jo@example.com Sun Mar ...`` begins it.

    Such a line counts at the beginning of the file and behind a blank line. ``>From`` at the
    beginning of a line is ``From``.

    Raises
    ------
    IngestError
        The file cannot be opened, or no line begins a message.
    """
    with file.open() as opened:
        found = False
        for message in _messages(opened):
            line, start, end, raw, has_postmark = message
            if has_postmark:
                found = True
                yield message_row(_QUOTED_FROM.sub(rb"\1", raw), line, start, end)
            elif raw.strip():
                detail = "lines before the first message; expected one that begins with 'From '"
                shown = raw[:RAW_BYTES].decode(errors="backslashreplace")
                yield QuarantinedRow(line, start, end, "bad_value", detail, shown)
        if not found:
            remedy = "expected a line such as 'From jo@example.com Sun Mar  1 09:30:00 2026'"
            raise IngestError(f"{file}: no message in it; {remedy}")


def read_maildir(file: Input, _option: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per message in the folders cur and new, by name; `line` is its number.

    Raises
    ------
    IngestError
        It is no such folder, or a message vanishes while it is read.
    """
    if not is_maildir(file.path):
        raise IngestError(f"{file}: no Maildir; name the folder that has cur and new in it")
    paths = [path for name in _MAIL_FOLDERS for path in files_below(file.path / name)[0]]
    for number, path in enumerate(sorted(paths, key=lambda path: path.name), start=1):
        with Input(path).open() as opened:
            yield message_row(opened.read(MAX_MESSAGE_BYTES + 1), number, None, None)


def is_maildir(path: Path) -> bool:
    """Whether a folder is a mailbox by its subfolders."""
    return all((path / name).is_dir() for name in _MAIL_FOLDERS)


def _messages(opened: BinaryIO) -> Iterator[_Message]:
    kept, has_postmark = bytearray(), False
    start = end = 0
    number = begun = 1
    before = b"\n"
    for piece in iter(partial(opened.readline, _LINE_BYTES), b""):
        if before in _BLANK and _POSTMARK.match(piece):
            if end:
                yield _Message(begun, start, end, bytes(kept), has_postmark)
            kept, has_postmark = bytearray(), True
            start, begun = end, number
        elif len(kept) <= MAX_MESSAGE_BYTES:
            kept += piece
        end += len(piece)
        number += piece.endswith(b"\n")
        before = piece
    yield _Message(begun, start, end, bytes(kept), has_postmark)
