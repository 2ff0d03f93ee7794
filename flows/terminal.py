"""Standard output: plain pieces of tables for people, one JSON document for programs."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from reports.inert import one_line

PIPED_COLUMNS = 120
"""Width where there is no terminal to ask and COLUMNS is not set."""

MIN_COLUMNS = 16
"""Narrowest column of foreign text: room for two short words."""


def output() -> Console:
    """Return the console of standard output, which takes no text for markup."""
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=PIPED_COLUMNS if piped else None, highlight=False, markup=False)


def write_json(value: object) -> None:
    """Write a value as one JSON document; dataclasses become objects, times ISO 8601."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=_plain)
    sys.stdout.write("\n")


def table(*left: str, right: tuple[str, ...] = ()) -> Table:
    """Return an empty table; columns that `right` names too hold numbers, which never wrap."""
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for heading in left:
        if heading in right:
            made.add_column(heading, justify="right", no_wrap=True)
        else:
            made.add_column(heading)
    return made


def foreign(text: str, style: str = "") -> Text:
    """Return text that came from outside: on one line, hidden characters made visible."""
    return Text(one_line(text), style)


class TwoLines:
    """Foreign text in at most two lines of whatever width there is, then an ellipsis."""

    def __init__(self, text: str):
        self._text = foreign(text)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render into the width at hand."""
        lines = self._text.wrap(console, options.max_width)
        if len(lines) > 2:
            lines[1].truncate(options.max_width - 1)
            lines[1].rstrip()
            lines[1].append("…")
        yield from lines[:2]

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        """Take any width from `MIN_COLUMNS` to all of the text on one line."""
        length = cell_len(self._text.plain)
        return Measurement(min(MIN_COLUMNS, length), length).with_maximum(options.max_width)


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
