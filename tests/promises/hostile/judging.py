"""What is compared with what was written, and what must hold whatever the bytes."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import pairwise, zip_longest
from typing import get_args

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, QuarantinedRow, QuarantineReason, ReadRow
from groundswell.errors import IngestError
from ingest import read_source
from ingest.inputs import Input, format_of
from ingest.reading import open_rows
from ingest.sources.rows import RawRow
from tests.promises.hostile.plan import Values
from tests.promises.hostile.writing import Written

Read = Callable[[SourceConfig, Input], list[ReadRow]]
Placed = RawRow | QuarantinedRow
Open = Callable[[SourceConfig, Input], list[Placed]]

_AROUND = b"\r\n ,]\0\xef\xbb\xbf\xff\xfe"
"""Line ends, commas, byte order marks and the end of an array, which no row is made of."""
_REASONS = frozenset(get_args(QuarantineReason))
_BETWEEN = {
    "csv": re.compile(rb"[\s\0,;|\"']*"),  # blank lines and rows of empty cells
    "tsv": re.compile(rb"[\s\0,;|\"']*"),
    "jsonl": re.compile(rb"[\s\0]*"),
    "ndjson": re.compile(rb"[\s\0]*"),
    "json": re.compile(rb"[\s,\[\]]*"),
    "mbox": re.compile(rb"\s*"),
}
"""What may stand between two rows, by format; of the others no place in bytes is promised."""


class Unchanged:
    """Takes nothing out, so that what comes back can be compared with what was written."""

    def redact(self, text: str) -> str:
        """Return the text."""
        return text

    def pseudonym(self, identifier: str, kind: str) -> str:
        """Return the identifier."""
        return identifier


def read(source: SourceConfig, file: Input) -> list[ReadRow]:
    """Return what becomes of every row of a file."""
    return list(read_source(source, Unchanged(), file))


def differences(rows: Sequence[Written], found: Sequence[ReadRow], data: bytes) -> list[str]:
    """Compare row by row what was written with what was read; `data` are the file's bytes."""
    told = []
    for written, row in zip_longest(rows, found):
        expected = None if written is None else (written.line, written.fate)
        seen = None if row is None else (row.line, _fate(row))
        if expected != seen:
            told.append(f"expected {_brief(expected)}, found {_brief(seen)}")
        elif isinstance(row, QuarantinedRow) and written and written.start is not None:
            told += _place_differs(written, row, data)
    return told


def _fate(row: ReadRow) -> object:
    if isinstance(row, QuarantinedRow):
        return row.reason
    value = row.value
    wanted = (getattr(value, field.name) for field in fields(Values))
    return Values(*wanted)


def _place_differs(written: Written, row: QuarantinedRow, data: bytes) -> Iterator[str]:
    cut = data[row.byte_start : row.byte_end]
    if row.byte_start != written.start or (row.byte_end or 0) < (written.end or 0):
        yield f"line {row.line}: bytes {row.byte_start} to {row.byte_end}, written {written.start}"
    if cut.strip(_AROUND) != written.shown.strip(_AROUND):
        yield f"line {row.line}: its bytes show {cut[:80]!r}, not {written.shown[:80]!r}"


def _brief(what: object) -> str:
    shown = repr(what)
    return shown if len(shown) < 300 else f"{shown[:300]}…"


def raw_rows(source: SourceConfig, file: Input) -> list[Placed]:
    """Return the rows of a file as it has them, before anybody asks what they mean."""
    return list(open_rows(file, source.format, source.name))


def faults(
    source: SourceConfig, file: Input, reading: Read = read, opening: Open = raw_rows
) -> list[str]:
    """Return what is wrong with how a file is read, whatever its bytes are.

    Only rows or one clear error; the same twice; every row that the file has got a fate; no byte
    of a text file is passed over; and nothing comes out that cannot be stored or shown.
    """
    first, again = _outcome(source, file, reading), _outcome(source, file, reading)
    if first != again:
        return ["read twice, it differs"]
    if isinstance(first, str):
        return _message_faults(first)
    told = [fault for row in first for fault in _row_faults(row)]
    try:
        raw = opening(source, file)
    except IngestError as error:
        return [f"rows, but {error}"]
    if source.kind == "feedback" and [row.line for row in raw] != [row.line for row in first]:
        told.append(f"{len(raw)} rows in the file, {len(first)} have a fate")
    places = [(row.byte_start, row.byte_end) for row in raw]
    spans = [(start, end) for start, end in places if start is not None and end is not None]
    return told + _span_faults(file, spans)


def _outcome(source: SourceConfig, file: Input, reading: Read) -> list[ReadRow] | str:
    try:
        return reading(source, file)
    except IngestError as error:
        return str(error)


def _message_faults(message: str) -> list[str]:
    told = []
    if not message.isprintable():
        told.append(f"an error message of several lines or odd characters: {message!r:.300}")
    if len(message) > 4096:
        told.append(f"an error message of {len(message)} characters: {message:.200}")
    return told


def _row_faults(row: ReadRow) -> Iterator[str]:
    if isinstance(row, AcceptedRow):
        texts = [getattr(row.value, field.name) for field in fields(row.value)]
        yield from (
            f"line {row.line}: {text!r:.80} cannot be stored"
            for text in texts
            if isinstance(text, str) and not _is_storable(text)
        )
        return
    if row.reason not in _REASONS:
        yield f"line {row.line}: reason {row.reason}"
    if not _is_storable(row.raw) or len(row.raw.encode()) > 4096:
        yield f"line {row.line}: raw of {len(row.raw)} characters cannot be stored"
    if not row.detail.isprintable() or len(row.detail) > 1000:
        yield f"line {row.line}: detail {row.detail!r:.300}"


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _span_faults(file: Input, spans: Sequence[tuple[int, int]]) -> list[str]:
    """Rows stand in order and without overlap, and between them there is nothing to read."""
    between = _BETWEEN.get(format_of(file))
    if between is None or not spans:
        return []
    with file.open() as opened:
        data = opened.read()
    told = [
        f"rows overlap at byte {start}" for (_, end), (start, _) in pairwise(spans) if end > start
    ]
    if not 0 <= spans[0][0] <= spans[-1][1] <= len(data):
        told.append(f"rows from {spans[0][0]} to {spans[-1][1]} of {len(data)} bytes")
    gaps = [data[end:start] for (_, end), (start, _) in pairwise(spans)]
    if format_of(file) != "json":  # behind the array of a wrapper there may be anything
        gaps.append(data[spans[-1][1] :])
    return told + [f"not in any row: {gap[:80]!r}" for gap in gaps if not between.fullmatch(gap)]
