"""What every reader yields, and the limits that every row of every format must keep."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from groundswell.domain import QuarantineReason
from ingest.sources.archives import printable

ROW_BYTES = 1_000_000
"""Longest row, all its lines together."""
FIELD_CHARS = 131_072
"""Longest field, in characters."""
MAX_COLUMNS = 512
MARKS_IN_A_ROW = 30
"""Combining marks on one character; normalising takes quadratic time in their number."""
RAW_BYTES = 4096
"""How much of a row the quarantine keeps."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as the file has it: well formed, but not yet understood."""

    line: int
    """1-based line (text files) or row (sheets, Parquet) where it begins."""
    byte_start: int | None
    """None where the format has no byte offsets."""
    byte_end: int | None
    fields: Mapping[str, object]
    """Column name to str; typed formats also give int, float, bool, date, datetime, list, None.

    A cell that holds no value (``#REF!``) is the `RowFault` to raise when somebody needs it.
    """


class RowFault(Exception):
    """Why one row cannot be used; whoever reads the row turns it into a quarantined row."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def check_text(text: str) -> None:
    """Raise `RowFault` if no field may hold this text: NUL, lone surrogate, a pile of marks."""
    if "\0" in text:
        raise RowFault("nul_byte", "a NUL character; expected text without one")
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        detail = "half of a surrogate pair; expected whole characters"
        raise RowFault("lone_surrogate", detail) from None
    if any(_piles_up(run[0]) for run in _possible_pile().finditer(text)):
        detail = f"over {MARKS_IN_A_ROW} combining marks in a row; expected fewer"
        raise RowFault("too_many_marks", detail)


def check_fields(fields: Mapping[str, object]) -> None:
    """Raise `RowFault` if a field is too long or holds text that no field may hold."""
    for name, value in fields.items():
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, str):
                check_length(name, part)
                check_text(part)


def check_length(name: str, value: str) -> None:
    """Raise `RowFault` if the field is longer than `FIELD_CHARS`."""
    if len(value) > FIELD_CHARS:
        found = f"{printable(shorten(name))} has {len(value):,} characters"
        raise RowFault("field_too_long", f"{found}; expected at most {FIELD_CHARS:,}")


def has_value(values: Iterable[object]) -> bool:
    """Whether anything stands in the row; a row of empty cells is a blank line."""
    return any(
        value is not None and (not isinstance(value, str) or value.strip()) for value in values
    )


def column_names(cells: Iterable[object]) -> tuple[str, ...]:
    """Return a name of its own for each column.

    A column without a name is called ``column 3``, the second of two equal names ``Labels (2)``.
    """
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = "" if cell is None else str(cell).strip()
        name = name or f"column {position}"
        same, number = name, 1
        while name in names:
            number += 1
            name = f"{same} ({number})"
        names.append(name)
    return tuple(names)


def shorten(text: str, limit: int = 60) -> str:
    """Return at most `limit` characters, for a message of one line."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


@cache
def _possible_pile() -> re.Pattern[str]:
    """Find runs of combining marks, or of characters beyond the basic plane, which are rare."""
    marks = "".join(chr(code) for code in range(0x10000) if unicodedata.combining(chr(code)))
    return re.compile(f"[{marks}\U00010000-\U0010ffff]{{{MARKS_IN_A_ROW + 1},}}")


def _piles_up(run: str) -> bool:
    lengths = (len(list(same)) for mark, same in groupby(map(_is_mark, run)) if mark)
    return max(lengths, default=0) > MARKS_IN_A_ROW


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0
