import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from groundswell.config import SourceConfig, SourceKind
from groundswell.domain import (
    AcceptedRow,
    Account,
    Deal,
    FeedbackRecord,
    QuarantinedRow,
    TeamCapacity,
    WorkItem,
    content_id,
)
from groundswell.errors import IngestError
from ingest import read_source
from ingest.mapping import check_date_format
from ingest.privacy import Privacy

PRIVACY = Privacy(key=b"0" * 32)


def account(identifier: str) -> str:
    return PRIVACY.pseudonym(identifier, "account")


def source(tmp_path: Path, kind: SourceKind, text: str, **settings: Any) -> SourceConfig:
    path = tmp_path / settings.pop("file", "input.csv")
    path.write_text(text, encoding="utf-8")
    return SourceConfig(name="export", kind=kind, path=path, **settings)


def values(tmp_path: Path, kind: SourceKind, text: str, **settings: Any) -> list[object]:
    """The values of the rows, and the reason in place of one that has none."""
    rows = read_source(source(tmp_path, kind, text, **settings), PRIVACY)
    return [row.value if isinstance(row, AcceptedRow) else row.reason for row in rows]


FEEDBACK_COLUMNS = {
    "id": "Id",
    "title": "Subject",
    "text": "Body",
    "created_at": "Created",
    "author": "Requester",
    "account": "Company",
    "rating": "Stars",
    "nps": "NPS",
    "channel": "Via",
    "version": "App",
    "language": "Lang",
}


def test_feedback(tmp_path: Path) -> None:
    text = (
        "Id,Subject,Body,Created,Requester,Company,Stars,NPS,Via,App,Lang\n"
        '007,Dark mode,"<p>Please &amp; soon, jo@example.com</p>",2026-03-01T09:30:00+02:00,'
        "jo@example.com,acc-1,4,9,Web,4.2.0,en\n"
    )
    (record,) = values(tmp_path, "feedback", text, columns=FEEDBACK_COLUMNS, channel="ticket")
    assert isinstance(record, FeedbackRecord)
    assert record == FeedbackRecord(
        source="export",
        source_id="007",
        text="Dark mode\n\nPlease & soon, <email>",
        created_at=datetime(2026, 3, 1, 7, 30, tzinfo=UTC),
        channel="Web",
        author=PRIVACY.pseudonym("jo@example.com", "author"),
        account_id=account("acc-1"),
        rating=4.0,
        nps=9,
        version="4.2.0",
        language="en",
    )


def test_blank_cells_are_unknown(tmp_path: Path) -> None:
    text = "text,created_at,author,account,rating,nps,version\nhello,2026-03-01,,,,,\n"
    (record,) = values(tmp_path, "feedback", text, channel="survey")
    assert isinstance(record, FeedbackRecord)
    unknown = (record.author, record.account_id, record.rating, record.nps, record.version)
    assert unknown == (None,) * 5
    assert record.channel == "survey"


def test_without_an_id_a_message_goes_by_what_it_says(tmp_path: Path) -> None:
    rows = [
        "Slow,2026-03-01,u-1",
        "Slow,2026-03-01,u-1",
        "Slow,2026-03-02,u-1",
        "Slow,2026-03-01,u-2",
    ]
    found = values(tmp_path, "feedback", "\n".join(["text,created_at,author", *rows]))
    ids = [record.source_id for record in found if isinstance(record, FeedbackRecord)]
    assert ids[0] == ids[1] == content_id("", "Slow", "2026-03-01T00:00:00+00:00", "u-1")
    assert len(set(ids)) == 3


def test_a_title_is_not_said_twice(tmp_path: Path) -> None:
    text = "text,title,created_at\nToo slow today,Too slow,2026-03-01\n,Only a title,2026-03-01\n"
    found = values(tmp_path, "feedback", text)
    assert [record.text for record in found if isinstance(record, FeedbackRecord)] == [
        "Too slow today",
        "Only a title",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,hello,2026-03-01,4,9", None),
        (",hello,2026-03-01,4,9", "missing_id"),
        ("1,,2026-03-01,4,9", "missing_text"),
        ("1,[deleted],2026-03-01,4,9", "missing_text"),
        ("1,<p> </p>,2026-03-01,4,9", "missing_text"),
        ("1,hello,,4,9", "bad_date"),
        ("1,hello,01/03/2026,4,9", "bad_date"),
        ("1,hello,1970-01-01,4,9", "date_out_of_range"),
        ("1,hello,2026-03-01,four,9", "bad_number"),
        ("1,hello,2026-03-01,6,9", "number_out_of_range"),
        ("1,hello,2026-03-01,4,9.5", "bad_number"),
        ("1,hello,2026-03-01,4,11", "number_out_of_range"),
    ],
)
def test_a_message_that_cannot_be_used_says_why(
    tmp_path: Path, row: str, reason: str | None
) -> None:
    (found,) = values(tmp_path, "feedback", f"id,text,created_at,rating,nps\n{row}\n")
    assert found == reason or (reason is None and isinstance(found, FeedbackRecord))


def test_accounts(tmp_path: Path) -> None:
    text = (
        "account_id,name,arr,segment,seats,renewal_date,status,churned_at\n"
        'acc-1,Marmalade Ltd,"$48,000",mid,120,2027-01-21,Active,\n'
        "acc-2,,,,,,,2026-02-01\n"
        "acc-3,,,,,,paused,\n"
        ",,,,,,active,\n"
    )
    assert values(tmp_path, "accounts", text) == [
        Account(
            account("acc-1"),
            "Marmalade Ltd",
            48000.0,
            "mid",
            120,
            date(2027, 1, 21),
            "active",
            None,
        ),
        Account(account("acc-2"), status="churned", churned_at=date(2026, 2, 1)),
        "bad_value",
        "missing_id",
    ]


