"""Propose the settings of a source from its file, for `groundswell init`.

Only here are names of columns guessed, and every guess says what it rests on; at run time
config.toml alone decides.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from groundswell.config import SourceConfig, SourceKind
from groundswell.errors import IngestError
from ingest.guessing.column_forms import (
    WORDS,
    all_dates,
    between,
    date_formats,
    looks_rated,
    mean_words,
    most,
    mostly_distinct,
)
from ingest.guessing.sniffing import first_rows, sniff_format
from ingest.guessing.synonyms import CHANNELS, SYNONYMS, plain
from ingest.mapping import KINDS, resolve_columns
from ingest.presets import Preset, load_preset, recognise
from ingest.privacy import Privacy
from ingest.sources.rows import RawRow, RowFault, shorten
from ingest.text.cleaning import clean_text
from ingest.values import Cells

_SAMPLE_ROWS = 3
_SAMPLE_CHARS = 120
_DATE_FIELDS = frozenset(
    ("created_at", "date", "close_date", "renewal_date", "churned_at", "started", "finished")
)
_SIGNATURES: Mapping[SourceKind, Sequence[Sequence[str]]] = {
    "signals": (("signal", "key", "value"),),
    "dependencies": (("item_id", "kind", "other_id"),),
    "usage": (("date", "area", "unique_users"), ("date", "area", "events")),
    "support_cost": (("date", "area", "tickets"), ("date", "area", "minutes")),
    "store_listing": (("date", "app", "rank"), ("date", "app", "ratings")),
    "stars": (("date", "repository", "stars"),),
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
_MAX_VOTES = 1_000_000_000
_TIME_COLUMNS = frozenset(("day", "week", "month", "time"))

Columns = Mapping[str, Sequence[object]]
"""Column name to its cells that are not blank, in file order."""


@dataclasses.dataclass(frozen=True, slots=True)
class GuessedSource:
    """Settings that fit a file, and what they rest on."""

    kind: SourceKind
    format: str
    columns: Mapping[str, str]
    """Our field name to the file's column; an empty one keeps the column of that name unread."""
    date_format: str
    channel: str
    notes: tuple[str, ...]
    """A sentence for each guess: why, and whether it is sure."""
    sample: tuple[Mapping[str, str], ...]
    """The first rows by our field names, shortened, without personal data."""
    preset: str = ""
    """The known export that the file is; it states the columns but for those in `stated`."""
    stated: Mapping[str, str | tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Columns that a source with this preset must state."""


def guess_mapping(path: Path) -> GuessedSource:
    """Look at the first 200 rows of a file and propose the settings of a source.

    Raises
    ------
    IngestError
        The file cannot be read, or has no usable row.
    """
    form, notes = sniff_format(path)
    rows = first_rows(path, form)
    if not rows:
        raise IngestError(f"{path}: no row can be read; see that its first line names the columns")
    cells = _cells(rows)
    preset = recognise(cells)
    known = _known_export(path, preset, form, cells, rows) if preset else None
    if known is not None:
        return known
    kind = _kind(path, cells)
    notes["kind"] = f"{kind}, {_KIND_REASONS.get(kind, 'by the names of its columns (sure)')}"
    columns = {} if kind == "trends" else _by_name(kind, cells, notes)
    if kind == "feedback":
        columns = _by_content(columns, cells, notes)
    date_format = _date_format(_dates(kind, columns, cells), notes)
    updated = columns.get("updated_at")
    if updated is not None and not all_dates(cells[updated], date_format):
        del columns["updated_at"], notes["updated_at"]
    columns |= _turned_off(kind, columns, cells, notes)
    channel = _channel(path) if kind == "feedback" and "channel" not in columns else ""
    sentences = tuple(f"{about}: {why}" for about, why in notes.items())
    sample = tuple(_shown(row, columns, date_format) for row in rows[:_SAMPLE_ROWS])
    return GuessedSource(kind, form, columns, date_format, channel, sentences, sample)


def _known_export(
    path: Path, name: str, form: str, cells: Columns, rows: Sequence[RawRow]
) -> GuessedSource | None:
    """Return the settings with a preset; None if the file lacks what the preset needs."""
    preset = load_preset(name)
    notes = {"preset": f"{name}, by its header (sure)"}
    stated = _asked(preset, cells, notes)
    source = SourceConfig(name=name, path=path, preset=name, columns=stated)
    try:
        columns = resolve_columns(source, cells)
    except IngestError:
        return None  # and take the file for a table of its own make
    notes |= {each: f"{column}, by the preset (sure)" for each, column in columns.items()}
    dates = _dates(preset.kind, columns, cells)
    fits = not dates or all_dates(dates, preset.date_format)
    date_format = "" if fits else _date_format(dates, notes)
    sample = tuple(
        _shown(row, columns, date_format or preset.date_format) for row in rows[:_SAMPLE_ROWS]
    )
    sentences = tuple(f"{about}: {why}" for about, why in notes.items())
    return GuessedSource(
        preset.kind, form, columns, date_format, "", sentences, sample, name, stated
    )


def _asked(
    preset: Preset, cells: Columns, notes: dict[str, str]
) -> dict[str, str | tuple[str, ...]]:
    """Propose the columns that a preset cannot know."""
    stated: dict[str, str | tuple[str, ...]] = {}
    taken = {name for names in preset.columns.values() for name in names}
    free = {name: values for name, values in cells.items() if name not in taken}
    for asked, why in preset.ask.items():
        if asked == "text":
            stated[asked] = tuple(n for n in free if mean_words(free[n]) >= WORDS)
        else:
            stated[asked] = _by_name(preset.kind, free, {}).get(asked, "")
        notes[f"columns.{asked}"] = f"{stated[asked] or 'none found'}; {why}"
    return stated


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
        most(values, lambda value: str(value) == "<1" or between(value, 0, 100))
        for name, values in cells.items()
        if name not in (first, "isPartial")
    ):
        return "trends"
    for kind, signatures in _SIGNATURES.items():
        found = _by_name(kind, cells, {})
        if any(set(fields) <= set(found) for fields in signatures):
            return kind
    return "feedback"


def _turned_off(
    kind: SourceKind, columns: Mapping[str, str], cells: Columns, notes: dict[str, str]
) -> dict[str, str]:
    """Return the fields whose own name a column bears, though it is not what they are."""
    fields = [f for f in KINDS[kind].optional if cells.get(f) and f not in columns]
    for field in fields:
        notes.setdefault(field, "its column holds something else, so it is not read (likely)")
    return dict.fromkeys(fields, "")


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
        return most(values, lambda value: between(value, 1, 5))
    if field == "nps":
        return most(values, lambda value: between(value, 0, 10))
    if field == "votes":
        return most(values, lambda value: between(value, 0, _MAX_VOTES))
    if field in ("id", "item_id", "opp_id", "account_id"):
        return bool(values)
    return True


def _by_content(columns: dict[str, str], cells: Columns, notes: dict[str, str]) -> dict[str, str]:
    """Add what feedback must have, found by what stands in the columns."""
    found = dict(columns)
    if "id" in found and not mostly_distinct(cells[found["id"]]):
        notes["id"] = f"{found.pop('id')} repeats its values, so a row goes by what it says"
    free = {name: values for name, values in cells.items() if name not in found.values()}
    longest = max(free, key=lambda name: mean_words(free[name]), default="")
    if "text" not in found and longest and mean_words(free[longest]) >= WORDS:
        found["text"] = longest
        notes["text"] = f"{longest}, the longest texts stand there (likely)"
    if "text" not in found and "title" in found:
        found["text"] = found.pop("title")
        notes["text"] = f"{found['text']}, nothing longer is there (likely)"
        del notes["title"]
    _add_first(found, notes, free, "created_at", "its values are dates", date_formats)
    if "nps" not in found:
        _add_first(found, notes, free, "rating", "whole numbers from 1 to 5", looks_rated)
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


def _dates(kind: SourceKind, columns: Mapping[str, str], cells: Columns) -> list[object]:
    dated = [column for field, column in columns.items() if field in _DATE_FIELDS]
    if kind == "trends":
        dated = [next(iter(cells))]
    return [value for column in dated for value in cells[column]]


def _date_format(values: Sequence[object], notes: dict[str, str]) -> str:
    formats = date_formats(values)
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


def _channel(path: Path) -> str:
    name = plain(path.stem)
    return next((channel for part, channel in CHANNELS.items() if part in name), "")


def _shown(row: RawRow, columns: Mapping[str, str], date_format: str) -> dict[str, str]:
    cells = Cells(row.fields, columns or {name: name for name in row.fields}, date_format)
    privacy = Privacy(key=bytes(32))  # its key matters to pseudonyms alone
    shown = {}
    for field in filter(cells.columns.get, cells.columns):
        value = row.fields.get(cells.columns[field])
        text = "" if value is None or isinstance(value, RowFault) else clean_text(str(value))
        shown[field] = shorten(privacy.redact(" ".join(text.split())), _SAMPLE_CHARS)
    return shown
