import gzip
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, FeedbackRecord, QuarantinedRow
from groundswell.errors import IngestError
from ingest import read_source
from ingest.inputs import inputs_of
from ingest.sources import READERS
from ingest.sources.files import Input
from ingest.sources.message import MAX_MESSAGE_BYTES
from ingest.sources.rows import RawRow, RowFault

POSTMARK = b"From mira@example.com Sun Mar  1 09:30:00 2026\n"
HEADERS = (
    "Message-ID: <7@example.com>\n"
    'From: "Mira, Berg" <mira@example.com>\n'
    "To: Support <help@example.com>, team@example.com\n"
    "Subject: =?utf-8?q?Notizen_f=C3=BCr?=\n =?utf-8?q?_alle?=\n"
    "Date: Sun, 1 Mar 2026 10:30:00 +0100\n"
    "In-Reply-To: <6@example.com>\n"
    "List-Id: Feedback <feedback.example.com>\n"
)


class OpenPrivacy:
    def redact(self, text: str) -> str:
        return text

    def pseudonym(self, identifier: str, kind: str) -> str:
        return identifier


def row_of(tmp_path: Path, message: str | bytes) -> RawRow | QuarantinedRow:
    path = tmp_path / "message.eml"
    path.write_bytes(message if isinstance(message, bytes) else message.encode())
    (row,) = READERS["eml"](Input(path), "")
    return row


def fields_of(tmp_path: Path, message: str | bytes) -> dict[str, object]:
    row = row_of(tmp_path, message)
    assert isinstance(row, RawRow)
    return dict(row.fields)


def fault_in(tmp_path: Path, message: str | bytes, column: str) -> str:
    fault = fields_of(tmp_path, message)[column]
    assert isinstance(fault, RowFault)
    return fault.reason


def composed(*, html: str = "", attachment: bytes = b"", **settings: Any) -> bytes:
    """A message as a mail program writes it."""
    message = EmailMessage()
    message["From"] = "mira@example.com"
    message["Date"] = "Sun, 1 Mar 2026 09:30:00 +0000"
    message.set_content("Größe ändern?\n", **settings)
    if html:
        message.add_alternative(html, subtype="html")
    if attachment:
        message.add_attachment(attachment, maintype="image", subtype="png", filename="a.png")
        message.add_attachment("a,b\n", subtype="csv", filename="b.csv")
    return message.as_bytes()


def test_the_columns_of_a_message(tmp_path: Path) -> None:
    assert fields_of(tmp_path, f"{HEADERS}\nOffline notes, please.\n") == {
        "id": "<7@example.com>",
        "title": "Notizen für alle",
        "text": "Offline notes, please.\n",
        "created_at": "2026-03-01T10:30:00+01:00",
        "author": "mira@example.com",
        "to": ["help@example.com", "team@example.com"],
        "in_reply_to": "<6@example.com>",
        "list_id": "Feedback <feedback.example.com>",
        "attachments": 0,
    }


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "cp1252"])
@pytest.mark.parametrize("cte", ["8bit", "base64", "quoted-printable"])
def test_the_plain_part_is_the_text_however_it_is_written(
    tmp_path: Path, charset: str, cte: str
) -> None:
    message = composed(html="<b>Größe</b>", attachment=b"\x89PNG", charset=charset, cte=cte)
    fields = fields_of(tmp_path, message)
    assert str(fields["text"]).strip() == "Größe ändern?"
    assert fields["attachments"] == 2


def test_html_is_the_text_where_no_plain_words_are(tmp_path: Path) -> None:
    body = "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n"
    body += "--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<p>Hi</p>\n--b--\n"
    assert fields_of(tmp_path, HEADERS + body)["text"] == "<p>Hi</p>"


def test_a_message_inside_the_message_is_an_attachment(tmp_path: Path) -> None:
    body = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    body += "--b\nContent-Type: message/rfc822\n\nSubject: x\n\ninner words\n"
    body += "--b\n\nouter words\n--b--\n"
    fields = fields_of(tmp_path, HEADERS + body)
    assert (fields["text"], fields["attachments"]) == ("outer words", 1)


def test_a_message_without_an_id_goes_by_its_bytes(tmp_path: Path) -> None:
    one, same, other = (
        fields_of(tmp_path, f"From: a@example.com\n\n{n}\n")["id"] for n in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize(
    ("message", "column", "reason"),
    [
        (HEADERS.replace("Sun, 1 Mar 2026", "some day") + "\nx\n", "created_at", "bad_date"),
        (HEADERS.replace("+0100", "+999999999") + "\nx\n", "created_at", "bad_date"),
        ("Content-Type: text/plain; charset=klingon\n\nx\n", "text", "bad_encoding"),
        ("Content-Type: text/plain; charset=punycode\n\nx\n", "text", "bad_encoding"),
        ("Content-Type: text/plain; charset=hex\n\n00\n", "text", "bad_encoding"),
        (b"Content-Type: text/plain; charset=utf-8\n\nf\xfcr\n", "text", "bad_encoding"),
        (b"Content-Type: text/plain\n\nf\xfcr\n", "text", "bad_encoding"),
        (b"Subject: f\xfcr\n\nx\n", "title", "bad_encoding"),
        ("Subject: =?klingon?q?x?=\n\nx\n", "title", "bad_encoding"),
        ("Subject: =?utf-8?b?x?=\n\nx\n", "title", "bad_encoding"),
        ("To: " + "a@example.com, " * 1000 + "\n\nx\n", "to", "field_too_long"),
    ],
)
def test_a_header_or_part_that_cannot_be_read_costs_whoever_needs_it(
    tmp_path: Path, message: str | bytes, column: str, reason: str
) -> None:
    assert fault_in(tmp_path, message, column) == reason


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"Subject: x\n\n" + b"x" * MAX_MESSAGE_BYTES, "row_too_long"),
        ("Subject: x\n\n" + "x" * 131_073, "field_too_long"),
        ("Subject: x\n\na\0b", "nul_byte"),
        ("From: " + "(" * 9000 + "\n\nx\n", "bad_value"),
        ("Content-Type: text/plain" + '; a="' * 1_000_000 + "\n\nx\n", "bad_value"),
        ("X: y\n" * 500_001 + "\nx\n", "bad_value"),
        (
            "".join(
                f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(101)
            ),
            "bad_value",
        ),
    ],
)
def test_a_message_beyond_the_limits_is_quarantined_in_no_time(
    tmp_path: Path, message: str | bytes, reason: str
) -> None:
    begun = time.process_time()
    row = row_of(tmp_path, message)
    assert time.process_time() - begun < 2
    assert isinstance(row, QuarantinedRow)
    assert row.reason == reason


