import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.report import IdeaReport, ReviewVerdict
from reports.export import XLSX_CELL, ideas_csv, ideas_xlsx
from reports.inert import inert_cell

SHEETS = ["Ideas", "Criteria", "Quotes", "Themes", "About"]
hostile = st.text(
    st.one_of(st.sampled_from("=+-@|%\t\r\n'\" ＝\u200b\ufeff"), st.characters(codec="utf-8")),  # noqa: RUF001
    max_size=12,
)


def workbook(report: IdeaReport) -> Any:
    return openpyxl.load_workbook(BytesIO(ideas_xlsx(report)))


def cells(report: IdeaReport) -> Iterator[Any]:
    for sheet in workbook(report):
        for row in sheet.iter_rows(min_row=2):
            yield from row


def lines(report: IdeaReport) -> list[list[str]]:
    return list(csv.reader(StringIO(ideas_csv(report).decode("utf-8-sig"), newline="")))


def with_text(report: IdeaReport, text: str) -> IdeaReport:
    idea = report.ideas[7]
    quote = replace(idea.quotes[0], text=text, account=text, segment=text, place=text)
    changed = replace(
        idea,
        title=text,
        need=text,
        candidate_id=text,
        status_reason=text,
        badges=(text,),
        segments=((text, 3),),
        quotes=(quote,),
        what_would_change=(text,),
        parts=(replace(idea.parts[0], note=text, sources=(text,)),),
    )
    theme = replace(report.themes[0], label=text, area=text, quote=text, keywords=(text,))
    return replace(report, ideas=(changed,), themes=(theme,), title=text, notes=(text,))


@settings(max_examples=60, deadline=None)
@given(text=hostile)
def test_no_text_becomes_a_formula_in_a_workbook(report: IdeaReport, text: str) -> None:
    types = {cell.data_type for cell in cells(with_text(report, text))}
    assert types <= {"s", "n", "d"}


@settings(max_examples=200, deadline=None)
@given(text=hostile)
def test_no_text_becomes_a_formula_in_csv(report: IdeaReport, text: str) -> None:
    heading, row = lines(with_text(report, text))
    assert len(heading) == len(row)
    for cell in row:
        assert inert_cell(cell) == cell or is_number(cell) or cell.startswith("'")
    assert row[heading.index("idea")] == inert_cell(text)


def test_a_formula_written_by_hand_is_prefixed(report: IdeaReport) -> None:
    heading, *rows = lines(report)
    assert rows[7][heading.index("idea")] == '\'=HYPERLINK("http://evil.example","Invoice")'
    titles = [row[6].value for row in workbook(report)["Ideas"].iter_rows(min_row=2)]
    assert titles[7] == '\'=HYPERLINK("http://evil.example","Invoice")'


def test_a_workbook_has_its_sheets_with_frozen_headings(report: IdeaReport) -> None:
    book = workbook(report)
    assert book.sheetnames == SHEETS
    assert [book[name].freeze_panes for name in SHEETS] == ["H2", "D2", "D2", "B2", "B2"]
    assert book["Ideas"].max_row == 1 + 12
    assert book["Criteria"].max_row == 1 + 12 * 9
    assert book["Quotes"].max_row == 1 + sum(
        len(i.quotes) + len(i.counter_quotes) for i in report.ideas
    )


def test_a_workbook_is_dated_by_the_report_and_not_by_the_clock(report: IdeaReport) -> None:
    assert workbook(report).properties.created == datetime(2026, 5, 31, 22, 15)
    assert ideas_xlsx(report) == ideas_xlsx(report)
    other = replace(report, as_of=datetime(2026, 5, 30, tzinfo=UTC))
    assert ideas_xlsx(other) != ideas_xlsx(report)


def test_what_is_not_known_is_empty_and_not_zero(report: IdeaReport) -> None:
    heading, *rows = lines(report)
    column = heading.index("revenue at stake (EUR/year)")
    assert rows[6][column] == ""
    assert rows[11][column] == "0"
    sheet = workbook(report)["Ideas"]
    assert sheet.cell(8, column + 1).value is None
    assert sheet.cell(13, column + 1).value == 0


def test_csv_opens_with_its_accents_in_a_spreadsheet(report: IdeaReport) -> None:
    data = ideas_csv(report)
    assert data.startswith(b"\xef\xbb\xbfrank,")
    assert "Donaudampfschifffahrtselektrizitäten".encode() in data
    assert b"\r\n" in data


def test_csv_and_workbook_hold_the_same_ideas(report: IdeaReport) -> None:
    heading, *rows = lines(report)
    sheet = list(workbook(report)["Ideas"].iter_rows(values_only=True))
    assert list(sheet[0]) == heading
    for row, cells_ in zip(rows, sheet[1:], strict=True):
        for text, cell in zip(row, cells_, strict=True):
            assert text == ("" if cell is None else cell) or float(text) == cell


def test_a_text_too_long_for_a_cell_says_that_it_was_cut(report: IdeaReport) -> None:
    long = with_text(report, "🦆" * 20_000)  # two UTF-16 units each
    need = workbook(long)["Ideas"]["H2"].value
    assert need.endswith("🦆 [cut; whole in ideas.json]")
    assert len(need.encode("utf-16-le")) // 2 <= XLSX_CELL


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_what_reviewers_say_stands_in_columns_of_its_own(report: IdeaReport) -> None:
    at = datetime(2026, 3, 1, 23, tzinfo=UTC)
    verdict = ReviewVerdict(
        *("undecided", date(2026, 2, 1), "bob", at, "=later", "For drivers."),
        *((), 4, "need-1"),
    )
    ideas = (replace(report.ideas[0], verdict=verdict), *report.ideas[1:])
    text = ideas_csv(replace(report, ideas=ideas)).decode("utf-8-sig")
    first, second, *_ = csv.DictReader(StringIO(text))
    told = {
        "decision": "undecided",
        "decided by": "bob",
        "decided on": "2026-03-01",
        "deferred until": "2026-02-01",
        "decision reason": "'=later",
        "reviewers' brief": "For drivers.",
    }
    assert {name: first[name] for name in told} == told
    assert {second[name] for name in told} == {""}
