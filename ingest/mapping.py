"""From the columns of a file to the fields of its kind, by what config.toml says alone."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches

from groundswell.config import SourceConfig, SourceKind
from groundswell.errors import IngestError
from ingest import signals
from ingest.customers import ACCOUNTS, DEALS
from ingest.feedback import FEEDBACK, text_field
from ingest.kinds import Kind
from ingest.presets import Answer, Preset, find_column, preset_of, with_preset
from ingest.sources.archives import printable
from ingest.sources.rows import shorten
from ingest.usage import SUPPORT_COST, USAGE
from ingest.values import EITHER, EPOCHS, ISO, Cells
from ingest.work import BACKLOG, CAPACITY, DEPENDENCIES, WORK_HISTORY

KINDS: Mapping[str, Kind] = {
    "feedback": FEEDBACK,
    "accounts": ACCOUNTS,
    "deals": DEALS,
    "backlog": BACKLOG,
    "work_history": WORK_HISTORY,
    "capacity": CAPACITY,
    "usage": USAGE,
    "support_cost": SUPPORT_COST,
    "dependencies": DEPENDENCIES,
    **signals.KINDS,
}
"""Value of a source's ``kind`` to its fields and what its rows become."""

_SHOWN_COLUMNS = 12


def kind_of(source: SourceConfig) -> SourceKind:
    """Return what the rows of a source are, as it or its preset says."""
    return preset_of(source).kind


def resolve_columns(source: SourceConfig, found: Collection[str]) -> dict[str, str]:
    """Return our field name to the file's column, for the fields that the file has.

    What the source states wins over its preset, and that over a column of the field's own name.
    Of several columns of text the first is ``text``, the second ``text#2`` and so on.

    Parameters
    ----------
    found
        The columns of the file.

    Raises
    ------
    IngestError
        A column that the settings name, or that the kind needs, is not in the file; or the
        settings map a field that the kind does not have.
    """
    source = with_preset(source)
    kind, preset = KINDS[source.kind], preset_of(source)
    _check_fields(source, (*kind.required, *kind.optional))
    columns = dict(_known(source, kind, preset, found))
    for field, column in stated_columns(source).items():
        if column not in found:
            raise _no_column(source, field.partition("#")[0], column, found)
        columns[field] = column
    for field in kind.required:
        if field not in columns and not (field == "text" and _any_text(columns)):
            raise _no_column(source, field, _expected(field, preset), found)
    return columns


def stated_columns(source: SourceConfig) -> dict[str, str]:
    """Return our field name to the column that the source itself states, in its order.

    Of several columns of text the second is ``text#2``. An empty name turns a field off, so it
    states no column.
    """
    stated: dict[str, str] = {}
    for field, columns in source.columns.items():
        if not isinstance(columns, str):
            stated |= {text_field(place): column for place, column in enumerate(columns, start=1)}
        elif columns:
            stated[field] = columns
    return stated


def check_date_format(source: SourceConfig) -> None:
    """Raise `IngestError` unless every form of ``date_format`` can read what it writes."""
    stated = with_preset(source).date_format
    for form in stated.split(EITHER) if stated else ():
        if form != ISO and form not in EPOCHS:
            _check_form(source, form)


def observed_at(cells: Cells) -> datetime | None:
    """Return when a row says that it was known to hold; None where it does not say.

    Raises
    ------
    ingest.sources.rows.RowFault
        The cell holds no date.
    """
    return cells.moment("observed_at")


def _check_form(source: SourceConfig, form: str) -> None:
    place = f"[[sources]] {source.name}: date_format {form!r}"
    try:
        read = datetime.strptime(datetime(2001, 2, 3, tzinfo=UTC).strftime(form), form)
    except (ValueError, re.error) as error:  # a sign twice is an error of the expression behind it
        raise IngestError(f"{place} cannot be used: {error}; write one such as %d.%m.%Y") from None
    if (read.year, read.month) != (2001, 2):
        raise IngestError(f"{place} gives no year and month; write one such as %d.%m.%Y")


def _check_fields(source: SourceConfig, fields: Collection[str]) -> None:
    for field, column in source.columns.items():
        place = f"[[sources]] {source.name}"
        if field not in fields:
            close = get_close_matches(field, fields, n=1) or [", ".join(fields)]
            remedy = f"a source of kind {source.kind} has {close[0]}"
            raise IngestError(f"{place}: no field {field!r}; {remedy}")
        if not isinstance(column, str) and field != "text":
            raise IngestError(f"{place}: columns.{field} names several columns; only text may")


def _known(
    source: SourceConfig, kind: Kind, preset: Preset, found: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield the columns that the preset, or else the name of the field, finds in the file."""
    answers: tuple[Answer, ...] = () if "text" in source.columns else preset.texts
    names = [(text_field(number), answer.names) for number, answer in enumerate(answers, start=1)]
    for field in (*kind.required, *kind.optional):
        if field not in source.columns and not (field == "text" and answers):
            names.append((field, preset.columns.get(field, () if preset.export else (field,))))
    for field, known in names:
        column = find_column(known, found) if preset.export else known[0]
        if column is not None and column in found:
            yield field, column


def _any_text(columns: Mapping[str, str]) -> bool:
    return any(field.startswith("text") for field in columns)


def _expected(field: str, preset: Preset) -> str:
    answers = [name for answer in preset.texts for name in answer.names]
    names = answers if field == "text" and answers else [*preset.columns.get(field, ()), field]
    return names[0]


def _no_column(
    source: SourceConfig, field: str, column: str, found: Collection[str]
) -> IngestError:
    names = [printable(shorten(name)) for name in list(found)[:_SHOWN_COLUMNS]]
    shown = ", ".join(names) + (", …" if len(found) > _SHOWN_COLUMNS else "")
    return IngestError(
        f"{source.place}: no column {column!r}; the file has {shown};"
        f" set columns.{field} in [[sources]] {source.name} of config.toml"
    )
