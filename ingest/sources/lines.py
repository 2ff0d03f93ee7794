"""Physical lines of a text file with their place in bytes.

Spans are exact in every encoding, so that a quarantined row can be found again in the file.
The encoding is never guessed: a byte order mark decides, then what the operator stated, then
strict UTF-8. A line that does not decode is one faulty line, not the end of the file.
"""

import codecs
import os
from collections.abc import Callable, Generator, Iterator
from typing import BinaryIO, NamedTuple

from groundswell.domain import QuarantineReason
from groundswell.errors import IngestError
from ingest.sources.files import Input
from ingest.sources.rows import RAW_BYTES, ROW_BYTES

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-15", "shift_jis", "gb18030")
"""What may be stated, as in ``format = "csv:cp1252"``."""

_CHUNK = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Line(NamedTuple):
    """A line with its terminator (CR, LF or CRLF); the first one's span includes the BOM."""

    number: int
    """1-based."""
    start: int
    end: int
    text: str
    """Of a faulty line, what can be shown of it."""
    fault: QuarantineReason | None
    detail: str


def read_lines(file: Input, encoding: str = "") -> Generator[Line, None, None]:
    """Yield the lines of a file.

    Raises
    ------
    IngestError
        The file cannot be opened, is empty or UTF-32, or `encoding` is not in `ENCODINGS`.
    """
    if encoding and encoding not in ENCODINGS:
        known = ", ".join(ENCODINGS)
        raise IngestError(f"{file}: encoding {encoding!r} is not known; choose one of {known}")
    with file.open() as opened:
        start = opened.read(4)
        if not start:
            raise IngestError(f"{file}: the file is empty; export it again")
        if start in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
            raise IngestError(f"{file}: written in UTF-32; save it as UTF-8")
        mark, encoding = byte_order_mark(start, encoding or "utf-8")
        opened.seek(len(mark))
        yield from _lines(opened, encoding, offset=len(mark))


def byte_order_mark(start: bytes, stated: str) -> tuple[bytes, str]:
    """Return the mark that a file begins with and its encoding, or none and the stated one."""
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return mark, encoding
    return b"", stated


def _lines(file: BinaryIO, encoding: str, offset: int) -> Iterator[Line]:
    wide = encoding.startswith("utf-16")
    size = os.fstat(file.fileno()).st_size
    width: Callable[[bytes], int] = _wide_length if wide else len
    pieces = _split(_widened(file, encoding) if wide else _chunks(file), width)
    start, end = 0, offset
    for number, (raw, dropped) in enumerate(pieces, 1):
        end = min(end + width(raw) + dropped, size)
        if dropped or len(raw) > ROW_BYTES:
            yield _too_long(number, start, end, raw)
        else:
            yield _line(number, start, end, raw, "utf-8" if wide else encoding, wide=wide)
        start = end


def _too_long(number: int, start: int, end: int, raw: bytes) -> Line:
    detail = f"a line of {end - start:,} bytes; expected at most {ROW_BYTES:,}"
    shown = raw[:RAW_BYTES].decode("utf-8", "backslashreplace")
    return Line(number, start, end, shown, "row_too_long", detail)


def _line(number: int, start: int, end: int, raw: bytes, encoding: str, *, wide: bool) -> Line:
    try:
        text = raw.decode(encoding, "surrogatepass" if wide else "strict")
    except UnicodeDecodeError as error:
        found = f"byte 0x{raw[error.start]:02X} is not {encoding.upper()}"
        detail = f"{found}; save the file as UTF-8, or state its encoding in format"
        shown = raw.decode(encoding, "backslashreplace")
        return Line(number, start, end, shown, "bad_encoding", detail)
    return Line(number, start, end, text, None, "")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _widened(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8; a half pair stays one, an odd last byte becomes one."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for chunk in _chunks(file):
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    left = decoder.getstate()[0]
    if left:
        whole = left[: len(left) // 2 * 2].decode(encoding, "surrogatepass")
        odd = "\udc80" if len(left) % 2 else ""
        yield (whole + odd).encode("utf-8", "surrogatepass")


def _wide_length(raw: bytes) -> int:
    return len(raw.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass"))


def _split(chunks: Iterator[bytes], width: Callable[[bytes], int]) -> Iterator[tuple[bytes, int]]:
    """Cut at CR, LF and CRLF; yield each line and how many bytes were too many to keep."""
    begun, dropped = b"", 0
    for chunk in filter(None, chunks):
        *whole, begun = (begun + chunk).splitlines(keepends=True)
        for line in whole:
            yield line, dropped
            dropped = 0
        # A CR at the end may be half of a CRLF, so such a line waits for what follows.
        if begun.endswith(b"\n"):
            yield begun, dropped
            begun, dropped = b"", 0
        elif len(begun) > ROW_BYTES:
            kept = _shortened(begun)
            dropped += width(begun) - width(kept)
            begun = kept
    if begun:
        yield begun, dropped


def _shortened(line: bytes) -> bytes:
    cut = RAW_BYTES
    while cut and line[cut] & 0b1100_0000 == 0b1000_0000:  # inside a UTF-8 character
        cut -= 1
    return line[:cut] + (b"\r" if line.endswith(b"\r") else b"")