def test_messages_of_an_mbox_have_their_places(tmp_path: Path) -> None:
    first = POSTMARK + HEADERS.encode() + b"\nFrom then on it broke.\n>From here\n\n"
    second = POSTMARK + b"Subject: two\n\nline\n"
    path = tmp_path / "all.mbox"
    path.write_bytes(first + second)
    rows = list(READERS["mbox"](Input(path), ""))
    size = len(first)
    assert [(row.byte_start, row.byte_end) for row in rows] == [
        (0, size),
        (size, size + len(second)),
    ]
    assert [row.line for row in rows] == [1, 1 + first.count(b"\n")]
    texts = [row.fields["text"] for row in rows if isinstance(row, RawRow)]
    assert texts == ["From then on it broke.\nFrom here\n\n", "line\n"]


def test_words_that_look_like_a_beginning_are_none_inside_a_paragraph(tmp_path: Path) -> None:
    # Neither without a blank line before it, nor without a time and a year.
    body = b"Subject: x\n\nwords\n" + POSTMARK + b"\nFrom Monday on it fails\n"
    path = tmp_path / "a.mbox"
    path.write_bytes(POSTMARK + body)
    (row,) = READERS["mbox"](Input(path), "")
    assert row.byte_end == len(POSTMARK + body)


def test_a_long_message_costs_itself(tmp_path: Path) -> None:
    long = POSTMARK + b"Subject: x\n\n" + b"word word\n" * (MAX_MESSAGE_BYTES // 9) + b"\n"
    path = tmp_path / "a.mbox"
    path.write_bytes(long + POSTMARK + b"Subject: y\n\nfine\n")
    cut, good = READERS["mbox"](Input(path), "")
    assert isinstance(cut, QuarantinedRow)
    assert (cut.reason, cut.byte_end) == ("row_too_long", len(long))
    assert isinstance(good, RawRow)


def test_what_stands_before_the_first_message_is_quarantined(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(b"cut off\n\n" + POSTMARK + b"Subject: x\n\nfine\n")
    cut, good = READERS["mbox"](Input(path), "")
    assert isinstance(cut, QuarantinedRow)
    assert (cut.reason, cut.raw) == ("bad_value", "cut off\n\n")
    assert isinstance(good, RawRow)


@pytest.mark.parametrize("body", [b"", b"id,text\n1,a\n"])
def test_a_file_without_messages_is_one_clear_error(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(body)
    with pytest.raises(IngestError, match=r"a\.mbox: no message in it; expected a line such as"):
        list(READERS["mbox"](Input(path), ""))


def maildir(folder: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for name, text in (("cur/2.host:2,S", "second"), ("new/1.host", "first"), ("tmp/3", "no")):
        (folder / name).write_text(f"Subject: x\n\n{text}\n")
    return folder


def test_a_maildir_is_read_by_name_without_what_is_being_delivered(tmp_path: Path) -> None:
    source = SourceConfig(name="mail", path=maildir(tmp_path / "inbox"))
    (file,) = inputs_of(source)
    rows = list(READERS["maildir"](file, ""))
    assert [row.fields["text"] for row in rows if isinstance(row, RawRow)] == [
        "first\n",
        "second\n",
    ]
    assert [row.line for row in rows] == [1, 2]
    with pytest.raises(IngestError, match="no Maildir; name the folder that has cur and new"):
        list(READERS["maildir"](Input(tmp_path), ""))


def test_mail_becomes_feedback_without_any_column_named(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox.gz"
    undated = POSTMARK + b"Subject: x\n\nno date\n"
    path.write_bytes(gzip.compress(POSTMARK + HEADERS.encode() + b"\nHello.\n\n" + undated))
    source = SourceConfig(name="mail", path=path)
    good, bad = read_source(source, OpenPrivacy(), inputs_of(source)[0])
    assert isinstance(good, AcceptedRow)
    assert isinstance(good.value, FeedbackRecord)
    assert good.value.created_at.isoformat() == "2026-03-01T09:30:00+00:00"
    assert "Notizen für alle" in good.value.text
    assert isinstance(bad, QuarantinedRow)
    assert bad.reason == "bad_date"
