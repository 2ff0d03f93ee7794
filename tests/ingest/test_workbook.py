import random
import time
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.xml import DEFUSEDXML

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources import READERS, workbook
from ingest.sources.files import Input
from ingest.sources.rows import RawRow, RowFault


def write(path: Path, *sheets: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        page = book.active if number == 0 else book.create_sheet(f"Sheet{number + 1}")
        assert page is not None
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def read(path: Path, sheet: str = "") -> list[RawRow | QuarantinedRow]:
    return list(READERS["xlsx"](Input(path), sheet))


def fields(row: RawRow | QuarantinedRow) -> dict[str, object]:
    assert isinstance(row, RawRow)
    return dict(row.fields)


def test_values_keep_their_types(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xlsx",
        [("id", "text", "at", "day"), (12, "a\nb", datetime(2026, 3, 1, 9, 30), date(2026, 3, 1))],
    )
    (row,) = read(path)
    when = datetime(2026, 3, 1, 9, 30)
    assert fields(row) == {"id": 12, "text": "a\nb", "at": when, "day": datetime(2026, 3, 1)}
    assert row.line == 2


def test_rows_are_numbered_as_in_the_sheet_and_empty_ones_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [(), ("id", "text"), (1, "a"), (None, " "), (2, "b")])
    assert [(row.line, fields(row)["id"]) for row in read(path)] == [(3, 1), (5, 2)]


def test_short_rows_are_filled_and_long_ones_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [("id", "text"), (1,), (2, "b", "c")])
    first, second = read(path)
    assert fields(first) == {"id": 1, "text": None}
    assert isinstance(second, QuarantinedRow)
    assert (second.reason, second.raw) == ("field_count", '["2", "b", "c"]')


def test_another_sheet_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [("x",), (1,)], [("y",), (2,)])
    assert [fields(row) for row in read(path, "Sheet2")] == [{"y": 2}]
    with pytest.raises(IngestError, match="no sheet 'Answers'; the file has Sheet, Sheet2"):
        read(path, "Answers")


def test_hidden_sheets_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden, shown = book.add_worksheet("settings"), book.add_worksheet("answers")
        hidden.hide()
        shown.activate()
        shown.set_first_sheet()
        shown.write_column(0, 0, ["text", "hello"])
    assert [fields(row) for row in read(path)] == [{"text": "hello"}]


def test_a_calculated_formula_is_its_value_and_one_never_calculated_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["text", "stars"])
        page.write_row(1, 0, ["calculated"])
        page.write_formula(1, 1, "=2+2", value=4)
    assert [fields(row) for row in read(path)] == [{"text": "calculated", "stars": 4}]
    (row,) = read(write(tmp_path / "b.xlsx", [("text", "stars"), ("never", "=2+2")]))
    fault = fields(row)["stars"]
    assert isinstance(fault, RowFault)
    assert fault.reason == "formula_without_value"


def test_a_cell_that_shows_an_error_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["text", "stars"])
        page.write_string(1, 0, "fine")
        page.write_formula(1, 1, "=1/0", value="#DIV/0!")
    (row,) = read(path)
    fault = fields(row)["stars"]
    assert isinstance(fault, RowFault)
    assert fault.reason == "cell_error"


def test_wrong_dimensions_hide_no_rows(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.xlsx", [("id", "text"), *((n, "x") for n in range(5))])
    path = edited(whole, lambda xml: xml.replace(b'ref="A1:B6"', b'ref="A1:A1"'))
    assert [fields(row)["id"] for row in read(path)] == [0, 1, 2, 3, 4]


def edited(path: Path, edit: object) -> Path:
    """A copy of the workbook with the XML of its first sheet changed."""
    assert callable(edit)
    other = path.with_name("edited.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            part = source.read(name)
            copy.writestr(name, edit(part) if name.endswith("sheet1.xml") else part)
    return other


def test_one_cell_in_the_last_corner_takes_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["id", "text"])
        page.write_row(1, 0, [1, "a"])
        page.write_string(1_048_575, 16_383, "corner")
    begun = time.process_time()
    first, corner = read(path)
    assert time.process_time() - begun < 10
    assert fields(first) == {"id": 1, "text": "a"}
    assert isinstance(corner, QuarantinedRow)
    assert (corner.line, corner.reason) == (1_048_576, "field_count")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda xml: xml.replace(b'r="3"', b'r="999999999999"'), "over 1,048,576 rows"),
        (lambda xml: xml.replace(b'r="B2"', b'r="XFD2"'), None),
        (lambda xml: xml[: len(xml) // 2], "not a readable .xlsx workbook"),
        (
            lambda xml: xml.replace(
                b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1
            ).replace(b"<v>0</v>", b"<v>&a;</v>"),
            "not a readable .xlsx workbook",
        ),
    ],
)
def test_a_sheet_that_lies_is_bounded(tmp_path: Path, edit: object, message: str | None) -> None:
    path = edited(write(tmp_path / "a.xlsx", [("id", "text"), (0, "a"), (1, "b")]), edit)
    begun = time.process_time()
    if message is None:
        assert [type(row) for row in read(path)] == [QuarantinedRow, RawRow]
    else:
        with pytest.raises(IngestError, match=message):
            read(path)
    assert time.process_time() - begun < 10


def test_cells_visited_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", [("id", "text"), (1, "a"), (2, "b")])
    monkeypatch.setattr(workbook, "MAX_CELLS", 6)
    assert len(read(path)) == 2
    monkeypatch.setattr(workbook, "MAX_CELLS", 5)
    with pytest.raises(IngestError, match="over 5 cells; at most 5 is accepted, save it as CSV"):
        read(path)


def test_an_archive_that_unpacks_too_far_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = edited(write(tmp_path / "a.xlsx", [("id",), (1,)]), lambda xml: xml + b" " * 50_000_000)
    begun = time.process_time()
    with pytest.raises(IngestError, match=r"sheet1\.xml unpacks \d+-fold; at most 100-fold"):
        read(path)
    assert time.process_time() - begun < 1


def test_an_archive_of_too_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1001):
            archive.writestr(f"part{number}", b"")
    with pytest.raises(IngestError, match="1,001 parts; at most 1,000 is accepted"):
        read(path)


@pytest.mark.parametrize(
    "body", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0 an old .xls", b"a,b\n1,2\n"]
)
def test_what_is_no_workbook_is_one_clear_error(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(body)
    with pytest.raises(IngestError, match=r"a\.xlsx: not a readable \.xlsx workbook .* or as CSV"):
        read(path)


def test_an_empty_sheet_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="the sheet is empty; name another"):
        read(write(tmp_path / "a.xlsx", []))


def test_hostile_xml_is_read_with_defusedxml() -> None:
    assert DEFUSEDXML


def test_damaged_workbooks_give_rows_or_one_clear_error(tmp_path: Path) -> None:
    rng = random.Random(20260301)
    whole = write(tmp_path / "a.xlsx", [("id", "text"), *((n, f"message {n}") for n in range(20))])
    outcomes: set[type] = set()
    for _ in range(60):
        spoilt = edited(whole, lambda xml: spoil(xml, rng))
        try:
            outcomes.update(type(row) for row in read(spoilt))
        except IngestError as error:
            assert "\n" not in str(error)
            outcomes.add(IngestError)
    assert {RawRow, IngestError} <= outcomes


def spoil(part: bytes, rng: random.Random) -> bytes:
    spoilt = bytearray(part)
    for _ in range(rng.randint(0, 3)):
        spoilt[rng.randrange(len(spoilt))] = rng.choice(b'<>/"09aZ \xff')
    return bytes(spoilt)
