"""JSON files that hold one array of objects, cut into elements before they are parsed.

A parser that streams stops at the first fault and knows no places. Here every element is found
by its brackets and parsed by itself, so that a damaged one costs only itself and every row has
its bytes. Where the brackets do not add up, reading goes on at the next place that looks the
way elements of this file begin: the same white space, the same first key.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources.archives import printable
from ingest.sources.files import Input
from ingest.sources.json_values import MAX_DEPTH, flatten, parse_object
from ingest.sources.lines import byte_order_mark
from ingest.sources.rows import RAW_BYTES, ROW_BYTES, RawRow, RowFault, shorten

MAX_BYTES = 200_000_000
"""Largest file; it is held in memory. JSON Lines has no such limit."""

_WASTE = 5 * ROW_BYTES
"""Bytes looked at in vain before an element may no longer reach past the next beginning of one:
otherwise a file made of nothing but unclosed brackets takes hours."""
_SHOWN_NAMES = 12
_OPEN_ARRAY, _CLOSE_ARRAY, _OPEN_OBJECT, _CLOSE_OBJECT = b"[]{}"
_GAP = re.compile(rb"[\s,]*+")
_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_KEY = re.compile(rb'("(?:[^"\\]++|\\.)*+")\s*+:|' + _MARK.pattern, re.DOTALL)
_FIRST_KEY = re.compile(rb'\{\s*+"[^"\\]*+"')
_SCALAR = re.compile(rb'"(?:[^"\\\n]++|\\.)*+"?|[^\s,\[\]{]++')


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an array and its place in the bytes."""

    line: int
    start: int
    end: int
    value: dict[str, object] | RowFault
    """Its values as they are nested, or why it cannot be used."""


def read_json(file: Input, path: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per element; the columns are those of `flatten`.

    The file is an array, or an object with one array of objects anywhere in it. Where it has
    several, `path` says which: ``data.items``. Several arrays or objects one after another are
    read as one array.

    Raises
    ------
    IngestError
        The file cannot be opened, is empty or above `MAX_BYTES`, or has no such array.
    """
    with file.open() as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        remedy = f"at most {MAX_BYTES:,} are accepted, write it as JSON Lines"
        raise IngestError(f"{file}: over {MAX_BYTES:,} bytes; {remedy}")
    data, is_utf8 = _as_utf8(raw)
    del raw
    for element in elements(data, _beginning(file, data, path)):
        start, end = (element.start, element.end) if is_utf8 else (None, None)
        try:
            if isinstance(element.value, RowFault):
                raise element.value
            yield RawRow(element.line, start, end, flatten(element.value))
        except RowFault as fault:
            shown = data[element.start : min(element.end, element.start + RAW_BYTES)]
            text = shown.decode(errors="backslashreplace")
            yield QuarantinedRow(element.line, start, end, fault.reason, fault.detail, text)


def elements(data: bytes, position: int) -> Iterator[Element]:
    """Yield the elements of the array that begins at `position`, or of the objects there.

    An array that begins the data may be followed by further ones; otherwise nothing after its
    end is looked at. Where the data end inside it, the last element says so.
    """
    closing = data[position : position + 1] == b"["
    is_whole = not data[:position].strip(b"\xef\xbb\xbf \t\r\n")
    position += closing
    line = 1 + data.count(b"\n", 0, position)
    cutter = _Cutter(data)
    while True:
        gap, position = position, _after_gap(data, position)
        line += data.count(b"\n", gap, position)
        if closing and data[position : position + 1] == b"]":
            if not is_whole:
                return
            closing = False
            position += 1
        elif is_whole and not closing and data[position : position + 1] == b"[":
            closing = True
            position += 1
        elif position < len(data):
            end, value = cutter.cut(gap, position)
            yield Element(line, position, end, value)
            if isinstance(value, RowFault) and _after_gap(data, end) == len(data):
                return
            line += data.count(b"\n", position, end)
            position = end
        else:
            if closing:
                detail = "the file ends before its array does; export it again"
                yield Element(line, position, position, RowFault("json_syntax", detail))
            return


class _Cutter:
    """Cuts elements off the data, and learns how they begin."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._shape = b""
        self._waste = 0

    def cut(self, gap: int, position: int) -> tuple[int, dict[str, object] | RowFault]:
        """Return where the element at `position` ends, and what it is; `gap` is before it."""
        shape = _shape(self._data, gap, position)
        known = self._shape or shape
        end = _end(self._data, position, self._limit(position, known))
        try:
            value = None if end is None else _parsed(self._data, position, end)
        except RowFault as fault:
            if fault.reason != "json_syntax":
                return end or len(self._data), fault
            return self._next(position, end, known), fault
        if value is None or end is None:
            stop = self._next(position, None, known)
            return stop, _unclosed(stop - position, stop == len(self._data))
        self._shape = shape
        return end, value

    def _limit(self, position: int, known: bytes) -> int:
        limit = position + ROW_BYTES
        following = -1
        if self._waste > _WASTE and known:
            following = self._data.find(known, position + 1, limit)
        return limit if following < 0 else following

    def _next(self, position: int, end: int | None, known: bytes) -> int:
        """Return where reading goes on: at the next beginning, or else behind it all."""
        last = len(self._data) if end is None else end
        self._waste += min(last - position, ROW_BYTES)
        begin = self._data.find(known, position + 1, last) if known else -1
        return last if begin < 0 else begin


def _unclosed(length: int, at_end: bool) -> RowFault:
    if length > ROW_BYTES:
        found = f"an object of over {ROW_BYTES:,} bytes"
        return RowFault("row_too_long", f"{found}; expected a shorter one, or its last bracket")
    found = "the file ends inside an object" if at_end else "a quote or bracket never closes"
    return RowFault("json_syntax", f"{found}; export it again")


def _shape(data: bytes, gap: int, position: int) -> bytes:
    """Return the white space before an object, its bracket and its first key; else nothing."""
    key = _FIRST_KEY.match(data, position, position + RAW_BYTES)
    return data[gap:position].rpartition(b",")[2] + key[0] if key else b""


def _end(data: bytes, position: int, limit: int) -> int | None:
    """Return where the value ends that begins at `position`; None if not before `limit`."""
    if data[position] not in b"[{":
        found = _SCALAR.match(data, position, limit)
        return found.end() if found else position + 1
    depth = 0
    for mark in _MARK.finditer(data, position, limit):
        if mark[0] in (b"{", b"["):
            depth += 1
        elif mark[0] in (b"}", b"]"):
            depth -= 1
            if not depth:
                return mark.end()
    return None


def _parsed(data: bytes, position: int, end: int) -> dict[str, object]:
    if data[position] == _OPEN_OBJECT and data[end - 1] != _CLOSE_OBJECT:
        # It never closes, so there are others in it, whose faults are not its own.
        raise RowFault("json_syntax", "a bracket never closes; export it again")
    try:
        text = data[position:end].decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[position + error.start]:02X} is not UTF-8"
        raise RowFault("bad_encoding", f"{found}; save the file as UTF-8") from None
    return parse_object(text, "a JSON object")


