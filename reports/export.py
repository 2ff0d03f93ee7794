"""CSV and XLSX files in which nothing a customer wrote is a formula.

This is the only module that writes spreadsheets. Every text goes through `inert_cell`; the
lossless form of the same data is ideas.json.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, date
from io import BytesIO, StringIO
from typing import Any

from groundswell.report import Audience, IdeaReport, ReleasePlan
from reports.audience import audience_table
from reports.columns import Cell, Table, ideas, tables
from reports.inert import inert_cell
from reports.interchange import significant, spelt
from reports.plan_table import planned_work

XLSX_CELL = 32_767
"""Characters an XLSX cell can hold (Excel specifications and limits)."""
_CUT = " [cut; whole in ideas.json]"
_WIDE = 30  # characters; columns from here on wrap their text


def ideas_csv(report: IdeaReport) -> bytes:
    r"""Return the table of ideas as CSV after RFC 4180.

    It is UTF-8 with a byte order mark: without one Excel reads the file in the machine's old
    code page and damages every accent; other readers skip it (``encoding="utf-8-sig"``). What
    is not known is an empty cell.
    """
    return table_csv(ideas(report))


def audience_csv(audience: Audience) -> bytes:
    """Return who is to be told of an idea as CSV, in the form of `ideas_csv`."""
    return table_csv(audience_table(audience))


def plan_csv(plan: ReleasePlan) -> bytes:
    """Return the work of a release plan, and what is left out, as CSV like `ideas_csv`."""
    return table_csv(planned_work(plan))


def plan_xlsx(plan: ReleasePlan, report: IdeaReport) -> bytes:
    """Return the work of a release plan as a workbook; title and date are the report's."""
    return table_xlsx((planned_work(plan),), report)


def ideas_xlsx(report: IdeaReport) -> bytes:
    """Return the sheets Ideas, Criteria, Quotes, Themes and About as one workbook."""
    return table_xlsx(tables(report), report)


def table_csv(table: Table) -> bytes:
    """Return any table in the form of `ideas_csv`."""
    text = StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(name for name, _ in table.headings)
    lines.writerows([_csv_cell(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def table_xlsx(sheets: Iterable[Table], report: IdeaReport) -> bytes:
    """Return tables as one workbook; its title and date are the report's."""
    import xlsxwriter

    file = BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {**as_text, "in_memory": True}) as book:
        # The creation date would otherwise be the clock's, and equal reports unequal bytes.
        created = report.as_of.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": inert_cell(report.title), "created": created})
        for table in sheets:
            _add_sheet(book, table)
    return file.getvalue()


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return inert_cell(cell)
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else spelt(cell)


def _add_sheet(book: Any, table: Table) -> None:
    sheet = book.add_worksheet(table.name)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    plain = book.add_format({"valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    for column, (name, width) in enumerate(table.headings):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, width)
    formats = [wrapped if width >= _WIDE else plain for _, width in table.headings]
    for line, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            _write(sheet, (line, column), cell, day if isinstance(cell, date) else formats[column])
    titles = [name for name, _ in table.headings]
    sheet.freeze_panes(1, titles.index("idea") + 1 if "idea" in titles else 1)
    sheet.autofilter(0, 0, len(table.rows), len(table.headings) - 1)


def _write(sheet: Any, place: tuple[int, int], cell: Cell, layout: Any) -> None:
    match cell:
        case None:
            sheet.write_blank(*place, None, layout)
        case str():
            sheet.write_string(*place, _within_cell(inert_cell(cell)), layout)
        case date():
            sheet.write_datetime(*place, cell, layout)
        case _:
            sheet.write_number(*place, significant(cell), layout)


def _within_cell(text: str) -> str:
    # Excel counts UTF-16 code units; what lies beyond the limit would be dropped silently.
    units = text.encode("utf-16-le")
    if len(units) <= 2 * XLSX_CELL:
        return text
    return units[: 2 * (XLSX_CELL - len(_CUT))].decode("utf-16-le", errors="ignore") + _CUT
