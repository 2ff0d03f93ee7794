"""From the cells of a row to typed values, or to the one reason why not."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from ingest.sources.rows import RowFault, shorten

FIRST_YEAR, LAST_YEAR = 1990, 2100
EPOCHS = {"unix": 1.0, "unix_ms": 1000.0}
"""Values of ``date_format`` for times counted from 1970: name to units per second."""
ISO = "iso"
"""How a ``date_format`` of several forms says ISO 8601."""
EITHER = " | "
"""What sets off the forms of a ``date_format``; the first that fits a cell reads it."""
SHORT_CHARS = 1000
"""Longest name, identifier or key."""

_NUMBER = re.compile(
    r"[+-]?(?=\.?[0-9])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
)
_NUMBER_CHARS = 40
_MONEY_MARKS = re.compile(r"^(?:[$€£¥]|[A-Z]{3})\s*|\s*(?:[$€£¥]|[A-Z]{3})$")
_MONTH = re.compile(r"\d{4}-\d{2}")
_EXACT = 2**53
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cells:
    """One row, read by our names for its fields.

    Every method returns None for an absent or blank cell and raises `RowFault`, naming the
    column, what was found and what would be accepted, for a cell it cannot read.
    """

    fields: Mapping[str, object]
    columns: Mapping[str, str]
    """Our field name to the file's column, for the fields that the file has."""
    date_format: str = ""

    def raw(self, field: str) -> object:
        """Return the cell as it is."""
        column = self.columns.get(field)
        value = None if column is None else self.fields.get(column)
        if isinstance(value, RowFault):
            raise value
        return value

    def text(self, field: str) -> str | None:
        """Return the cell as text of any length, without outer blanks."""
        value = self.raw(field)
        if value is None or isinstance(value, str):
            return (value and value.strip()) or None
        return _plain(value)

    def name(self, field: str) -> str | None:
        """Return the cell as text of at most `SHORT_CHARS` characters on one line."""
        value = self.text(field)
        if value is None:
            return None
        if len(value) > SHORT_CHARS:
            detail = f"{self._column(field)} has {len(value):,} characters"
            raise RowFault("field_too_long", f"{detail}; expected at most {SHORT_CHARS:,}")
        return " ".join(value.split())

    def required(self, field: str) -> str:
        """Return the cell as `name` does; a blank one is a missing identifier."""
        value = self.name(field)
        if value is None:
            place = self._column(field)
            raise RowFault("missing_id", f"{place} is empty; expected the name the row goes by")
        return value

    def number(self, field: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """Return a number from `low` to `high`; thousands may be set off by commas."""
        text = self.text(field)
        return None if text is None else self._number(field, text, text, low, high)

    def money(self, field: str) -> float | None:
        """Return an amount of 0 or more; a sign or code of a currency is passed over."""
        text = self.text(field)
        if text is None:
            return None
        return self._number(field, text, _MONEY_MARKS.sub("", text), 0.0, math.inf)

    def share(self, field: str) -> float | None:
        """Return a probability from 0 to 1; ``60%`` and numbers above 1 are percentages."""
        text = self.text(field)
        if text is None:
            return None
        value = self._number(field, text, text.removesuffix("%").rstrip(), 0.0, 100.0)
        return value / 100 if value > 1 or text.endswith("%") else value

    def integer(self, field: str, low: int, high: int) -> int | None:
        """Return a whole number from `low` to `high`."""
        value = self.number(field, low, high)
        if value is not None and value != int(value):
            raise RowFault("bad_number", f"{self._found(field)}; expected a whole number")
        return None if value is None else int(value)

    def moment(self, field: str) -> datetime | None:
        """Return a time in UTC; one without a zone is taken as UTC."""
        value = self.raw(field)
        if isinstance(value, datetime):
            time = value
        elif isinstance(value, date):
            time = datetime(value.year, value.month, value.day)
        else:
            text = self.text(field)
            if text is None:
                return None
            time = self._time(field, text)
        if not FIRST_YEAR <= time.year <= LAST_YEAR:
            expected = f"expected a year from {FIRST_YEAR} to {LAST_YEAR}"
            raise RowFault("date_out_of_range", f"{self._found(field)}; {expected}")
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)

    def required_moment(self, field: str) -> datetime:
        """Return a time in UTC; a blank cell is a bad date."""
        time = self.moment(field)
        if time is None:
            raise RowFault(
                "bad_date", f"{self._column(field)} is empty; expected {self._example()}"
            )
        return time

    def day(self, field: str) -> date | None:
        """Return a date; of a time, its date in UTC."""
        time = self.moment(field)
        return None if time is None else time.date()

    def choice(self, field: str, options: Mapping[str, T]) -> T | None:
        """Return what the word in the cell stands for, in capitals or not."""
        word = self.name(field)
        if word is None:
            return None
        if word.casefold() not in options:
            expected = f"expected {', '.join(options)}"
            raise RowFault("bad_value", f"{self._found(field)}; {expected}")
        return options[word.casefold()]

    def _number(self, field: str, shown: str, text: str, low: float, high: float) -> float:
        if len(text) > _NUMBER_CHARS:
            found = f"{self._column(field)} has {len(text):,} characters"
            raise RowFault("number_out_of_range", f"{found}; expected a number")
        if not _NUMBER.fullmatch(text):
            raise RowFault(
                "bad_number", f"{self._found(field)}; expected a number such as 1,200.50"
            )
        value = float(text.replace(",", ""))
        if not (math.isfinite(value) and low <= value <= high):
            found = f"{self._column(field)} is {shown}"
            raise RowFault("number_out_of_range", f"{found}; expected {_range(low, high)}")
        return value

    def _time(self, field: str, text: str) -> datetime:
        for form in self.date_format.split(EITHER):
            try:
                return _time(text, form)
            except (ValueError, OverflowError, OSError):
                continue
        found = f"{self._found(field)}; expected {self._example()}"
        raise RowFault("bad_date", found)

    def _example(self) -> str:
        if self.date_format:
            return f"a date by date_format {self.date_format!r}"
        return "ISO 8601 such as 2024-06-01T09:30:00Z, or set date_format"

    def _found(self, field: str) -> str:
        return f"{self._column(field)} is {shorten(self.text(field) or '')!r}"

    def _column(self, field: str) -> str:
        return shorten(self.columns.get(field, field))


def _time(text: str, form: str) -> datetime:
    if form in EPOCHS:
        return datetime.fromtimestamp(float(text) / EPOCHS[form], UTC)
    if form and form != ISO:
        return datetime.strptime(text, form)
    return datetime.fromisoformat(_iso(text))


def _iso(text: str) -> str:
    if _MONTH.fullmatch(text):
        return f"{text}-01"
    return f"{text[:-4]}Z" if text.endswith(" UTC") else text


def _plain(value: object) -> str | None:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, float) and math.isnan(value):
        return None  # how tables written by pandas say that a number is missing
    if isinstance(value, list):
        return "; ".join(filter(None, map(_plain, value))) or None
    return None if value is None else str(value).strip() or None


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return "a number" if math.isinf(low) else f"{low:g} or more"
    return f"{low:g} to {high:g}"
