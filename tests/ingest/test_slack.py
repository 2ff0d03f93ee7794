import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, FeedbackRecord, QuarantinedRow
from groundswell.errors import IngestError
from ingest import read_source
from ingest.inputs import inputs_of
from ingest.sources import READERS
from ingest.sources.files import Input
from ingest.sources.rows import RawRow, RowFault

MESSAGE = {"type": "message", "user": "U1", "text": "Offline notes?", "ts": "1772357400.000200"}
"""Sent at 2026-03-01T09:30:00.0002Z."""


class OpenPrivacy:
    def redact(self, text: str) -> str:
        return text

    def pseudonym(self, identifier: str, kind: str) -> str:
        return identifier


def export(path: Path, days: Mapping[str, Sequence[object] | str], top: str = "") -> Path:
    """A Slack export with the channels ideas (C1) and help (C2)."""
    channels = [{"id": "C1", "name": "ideas"}, {"id": "C2", "name": "help"}]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{top}channels.json", json.dumps(channels))
        archive.writestr(f"{top}users.json", json.dumps([{"id": "U1", "name": "mira"}]))
        for name, messages in days.items():
            body = messages if isinstance(messages, str) else json.dumps(messages, indent=4)
            archive.writestr(f"{top}{name}", body)
    return path


def rows_of(path: Path) -> list[RawRow | QuarantinedRow]:
    return list(READERS["slack"](Input(path), ""))


def fields_of(path: Path, **changes: object) -> dict[str, object]:
    (row,) = rows_of(export(path, {"ideas/2026-03-01.json": [{**MESSAGE, **changes}]}))
    assert isinstance(row, RawRow)
    return dict(row.fields)


def test_the_columns_of_a_message(tmp_path: Path) -> None:
    fields = fields_of(
        tmp_path / "a.zip",
        thread_ts="1772357300.000100",
        edited={"user": "U1", "ts": "1772357460.000000"},
        reactions=[{"name": "+1", "count": 3, "users": ["U1"]}, {"name": "eyes", "count": 2}],
    )
    assert fields == {
        "id": "C1/1772357400.000200",
        "text": "Offline notes?",
        "created_at": "2026-03-01T09:30:00.000200+00:00",
        "updated_at": "2026-03-01T09:31:00+00:00",
        "author": "U1",
        "slack_channel": "ideas",
        "thread_ts": "1772357300.000100",
        "votes": 5,  # 3 + 2
        "subtype": "",
        "notice": None,
    }


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<@U1> and <@U2|mira>", "@user and @user"),
        ("see <https://example.com/a|the page>", "see the page"),
        ("see <https://example.com/a>", "see https://example.com/a"),
        ("<mailto:jo@example.com|jo@example.com>", "jo@example.com"),
        ("<#C2|help>, <#C2>, <#C9>", "#help, #help, #channel"),
        ("<!here> <!subteam^S1|@team> <!date^1772357400^{date}|1 March>", "@here @team 1 March"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("1 < 2 > 0", "1 < 2 > 0"),
    ],
)
def test_marks_become_what_people_see_without_their_names(
    tmp_path: Path, written: str, seen: str
) -> None:
    assert fields_of(tmp_path / "a.zip", text=written)["text"] == seen


def test_what_a_bot_says_in_attachments_is_its_text(tmp_path: Path) -> None:
    fields = fields_of(
        tmp_path / "a.zip",
        subtype="bot_message",
        text="",
        user=None,
        bot_id="B7",
        attachments=[{"fallback": "New answer: too slow"}, {"text": "Score 4"}],
    )
    assert (fields["text"], fields["author"]) == ("New answer: too slow\nScore 4", "B7")


