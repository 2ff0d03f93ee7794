"""Rows on their way from the parsing process: JSON, so that nothing in them can act.

A line is one message: ``{"rows": [...]}``, then ``{"end": true}`` or ``{"error": "..."}``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter

from groundswell.domain import AcceptedRow, QuarantinedRow, ReadRow, Row

_KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in (*get_args(Row), QuarantinedRow)}


def write_rows(rows: Iterable[ReadRow]) -> str:
    """Return one message with the rows; it has no line break in it."""
    return json.dumps({"rows": [_told(row) for row in rows]}, default=_spell)


def read_rows(told: Sequence[Any]) -> list[ReadRow]:
    """Return the rows of a message.

    Raises
    ------
    ValueError
        They are not what `write_rows` writes.
    """
    return [_heard(row) for row in told]


def _told(row: ReadRow) -> list[Any]:
    if isinstance(row, QuarantinedRow):
        return ["", _fields(row)]
    return [type(row.value).__name__, _fields(row.value), row.line, row.observed_at]


def _heard(told: list[Any]) -> ReadRow:
    if not told[0]:
        refused: QuarantinedRow = _adapter("QuarantinedRow").validate_python(told[1])
        return refused
    if told[0] not in _KINDS:
        raise ValueError(f"no such kind of row: {told[0]!r}")
    value: Row = _adapter(told[0]).validate_python(told[1])
    observed_at = None if told[3] is None else datetime.fromisoformat(told[3])
    return AcceptedRow(int(told[2]), value, observed_at)


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _names(type(value).__name__)}


@cache
def _names(kind: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(_KINDS[kind]))


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(_KINDS[kind])


def _spell(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be sent")
