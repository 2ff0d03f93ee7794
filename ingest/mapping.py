"""From the columns of a file to the fields of its kind, by what config.toml says alone."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches

from groundswell.config import SourceConfig
from groundswell.errors import IngestError
from ingest import signals
from ingest.customers import ACCOUNTS, DEALS
from ingest.feedback import FEEDBACK
from ingest.kinds import Kind
from ingest.values import EPOCHS
from ingest.work import BACKLOG, CAPACITY, WORK_HISTORY

KINDS: Mapping[str, Kind] = {
    "feedback": FEEDBACK,
    "accounts": ACCOUNTS,
    "deals": DEALS,
    "backlog": BACKLOG,
    "work_history": WORK_HISTORY,
    "capacity": CAPACITY,
    **signals.KINDS,
}
"""Value of a source's ``kind`` to its fields and what its rows become."""

_SHOWN_COLUMNS = 12


def resolve_columns(source: SourceConfig, found: Collection[str]) -> dict[str, str]:
    """Return our field name to the file's column, for the fields that the file has.

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
    kind = KINDS[source.kind]
    fields = (*kind.required, *kind.optional)
    for field, column in source.columns.items():
        if field not in fields:
            close = get_close_matches(field, fields, n=1) or [", ".join(fields)]
            remedy = f"a source of kind {source.kind} has {close[0]}"
            raise IngestError(f"[[sources]] {source.name}: no field {field!r}; {remedy}")
        if column not in found:
            raise _no_column(source, field, column, found)
    columns = {field: source.columns.get(field, field) for field in fields}
    for field in kind.required:
        if columns[field] not in found:
            raise _no_column(source, field, columns[field], found)
    return {field: column for field, column in columns.items() if column in found}


def check_date_format(source: SourceConfig) -> None:
    """Raise `IngestError` unless ``date_format`` can read what it writes."""
    form = source.date_format
    if not form or form in EPOCHS:
        return
    try:
        read = datetime.strptime(datetime(2001, 2, 3, tzinfo=UTC).strftime(form), form)
    except ValueError as error:
        raise IngestError(
            f"[[sources]] {source.name}: date_format {form!r} cannot be used: {error};"
            " write one such as %d.%m.%Y"
        ) from None
    if (read.year, read.month) != (2001, 2):
        raise IngestError(
            f"[[sources]] {source.name}: date_format {form!r} gives no year and month;"
            " write one such as %d.%m.%Y"
        )


def _no_column(
    source: SourceConfig, field: str, column: str, found: Collection[str]
) -> IngestError:
    shown = ", ".join(list(found)[:_SHOWN_COLUMNS]) + (", …" if len(found) > _SHOWN_COLUMNS else "")
    return IngestError(
        f"{source.path}: no column {column!r}; the file has {shown};"
        f" set columns.{field} in [[sources]] {source.name} of config.toml"
    )
