"""What the cells of a column look like: dates, numbers, text that somebody wrote.

Only `ingest.guessing.guess` asks. A column has a form when nine cells in ten have it.
"""

from collections.abc import Callable, Sequence
from functools import partial

from ingest.sources.rows import RowFault
from ingest.values import Cells

MOST = 0.9
"""Share of a column's cells that must have a form before the column is said to have it."""
WORDS = 4.0
"""Mean words in a cell from which a column is taken for text that somebody wrote."""
_DATE_FORMATS = (
    *("%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d"),
    *("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
    *("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p"),
    *("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%a, %d %b %Y %H:%M:%S %z"),
    *("%Y年%m月%d日", "unix", "unix_ms"),
)


def date_formats(values: Sequence[object]) -> list[str]:
    """List the formats that read most of the values; ISO 8601, the empty one, excludes others."""
    if all_dates(values, ""):
        return [""]
    return [form for form in _DATE_FORMATS if all_dates(values, form)]


def all_dates(values: Sequence[object], form: str) -> bool:
    """Whether a format reads most of the values."""
    return most(values, partial(_is_date, form=form))


def most(values: Sequence[object], has_form: Callable[[object], bool]) -> bool:
    """Whether there are values and most have the form."""
    return bool(values) and sum(map(has_form, values)) >= MOST * len(values)


def between(value: object, low: float, high: float) -> bool:
    """Whether a cell holds a number from `low` to `high`."""
    try:
        Cells({"number": value}, {"number": "number"}).number("number", low, high)
    except RowFault:
        return False
    return True


def mostly_distinct(values: Sequence[object]) -> bool:
    """Whether most of the values differ, as identifiers do."""
    return len(set(map(str, values))) >= MOST * len(values)


def looks_rated(values: Sequence[object]) -> bool:
    """Whether most of the values are whole numbers from 1 to 5, and not all the same."""
    return most(values, lambda value: str(value) in "12345") and len(set(map(str, values))) > 1


def mean_words(values: Sequence[object]) -> float:
    """Return the mean number of words in a cell; 0 without cells."""
    return sum(len(str(value).split()) for value in values) / max(len(values), 1)


def _is_date(value: object, form: str) -> bool:
    try:
        return Cells({"date": value}, {"date": "date"}, form).moment("date") is not None
    except RowFault:
        return False
