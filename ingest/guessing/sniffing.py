"""Tell the format and the encoding of a file from its name and its first bytes, and open it.

Only `ingest.guessing.guess` asks.
"""

import codecs
from itertools import islice
from pathlib import Path

from groundswell.errors import IngestError
from ingest.inputs import Input, format_of
from ingest.presets import load_preset, preset_names
from ingest.reading import open_rows
from ingest.sources.rows import RawRow

_ROWS = 200
_SNIFFED_BYTES = 1 << 16
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def sniff_format(path: Path) -> tuple[str, dict[str, str]]:
    """Return a ``format``, and a note where it is a guess."""
    name = format_of(Input(path))
    if name in ("csv", "tsv", "jsonl", "ndjson", "md"):
        with Input(path).open() as file:
            start = file.read(_SNIFFED_BYTES)
        if not start.startswith(_UTF16_MARKS) and not _is_utf8(start):
            note = "not UTF-8, taken for Windows-1252 (likely; see that accents are right)"
            return f"{name}:cp1252", {"encoding": note}
    return name, {}


def first_rows(path: Path, form: str) -> list[RawRow]:
    """Read the first 200 rows; where `form` does not say enough, as a known export of that form.

    Raises
    ------
    IngestError
        The file cannot be read.
    """
    forms = dict.fromkeys(load_preset(name).format for name in preset_names())
    known = [other for other in forms if other.startswith(f"{form}:")]
    faults: list[IngestError] = []
    for tried in (form, *known):
        try:
            read = islice(open_rows(Input(path), tried, path.stem), _ROWS)
            return [row for row in read if isinstance(row, RawRow)]
        except IngestError as error:
            faults.append(error)
    raise faults[0]


def _is_utf8(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)  # may end inside a character
    except UnicodeDecodeError:
        return False
    return True
