"""Formats of files: one module each, listed in `READERS`."""

from collections.abc import Callable, Iterator, Mapping

from groundswell.domain import QuarantinedRow
from ingest.sources.delimited import read_csv, read_tsv
from ingest.sources.files import Input
from ingest.sources.json_array import read_json
from ingest.sources.json_lines import read_jsonl
from ingest.sources.keep_a_changelog import read_markdown
from ingest.sources.mailboxes import read_eml, read_maildir, read_mbox
from ingest.sources.parquet import read_parquet
from ingest.sources.rows import RawRow
from ingest.sources.slack import read_slack
from ingest.sources.workbook import read_xlsx

Reader = Callable[[Input, str], Iterator[RawRow | QuarantinedRow]]
"""Yields every row of a file in file order. The string is what stands after the colon of a
source's ``format`` (an encoding, a sheet, a path in JSON), empty if nothing does."""

READERS: Mapping[str, Reader] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_jsonl,
    "ndjson": read_jsonl,
    "json": read_json,
    "xlsx": read_xlsx,
    "parquet": read_parquet,
    "md": read_markdown,
    "mbox": read_mbox,
    "eml": read_eml,
    "maildir": read_maildir,
    "slack": read_slack,
}
"""Format, which is also the suffix of the file's name, to its reader."""

FOLDERS = frozenset(("maildir", "slack"))
"""The formats that are a folder, or an archive taken as a whole."""
