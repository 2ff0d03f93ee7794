"""Writers of delimited files, JSON Lines, JSON and mailboxes."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from tests.promises.hostile.plan import COLUMNS, Planned
from tests.promises.hostile.writing import BAD_PLACE, Page, Written


@dataclass(frozen=True, slots=True)
class Delimited:
    """A dialect of CSV."""

    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    mark: bytes = b""
    """Byte order mark."""
    quote_all: bool = False
    escape: str = '"'
    """What stands before a quote in a quoted field."""
    preamble: str = ""

    def __call__(self, rng: random.Random, rows: Sequence[Planned]) -> tuple[bytes, list[Written]]:
        """Write the rows, now and then with a blank line between them."""
        page = Page(self.encoding, bytearray(self.mark))
        page.put(self.preamble.replace("\n", self.line_end))
        page.put(self.delimiter.join(COLUMNS) + self.line_end)
        for place, row in enumerate(rows):
            if rng.random() < 0.1:
                page.put(self.line_end)
            is_last = place == len(rows) - 1
            after = "" if is_last and rng.random() < 0.3 else self.line_end
            page.put_row(row, self._row(row), after)
        return bytes(page.data), page.rows

    def _row(self, row: Planned) -> str:
        cells = [row.cells[name] for name in COLUMNS]
        if row.damage in ("cell more", "cell less", "text after quote", "open quote"):
            cells[2] = "plain words"  # where a damaged record ends can only be guessed otherwise
        if row.damage == "bad bytes":
            cells[2] = BAD_PLACE
        if row.damage == "half pair":
            cells[2] = "half \ud83d pair"
        if row.damage == "cell more":
            cells.append("more")
        if row.damage == "cell less":
            cells.pop()
        line = self.delimiter.join(map(self._cell, cells))
        if row.damage in ("text after quote", "open quote"):
            damaged = '"plain" words' if row.damage == "text after quote" else '"plain words'
            line = line.replace('"plain words"', "plain words").replace("plain words", damaged)
        return line

    def _cell(self, cell: str) -> str:
        marks = f'{self.delimiter}"\r\n'
        if not self.quote_all and not any(mark in cell for mark in marks):
            return cell
        return '"' + cell.replace('"', self.escape + '"') + '"'


@dataclass(frozen=True, slots=True)
class Lines:
    """A dialect of JSON Lines."""

    encoding: str = "utf-8"
    line_end: str = "\n"
    mark: bytes = b""
    ascii_only: bool = False

    def __call__(self, rng: random.Random, rows: Sequence[Planned]) -> tuple[bytes, list[Written]]:
        """Write an object a line."""
        page = Page(self.encoding, bytearray(self.mark))
        for row in rows:
            if rng.random() < 0.1:
                page.put(self.line_end)
            page.put_row(row, json_text(row, ascii_only=self.ascii_only), self.line_end)
        return bytes(page.data), page.rows


@dataclass(frozen=True, slots=True)
class Array:
    """A dialect of JSON files."""

    opening: str = "["
    gap: str = "\n  "
    closing: str = "\n]\n"
    indent: int | None = None
    mark: bytes = b""
    encoding: str = "utf-8"

    def __call__(self, rng: random.Random, rows: Sequence[Planned]) -> tuple[bytes, list[Written]]:
        """Write one array of objects."""
        page = Page(self.encoding, bytearray(self.mark))
        page.put(self.opening)
        for place, row in enumerate(rows):
            page.put(self.gap)
            text = json_text(row, ascii_only=rng.random() < 0.5, indent=self.indent)
            page.put_row(row, text, "," if place < len(rows) - 1 else "", own_end=False)
        page.put(self.closing)
        return bytes(page.data), page.rows


def json_text(row: Planned, *, ascii_only: bool, indent: int | None = None) -> str:
    """Return the row as a JSON object, damaged if it is to be."""
    value: dict[str, object] = dict(row.cells)
    if row.cells["rating"].isdigit() and row.number % 2:
        value["rating"] = int(row.cells["rating"])
    if row.cells["rating"] == "" and row.number % 2:
        value["rating"] = None
    if row.damage == "no text" and row.number % 2:
        value["text"] = None
    if row.damage == "half pair":
        return json.dumps(value | {"text": "half \ud83d pair"}, indent=indent)
    if row.damage == "bad bytes":
        value["text"] = BAD_PLACE
    if row.damage == "many keys":
        value |= {f"k{number}": 1 for number in range(512)}
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    odd = {
        "huge integer": "9" * 5000,
        "beyond a float": "1e400",
        "NaN": "NaN",
        "deep": "[" * 100 + "]" * 100,
    }
    if row.damage in odd:
        text = f'{text.rstrip()[:-1].rstrip()}, "more": {odd[row.damage]}}}'
    if row.damage == "cut off":
        text = text.rstrip()[:-1].rstrip()
    if row.damage == "no object":
        text = '["T-1234", "no object"]'
    return text


def write_mbox(rng: random.Random, rows: Sequence[Planned]) -> tuple[bytes, list[Written]]:
    """Write one message a row, without the rating; its identifier is the Message-ID."""
    page = Page("utf-8")
    for row in rows:
        cells = row.cells
        stated = cells["created_at"] if row.damage in ("bad date", "no date") else None
        date = format_datetime(row.moment) if stated is None else stated
        body = {"bad bytes": BAD_PLACE}.get(row.damage, cells["text"])
        lines = [
            f"From jo.{row.number}@example.com Sun Mar  1 09:30:{rng.randrange(60):02d} 2026",
            f"From: Jo <jo.{row.number}@example.com>",
            f"Message-ID: {cells['id']}",
            f"Date: {date}",
            *(["Content-Type: text/plain; charset=utf-8"]),
            *(["X-Note: folded", "\tover two lines"] if rng.random() < 0.3 else []),
            "",
            f"{body}\n\n",
        ]
        page.put_row(row, "\n".join(lines), "")
    return bytes(page.data), page.rows