def _as_utf8(raw: bytes) -> tuple[bytes, bool]:
    """Return the bytes as UTF-8, and whether they were; what is no character stays wrong."""
    _, encoding = byte_order_mark(raw[:4], "utf-8")
    if encoding == "utf-8":
        return raw, True
    whole = len(raw) // 2 * 2
    text = raw[:whole].decode(encoding, "surrogatepass")
    return text.encode("utf-8", "surrogatepass") + b"\xff" * (len(raw) - whole), False


def _after_gap(data: bytes, position: int) -> int:
    found = _GAP.match(data, position)
    return found.end() if found else position


def _beginning(file: Input, data: bytes, path: str) -> int:
    """Return where the array, or the first of several objects, begins."""
    position = _after_gap(data, len(BOM_UTF8) * data.startswith(BOM_UTF8))
    first = data[position : position + 1]
    if not first:
        raise IngestError(f"{file}: the file is empty; export it again")
    if first not in (b"[", b"{"):
        raise IngestError(f"{file}: not JSON; expected an array of objects, or state format")
    if first == b"[" and not path:
        return position
    arrays, is_alone = _arrays(file, data, position)
    if path in arrays:
        return arrays[path]
    if not path and not is_alone:
        return position
    found = [name for name, place in arrays.items() if _holds_objects(data, place)]
    if len(found) == 1 and not path:
        return arrays[found[0]]
    names = ", ".join(map(shorten, found[:_SHOWN_NAMES])) or "no array of objects"
    there = f"nothing at {path}, but {names}" if path else names
    remedy = 'set format = "json:NAME" to the one to read'
    raise IngestError(f"{file}: {printable(there)}; {remedy}")


def _arrays(file: Input, data: bytes, position: int) -> tuple[dict[str, int], bool]:
    """Return the arrays that are in no other one, by their path, and whether one value is all."""
    arrays: dict[str, int] = {}
    keys: list[str] = []
    key, inside, ended = "", 0, 0
    for mark in _KEY.finditer(data, position):
        sign = data[mark.start()]
        if inside:
            inside += (sign == _OPEN_ARRAY) - (sign == _CLOSE_ARRAY)
        elif mark[1]:
            key = mark[1][1:-1].decode(errors="backslashreplace")
        elif sign == _OPEN_ARRAY:
            arrays.setdefault(".".join((*keys[1:], key)), mark.start())
            inside = 1
        elif sign == _OPEN_OBJECT:
            if ended and not keys and not data[ended : mark.start()].strip():
                return arrays, False
            keys.append(key)
        elif sign == _CLOSE_OBJECT and keys:
            keys.pop()
            ended = mark.end()
        if len(keys) > MAX_DEPTH:
            raise IngestError(f'{file}: nested over {MAX_DEPTH} deep; state format = "json:PATH"')
    return arrays, True


def _holds_objects(data: bytes, place: int) -> bool:
    return data[_after_gap(data, place + 1) :][:1] == b"{"
