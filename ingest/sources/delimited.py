"""CSV and its relatives, read strictly: every byte belongs to one row, and every row has a fate.

The standard parser does the parsing, one record at a time, so that a damaged record costs only
itself: an unclosed quote would otherwise swallow the rows after it without an error. What it
swallowed is recognised by its form (the first field looks like the first field of a row, the
number of fields is right), handed back and read again.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources.archives import printable
from ingest.sources.files import Input
from ingest.sources.lines import Line, read_lines
from ingest.sources.rows import (
    FIELD_CHARS,
    MAX_COLUMNS,
    RAW_BYTES,
    ROW_BYTES,
    RawRow,
    RowFault,
    check_length,
    check_text,
    column_names,
    has_value,
)

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_ESCAPED = re.compile(r'\\([\\"])')
_SHAPE_CHARS = 40
_SHAPE_DIGITS = 3  # "1, ..." begins many a list; "1041," and "2024-06-01," begin rows


def read_csv(file: Input, encoding: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield the rows of a delimited file; the header tells whether by ``,``, ``;``, tab or ``|``.

    Quotes inside a quoted field are doubled, or escaped by a backslash where a record cannot be
    read otherwise. A title above the table, set off by an empty line, is passed over.

    Raises
    ------
    IngestError
        The file cannot be opened, is empty, or has no usable header.
    """
    return _read(file, encoding, "")


