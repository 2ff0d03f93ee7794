import csv
import io
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.domain import QuarantinedRow
from ingest.sources import READERS
from ingest.sources.files import Input
from ingest.sources.lines import read_lines
from ingest.sources.rows import ROW_BYTES, RawRow

HEADER = ("ticket", "when", "words", "stars")


def read(path: Path) -> list[RawRow | QuarantinedRow]:
    return list(READERS["csv"](Input(path), ""))


def fates(rows: list[RawRow | QuarantinedRow]) -> list[object]:
    """The reason of a quarantined row, the cells of a good one."""
    return [
        row.reason if isinstance(row, QuarantinedRow) else list(row.fields.values()) for row in rows
    ]


class Dialect(NamedTuple):
    delimiter: str
    encoding: str
    line_end: str
    quote_all: bool


DIALECTS = [
    Dialect(delimiter, encoding, line_end, quote_all)
    for delimiter in ",;\t|"
    for encoding in ("utf-8", "utf-8-sig", "utf-16")
    for line_end in ("\n", "\r\n", "\r")
    for quote_all in (False, True)
]

words = st.text(
    st.sampled_from("abc xyz ÄßЖ日本 😀,;\t|\"'\\.!?é\n")
    | st.characters(codec="utf-8", exclude_characters="\0\r"),
    min_size=1,
    max_size=60,
).filter(lambda text: bool(text.strip()) and '\\"' not in text)
DAMAGES = ("none", "cell too many", "cell too few", "text after quote", "NUL")


def write_row(cells: list[str], dialect: Dialect) -> str:
    out = io.StringIO()
    csv.writer(
        out,
        delimiter=dialect.delimiter,
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL if dialect.quote_all else csv.QUOTE_MINIMAL,
    ).writerow(cells)
    return out.getvalue().removesuffix("\r\n")


def damaged(cells: list[str], damage: str, dialect: Dialect) -> tuple[str, object]:
    """One row as it stands in the file, and its fate.

    A wrong number of cells makes the reader try each line by itself, because two stray quotes
    look the same; so such a row is written on one line here.
    """
    if damage in ("cell too many", "cell too few"):
        cells = [cell.replace("\n", " ") for cell in cells]
    if damage == "cell too many":
        return write_row([*cells, "more"], dialect), "field_count"
    if damage == "cell too few":
        return write_row(cells[:-1], dialect), "field_count"
    if damage == "text after quote":
        line = write_row([*cells[:2], "a quoted cell", cells[3]], dialect._replace(quote_all=True))
        return line.replace('cell"', 'cell"oops', 1), "unterminated_quote"
    if damage == "NUL":
        return write_row([*cells[:2], "a\0b", cells[3]], dialect), "nul_byte"
    return write_row(cells, dialect), cells


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(st.tuples(words, st.sampled_from(DAMAGES)), min_size=1, max_size=12),
    dialect=st.sampled_from(DIALECTS),
)
def test_every_row_has_the_fate_it_was_written_with(
    tmp_path: Path, texts: list[tuple[str, str]], dialect: Dialect
) -> None:
    lines, expected = [dialect.delimiter.join(HEADER)], []
    for number, (text, damage) in enumerate(texts):
        cells = [f"T-{1000 + number}", f"2026-03-{1 + number:02d}", text, str(1 + number % 5)]
        line, fate = damaged(cells, damage, dialect)
        lines.append(line)
        expected.append(fate)
    path = tmp_path / "oracle.csv"
    path.write_bytes((dialect.line_end.join(lines) + dialect.line_end).encode(dialect.encoding))
    assert fates(read(path)) == expected


def assert_conserved(path: Path) -> None:
    """Rows, blank lines and header cover the file, in order and without overlap."""
    size = path.stat().st_size
    lines = list(read_lines(Input(path)))
    assert [line.end for line in lines[:-1]] == [line.start for line in lines[1:]]
    assert (lines[0].start, lines[-1].end) == (0, size)
    spans = [(row.byte_start or 0, row.byte_end or 0) for row in read(path)]
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    covered = {start for low, high in spans for start in range(low, high)}
    first_row = spans[0][0] if spans else size
    for line in lines:
        if line.start >= first_row and line.start not in covered:
            assert not line.text.strip(" ,;\t|\r\n\"'"), line


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.binary(max_size=400)
    | st.text(st.sampled_from('ab1,"\n\r\\ \0é'), max_size=200).map(str.encode)
)
def test_every_byte_belongs_to_one_row_whatever_the_bytes(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "blind.csv"
    path.write_bytes(b"id,when,words\n" + body)
    assert_conserved(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=120), mark=st.sampled_from([b"\xff\xfe", b"\xfe\xff"]))
def test_spans_are_exact_in_utf_16_too(tmp_path: Path, body: bytes, mark: bytes) -> None:
    path = tmp_path / "wide.csv"
    codec = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    path.write_bytes(mark + "id,words\n".encode(codec) + body)
    assert_conserved(path)


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("size", [ROW_BYTES + 1, 3 * ROW_BYTES])
def test_a_line_beyond_the_limit_is_not_kept_in_memory(
    tmp_path: Path, size: int, line_end: str
) -> None:
    text = line_end.join(["id,words", f"1,{'x' * size}", "2,fine", ""])
    path = tmp_path / "long.csv"
    path.write_text(text, encoding="utf-8", newline="")
    rows = read(path)
    assert fates(rows) == ["row_too_long", ["2", "fine"]]
    assert isinstance(rows[0], QuarantinedRow)
    assert (rows[0].byte_end or 0) - (rows[0].byte_start or 0) == len("1,") + size + len(line_end)
    assert len(rows[0].raw) <= 4096
    assert_conserved(path)
