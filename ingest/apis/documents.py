"""From a reply to JSON values, and from a JSON object to a flat row."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import cast

from groundswell.domain import QuarantinedRow
from ingest.apis.source import Reply, Trouble, Unusable
from ingest.sources.json_values import (
    MAX_DEPTH,
    read_fraction,
    read_integer,
    refuse_constant,
)
from ingest.sources.rows import (
    MAX_COLUMNS,
    RAW_BYTES,
    ROW_BYTES,
    RawRow,
    RowFault,
    check_fields,
    shorten,
)
from ingest.values import FIRST_YEAR, LAST_YEAR

_TELLING = ("name", "title", "label", "login", "value", "text", "body", "tag", "id")
"""What stands for an object in a list of objects: the first of these that it has."""


def read_json(reply: Reply) -> object:
    """Return the document of a reply.

    A number that no 64 bits hold becomes the `RowFault` to raise when somebody needs it.

    Raises
    ------
    Trouble
        Not JSON: broken off, or no words at all.
    Unusable
        A page of HTML, as a proxy or a form to log in sends it.
    """
    try:
        document: object = _DECODER.decode(reply.body.decode("utf-8-sig"))
    except RecursionError:
        raise Unusable("nested too deep; check that url leads to the API") from None
    except ValueError:
        if reply.body.lstrip()[:1] == b"<":
            raise Unusable(
                "answered with a page of HTML where JSON was expected, perhaps a form to log in;"
                " check the secret and url"
            ) from None
        raise Trouble("the reply is not whole") from None
    return document


def at(document: object, path: str) -> object:
    """Return what stands at a path such as ``data.items``; None where there is nothing."""
    for name in filter(None, path.split(".")):
        if isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        else:
            document = document.get(name) if isinstance(document, dict) else None
    return document


def text_at(document: object, path: str) -> str:
    """Return the text or number at a path as text; empty where there is neither."""
    found = at(document, path)
    plain = isinstance(found, str | int | float) and not isinstance(found, bool)
    return str(found) if plain else ""


def items_at(document: object, path: str) -> Sequence[object]:
    """Return the list at a path.

    Raises
    ------
    Trouble
        There is no list: the reply is not the one that was asked for.
    """
    found = at(document, path)
    if not isinstance(found, list):
        raise Trouble(f"the reply has no list {shorten(path) or 'of items'}")
    return found


def moments(items: Iterable[object], path: str) -> Sequence[datetime]:
    """Return the times at a path of each item that has one, in UTC."""
    found = (moment(at(item, path)) for item in items)
    return [time for time in found if time is not None]


def moment(value: object) -> datetime | None:
    """Return a time from ISO 8601 or seconds since 1970; None for anything else."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            time = datetime.fromtimestamp(value, UTC)
        else:
            return None
        time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return time if FIRST_YEAR <= time.year <= LAST_YEAR else None


def to_row(number: int, item: object) -> RawRow | QuarantinedRow:
    """Return an item as a row of flat columns, or quarantined if no row can hold it.

    Names are joined by dots: ``user.login``. A list of scalars stays a list; of a list of
    objects each becomes its name, title, label, login, value, text, body, tag or id.
    """
    try:
        fields = _fields(item)
    except RowFault as fault:
        raw = shorten(_shown(item), RAW_BYTES)
        return QuarantinedRow(number, None, None, fault.reason, fault.detail, raw)
    return RawRow(number, None, None, fields)


def _fields(item: object) -> dict[str, object]:
    if not isinstance(item, dict):
        raise RowFault("json_syntax", "not an object; expected one with named values")
    fields = dict(_flat(cast("dict[str, object]", item), "", 0))
    if len(fields) > MAX_COLUMNS:
        raise RowFault("field_count", f"{len(fields):,} keys; expected at most {MAX_COLUMNS}")
    check_fields(fields)
    size = sum(len(str(value)) for value in fields.values())
    if size > ROW_BYTES:
        raise RowFault("row_too_long", f"{size:,} characters; expected at most {ROW_BYTES:,}")
    return fields


def _flat(item: dict[str, object], before: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > MAX_DEPTH:
        raise RowFault("json_too_deep", f"nested over {MAX_DEPTH} deep; expected a flat object")
    for key, value in item.items():
        name = before + key
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.", depth + 1)
        elif isinstance(value, list):
            yield name, [word for word in map(_telling, value) if word is not None]
        else:
            yield name, value


def _telling(value: object) -> object:
    if isinstance(value, dict):
        return next((found for key in _TELLING if _is_scalar(found := value.get(key))), None)
    return value if _is_scalar(value) else None


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _shown(item: object) -> str:
    try:
        return json.dumps(item, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return "(nested too deep to be shown)"


def _or_fault(read: Callable[[str], object]) -> Callable[[str], object]:
    """Return a reader of numbers that gives what is wrong with one instead of raising it."""

    def read_or_fault(digits: str) -> object:
        try:
            return read(digits)
        except RowFault as fault:
            return fault

    return read_or_fault


_DECODER = json.JSONDecoder(
    parse_int=_or_fault(read_integer),
    parse_float=_or_fault(read_fraction),
    parse_constant=_or_fault(refuse_constant),
)
