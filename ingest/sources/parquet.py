"""Parquet files, in batches."""

import json
from collections.abc import Iterator
from typing import Any

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources.files import Input
from ingest.sources.rows import (
    MAX_COLUMNS,
    RAW_BYTES,
    RawRow,
    RowFault,
    check_fields,
    column_names,
    has_value,
)

MAX_GROUP_BYTES = 1_000_000_000
"""Unpacked size of one row group, which is the unit that has to fit in memory."""

_BATCH = 2000


def read_parquet(file: Input, _option: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per record; lists stay lists, other nested values become their text.

    Raises
    ------
    IngestError
        The file is no Parquet file or exceeds a limit.
    """
    import pyarrow as pa
    from pyarrow import parquet

    with file.open() as opened:
        try:
            table = parquet.ParquetFile(opened)
            _check(file, table.metadata)
            names = column_names(table.schema_arrow.names)
            number = 0
            for batch in table.iter_batches(_BATCH):
                columns = [_values(column) for column in batch.columns]
                for values in zip(*columns, strict=True):
                    number += 1
                    if has_value(values):
                        yield _row(number, dict(zip(names, values, strict=True)))
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            found = f"not a readable Parquet file ({type(error).__name__})"
            raise IngestError(f"{file}: {found}; write it again, or as CSV") from None


def _check(file: Input, metadata: Any) -> None:
    if metadata.num_columns > MAX_COLUMNS:
        found = f"{metadata.num_columns:,} columns; expected at most {MAX_COLUMNS}"
        raise IngestError(f"{file}: {found}, leave the others out")
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    largest = max((group.total_byte_size for group in groups), default=0)
    if largest > MAX_GROUP_BYTES:
        found = f"a row group of {largest:,} bytes; expected at most {MAX_GROUP_BYTES:,}"
        raise IngestError(f"{file}: {found}, write smaller row groups")


def _row(number: int, fields: dict[str, object]) -> RawRow | QuarantinedRow:
    try:
        check_fields(fields)
    except RowFault as fault:
        shown = {
            name: value[:RAW_BYTES] if isinstance(value, str) else value
            for name, value in fields.items()
            if not isinstance(value, RowFault)
        }
        raw = json.dumps(shown, ensure_ascii=False, default=str)[:RAW_BYTES]
        return QuarantinedRow(number, None, None, fault.reason, fault.detail, raw)
    return RawRow(number, None, None, fields)


def _values(column: Any) -> list[object]:
    """Plain Python values; a string that is not UTF-8 becomes the fault of its row."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return [_value(item) for item in column]


def _value(item: Any) -> object:
    try:
        value = item.as_py()
        value = value.decode() if isinstance(value, bytes) else value  # text of older writers
    except UnicodeDecodeError:
        return RowFault("bad_encoding", "a string that is not UTF-8; write the file again")
    except (OverflowError, ValueError):
        return RowFault("date_out_of_range", "a time beyond the years 1 to 9999")
    return str(value) if isinstance(value, dict) else value
