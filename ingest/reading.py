"""Read a configured source from beginning to end: the way in for every row."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import SEEK_END
from itertools import chain, islice
from typing import Literal

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, QuarantinedRow, ReadRow
from groundswell.errors import IngestError
from ingest.inputs import Input, digest, file_of, format_of
from ingest.kinds import Intake, Privacy
from ingest.mapping import KINDS, check_date_format, observed_at, resolve_columns
from ingest.presets import preset_of, with_preset
from ingest.sources import READERS
from ingest.sources.rows import RAW_BYTES, RawRow, RowFault
from ingest.values import Cells

_HEAD_ROWS = 100
"""Rows looked at to learn the columns; in JSON Lines each row may lack some."""

_IDENTIFIERS: Mapping[str, Literal["author", "account"]] = {
    "author": "author",
    "account": "account",
    "account_id": "account",
}
"""Fields that name a person or a customer; no rule could know such a name in a text."""


@dataclass(frozen=True, slots=True)
class FileFingerprint:
    """What tells two versions of a file apart."""

    sha256: str
    size_bytes: int


def fingerprint(file: Input) -> FileFingerprint:
    """Read the whole file once, unpacked; raises `IngestError` if it cannot be read."""
    return FileFingerprint(*digest(file))


def read_source(
    source: SourceConfig,
    privacy: Privacy,
    file: Input | None = None,
    *,
    keep_raw: bool = False,
    detect_languages: bool = True,
) -> Iterator[ReadRow]:
    """Yield what became of every row of one file of the source, in file order.

    Text is cleaned and personal data replaced, in quarantined rows too. A row of a wide table
    of search interest or of release notes with several items gives several accepted values,
    all with its line.

    Parameters
    ----------
    file
        One of `ingest.inputs_of`; None: the source's path, which then is a file.

    Raises
    ------
    IngestError
        At once: the file, its format, its columns or the settings of the source cannot be
        used, or it has no rows. While reading: an archive turns out to be damaged.
    """
    source = with_preset(source)
    check_date_format(source)
    file = file or file_of(source)
    rows = open_rows(file, source.format, source.name)
    head = list(islice(rows, _HEAD_ROWS))
    if not head:
        raise IngestError(f"{file}: a header but no rows; export it again")
    found = {name: None for row in head if isinstance(row, RawRow) for name in row.fields}
    columns = resolve_columns(source, found) if found else {}
    votes_alone = preset_of(source).votes_exclude_author
    intake = Intake(
        source,
        privacy,
        keep_raw,
        votes_exclude_author=votes_alone,
        detect_languages=detect_languages,
    )
    return _late_columns(chain(head, rows), intake, found, columns)


def count_hint(source: SourceConfig, file: Input | None = None) -> int | None:
    """Return about how many rows there are, from the first ones; None where that cannot be told."""
    file = file or file_of(source)
    form = with_preset(source).format
    head = list(islice(open_rows(file, form, source.name), _HEAD_ROWS))
    if len(head) < _HEAD_ROWS:
        return len(head)
    start, end = head[0].byte_start, head[-1].byte_end
    if start is None or end is None or end <= start:
        return None
    with file.open() as opened:
        size = opened.seek(0, SEEK_END)
    return round((size - start) * len(head) / (end - start))


def open_rows(file: Input, form: str, source: str) -> Iterator[RawRow | QuarantinedRow]:
    """Return the reader of a file's rows for a `form` such as ``csv:cp1252``, empty: by suffix."""
    name, _, option = form.partition(":")
    name = name or format_of(file)
    if name not in READERS:
        raise IngestError(
            f"{file}: format {name!r} is not supported;"
            f" set format in [[sources]] {source} to one of {', '.join(READERS)}"
        )
    return READERS[name](file, option)


def _late_columns(
    rows: Iterable[RawRow | QuarantinedRow],
    intake: Intake,
    found: dict[str, None],
    columns: Mapping[str, str],
) -> Iterator[ReadRow]:
    """Yield the fates of rows of which later ones may have columns that the first had not."""
    for row in rows:
        if isinstance(row, RawRow) and not row.fields.keys() <= found.keys():
            found |= dict.fromkeys(row.fields)
            columns = resolve_columns(intake.source, found)
        yield from fates((row,), intake, columns)


def fates(
    rows: Iterable[RawRow | QuarantinedRow], intake: Intake, columns: Mapping[str, str]
) -> Iterator[ReadRow]:
    """Yield what becomes of every row, in order.

    Parameters
    ----------
    columns
        Our field name to the row's column; rows may lack columns.
    """
    for row in rows:
        if isinstance(row, QuarantinedRow):
            yield _presentable(row, intake.privacy)
            continue
        try:
            accepted = _accepted(row, intake, columns)
        except RowFault as fault:
            raw = "\t".join(_pseudonymous(row, intake, columns))
            yield _presentable(
                QuarantinedRow(
                    row.line, row.byte_start, row.byte_end, fault.reason, fault.detail, raw
                ),
                intake.privacy,
            )
        else:
            yield from accepted


def _accepted(row: RawRow, intake: Intake, columns: Mapping[str, str]) -> list[AcceptedRow]:
    cells = Cells(row.fields, columns, intake.source.date_format)
    observed = observed_at(cells) if "observed_at" in columns else None
    values = KINDS[intake.source.kind].read(cells, intake)
    return [AcceptedRow(row.line, value, observed) for value in values]


def _pseudonymous(row: RawRow, intake: Intake, columns: Mapping[str, str]) -> Iterator[str]:
    """Yield the cells, with pseudonyms for who wrote the row and for whom."""
    kinds = {columns[field]: kind for field, kind in _IDENTIFIERS.items() if field in columns}
    for column, value in row.fields.items():
        shown = str(value)
        hidden = column in kinds and value is not None and shown.strip()
        yield intake.privacy.pseudonym(shown, kinds[column]) if hidden else shown


def _presentable(row: QuarantinedRow, privacy: Privacy) -> QuarantinedRow:
    """Without personal data or characters that no database takes, and of bounded length."""
    raw = privacy.redact(_storable(row.raw)).encode()[:RAW_BYTES].decode(errors="ignore")
    return replace(row, raw=raw, detail=privacy.redact(_storable(row.detail)))


def _storable(text: str) -> str:
    whole = text[: 4 * RAW_BYTES].encode(errors="backslashreplace").decode()
    return whole.replace("\0", "\N{SYMBOL FOR NULL}")
