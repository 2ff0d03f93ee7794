"""XLSX workbooks, streamed and bounded: a file of 4 KB can claim 17 thousand million cells.

The archive is judged before it is opened, the dimensions it states are not believed, and the
cells that are visited are counted.
"""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain, islice, repeat
from zipfile import ZipFile

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources.archives import MAX_MEMBERS, check_members, printable
from ingest.sources.files import Input
from ingest.sources.rows import (
    MAX_COLUMNS,
    RAW_BYTES,
    RawRow,
    RowFault,
    check_fields,
    column_names,
    has_value,
    shorten,
)

MAX_ROWS = 1_048_576
MAX_CELLS = 5_000_000
"""Cells visited, empty ones between others included."""

_REMEDY = "save it as CSV"
_BATCH = 500
_SHOWN_SHEETS = 12
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!")

Cells = Sequence[object]


def read_xlsx(file: Input, sheet: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield the rows of one sheet, by default of the first visible one.

    Raises
    ------
    IngestError
        The file is no workbook, exceeds a limit, or the sheet is missing or empty.
    """
    has_formulas = _check_archive(file)
    rows = enumerate(_bounded(file, _rows(file, sheet, values=True)), start=1)
    formulas = _rows(file, sheet, values=False) if has_formulas else repeat(())
    names: tuple[str, ...] = ()
    for (number, cells), written in zip(rows, formulas, strict=False):
        if not has_value(chain(cells, written)):
            continue
        if not names:
            names = _header(file, cells)
            continue
        try:
            yield RawRow(number, None, None, _fields(names, cells, written))
        except RowFault as fault:
            raw = json.dumps([_shown(cell) for cell in cells], ensure_ascii=False)[:RAW_BYTES]
            yield QuarantinedRow(number, None, None, fault.reason, fault.detail, raw)
    if not names:
        raise IngestError(f'{file}: the sheet is empty; name another as format = "xlsx:Sheet"')


def _check_archive(file: Input) -> bool:
    """Refuse what would unpack beyond the limits; return whether any sheet has formulas."""
    with file.open() as opened, _reading(file), ZipFile(opened) as archive:
        parts = archive.infolist()
        check_members(file, parts, MAX_MEMBERS, _REMEDY)
        sheets = [part for part in parts if part.filename.startswith("xl/worksheets/sheet")]
        return any(_has_formula(archive, part.filename) for part in sheets)


def _refused(file: Input, found: str, limit: str) -> IngestError:
    return IngestError(f"{file}: {found}; at most {limit} is accepted, {_REMEDY}")


def _has_formula(archive: ZipFile, name: str) -> bool:
    tail = b""
    with archive.open(name) as part:
        while block := part.read(1 << 20):
            if re.search(rb"<(?:\w+:)?f[ />]", tail + block):
                return True
            tail = block[-8:]
    return False


@contextmanager
def _reading(file: Input) -> Iterator[None]:
    """Around every call of the parser: a damaged file makes it raise almost anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that carry no data
        try:
            yield
        except (IngestError, MemoryError):
            raise
        except Exception as error:
            found = f"not a readable .xlsx workbook ({type(error).__name__})"
            remedy = "save it again as .xlsx without a password, or as CSV"
            raise IngestError(f"{file}: {found}; {remedy}") from None


def _rows(file: Input, sheet: str, *, values: bool) -> Iterator[Cells]:
    """Yield the rows of a sheet: values as last calculated, or what was written in the cells."""
    with file.open() as opened:
        with _reading(file):
            from openpyxl import load_workbook

            book = load_workbook(opened, read_only=True, data_only=values, keep_links=False)
            visible = [page for page in book.worksheets if page.sheet_state == "visible"]
            named = {page.title: page for page in book.worksheets}
            page = named.get(sheet) if sheet else next(iter(visible or book.worksheets), None)
        if page is None:
            known = printable(", ".join(map(shorten, islice(named, _SHOWN_SHEETS))))
            found = f"no sheet {sheet!r}; the file has {known}"
            raise IngestError(f'{file}: {found}; set format = "xlsx:NAME" in config.toml')
        page.reset_dimensions()
        rows = page.iter_rows(values_only=True)
        while True:
            with _reading(file):
                batch = list(islice(rows, _BATCH))
            if not batch:
                return
            yield from batch


def _bounded(file: Input, rows: Iterator[Cells]) -> Iterator[Cells]:
    visited = 0
    for number, cells in enumerate(rows, start=1):
        visited += len(cells)
        if number > MAX_ROWS:
            raise _refused(file, f"over {MAX_ROWS:,} rows", f"{MAX_ROWS:,}")
        if visited > MAX_CELLS:
            raise _refused(file, f"over {MAX_CELLS:,} cells", f"{MAX_CELLS:,}")
        yield cells


def _header(file: Input, cells: Cells) -> tuple[str, ...]:
    width = _width(cells)
    if width > MAX_COLUMNS:
        raise _refused(file, f"{width:,} columns", f"{MAX_COLUMNS}")
    return column_names(cells[:width])


def _fields(names: tuple[str, ...], cells: Cells, written: Cells) -> dict[str, object]:
    width = _width(cells)
    if width > len(names):
        raise RowFault("field_count", f"{width} cells; the header has {len(names)}")
    padded = [*cells[: len(names)], *repeat(None, len(names) - len(cells))]
    fields = {name: _value(cell) for name, cell in zip(names, padded, strict=True)}
    for name, cell, formula in zip(names, padded, written, strict=False):
        if cell is None and formula is not None:
            detail = "a formula that was never calculated; open the file, save it and export it"
            fields[name] = RowFault("formula_without_value", f"{name} is {detail}")
    check_fields(fields)
    return fields


def _width(cells: Cells) -> int:
    return max((place for place, cell in enumerate(cells, 1) if cell is not None), default=0)


def _value(cell: object) -> object:
    if isinstance(cell, str) and cell in _ERRORS:
        return RowFault("cell_error", f"the cell shows {cell}; expected a value")
    if cell is None or isinstance(cell, (str, int, float, date)):
        return cell
    return str(cell)


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell)[:RAW_BYTES]
