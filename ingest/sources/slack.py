"""Slack exports: a zip archive, or its folder, with a folder a channel and a file a day."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources.archives import member_names, open_zip, printable, reading
from ingest.sources.files import Input, check_file, files_below
from ingest.sources.json_array import MAX_BYTES, Element, elements
from ingest.sources.rows import RAW_BYTES, RawRow, RowFault, check_fields, shorten

MAX_FILES = 100_000
"""Days of all channels together: many more than any other archive may hold."""

_LISTS = ("channels.json", "groups.json")
_DAY = re.compile(r"(?P<channel>[^/]+)/\d{4}-\d{2}-\d{2}\.json")
_MARKUP = re.compile(r"<([^<>|\s][^<>|]*)(?:\|([^<>]*))?>")
_NOTICES = re.compile(
    r"(?:channel|group|pinned|unpinned|reminder|huddle)_\w+|bot_(?!message)\w+"
    r"|tombstone|sh_room_created"
)
"""Subtypes of what Slack itself says: somebody joined, the topic was set."""


@dataclass(frozen=True, slots=True)
class _Channels:
    ids: Mapping[str, str]
    """Name of a channel, which is that of its folder, to its id."""
    names: Mapping[str, str]
    """The other way round."""


_NO_MESSAGE = "Slack's own notice ({}), not what a person wrote; it stands in the column notice"

Read = Callable[[str], bytes]


def read_slack(file: Input, _option: str = "") -> Iterator[RawRow | QuarantinedRow]:
    """Yield one row per message, by channel and day; `line` is its number in the export.

    Its columns are id (channel and ts), text (marks such as ``<https://example.com|here>``
    replaced by what people see, mentions of people by ``@user``), created_at and updated_at
    (ISO 8601), author (the user's id), slack_channel, thread_ts, votes (reactions), subtype, and
    notice. What Slack itself says, as that somebody joined, stands in notice; its text is a
    `RowFault`, so that it never counts as feedback and is never lost.

    Raises
    ------
    IngestError
        It is no Slack export, or the archive is damaged or beyond the limits.
    """
    with _opened(file) as (names, read):
        root = _root(names)
        if root is None:
            found = "no Slack export: no channels.json and no day such as general/2026-03-01.json"
            raise IngestError(f"{file}: {found}; name the zip archive or its folder")
        channels = _channels(names, root, read)
        number = 0
        for name in names:
            day = _DAY.fullmatch(name.removeprefix(root))
            if day is None:
                continue
            data = read(name)
            for element in elements(data, 0):
                number += 1
                yield _row(element, data, number, day["channel"], channels)


def is_slack(path: Path) -> bool:
    """Whether a folder or zip archive is a Slack export, by the names in it."""
    if path.is_dir():
        return (path / _LISTS[0]).is_file() and any(path.glob("*/????-??-??.json"))
    if path.suffix.lower() != ".zip" or not path.is_file():
        return False
    with _opened(Input(path)) as (names, _):
        return _root(names) is not None


@contextmanager
def _opened(file: Input) -> Iterator[tuple[list[str], Read]]:
    """Give the names of the files in a folder or archive, sorted, and a way to read one."""
    if file.path.is_dir():
        paths = files_below(file.path)[0]
        yield (
            [path.relative_to(file.path).as_posix() for path in paths],
            lambda name: _read(file, name),
        )
        return
    check_file(file.path)
    with open_zip(file.path, MAX_FILES) as archive:

        def read(name: str) -> bytes:
            with reading(file), archive.open(name) as member:
                return _bounded(file, name, member)

        yield member_names(archive, file.path), read


def _read(file: Input, name: str) -> bytes:
    with Input(file.path / name).open() as opened:
        return _bounded(file, name, opened)


def _bounded(file: Input, name: str, opened: IO[bytes]) -> bytes:
    data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        found = f"{printable(name)} has over {MAX_BYTES:,} bytes"
        raise IngestError(f"{file}: {found}; take a shorter period")
    return data


def _root(names: list[str]) -> str | None:
    """Return the folder that everything stands in, empty if none does; None: no export."""
    found = [name for name in names if name.count("/") < 2 and name.endswith(_LISTS[0])]
    root = found[0].removesuffix(_LISTS[0]) if found else ""
    is_export = bool(found) and any(_DAY.fullmatch(name.removeprefix(root)) for name in names)
    return root if is_export and (not root or root.endswith("/")) else None


def _channels(names: list[str], root: str, read: Read) -> _Channels:
    ids: dict[str, str] = {}
    for name in names:
        if name.removeprefix(root) in _LISTS:
            values = [element.value for element in elements(read(name), 0)]
            found = [value for value in values if isinstance(value, dict)]
            ids.update({str(value.get("name")): str(value.get("id")) for value in found})
    return _Channels(ids, {channel_id: name for name, channel_id in ids.items()})


def _row(
    element: Element, data: bytes, number: int, channel: str, channels: _Channels
) -> RawRow | QuarantinedRow:
    try:
        if isinstance(element.value, RowFault):
            raise element.value
        fields = _fields(element.value, channel, channels)
        check_fields(fields)
    except RowFault as fault:
        shown = data[element.start : min(element.end, element.start + RAW_BYTES)]
        text = shown.decode(errors="backslashreplace")
        return QuarantinedRow(number, None, None, fault.reason, fault.detail, text)
    return RawRow(number, None, None, fields)


def _fields(message: Mapping[str, object], channel: str, channels: _Channels) -> dict[str, object]:
    subtype = str(message.get("subtype") or "")
    text: object = _text(message, channels)
    is_notice = _NOTICES.fullmatch(subtype) is not None
    edited = message.get("edited")
    sent = message.get("ts")
    return {
        "id": f"{channels.ids.get(channel, channel)}/{sent}" if isinstance(sent, str) else None,
        "text": RowFault("missing_text", _NO_MESSAGE.format(shorten(subtype)))
        if is_notice
        else text,
        "created_at": _moment(sent),
        "updated_at": _moment(edited.get("ts")) if isinstance(edited, dict) else None,
        "author": _plain(message.get("user") or message.get("bot_id")),
        "slack_channel": channel,
        "thread_ts": _plain(message.get("thread_ts")),
        "votes": _votes(message.get("reactions")),
        "subtype": subtype,
        "notice": text if is_notice else None,
    }


def _text(message: Mapping[str, object], channels: _Channels) -> str:
    """Return what people see of a message; of a bot that says it all in attachments, those."""
    parts = [message.get("text")]
    attachments = message.get("attachments")
    if not parts[0] and isinstance(attachments, list):
        parts = [a.get("text") or a.get("fallback") for a in attachments if isinstance(a, dict)]
    marked = "\n".join(part for part in parts if isinstance(part, str))
    return html.unescape(_MARKUP.sub(lambda mark: _seen(mark, channels), marked))


def _seen(mark: re.Match[str], channels: _Channels) -> str:
    target, label = mark[1], mark[2]
    if target.startswith("@"):
        return "@user"
    if target.startswith("#"):
        return f"#{label or channels.names.get(target[1:], 'channel')}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return label or target.removeprefix("mailto:")


def _moment(ts: object) -> object:
    """Return the moment of a ts such as ``1772357400.000200``, in seconds since 1970."""
    if ts is None:
        return None
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        found = f"ts is {shorten(str(ts))!r}"
        return RowFault("bad_date", f"{found}; expected seconds such as 1772357400.000200")


def _votes(reactions: object) -> int | None:
    if not isinstance(reactions, list):
        return None
    counts = [each.get("count") for each in reactions if isinstance(each, dict)]
    return sum(count for count in counts if isinstance(count, int))


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str) else str(value)