@pytest.mark.parametrize("subtype", ["channel_join", "channel_topic", "pinned_item", "bot_add"])
def test_what_slack_itself_says_is_kept_but_is_no_feedback(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "a.zip"
    fields = fields_of(path, subtype=subtype, text="<@U1> has joined the channel")
    assert fields["notice"] == "@user has joined the channel"
    assert isinstance(fields["text"], RowFault)
    source = SourceConfig(name="slack", path=path, channel="chat")
    (row,) = read_source(source, OpenPrivacy(), Input(path))
    assert isinstance(row, QuarantinedRow)
    assert row.reason == "missing_text"
    assert f"Slack's own notice ({subtype})" in row.detail


@pytest.mark.parametrize("subtype", ["", "bot_message", "thread_broadcast", "me_message"])
def test_what_people_and_bots_say_is_feedback(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "a.zip"
    fields_of(path, subtype=subtype)
    (row,) = read_source(SourceConfig(name="slack", path=path), OpenPrivacy(), Input(path))
    assert isinstance(row, AcceptedRow)
    assert isinstance(row.value, FeedbackRecord)


def test_archive_and_folder_are_one_input_and_read_alike(tmp_path: Path) -> None:
    days = {
        "ideas/2026-03-02.json": [{**MESSAGE, "text": "third"}],
        "ideas/2026-03-01.json": [{**MESSAGE, "text": "second"}],
        "help/2026-03-05.json": [{**MESSAGE, "text": "first"}],
        "ideas/canvas.json": [{**MESSAGE, "text": "no day"}],
    }
    path = export(tmp_path / "a.zip", days)
    nested = export(tmp_path / "b.zip", days, top="export/")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "folder")
    inputs = [
        inputs_of(SourceConfig(name="slack", path=place))
        for place in (path, nested, tmp_path / "folder")
    ]
    assert [len(found) for found in inputs] == [1, 1, 1]
    rows = [rows_of(found[0].path) for found in inputs]
    assert rows[0] == rows[1] == rows[2]
    texts = [row.fields["text"] for row in rows[0] if isinstance(row, RawRow)]
    assert texts == ["first", "second", "third"]
    assert [row.line for row in rows[0]] == [1, 2, 3]


def test_a_damaged_message_costs_itself(tmp_path: Path) -> None:
    body = json.dumps([MESSAGE, MESSAGE, MESSAGE], indent=4)
    middle = body.index("Offline", body.index("Offline") + 1)
    path = export(
        tmp_path / "a.zip", {"ideas/2026-03-01.json": body[:middle] + '"' + body[middle:]}
    )
    assert [type(row) for row in rows_of(path)] == [RawRow, QuarantinedRow, RawRow]


@pytest.mark.parametrize("ts", ["soon", "1e400", "nan", "9" * 40])
def test_a_moment_that_is_none_is_a_fault_of_its_cell(tmp_path: Path, ts: str) -> None:
    fault = fields_of(tmp_path / "a.zip", ts=ts)["created_at"]
    assert isinstance(fault, RowFault)
    assert fault.reason == "bad_date"


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": 5},
        {"reactions": "many"},
        {"reactions": [{"count": "x"}, 3]},
        {"edited": []},
        {"attachments": {"a": 1}, "text": ""},
        {"user": {"id": 1}},
        {"ts": 5.5},
        {"subtype": ["x"]},
    ],
)
def test_unexpected_types_stop_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    path = export(tmp_path / "a.zip", {"ideas/2026-03-01.json": [{**MESSAGE, **change}, MESSAGE]})
    rows = list(read_source(SourceConfig(name="slack", path=path), OpenPrivacy(), Input(path)))
    assert len(rows) == 2
    assert isinstance(rows[1], AcceptedRow)


def test_more_days_than_members_of_any_other_archive_are_read(tmp_path: Path) -> None:
    days: dict[str, list[object]] = {
        f"ideas/20{n // 1000:02}-{n // 100 % 10:02}-{n % 100:02}.json": [] for n in range(1500)
    }
    path = export(tmp_path / "a.zip", {**days, "help/2026-03-01.json": [MESSAGE]})
    assert len(rows_of(path)) == 1


def test_another_archive_is_no_slack_export(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("channels.json", "[]")
    with pytest.raises(IngestError, match=r"no Slack export: no channels\.json and no day"):
        rows_of(path)