def read_tsv(file: Input, encoding: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield the rows of a file whose fields are separated by tabs, otherwise as `read_csv`."""
    return _read(file, encoding, "\t")


class _Feed:
    """Hands lines to the parser and keeps those of the record being read."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self.record: list[Line] = []
        self.escaped = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        record = self.record
        if record and record[-1].end - record[0].start > ROW_BYTES:
            raise StopIteration
        line = self._again.popleft() if self._again else next(self._lines)
        if line.fault == "row_too_long" and record:
            self._again.appendleft(line)
            raise StopIteration
        record.append(line)
        return _ESCAPED.sub(_as_doubled, line.text) if self.escaped else line.text

    def next_record(self) -> Line | None:
        """Go to the next line that is not blank and return it without reading it."""
        self.record = []
        while (line := self._peek()) is not None and not line.text.strip():
            self._again.popleft()
        return line

    def take_line(self) -> None:
        """Make the next line a record of its own."""
        self.record = [self._again.popleft()]

    def hand_back(self, first: int = 0) -> None:
        """Let the record's lines from index `first` on be read again."""
        self._again.extendleft(reversed(self.record[first:]))
        del self.record[first:]

    def before_blank(self) -> bool:
        """Whether a blank line follows."""
        line = self._peek()
        return line is not None and not line.text.strip()

    def _peek(self) -> Line | None:
        if not self._again:
            self._again.extend(islice(self._lines, 1))
        return self._again[0] if self._again else None


def _read(file: Input, encoding: str, delimiter: str) -> Iterator[RawRow | QuarantinedRow]:
    csv.field_size_limit(ROW_BYTES)  # a shorter limit is applied below, to one row at a time
    with closing(read_lines(file, encoding)) as lines:  # also where the header is of no use
        feed = _Feed(lines)
        yield from _rows(feed, *_header(file, feed, delimiter))


def _rows(feed: _Feed, names: tuple[str, ...], delimiter: str) -> Iterator[RawRow | QuarantinedRow]:
    before = ""
    while (line := feed.next_record()) is not None:
        try:
            if line.fault == "row_too_long":
                feed.take_line()
            fields = [] if feed.record else _record(feed, delimiter, len(names), before)
            row = _row(feed.record, names, fields)
        except RowFault as fault:
            raw = "".join(line.text for line in feed.record)[:RAW_BYTES]
            start, end = feed.record[0].start, feed.record[-1].end
            yield QuarantinedRow(line.number, start, end, fault.reason, fault.detail, raw)
        else:
            before = fields[0]
            if has_value(fields):
                yield row


def _header(file: Input, feed: _Feed, delimiter: str) -> tuple[tuple[str, ...], str]:
    line = _header_line(file, feed)
    stated = _SEPARATOR_LINE.fullmatch(line.text)
    if stated:
        feed.take_line()
        delimiter = stated[1]
        line = _header_line(file, feed)
    delimiter = delimiter or _sniff(line.text) or ","
    try:
        cells = _parse(feed, delimiter)
    except csv.Error as error:
        raise IngestError(
            f"{file}:{line.number}: the header cannot be read: {printable(str(error))};"
            " mend its quotes"
        ) from None
    if len(cells) > MAX_COLUMNS:
        raise IngestError(
            f"{file}: {len(cells):,} columns; expected at most {MAX_COLUMNS}, remove the others"
        )
    return column_names(cells), delimiter


def _header_line(file: Input, feed: _Feed) -> Line:
    line = feed.next_record()
    if line is None:
        raise IngestError(f"{file}: the file has no header; export it again")
    if line.fault:
        raise IngestError(f"{file}:{line.number}: the header cannot be read: {line.detail}")
    try:
        check_text(line.text)
    except RowFault as fault:
        found = f"the header cannot be read: {fault.detail}"
        raise IngestError(f"{file}:{line.number}: {found}") from None
    if not _sniff(line.text):
        feed.take_line()
        title = feed.record
        below = feed.next_record() if feed.before_blank() else None
        if below is not None and _sniff(below.text):
            return below
        feed.record = title
        feed.hand_back()
    return line


def _sniff(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    best = max(_DELIMITERS, key=bare.count)
    return best if best in bare else ""


def _parse(feed: _Feed, delimiter: str) -> list[str]:
    line = next(feed)
    if '"' not in line:
        return line.rstrip("\r\n").split(delimiter)
    return next(csv.reader(chain((line,), feed), delimiter=delimiter, strict=True))


def _record(feed: _Feed, delimiter: str, width: int, before: str) -> list[str]:
    """Read one record, or leave in the feed the lines that are lost and raise `RowFault`."""
    fields, fault = _attempt(feed, delimiter, width)
    if fault is not None and any('\\"' in line.text for line in feed.record):
        feed.hand_back()
        feed.escaped = True
        fields, still = _attempt(feed, delimiter, width)
        feed.escaped = False
        if still is None:
            return fields
        feed.hand_back()
        fields, fault = _attempt(feed, delimiter, width)
    if fault is None:
        return fields
    feed.hand_back(_next_row(feed.record, delimiter, width, before))
    if feed.record[-1].end - feed.record[0].start > ROW_BYTES:
        raise RowFault("row_too_long", f"a row of over {ROW_BYTES:,} bytes; expected a shorter one")
    raise fault


def _attempt(feed: _Feed, delimiter: str, width: int) -> tuple[list[str], RowFault | None]:
    try:
        fields = _parse(feed, delimiter)
    except csv.Error as error:
        open_end = "end of data" in str(error)
        found = "a quote opens and never closes" if open_end else "text after a closing quote"
        return [], RowFault("unterminated_quote", f"{found}; expected quotes in pairs")
    if len(fields) != width:
        return fields, RowFault("field_count", f"{len(fields)} fields; the header has {width}")
    if len(feed.record) > 1 and _swallowed_rows(feed.record, delimiter, width, fields[0]):
        return fields, RowFault("unterminated_quote", "a quote opens and rows follow inside it")
    return fields, None


def _swallowed_rows(record: list[Line], delimiter: str, width: int, first: str) -> bool:
    shape = _shape(first)
    return width > 1 and any(
        _begins_like(line.text, delimiter, shape) and line.text.count(delimiter) >= width - 1
        for line in record[1:]
    )


def _next_row(record: list[Line], delimiter: str, width: int, before: str) -> int:
    """Index of the first line after a damaged one that looks like a row of its own."""
    shape = _shape(before) or _shape(record[0].text.partition(delimiter)[0])
    for index, line in enumerate(record[1:], start=1):
        alone = next(csv.reader((line.text,), delimiter=delimiter), [])
        if len(alone) == width or _begins_like(line.text, delimiter, shape):
            return index
    return len(record)


def _begins_like(line: str, delimiter: str, shape: str) -> bool:
    first, found, _ = line.partition(delimiter)
    return bool(shape and found) and _shape(first) == shape


def _shape(field: str) -> str:
    """Return the form of an identifier or a date, ``9999-99-99``; empty if it tells too little."""
    shape = re.sub(r"[^\W\d_]+", "a", re.sub(r"\d", "9", field[:_SHAPE_CHARS].strip(' "')))
    return shape if shape.count("9") >= _SHAPE_DIGITS else ""


def _row(record: list[Line], names: tuple[str, ...], fields: list[str]) -> RawRow:
    for line in record:
        if line.fault:
            raise RowFault(line.fault, line.detail)
        check_text(line.text)
    start, end = record[0].start, record[-1].end
    if end - start > FIELD_CHARS:
        for name, value in zip(names, fields, strict=True):
            check_length(name, value)
    return RawRow(record[0].number, start, end, dict(zip(names, fields, strict=True)))


def _as_doubled(escaped: re.Match[str]) -> str:
    return '""' if escaped[1] == '"' else "\\"
