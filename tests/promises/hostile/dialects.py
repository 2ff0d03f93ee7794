"""The dialects that files of known fate are written in."""

import gzip
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from groundswell.config import SourceConfig
from ingest import inputs_of
from ingest.inputs import Input
from tests.promises.hostile.plan import IN_CELLS, plan_rows
from tests.promises.hostile.table_files import Parquet, Workbook, pack
from tests.promises.hostile.text_files import Array, Delimited, Lines, write_mbox
from tests.promises.hostile.writing import Write, Written

_WIDE = {"mark": b"\xff\xfe", "encoding": "utf-16-le"}
_UTF8 = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write a file, and what can be wrong in it."""

    suffix: str
    write: Write
    charset: str = "any"
    form: str = ""
    marks: str = ',;|"\n'
    damages: tuple[str, ...] = IN_CELLS
    rated: bool = True


_LONG = ("long text",)
_CSV = (*IN_CELLS, *_LONG, "NUL", "cell more", "cell less", "text after quote", "open quote")
_CSV_8 = (*_CSV, "bad bytes")
_UNICODE = ("marks", "bad bytes")
_JSON = (
    *(*IN_CELLS, *_LONG, "NUL", "marks", "half pair", "huge integer", "beyond a float", "NaN"),
    *("deep", "many keys", "cut off"),
)
_SHEET = (*IN_CELLS, *_LONG, "marks", "#REF!", "formula alone", "cell more")
_MAIL = ("no text", "long text", "no date", "bad date", "NUL", "marks", "bad bytes")

DIALECTS: Mapping[str, Dialect] = {
    "comma": Dialect(".csv", Delimited(), damages=(*_CSV, *_UNICODE)),
    "comma BOM CRLF": Dialect(
        ".csv", Delimited(mark=_UTF8, line_end="\r\n"), damages=(*_CSV, *_UNICODE)
    ),
    "comma CR": Dialect(".csv", Delimited(line_end="\r"), damages=(*_CSV, *_UNICODE)),
    "comma, all quoted, sep=": Dialect(
        ".csv",
        Delimited(quote_all=True, preamble="sep=,\n", line_end="\r\n"),
        damages=(*_CSV, *_UNICODE),
    ),
    "comma, title above": Dialect(
        ".csv", Delimited(preamble="All tickets\n\n"), damages=(*_CSV, *_UNICODE)
    ),
    "comma, quotes escaped": Dialect(".csv", Delimited(escape="\\"), marks='"', damages=IN_CELLS),
    "semicolon CP1252": Dialect(
        ".csv",
        Delimited(";", "cp1252", "\r\n"),
        charset="latin",
        form="csv:cp1252",
        damages=_CSV_8,
    ),
    "semicolon ISO-8859-15": Dialect(
        ".csv",
        Delimited(";", "iso-8859-15"),
        charset="latin",
        form="csv:iso-8859-15",
        damages=_CSV,
    ),
    "pipe UTF-16BE": Dialect(
        ".csv",
        Delimited("|", "utf-16-be", mark=b"\xfe\xff"),
        damages=(*_CSV, "marks", "half pair"),
    ),
    "tab UTF-16LE CRLF": Dialect(
        ".csv",
        Delimited("\t", "utf-16-le", "\r\n", b"\xff\xfe"),
        damages=(*_CSV, "marks", "half pair"),
    ),
    "comma UTF-16LE, no BOM": Dialect(
        ".csv",
        Delimited(",", "utf-16-le"),
        form="csv:utf-16-le",
        damages=(*_CSV, "marks", "half pair"),
    ),
    "comma Shift-JIS": Dialect(
        ".csv",
        Delimited(",", "shift_jis", "\r\n"),
        charset="japanese",
        form="csv:shift_jis",
        damages=_CSV_8,
    ),
    "comma GB18030": Dialect(
        ".csv",
        Delimited(",", "gb18030"),
        form="csv:gb18030",
        damages=(*_CSV_8, "marks"),
    ),
    "tab": Dialect(".tsv", Delimited("\t"), damages=(*_CSV, *_UNICODE)),
    "gzip": Dialect(".csv.gz", Delimited(), damages=(*_CSV, *_UNICODE)),
    "zip": Dialect(".zip", Delimited(";"), damages=(*_CSV, *_UNICODE)),
    "JSON Lines": Dialect(".jsonl", Lines(), damages=(*_JSON, "bad bytes", "no object")),
    "JSON Lines BOM CRLF": Dialect(
        ".ndjson",
        Lines(mark=_UTF8, line_end="\r\n", ascii_only=True),
        damages=(*_JSON, "bad bytes", "no object"),
    ),
    "JSON Lines UTF-16LE": Dialect(
        ".jsonl", Lines(mark=b"\xff\xfe", encoding="utf-16-le"), damages=(*_JSON, "no object")
    ),
    "JSON array": Dialect(".json", Array(), damages=(*_JSON, "bad bytes")),
    "JSON array indented": Dialect(
        ".json", Array(indent=4, mark=_UTF8), damages=(*_JSON, "bad bytes")
    ),
    "JSON array compact": Dialect(
        ".json", Array(gap="", closing="]"), damages=(*_JSON, "bad bytes")
    ),
    "JSON array inside": Dialect(
        ".json",
        Array(opening='{"count": 3, "data": {"tags": ["a"], "items": [', closing="]}}"),
        form="json:data.items",
        damages=_JSON[:-1],  # what follows the array would look like rows
    ),
    "workbook": Dialect(".xlsx", Workbook(), damages=_SHEET),
    "workbook, shared strings": Dialect(".xlsx", Workbook(shared=True), damages=_SHEET),
    "workbook since 1904": Dialect(".xlsx", Workbook(since_1904=True), damages=_SHEET),
    "workbook, dates as text": Dialect(
        ".xlsx", Workbook(shared=True, dates_as_text=True), damages=_SHEET
    ),
    "Parquet": Dialect(
        ".parquet", Parquet(), damages=(*IN_CELLS, *_LONG, "marks", "NUL", "bad bytes")
    ),
    "Parquet typed": Dialect(
        ".parquet",
        Parquet(typed=True),
        damages=(
            *("no id", "long id", "no text", "no date", "old date", "rating too high"),
            *("marks", "NUL", "bad bytes", "no such time"),
        ),
    ),
    "mbox": Dialect(".mbox", write_mbox, marks=',;"', damages=_MAIL, rated=False),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A file of known fate."""

    source: SourceConfig
    file: Input
    rows: list[Written]


def write_case(name: str, seed: int, folder: Path) -> Case:
    """Write the file of a dialect that belongs to a seed."""
    rng = random.Random(f"{name}/{seed}")
    dialect = DIALECTS[name]
    rows = plan_rows(rng, dialect.charset, dialect.damages, dialect.marks, rated=dialect.rated)
    data, written = dialect.write(rng, rows)
    path = folder / f"{seed}{dialect.suffix}"
    if dialect.suffix == ".zip":
        data = pack({f"export/{seed}.csv": data, "readme.rst": b"no rows"})
    if dialect.suffix.endswith(".gz"):
        data = gzip.compress(data, mtime=0)
    path.write_bytes(data)
    source = SourceConfig(name="hostile", path=path, format=dialect.form)
    (file,) = inputs_of(source)
    return Case(source, file, written)
