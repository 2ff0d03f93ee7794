"""Formats of files: one module each, listed in `READERS`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from groundswell.domain import QuarantinedRow
from ingest.sources.delimited import read_csv, read_tsv
from ingest.sources.json_lines import read_jsonl
from ingest.sources.keep_a_changelog import read_markdown
from ingest.sources.parquet import read_parquet
from ingest.sources.rows import RawRow
from ingest.sources.workbook import read_xlsx

Reader = Callable[[Path, str], Iterator[RawRow | QuarantinedRow]]
"""Yields every row of a file in file order. The string is what stands after the colon of a
source's ``format`` (an encoding or a sheet), empty if nothing does."""

READERS: Mapping[str, Reader] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_jsonl,
    "ndjson": read_jsonl,
    "xlsx": read_xlsx,
    "parquet": read_parquet,
    "md": read_markdown,
}
"""Format, which is also the suffix of the file's name, to its reader."""
