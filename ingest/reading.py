"""Read a configured source from beginning to end: the way in for every row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import file_digest
from itertools import chain, islice
from pathlib import Path

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, QuarantinedRow, ReadRow
from groundswell.errors import IngestError
from ingest.mapping import KINDS, check_date_format, resolve_columns
from ingest.privacy import redact
from ingest.sources import READERS
from ingest.sources.lines import open_input
from ingest.sources.rows import RAW_BYTES, RawRow, RowFault
from ingest.values import Cells

_HEAD_ROWS = 100
"""Rows looked at to learn the columns; in JSON Lines each row may lack some."""


@dataclass(frozen=True, slots=True)
class FileFingerprint:
    """What tells two versions of a file apart."""

    sha256: str
    size_bytes: int


def fingerprint(path: Path) -> FileFingerprint:
    """Read the whole file once; raises `IngestError` if it cannot be read."""
    with open_input(path) as file:
        digest = file_digest(file, "sha256").hexdigest()
        return FileFingerprint(digest, file.tell())


def read_source(source: SourceConfig) -> Iterator[ReadRow]:
    """Yield what became of every row, in file order.

    Text is cleaned and personal data replaced, in quarantined rows too. A row of a wide table
    of search interest or of release notes with several items gives several accepted values,
    all with its line.

    Raises
    ------
    IngestError
        At once: the file, its format, its columns or the settings of the source cannot be
        used, or it has no rows. While reading: an archive turns out to be damaged.
    """
    check_date_format(source)
    rows = open_rows(source.path, source.format, source.name)
    head = list(islice(rows, _HEAD_ROWS))
    if not head:
        raise IngestError(f"{source.path}: a header but no rows; export it again")
    found = dict.fromkeys(
        column for row in head if isinstance(row, RawRow) for column in row.fields
    )
    columns = resolve_columns(source, found) if found else {}
    return _fates(chain(head, rows), source, columns)


def count_hint(source: SourceConfig) -> int | None:
    """Return about how many rows there are, from the first ones; None where that cannot be told."""
    head = list(islice(open_rows(source.path, source.format, source.name), _HEAD_ROWS))
    if len(head) < _HEAD_ROWS:
        return len(head)
    start, end = head[0].byte_start, head[-1].byte_end
    if start is None or end is None or end <= start:
        return None
    return round((source.path.stat().st_size - start) * len(head) / (end - start))


def open_rows(path: Path, form: str, source: str) -> Iterator[RawRow | QuarantinedRow]:
    """Return the reader of a file's rows for a `form` such as ``csv:cp1252``, empty: by suffix."""
    name, _, option = form.partition(":")
    name = name or path.suffix.removeprefix(".").lower()
    if name not in READERS:
        raise IngestError(
            f"{path}: format {name!r} is not supported;"
            f" set format in [[sources]] {source} to one of {', '.join(READERS)}"
        )
    return READERS[name](path, option)


def _fates(
    rows: Iterator[RawRow | QuarantinedRow], source: SourceConfig, columns: dict[str, str]
) -> Iterator[ReadRow]:
    read = KINDS[source.kind].read
    for row in rows:
        if isinstance(row, QuarantinedRow):
            yield _presentable(row)
            continue
        try:
            values = list(read(Cells(row.fields, columns, source.date_format), source))
        except RowFault as fault:
            raw = "\t".join(str(value) for value in row.fields.values())
            yield _presentable(
                QuarantinedRow(
                    row.line, row.byte_start, row.byte_end, fault.reason, fault.detail, raw
                )
            )
        else:
            for value in values:
                yield AcceptedRow(row.line, value)


def _presentable(row: QuarantinedRow) -> QuarantinedRow:
    """Without personal data or characters that no database takes, and of bounded length."""
    raw = redact(_storable(row.raw)).encode()[:RAW_BYTES].decode(errors="ignore")
    return replace(row, raw=raw, detail=redact(_storable(row.detail)))


def _storable(text: str) -> str:
    whole = text[: 4 * RAW_BYTES].encode(errors="backslashreplace").decode()
    return whole.replace("\0", "\N{SYMBOL FOR NULL}")