def test_an_account_known_by_an_address_is_the_same_in_both_files(tmp_path: Path) -> None:
    customer, *_ = values(tmp_path, "accounts", "account_id\njo@example.com\n")
    message = "text,created_at,account\nhello,2026-03-01,Jo@example.com\n"
    record, *_ = values(tmp_path, "feedback", message)
    assert isinstance(customer, Account)
    assert isinstance(record, FeedbackRecord)
    assert customer.account_id == record.account_id


def test_deals(tmp_path: Path) -> None:
    text = (
        "opp_id,account_id,stage,amount,probability,close_date,reasons,competitor\n"
        "o-1,acc-1,lost,42000,0,2026-03-12,no shift swaps;price,Shiftotter\n"
        'o-2,,Closed Won,"€1,200.50",100,2026-03-12,,\n'
        "o-3,acc-2,Negotiation,,60%,,,\n"
        "o-4,acc-2,Closed,1,,,,\n"
        "o-5,acc-2,,1,,,,\n"
        "o-6,acc-2,open,many,,,,\n"
    )
    closed = date(2026, 3, 12)
    assert values(tmp_path, "deals", text) == [
        Deal(
            *("o-1", account("acc-1"), "lost", 42000.0, 0.0, closed),
            *(("no shift swaps", "price"), "Shiftotter"),
        ),
        Deal("o-2", None, "won", 1200.5, 1.0, closed),
        Deal("o-3", account("acc-2"), "open", None, 0.6, None),
        "bad_value",
        "bad_value",
        "bad_number",
    ]


def test_backlog_and_finished_work(tmp_path: Path) -> None:
    text = (
        "item_id,title,text,area,type,est_days,actual_days,team,started,finished,story_points,status\n"
        "RF-1,Offline notes,<b>On</b> phones,mobile,feature,38,51.5,Linnet,"
        "2026-01-02,2026-03-01,8,\n"
        "RF-2,Rewrite,,,,,,,,,,Rejected\n"
        "RF-3,,,,,,,,,,,\n"
    )
    first = WorkItem(
        item_id="RF-1",
        title="Offline notes",
        text="On phones",
        area="mobile",
        type="feature",
        status="open",
        team="Linnet",
        estimate_days=38.0,
        actual_days=51.5,
        story_points=8.0,
        started=date(2026, 1, 2),
        finished=date(2026, 3, 1),
    )
    rejected = WorkItem("RF-2", "Rewrite", status="rejected")
    assert values(tmp_path, "backlog", text) == [first, rejected, "missing_text"]
    done = values(tmp_path, "work_history", text)
    assert [item.status for item in done if isinstance(item, WorkItem)] == ["done", "done"]


def test_capacity(tmp_path: Path) -> None:
    text = "team,release,person_days,day_rate\nLinnet,4.10,85,€620\nSiskin,4.10,,\n,4.10,5,\n"
    assert values(tmp_path, "capacity", text) == [
        TeamCapacity("Linnet", "4.10", 85.0, 620.0),
        "bad_number",
        "missing_id",
    ]


FORMATS: Mapping[str, str] = {
    "input.csv": "id,text,created_at\n1,hello,2026-03-01\n2,,2026-03-01\n",
    "input.tsv": "id\ttext\tcreated_at\n1\thello\t2026-03-01\n2\t\t2026-03-01\n",
    "input.jsonl": '{"id": 1, "text": "hello", "created_at": "2026-03-01"}\n{"id": 2}\n',
    "input.ndjson": '{"id": 1, "text": "hello", "created_at": "2026-03-01"}\n{"id": 2}\n',
}


@pytest.mark.parametrize("file", FORMATS)
def test_a_record_is_the_same_from_every_format(tmp_path: Path, file: str) -> None:
    good, bad = read_source(source(tmp_path, "feedback", FORMATS[file], file=file), PRIVACY)
    assert isinstance(good, AcceptedRow)
    when = datetime(2026, 3, 1, tzinfo=UTC)
    assert good.value == FeedbackRecord("export", "1", "hello", when)
    assert isinstance(bad, QuarantinedRow)
    assert (bad.line, bad.reason) == (good.line + 1, "missing_text")


@pytest.mark.parametrize("form", ["", "unix", "iso", "%d.%m.%Y", "%d.%m.%Y | iso | unix_ms"])
def test_a_form_that_reads_what_it_writes_is_taken(form: str) -> None:
    check_date_format(SourceConfig(name="export", path=Path("a.csv"), date_format=form))


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("%d.%m.%Y | %H:%M", "date_format '%H:%M' gives no year and month"),
        ("iso | %Q", "date_format '%Q' cannot be used"),
        ("%Y-%m %z %z", "date_format '%Y-%m %z %z' cannot be used"),
    ],
)
def test_a_form_that_cannot_be_used_is_one_clear_error(form: str, fault: str) -> None:
    with pytest.raises(IngestError, match=rf"\[\[sources\]\] export: {re.escape(fault)}"):
        check_date_format(SourceConfig(name="export", path=Path("a.csv"), date_format=form))


def test_a_column_of_text_that_is_not_there_is_named(tmp_path: Path) -> None:
    columns = {"text": ("a", "b")}
    with pytest.raises(
        IngestError, match=r"no column 'b'; the file has a, created_at; set columns"
    ):
        values(tmp_path, "feedback", "a,created_at\nx,2026-03-01\n", columns=columns)
