"""Five exports in five formats, as the tools of five departments would write them."""

import csv
import io
import json
import tomllib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from examples.messages import Message

Cell = str | int | datetime | None
_OFFICE_TIME = timezone(timedelta(hours=2))
_REPEATED_TICKETS = (0.35, 0.65)
"""Places of the tickets that stand in the export twice, as shares of the file."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands where after a channel has been written."""

    ids: dict[int, str]
    """Index of the message to ``source:id``."""
    quarantined: list[dict[str, Any]]
    repeated: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Channel:
    letter: str
    file: str
    header: tuple[str, ...]
    key: Callable[[int], str]
    cells: Callable[[Random, Message, str], list[Cell]]
    encode: Callable[[Sequence[Cell]], str]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    """As it stands in the file, without the final line break; for a sheet, as JSON cells."""
    message: int = -1
    id: str = ""
    reason: str = ""
    repeated: bool = False


def write_channels(
    folder: Path,
    messages: Sequence[Message],
    broken: Path,
    versions: Sequence[tuple[date, str]],
) -> Written:
    """Write tickets.csv, reviews.csv, survey.xlsx, chats.jsonl and tracker.csv."""
    refused = tomllib.loads(broken.read_text(encoding="utf-8"))["rows"]
    written = Written({}, [], [])
    for channel in _CHANNELS:
        lines = _disturb(_lines(channel, messages, versions), channel, refused)
        _write(folder / channel.file, channel.header, lines)
        _note(written, channel, lines)
    return written


def _lines(
    channel: _Channel, messages: Sequence[Message], versions: Sequence[tuple[date, str]]
) -> list[_Line]:
    rng = Random(f"channel {channel.file}")  # noqa: S311 - invented data, not secrets
    chosen = [i for i, message in enumerate(messages) if message.channel == channel.letter]
    chosen.sort(key=lambda i: (messages[i].when, messages[i].title, messages[i].body))
    lines = []
    for place, index in enumerate(chosen):
        key, message = channel.key(place), messages[index]
        version = max(pair for pair in versions if pair[0] <= message.when.date())[1]
        cells = [key, *channel.cells(rng, message, version)]
        lines.append(_Line(channel.encode(cells), message=index, id=key))
    return lines


def _disturb(
    lines: list[_Line], channel: _Channel, refused: Sequence[Mapping[str, Any]]
) -> list[_Line]:
    """Add repeated and broken rows at their places, from the end so that places stay true."""
    extra = [
        (row["at"], _Line(row.get("text") or channel.encode(row["cells"]), reason=row["reason"]))
        for row in refused
        if row["file"] == channel.file
    ]
    if channel.letter == "t":
        for share in _REPEATED_TICKETS:
            again = lines[int(share * len(lines))]
            extra.append((share, _Line(again.text, id=again.id, repeated=True)))
    disturbed = list(lines)
    for share, line in sorted(extra, key=lambda pair: -pair[0]):
        disturbed.insert(int(share * len(lines)) + 1, line)
    return disturbed


def _note(written: Written, channel: _Channel, lines: Sequence[_Line]) -> None:
    file = channel.file
    source = file.partition(".")[0]
    number = 2 if channel.header else 1
    for line in lines:
        if line.reason:
            written.quarantined.append({"file": file, "line": number, "reason": line.reason})
        elif line.repeated:
            written.repeated.append({"file": file, "line": number, "record": f"{source}:{line.id}"})
        else:
            written.ids[line.message] = f"{source}:{line.id}"
        number += 1 if file.endswith(".xlsx") else line.text.count("\n") + 1


def _write(path: Path, header: Sequence[str], lines: Sequence[_Line]) -> None:
    if path.suffix == ".xlsx":
        _write_sheet(path, [list(header), *(json.loads(line.text) for line in lines)])
        return
    first = [_csv_line(header)] if header else []
    text = "".join(line + "\n" for line in [*first, *(line.text for line in lines)])
    path.write_text(text, encoding="utf-8", newline="")


