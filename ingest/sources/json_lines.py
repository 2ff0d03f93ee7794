"""JSON Lines: one object a line."""

from collections.abc import Iterator

from groundswell.domain import QuarantinedRow
from ingest.sources.files import Input
from ingest.sources.json_values import flatten, parse_object
from ingest.sources.lines import Line, read_lines
from ingest.sources.rows import RAW_BYTES, RawRow, RowFault


def read_jsonl(file: Input, encoding: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per line; the columns are those of `flatten`.

    Raises
    ------
    IngestError
        The file cannot be opened or is empty.
    """
    for line in read_lines(file, encoding):
        if not line.text.strip():
            continue
        try:
            yield RawRow(line.number, line.start, line.end, _fields(line))
        except RowFault as fault:
            raw = line.text[:RAW_BYTES]
            yield QuarantinedRow(line.number, line.start, line.end, fault.reason, fault.detail, raw)


def _fields(line: Line) -> dict[str, object]:
    if line.fault:
        raise RowFault(line.fault, line.detail)
    return flatten(parse_object(line.text, "one JSON object a line"))
