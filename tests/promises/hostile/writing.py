"""What every writer hands back, and how it keeps count of lines and bytes."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.promises.hostile.plan import Fate, Planned

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Written:
    """A row as it stands in the file."""

    line: int
    fate: Fate
    start: int | None = None
    end: int | None = None
    """With its line end; None for both: the format has no places in bytes."""
    shown: bytes = b""
    """What must be seen where the row is cut from the file."""


@dataclass(slots=True)
class Page:
    """A text file that is being written."""

    encoding: str
    data: bytearray = field(default_factory=bytearray)
    line: int = 1
    rows: list[Written] = field(default_factory=list)

    def put(self, text: str) -> None:
        """Write what is no row."""
        self.data += text.encode(self.encoding, "surrogatepass")
        self.line += len(_LINE_END.findall(text))

    def put_row(self, row: Planned, text: str, after: str, *, own_end: bool = True) -> None:
        """Write a row and what separates it from the next; `own_end`: that belongs to it."""
        body = spoilt(text.encode(self.encoding, "surrogatepass"), row, self.encoding)
        start, line = len(self.data), self.line
        if own_end and line == 1:
            start = 0  # a byte order mark belongs to the first line
        self.data += body
        self.line += len(_LINE_END.findall(text))
        end = len(self.data)
        self.put(after)
        end = len(self.data) if own_end else end
        self.rows.append(Written(line, row.fate, start, end, body))


Write = Callable[[random.Random, Sequence[Planned]], tuple[bytes, list[Written]]]


def spoilt(body: bytes, row: Planned, encoding: str) -> bytes:
    """Put bytes that are in no character of the encoding into a row that is to have them."""
    if row.damage == "bad bytes":
        return body.replace(BAD_PLACE.encode(encoding), BAD_BYTES[encoding])
    return body


BAD_PLACE = "BADBYTES"
BAD_BYTES = {"utf-8": b"\xff", "cp1252": b"\x81", "shift_jis": b"\xff", "gb18030": b"\xff"}
