"""Propose the settings of a source from its file, for `groundswell init`.

Only here are names of columns guessed, and every guess says what it rests on; at run time
config.toml alone decides.
"""

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from groundswell.config import SourceKind
from groundswell.errors import IngestError
from ingest.cleaning import clean_text
from ingest.mapping import KINDS
from ingest.privacy import redact
from ingest.reading import open_rows
from ingest.sources.lines import open_input
from ingest.sources.rows import RawRow, RowFault, shorten
from ingest.synonyms import CHANNELS, SYNONYMS, plain
from ingest.values import Cells

_ROWS = 200
_SNIFFED_BYTES = 1 << 16
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE_ROWS = 3
_SAMPLE_CHARS = 120
_MOST = 0.9
"""Share of a column's cells that must have a form before the column is said to have it."""
_WORDS = 4.0
"""Mean words in a cell from which a column is taken for text that somebody wrote."""
_DATE_FORMATS = (
    *("%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d"),
    *("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
    *("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p"),
    *("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%a, %d %b %Y %H:%M:%S %z"),
    *("%Y年%m月%d日", "unix", "unix_ms"),
)
_DATE_FIELDS = frozenset(
    ("created_at", "date", "close_date", "renewal_date", "churned_at", "started", "finished")
)
_SIGNATURES: Mapping[SourceKind, Sequence[Sequence[str]]] = {
    "signals": (("signal", "key", "value"),),
    "capacity": (("team", "release", "person_days"),),
    "deals": (("opp_id", "stage", "amount"), ("opp_id", "stage", "close_date")),
    "changelog": (("version", "date", "release"),),
    "work_history": (("item_id", "title", "actual_days"),),
    "backlog": (("item_id", "title", "est_days"),),
    "accounts": (("account_id", "arr"), ("account_id", "segment"), ("account_id", "renewal_date")),
}
"""Fields that, found together by name, tell a kind; tried in this order, else it is feedback."""
_KIND_REASONS: Mapping[SourceKind, str] = {
    "feedback": "since it is none of the others (likely)",
    "trends": "a time and numbers from 0 to 100 in every other column (likely)",
}
_TIME_COLUMNS = frozenset(("day", "week", "month", "time"))

Columns = Mapping[str, Sequence[object]]
"""Column name to its cells that are not blank, in file order."""


@dataclass(frozen=True, slots=True)
class GuessedSource:
    """Settings that fit a file, and what they rest on."""

    kind: SourceKind
    format: str
    columns: Mapping[str, str]
    """Our field name to the file's column."""
    date_format: str
    channel: str
    notes: tuple[str, ...]
    """A sentence for each guess: why, and whether it is sure."""
    sample: tuple[Mapping[str, str], ...]
    """The first rows by our field names, shortened, without personal data."""


def guess_mapping(path: Path) -> GuessedSource:
    """Look at the first 200 rows of a file and propose the settings of a source.

    Raises
    ------
    IngestError
        The file cannot be read, or has no usable row.
    """
    form, notes = _format(path)
    read = islice(open_rows(path, form, path.stem), _ROWS)
    rows = [row for row in read if isinstance(row, RawRow)]
    if not rows:
        raise IngestError(f"{path}: no row can be read; see that its first line names the columns")
    cells = _cells(rows)
    kind = _kind(path, cells)
    notes["kind"] = f"{kind}, {_KIND_REASONS.get(kind, 'by the names of its columns (sure)')}"
    columns = {} if kind == "trends" else _by_name(kind, cells, notes)
    if kind == "feedback":
        columns = _by_content(columns, cells, notes)
    date_format = _date_format(kind, columns, cells, notes)
    channel = _channel(path) if kind == "feedback" and "channel" not in columns else ""
    sentences = tuple(f"{about}: {why}" for about, why in notes.items())
    sample = tuple(_shown(row, columns, date_format) for row in rows[:_SAMPLE_ROWS])
    return GuessedSource(kind, form, columns, date_format, channel, sentences, sample)


def _format(path: Path) -> tuple[str, dict[str, str]]:
    name = path.suffix.removeprefix(".").lower()
    if name in ("csv", "tsv", "jsonl", "ndjson", "md"):
        with open_input(path) as file:
            start = file.read(_SNIFFED_BYTES)
        if not start.startswith(_UTF16_MARKS) and not _is_utf8(start):
            note = "not UTF-8, taken for Windows-1252 (likely; see that accents are right)"
            return f"{name}:cp1252", {"encoding": note}
    return name, {}


def _is_utf8(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)  # may end inside a character
    except UnicodeDecodeError:
        return False
    return True


def _cells(rows: Sequence[RawRow]) -> Columns:
    columns: dict[str, list[object]] = {}
    for row in rows:
        for name, value in row.fields.items():
            filled = columns.setdefault(name, [])
            if value is not None and not isinstance(value, RowFault) and str(value).strip():
                filled.append(value)
    return columns


def _kind(path: Path, cells: Columns) -> SourceKind:
    if path.suffix.lower() == ".md":
        return "changelog"
    first = next(iter(cells))
    if plain(first) in _TIME_COLUMNS and all(
        _most(values, lambda value: str(value) == "<1" or _between(value, 0, 100))
        for name, values in cells.items()
        if name not in (first, "isPartial")
    ):
        return "trends"
    for kind, signatures in _SIGNATURES.items():
        found = _by_name(kind, cells, {})
        if any(set(fields) <= set(found) for fields in signatures):
            return kind
    return "feedback"


def _by_name(kind: SourceKind, cells: Columns, notes: dict[str, str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for field, names in SYNONYMS[kind].items():
        known = {plain(name): name for name in cells if name not in columns.values()}
        column = next((known[name] for name in names if name in known), None)
        if column is not None and _fits(field, cells[column]):
            columns[field] = column
            notes[field] = f"{column}, by its name (sure)"
    return columns


def _fits(field: str, values: Sequence[object]) -> bool:
    """Whether what stands in a column may be the field its name suggests."""
    if field == "rating":
        return _most(values, lambda value: _between(value, 1, 5))
    if field == "nps":
        return _most(values, lambda value: _between(value, 0, 10))
    if field in ("id", "item_id", "opp_id", "account_id"):
        return bool(values)
    return True


def _by_content(columns: dict[str, str], cells: Columns, notes: dict[str, str]) -> dict[str, str]:
    """Add what feedback must have, found by what stands in the columns."""
    found = dict(columns)
    if "id" in found and not _mostly_distinct(cells[found["id"]]):
        notes["id"] = f"{found.pop('id')} repeats its values, so a row goes by what it says"
    free = {name: values for name, values in cells.items() if name not in found.values()}
    longest = max(free, key=lambda name: _mean_words(free[name]), default="")
    if "text" not in found and longest and _mean_words(free[longest]) >= _WORDS:
        found["text"] = longest
        notes["text"] = f"{longest}, the longest texts stand there (likely)"
    if "text" not in found and "title" in found:
        found["text"] = found.pop("title")
        notes["text"] = f"{found['text']}, nothing longer is there (likely)"
        del notes["title"]
    _add_first(found, notes, free, "created_at", "its values are dates", _formats)
    if "nps" not in found:
        _add_first(found, notes, free, "rating", "whole numbers from 1 to 5", _looks_rated)
    for field in KINDS["feedback"].required:
        if field not in found:
            notes[field] = f"no column looks like it; set columns.{field}"
    return found


def _add_first(
    found: dict[str, str],
    notes: dict[str, str],
    free: Columns,
    field: str,
    why: str,
    has_form: Callable[[Sequence[object]], object],
) -> None:
    column = next((name for name, values in free.items() if has_form(values)), None)
    if field not in found and column is not None:
        found[field] = column
        notes[field] = f"{column}, {why} (likely)"


def _date_format(
    kind: SourceKind, columns: Mapping[str, str], cells: Columns, notes: dict[str, str]
) -> str:
    dated = [column for field, column in columns.items() if field in _DATE_FIELDS]
    if kind == "trends":
        dated = [next(iter(cells))]
    values = [value for column in dated for value in cells[column]]
    formats = _formats(values)
    if not values or formats[:1] == [""]:
        return ""
    if not formats:
        notes["date_format"] = f"{shorten(str(values[0]))!r} is not known; set date_format"
        return ""
    if len(formats) > 1:
        others = " and ".join(formats[1:])
        notes["date_format"] = f"{formats[0]} fits every date, but so does {others}; check it"
    else:
        notes["date_format"] = f"{formats[0]} fits every date (sure)"
    return formats[0]


def _formats(values: Sequence[object]) -> list[str]:
    """List the formats that read most of the values; ISO 8601, the empty one, excludes others."""
    if _most(values, partial(_is_date, form="")):
        return [""]
    return [form for form in _DATE_FORMATS if _most(values, partial(_is_date, form=form))]


def _is_date(value: object, form: str) -> bool:
    try:
        return Cells({"date": value}, {"date": "date"}, form).moment("date") is not None
    except RowFault:
        return False


def _most(values: Sequence[object], has_form: Callable[[object], bool]) -> bool:
    return bool(values) and sum(map(has_form, values)) >= _MOST * len(values)


def _between(value: object, low: float, high: float) -> bool:
    try:
        Cells({"number": value}, {"number": "number"}).number("number", low, high)
    except RowFault:
        return False
    return True


def _mostly_distinct(values: Sequence[object]) -> bool:
    return len(set(map(str, values))) >= _MOST * len(values)


def _looks_rated(values: Sequence[object]) -> bool:
    return _most(values, lambda value: str(value) in "12345") and len(set(map(str, values))) > 1


def _mean_words(values: Sequence[object]) -> float:
    return sum(len(str(value).split()) for value in values) / max(len(values), 1)


def _channel(path: Path) -> str:
    name = plain(path.stem)
    return next((channel for part, channel in CHANNELS.items() if part in name), "")


def _shown(row: RawRow, columns: Mapping[str, str], date_format: str) -> dict[str, str]:
    cells = Cells(row.fields, columns or {name: name for name in row.fields}, date_format)
    shown = {}
    for field in cells.columns:
        value = row.fields.get(cells.columns[field])
        text = "" if value is None or isinstance(value, RowFault) else clean_text(str(value))
        shown[field] = shorten(redact(" ".join(text.split())), _SAMPLE_CHARS)
    return shown
