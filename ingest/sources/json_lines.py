"""JSON Lines: one object a line, with the limits that the standard parser lacks."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

from groundswell.domain import QuarantinedRow
from ingest.sources.lines import Line, read_lines
from ingest.sources.rows import MAX_COLUMNS, RAW_BYTES, RawRow, RowFault, check_fields, check_text

MAX_DEPTH = 64
"""Objects and arrays inside one another."""

_MARK = re.compile(r'\\.|["\[\]{}]')
_INT64_DIGITS = 19


def read_jsonl(path: Path, encoding: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per line; the keys of the object are its columns.

    Raises
    ------
    IngestError
        The file cannot be opened or is empty.
    """
    for line in read_lines(path, encoding):
        if not line.text.strip():
            continue
        try:
            yield RawRow(line.number, line.start, line.end, _fields(line))
        except RowFault as fault:
            raw = line.text[:RAW_BYTES]
            yield QuarantinedRow(line.number, line.start, line.end, fault.reason, fault.detail, raw)


def _fields(line: Line) -> dict[str, object]:
    if line.fault:
        raise RowFault(line.fault, line.detail)
    check_text(line.text)
    if line.text.count("[") + line.text.count("{") > MAX_DEPTH:
        _check_depth(line.text)
    try:
        fields = _DECODER.decode(line.text)
    except json.JSONDecodeError as error:
        found = f"{error.msg} at column {error.colno}"
        raise RowFault("json_syntax", f"{found}; expected one JSON object a line") from None
    if not isinstance(fields, dict):
        raise RowFault("json_syntax", 'not an object; expected one such as {"text": "..."}')
    if len(fields) > MAX_COLUMNS:
        raise RowFault("field_count", f"{len(fields):,} keys; expected at most {MAX_COLUMNS}")
    check_fields(fields)
    return fields


def _check_depth(text: str) -> None:
    depth, inside_string = 0, False
    for mark in _MARK.finditer(text):
        if mark[0] == '"':
            inside_string = not inside_string
        elif not inside_string:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
        if depth > MAX_DEPTH:
            raise RowFault("json_too_deep", f"nested over {MAX_DEPTH} deep; expected a flat object")


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) <= _INT64_DIGITS + 1 else 1 << 63
    if not -(1 << 63) <= value < 1 << 63:
        found = f"an integer of {len(digits):,} digits"
        raise RowFault("number_out_of_range", f"{found}; expected 64 bits, or a string for an id")
    return value


def _fraction(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise RowFault("number_out_of_range", "a number beyond 64-bit floating point")
    return value


def _no_constant(name: str) -> object:
    raise RowFault("bad_number", f"{name} is not JSON; expected a number or null")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_fraction, parse_constant=_no_constant)
