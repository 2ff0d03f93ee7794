import time
from pathlib import Path

import pytest

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources import READERS
from ingest.sources.files import Input
from ingest.sources.rows import FIELD_CHARS, ROW_BYTES, RawRow


def read(path: Path, encoding: str = "") -> list[RawRow | QuarantinedRow]:
    return list(READERS["csv"](Input(path), encoding))


def rows_of(tmp_path: Path, text: str | bytes, encoding: str = "") -> list[RawRow | QuarantinedRow]:
    path = tmp_path / "input.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, encoding)


def fates(rows: list[RawRow | QuarantinedRow]) -> list[object]:
    """The reason of a quarantined row, the cells of a good one."""
    return [
        row.reason if isinstance(row, QuarantinedRow) else list(row.fields.values()) for row in rows
    ]


def test_two_stray_quotes_cost_one_row_and_not_the_three_they_would_merge(tmp_path: Path) -> None:
    # Between the two quotes the standard reading is one valid record of three cells.
    text = 'id,words,stars\n1041,"good,5\n1042,fine,4\n1043,bad",1\n1044,last,2\n'
    assert fates(rows_of(tmp_path, text)) == [
        "unterminated_quote",
        ["1042", "fine", "4"],
        ["1043", 'bad"', "1"],
        ["1044", "last", "2"],
    ]


def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    rest = [f"T-{number},words,5" for number in range(2001, 2400)]
    text = "\n".join(["id,words,stars", "T-1999,fine,4", 'T-2000,"never closed,5', *rest])
    found = fates(rows_of(tmp_path, text))
    assert found[:2] == [["T-1999", "fine", "4"], "unterminated_quote"]
    assert found[2:] == [line.split(",") for line in rest]


def test_a_long_message_over_many_lines_is_one_row(tmp_path: Path) -> None:
    message = "Steps, as asked:\n\n1, open\n2, close\n10,000 users, more or less\n" * 50
    text = f'id,words\n1041,"{message}"\n1042,fine\n'
    assert fates(rows_of(tmp_path, text)) == [["1041", message], ["1042", "fine"]]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (r'"He said \"Aw, snap!\" twice"', 'He said "Aw, snap!" twice'),
        (r'"He said \""Aw, snap!\"" twice"', r"He said \"Aw, snap!\" twice"),
        ('"line one \\"quoted\\"\nline two"', 'line one "quoted"\nline two'),
        (r'"folder C:\temp\"', "folder C:\\temp\\"),
        ('5" screen', '5" screen'),
        (r"it\'s", r"it\'s"),
    ],
)
def test_quotes_escaped_by_a_backslash_are_read_where_doubling_cannot(
    tmp_path: Path, cell: str, words: str
) -> None:
    rows = rows_of(tmp_path, f"id,words,stars\n1041,{cell},5\n1042,fine,4\n")
    assert fates(rows) == [["1041", words, "5"], ["1042", "fine", "4"]]


@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = f'"a,b;c"{delimiter}words\n1{delimiter}one; two, three\n'.replace(
        "one; two, three", '"one; two, three"'
    )
    (row,) = rows_of(tmp_path, text)
    assert isinstance(row, RawRow)
    assert row.fields == {"a,b;c": "1", "words": "one; two, three"}


def test_excel_can_state_the_delimiter(tmp_path: Path) -> None:
    assert fates(rows_of(tmp_path, "sep=;\nid;words\n1;a,b\n")) == [["1", "a,b"]]


def test_a_title_above_the_table_is_passed_over(tmp_path: Path) -> None:
    text = "Category: All categories\n\nWeek,offline notes: (US)\n2026-01-04,<1\n"
    (row,) = rows_of(tmp_path, text)
    assert isinstance(row, RawRow)
    assert (row.line, dict(row.fields)) == (4, {"Week": "2026-01-04", "offline notes: (US)": "<1"})


def test_a_table_of_one_column_is_no_title(tmp_path: Path) -> None:
    assert fates(rows_of(tmp_path, "words\n\nhello\nbye\n")) == [["hello"], ["bye"]]


def test_equal_and_missing_column_names_get_names_of_their_own(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "Label,,Label\na,b,c\n")
    assert isinstance(row, RawRow)
    assert row.fields == {"Label": "a", "column 2": "b", "Label (2)": "c"}


def test_blank_lines_and_rows_of_empty_cells_are_no_rows(tmp_path: Path) -> None:
    assert fates(rows_of(tmp_path, "id,words\n\n1,a\n,\n  \n2,b\n\n")) == [["1", "a"], ["2", "b"]]


def test_words_that_look_like_nothing_stay_words(tmp_path: Path) -> None:
    cells = ["NA", "None", "null", "00123", "9007199254740993"]
    rows = rows_of(
        tmp_path, "id,words\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells))
    )
    assert fates(rows) == [[str(n), cell] for n, cell in enumerate(cells)]


