"""Writers of workbooks, part by part so that anything can stand in them, and of Parquet files."""

import random
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from tests.promises.hostile.plan import COLUMNS, Planned
from tests.promises.hostile.writing import Written

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


@dataclass(frozen=True, slots=True)
class Workbook:
    """A dialect of XLSX."""

    shared: bool = False
    """Strings in a part of their own, as spreadsheet programs write them."""
    since_1904: bool = False
    """Dates as old Macs count them."""
    dates_as_text: bool = False

    def __call__(self, rng: random.Random, rows: Sequence[Planned]) -> tuple[bytes, list[Written]]:
        """Write one sheet, now and then with an empty row."""
        strings: list[str] = []
        xml = [self._row(1, [self._string(name, strings) for name in COLUMNS])]
        written, number = [], 1
        for row in rows:
            number += 1 + (rng.random() < 0.1)
            xml.append(self._row(number, self._cells(row, strings)))
            written.append(Written(number, row.fate))
        return pack(workbook_parts("".join(xml), strings, since_1904=self.since_1904)), written

    def _row(self, number: int, cells: Sequence[str]) -> str:
        named = [
            cell.replace("<c", f'<c r="{"ABCDE"[place]}{number}"', 1)
            for place, cell in enumerate(cells)
            if cell
        ]
        return f'<row r="{number}">{"".join(named)}</row>'

    def _cells(self, row: Planned, strings: list[str]) -> list[str]:
        cells = [self._string(row.cells[name], strings) for name in COLUMNS]
        if row.damage not in ("no date", "bad date", "day first", "old date"):
            cells[1] = cells[1] if self.dates_as_text else self._moment(row.moment)
        if row.cells["rating"].isdigit():
            cells[3] = f"<c><v>{row.cells['rating']}</v></c>"
        if row.damage == "#REF!":
            cells[2] = '<c t="e"><v>#REF!</v></c>'
        if row.damage == "formula alone":
            cells[2] = "<c><f>A1</f></c>"
        if row.damage == "cell more":
            cells.append(self._string("more", strings))
        return cells

    def _string(self, text: str, strings: list[str]) -> str:
        if not text:
            return ""
        if self.shared:
            strings.append(text)
            return f'<c t="s"><v>{len(strings) - 1}</v></c>'
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'

    def _moment(self, moment: datetime) -> str:
        since = datetime(1904, 1, 1, tzinfo=UTC)
        if not self.since_1904:
            since = datetime(1899, 12, 30, tzinfo=UTC)
        return f'<c s="1"><v>{(moment - since) / timedelta(days=1)!r}</v></c>'


def workbook_parts(
    sheet: str, strings: Sequence[str] = (), *, since_1904: bool = False, head: str = ""
) -> dict[str, bytes]:
    """Return the parts of a workbook of one sheet by their names; `head` stands before its XML."""
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<workbookPr date1904="{int(since_1904)}"/>'
        '<sheets><sheet name="Answers" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
        '<fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs>'
        "</styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{texts}</sst>',
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{_MAIN}">'
        f"<sheetData>{sheet}</sheetData></worksheet>",
    }
    return {name: (_HEAD + part).encode() for name, part in parts.items()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip archive, the same bytes for the same parts."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


@dataclass(frozen=True, slots=True)
class Parquet:
    """A dialect of Parquet: everything as text, or each column by its type."""

    typed: bool = False

    def __call__(self, rng: random.Random, rows: Sequence[Planned]) -> tuple[bytes, list[Written]]:
        """Write the rows in one or several row groups."""
        import pyarrow as pa
        from pyarrow import parquet

        columns = {name: _strings([_text(row, name) for row in rows]) for name in COLUMNS}
        if self.typed:
            columns["created_at"] = _moments(rows)
            ratings = [row.cells["rating"] for row in rows]
            columns["rating"] = pa.array([float(rating) if rating else None for rating in ratings])
            columns["id"] = columns["id"].dictionary_encode()
            columns["text"] = columns["text"].cast(pa.binary())  # as some writers leave text
        packed = BytesIO()
        table = pa.table(columns)
        parquet.write_table(table, packed, row_group_size=rng.choice([3, 1000]))
        written = [Written(number, row.fate) for number, row in enumerate(rows, 1)]
        return packed.getvalue(), written


def _text(row: Planned, name: str) -> bytes | None:
    if name == "text" and row.damage == "bad bytes":
        return b"not \xff UTF-8"
    return row.cells[name].encode() or None


def _strings(texts: Sequence[bytes | None]) -> Any:
    """An array of strings that are not looked at: Parquet does not look either."""
    import pyarrow as pa

    binary = pa.array(texts, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(binary), binary.buffers())


def _moments(rows: Sequence[Planned]) -> Any:
    """Times in milliseconds, which reach beyond the years that Python knows."""
    import pyarrow as pa

    beyond = {"no date": None, "no such time": 10**15, "old date": -(10**12 * 5)}
    moments = [
        beyond[row.damage] if row.damage in beyond else round(row.moment.timestamp() * 1000)
        for row in rows
    ]
    return pa.array(moments, pa.timestamp("ms", tz="UTC"))