def _csv_line(cells: Sequence[Cell]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _chat_line(cells: Sequence[Cell]) -> str:
    return json.dumps(dict(zip(_CHAT_FIELDS, cells, strict=True)), ensure_ascii=False)


def _write_sheet(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    """Write a sheet whose bytes depend on the rows alone: fixed dates, no compression."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": "NPS survey", "created": datetime(2026, 11, 1)})
    sheet = book.add_worksheet("Responses")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.set_column(2, 2, 80)
    sheet.set_column(4, 4, 18)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if y and x == len(row) - 1:
                sheet.write_datetime(y, x, datetime.fromisoformat(cell), day)
            elif y and x == 1 and cell not in (None, ""):
                sheet.write_number(y, x, int(cell))
            elif cell not in (None, ""):
                sheet.write_string(y, x, str(cell))
    book.close()
    with zipfile.ZipFile(buffer) as packed, zipfile.ZipFile(path, "w") as plain:
        for member in packed.infolist():
            part = zipfile.ZipInfo(member.filename)
            part.create_system = 3
            plain.writestr(part, packed.read(member))


def _account(message: Message) -> str:
    return message.customer.account_id if message.customer else ""


def _ticket(rng: Random, message: Message, _: str) -> list[Cell]:
    body = message.body
    if len(body) > 80 and len(body) % 8 == 0:
        body = f"Hello support team,\n\n{body}\n\nKind regards"
    return [
        message.author,
        message.customer.name if message.customer else "",
        _account(message),
        message.title,
        body,
        rng.choice(("open", "pending", "solved", "closed")),
        rng.choice(("low", "normal", "normal", "normal", "high", "urgent")),
        rng.choice(("Email", "Web", "Web", "Phone")),
        message.when.strftime("%Y-%m-%d %H:%M"),
    ]


def _review(_: Random, message: Message, version: str) -> list[Cell]:
    day = message.when.strftime("%d %b %Y")
    return [day, message.rating, message.title, message.body, version]


def _answer(_: Random, message: Message, __: str) -> list[Cell]:
    when = message.when.replace(tzinfo=None).isoformat(sep=" ")
    return [message.rating, message.body, _account(message), when]


def _chat(_: Random, message: Message, version: str) -> list[Cell]:
    sent = message.when.astimezone(_OFFICE_TIME).isoformat()
    return [sent, _account(message) or None, message.author, message.body, version, "en"]


def _request(rng: Random, message: Message, _: str) -> list[Cell]:
    votes = int(rng.paretovariate(0.9))
    return [
        message.title,
        message.body,
        min(votes, 240),
        message.when.date().isoformat(),
        message.author,
        _account(message),
        rng.choice(("open", "open", "under review")),
    ]


_CHAT_FIELDS = (
    "conversation_id", "sent_at", "account_id", "visitor_id", "message", "app_version", "language",
)  # fmt: skip
_CHANNELS = (
    _Channel(
        "t",
        "tickets.csv",
        ("Id", "Requester id", "Organization", "Organization id", "Subject", "Description",
         "Status", "Priority", "Via", "Created at"),
        lambda place: str(41203 + 3 * place),
        _ticket,
        _csv_line,
    ),
    _Channel(
        "r",
        "reviews.csv",
        ("Review ID", "Date", "Stars", "Title", "Review", "App Version"),
        lambda place: f"rv-{place + 1:04d}",
        _review,
        _csv_line,
    ),
    _Channel(
        "s",
        "survey.xlsx",
        ("Respondent", "Score", "Comment", "Account", "Submitted"),
        lambda place: f"nps-{place + 1:04d}",
        _answer,
        json.dumps,
    ),
    _Channel("c", "chats.jsonl", (), lambda place: f"ch-{1207 + 7 * place}", _chat, _chat_line),
    _Channel(
        "k",
        "tracker.csv",
        ("Key", "Title", "Details", "Votes", "Submitted", "Submitted by", "Account", "Status"),
        lambda place: f"FR-{place + 101}",
        _request,
        _csv_line,
    ),
)  # fmt: skip
