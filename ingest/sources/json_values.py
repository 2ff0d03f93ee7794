"""JSON objects as rows, with the limits that the standard parser lacks."""

import json
import math
import re
from collections.abc import Iterator, Mapping

from ingest.sources.archives import printable
from ingest.sources.rows import MAX_COLUMNS, RowFault, check_fields, check_text, shorten

MAX_DEPTH = 64
"""Objects and arrays inside one another."""

_MARK = re.compile(r'\\.|["\[\]{}]')
_INT64_DIGITS = 19
_NAME_CHARS = 1000


def parse_object(text: str, expected: str) -> dict[str, object]:
    """Return the object that a text is, its values as they are nested.

    Parameters
    ----------
    expected
        What should stand there, for the message.

    Raises
    ------
    RowFault
        It is no object, too deep, or holds characters or numbers that no row may hold.
    """
    check_text(text)
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        found = f"{error.msg} at column {error.colno}"
        raise RowFault("json_syntax", f"{found}; expected {expected}") from None
    if not isinstance(value, dict):
        raise RowFault("json_syntax", 'not an object; expected one such as {"text": "..."}')
    return value


def flatten(value: Mapping[str, object]) -> dict[str, object]:
    """Return the columns of an object.

    An object inside it gives a column for each of its keys, ``user.login``. A list of plain
    values stays a list; of any other list only the length is kept, as ``comments.length``. The
    second of two columns of one name is called ``user.login (2)``.

    Raises
    ------
    RowFault
        More than `MAX_COLUMNS` columns, or a name or value that no field may have.
    """
    fields: dict[str, object] = {}
    for name, leaf in _leaves(value, ""):
        same, number = name, 1
        while name in fields:
            number += 1
            name = f"{same} ({number})"
        if len(name) > _NAME_CHARS:  # names of nested keys add up, so many long ones cost much
            found = f"{printable(shorten(name))} is a name of {len(name):,} characters"
            raise RowFault("field_too_long", f"{found}; expected at most {_NAME_CHARS:,}")
        fields[name] = leaf
        if len(fields) > MAX_COLUMNS:
            raise RowFault("field_count", f"over {MAX_COLUMNS} keys; expected at most that many")
    check_text("".join(fields))
    check_fields(fields)
    return fields


def _leaves(value: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, part in value.items():
        name = prefix + key
        if isinstance(part, dict):
            yield from _leaves(part, f"{name}.")
        elif isinstance(part, list) and any(isinstance(item, (dict, list)) for item in part):
            yield f"{name}.length", len(part)
        else:
            yield name, part


def _check_depth(text: str) -> None:
    depth, inside_string = 0, False
    for mark in _MARK.finditer(text):
        if mark[0] == '"':
            inside_string = not inside_string
        elif not inside_string:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
        if depth > MAX_DEPTH:
            raise RowFault("json_too_deep", f"nested over {MAX_DEPTH} deep; expected a flat object")


def read_integer(digits: str) -> int:
    """Return an integer of 64 bits; raises `RowFault` for a larger one."""
    value = int(digits) if len(digits) <= _INT64_DIGITS + 1 else 1 << 63
    if not -(1 << 63) <= value < 1 << 63:
        found = f"an integer of {len(digits):,} digits"
        raise RowFault("number_out_of_range", f"{found}; expected 64 bits, or a string for an id")
    return value


def read_fraction(digits: str) -> float:
    """Return a finite number; raises `RowFault` for one beyond 64-bit floating point."""
    value = float(digits)
    if math.isinf(value):
        raise RowFault("number_out_of_range", "a number beyond 64-bit floating point")
    return value


def refuse_constant(name: str) -> object:
    """Raise `RowFault` for ``NaN`` and the like, which are not JSON."""
    raise RowFault("bad_number", f"{name} is not JSON; expected a number or null")


_DECODER = json.JSONDecoder(
    parse_int=read_integer, parse_float=read_fraction, parse_constant=refuse_constant
)