def test_lines_and_bytes_point_at_the_row(tmp_path: Path) -> None:
    # The header and its BOM are bytes 0 to 11, the first row is lines 2 and 3.
    rows = rows_of(tmp_path, '\ufeffid,text\n1,"ä\nb"\n2,c,d\n')
    assert [(row.line, row.byte_start, row.byte_end) for row in rows] == [(2, 11, 20), (4, 20, 26)]
    assert isinstance(rows[1], QuarantinedRow)
    assert rows[1].raw == "2,c,d\n"


def test_a_line_in_another_encoding_costs_itself(tmp_path: Path) -> None:
    text = b"id,words\n1,plain\n2," + "für alle".encode("cp1252") + b"\n3,fine\n"
    rows = rows_of(tmp_path, text)
    assert fates(rows) == [["1", "plain"], "bad_encoding", ["3", "fine"]]
    assert isinstance(rows[1], QuarantinedRow)
    assert rows[1].detail == (
        "byte 0xFC is not UTF-8; save the file as UTF-8, or state its encoding in format"
    )


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-15", "shift_jis", "gb18030", "utf-16-le"])
def test_a_stated_encoding_is_used(tmp_path: Path, encoding: str) -> None:
    words = "価格、速度" if encoding in ("shift_jis", "gb18030") else "Größe: 5 %"
    rows = rows_of(tmp_path, f"id,words\n1,{words}\n".encode(encoding), encoding)
    assert fates(rows) == [["1", words]]


@pytest.mark.parametrize(
    ("characters", "fate"), [(FIELD_CHARS, None), (FIELD_CHARS + 1, "field_too_long")]
)
def test_the_longest_field(tmp_path: Path, characters: int, fate: str | None) -> None:
    found = fates(rows_of(tmp_path, f"id,words\n1,{'x' * characters}\n2,fine\n"))
    assert found == [fate or ["1", "x" * characters], ["2", "fine"]]


def test_a_row_of_many_lines_beyond_the_limit_ends(tmp_path: Path) -> None:
    text = 'id,words\n1,"' + ("x" * 99 + "\n") * (ROW_BYTES // 50) + '"\n2,fine\n'
    found = fates(rows_of(tmp_path, text))
    assert found[0] == "row_too_long"
    assert found[-1] == ["2", "fine"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("a\0b", "nul_byte"),
        ("e" + "\u0301" * 31, "too_many_marks"),
        ("\U0001e8d0" * 31, "too_many_marks"),
        ("e" + "\u0301" * 30, None),
        ("\U0001f600" * 400, None),
    ],
)
def test_characters_that_no_field_may_hold(tmp_path: Path, cell: str, reason: str | None) -> None:
    assert fates(rows_of(tmp_path, f"id,words\n1,{cell}\n")) == [reason or ["1", cell]]


def test_half_a_surrogate_pair_is_refused(tmp_path: Path) -> None:
    body = "id,words\n1,a\ud800b\n".encode("utf-16-le", "surrogatepass")
    assert fates(rows_of(tmp_path, b"\xff\xfe" + body)) == ["lone_surrogate"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("marks", "1," + "e" + "\u0301" * 200_000),
        ("stray quotes", '1,"a\n' * 20_000),
        ("one stray quote", '1,"a\n' + "x\n" * 300_000),
        ("backslashes", '1,"' + '\\"' * 200_000),
        ("delimiters", "," * 500_000),
    ],
)
def test_hostile_files_take_bounded_time(tmp_path: Path, name: str, body: str) -> None:
    begun = time.process_time()
    rows_of(tmp_path, f"id,words\n{body}\n")
    assert time.process_time() - begun < 10, name


def test_clean_rows_are_read_fast(tmp_path: Path) -> None:
    rows = "".join(f'{n},2026-03-01,"a message, quoted",5\n' for n in range(40_000))
    path = tmp_path / "input.csv"
    path.write_text("ticket,when,words,stars\n" + rows, encoding="utf-8")
    begun = time.process_time()
    count = sum(1 for _ in READERS["csv"](Input(path), ""))
    assert count / (time.process_time() - begun) > 20_000


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the file is empty; export it again"),
        (b"\n \n", "the file has no header; export it again"),
        (b'id,"words\n1,a\n', ":1: the header cannot be read: unexpected end of data"),
        (b"id,f\xfcr\n1,a\n", ":1: the header cannot be read: byte 0xFC is not UTF-8"),
        (b"\xff\xfe\0\0a\0\0\0", "written in UTF-32; save it as UTF-8"),
        (b",".join([b"a"] * 513), "513 columns; expected at most 512"),
    ],
)
def test_a_file_without_a_usable_header_is_one_clear_error(
    tmp_path: Path, body: bytes, message: str
) -> None:
    with pytest.raises(IngestError) as error:
        rows_of(tmp_path, body)
    assert message in str(error.value)
    assert "input.csv" in str(error.value)


def test_an_unknown_encoding_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="encoding 'latin' is not known; choose one of utf-8, "):
        rows_of(tmp_path, "id\n1\n", "latin")


def test_tabs_alone_separate_the_fields_of_tsv(tmp_path: Path) -> None:
    path = tmp_path / "input.tsv"
    path.write_text("id;x,y\twords\n1\ta,b;c\n", encoding="utf-8")
    assert fates(list(READERS["tsv"](Input(path), ""))) == [["1", "a,b;c"]]
