import random
import re
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, QuarantinedRow
from groundswell.errors import IngestError
from ingest import Input, count_hint, fingerprint, read_source

HEADER = "id,text,created_at\n"


class PlainPrivacy:
    """Hides what is easy to see: enough to tell that nothing passes by it."""

    def redact(self, text: str) -> str:
        return re.sub(r"\+?\d[\d ]{8,}\d", "<phone>", re.sub(r"\S+@\S+?\.com", "<email>", text))

    def pseudonym(self, identifier: str, kind: str) -> str:
        return f"{kind}:{identifier}"


PRIVACY = PlainPrivacy()


def feedback(path: Path, body: str | bytes | None = None, **settings: Any) -> SourceConfig:
    if body is not None:
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return SourceConfig(name="tickets", path=path, **settings)


@pytest.mark.parametrize(
    ("file", "body", "settings", "message"),
    [
        ("a.csv", None, {}, "a.csv: no such file; correct path in config.toml"),
        ("a.xlsx", None, {}, "a.xlsx: no such file; correct path in config.toml"),
        ("a.parquet", None, {}, "a.parquet: no such file; correct path in config.toml"),
        ("a.csv", "", {}, "a.csv: the file is empty; export it again"),
        ("a.csv", HEADER, {}, "a.csv: a header but no rows; export it again"),
        (
            "a.csv",
            "Subject,Text\na,b\n",
            {"columns": {"text": "Body"}},
            "a.csv: no column 'Body'; the file has Subject, Text;"
            " set columns.text in [[sources]] tickets of config.toml",
        ),
        (
            "a.csv",
            "Subject,Text\na,b\n",
            {},
            "a.csv: no column 'text'; the file has Subject, Text;"
            " set columns.text in [[sources]] tickets of config.toml",
        ),
        (
            "a.csv",
            HEADER + "1,a,2026-03-01\n",
            {"columns": {"rating": "Stars"}},
            "a.csv: no column 'Stars'; the file has id, text, created_at;"
            " set columns.rating in [[sources]] tickets of config.toml",
        ),
        (
            "a.jsonl",
            '{"text": "a", "at": "2026-03-01"}\n',
            {},
            "a.jsonl: no column 'created_at'; the file has text, at;"
            " set columns.created_at in [[sources]] tickets of config.toml",
        ),
        (
            "a.csv",
            ",".join(f"c{n}" for n in range(20)) + "\n" + "," * 19 + "x\n",
            {},
            "the file has c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, …; set columns.text",
        ),
        (
            "a.csv",
            HEADER + "1,a,2026-03-01\n",
            {"columns": {"txt": "text"}},
            "[[sources]] tickets: no field 'txt'; a source of kind feedback has text",
        ),
        (
            "a.doc",
            "[]",
            {},
            "a.doc: format 'doc' is not supported; set format in [[sources]] tickets to one of"
            " csv, tsv, jsonl, ndjson, json, xlsx, parquet, md, mbox, eml, maildir, slack",
        ),
        ("a.csv", HEADER + "1,a,b\n", {"format": "cvs"}, "a.csv: format 'cvs' is not supported;"),
        ("a.csv", HEADER, {"date_format": "%d.%m"}, "gives no year and month; write one such as"),
        ("a.csv", HEADER, {"date_format": "%Q"}, "date_format '%Q' cannot be used: "),
    ],
)
def test_a_source_that_cannot_be_read_is_one_line_with_place_and_remedy(
    tmp_path: Path, file: str, body: str | None, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(IngestError) as error:
        read_source(feedback(tmp_path / file, body, **settings), PRIVACY)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="is a folder; name the file in it"):
        read_source(SourceConfig(name="tickets", path=tmp_path, format="csv"), PRIVACY)


def test_a_sheet_without_rows_is_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(("text", "created_at"))
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(IngestError, match=r"a\.xlsx: a header but no rows"):
        read_source(feedback(tmp_path / "a.xlsx"), PRIVACY)


def test_the_format_may_differ_from_the_suffix(tmp_path: Path) -> None:
    source = feedback(tmp_path / "export.txt", HEADER + "1,a,2026-03-01\n", format="csv")
    assert len(list(read_source(source, PRIVACY))) == 1


def test_a_stated_encoding_stands_behind_the_format(tmp_path: Path) -> None:
    body = (HEADER + "1,Größe,2026-03-01\n").encode("cp1252")
    (row,) = read_source(feedback(tmp_path / "a.csv", body, format="csv:cp1252"), PRIVACY)
    assert isinstance(row, AcceptedRow)
    assert getattr(row.value, "text", "") == "Größe"


def test_quarantined_rows_hold_no_personal_data_and_can_be_stored(tmp_path: Path) -> None:
    body = HEADER + "1,jo@example.com,yesterday\n2,a\0b +1 212 555 0142,2026-03-01\n"
    body += "3,fine,jo@example.com\n4,x,y,z" + "ä" * 5000 + "\n"
    rows = list(read_source(feedback(tmp_path / "a.csv", body), PRIVACY))
    assert [row.reason for row in rows if isinstance(row, QuarantinedRow)] == [
        "bad_date",
        "nul_byte",
        "bad_date",
        "field_count",
    ]
    for row in rows:
        assert isinstance(row, QuarantinedRow)
        shown = row.raw + row.detail
        assert "example.com" not in shown
        assert "555" not in shown
        assert "\0" not in shown
        assert "\n" not in row.detail
        assert len(row.raw.encode()) <= 4096
    assert "<email>" in rows[0].raw  # type: ignore[union-attr]


def test_half_characters_can_be_stored(tmp_path: Path) -> None:
    body = b"\xff\xfe" + (HEADER + "1,a\ud800b,2026-03-01\n").encode("utf-16-le", "surrogatepass")
    (row,) = read_source(feedback(tmp_path / "a.csv", body), PRIVACY)
    assert isinstance(row, QuarantinedRow)
    assert "a\\ud800b" in row.raw


def test_order_and_splitting_change_no_value(tmp_path: Path) -> None:
    lines = [f'{n},"message {n}, as written",2026-03-{1 + n % 28:02d}\n' for n in range(60)]
    lines += ["60,,2026-03-01\n", "61,x,soon\n"]
    whole = fates(feedback(tmp_path / "whole.csv", HEADER + "".join(lines)))
    shuffled = random.Random(7).sample(lines, len(lines))
    assert fates(feedback(tmp_path / "shuffled.csv", HEADER + "".join(shuffled))) == whole
    parts = [
        fates(feedback(tmp_path / f"part{k}.csv", HEADER + "".join(lines[k::3]))) for k in range(3)
    ]
    assert sum(parts, Counter()) == whole


def fates(source: SourceConfig) -> Counter[object]:
    return Counter(
        row.value if isinstance(row, AcceptedRow) else (row.reason, row.raw)
        for row in read_source(source, PRIVACY)
    )


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 300_000)
    found = fingerprint(Input(path))
    assert (found.sha256, found.size_bytes) == (sha256(b"x" * 300_000).hexdigest(), 300_000)
    with pytest.raises(IngestError, match="no such file"):
        fingerprint(Input(tmp_path / "b.csv"))


@pytest.mark.parametrize("rows", [1, 99, 100, 5000])
def test_the_number_of_rows_is_told_from_the_first_ones(tmp_path: Path, rows: int) -> None:
    body = HEADER + "".join(f"{n:06},a message,2026-03-01\n" for n in range(rows))
    assert count_hint(feedback(tmp_path / "a.csv", body)) == rows


def test_where_bytes_say_nothing_the_number_of_rows_is_unknown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for number in range(200):
        book.active.append((number,))
    book.save(tmp_path / "a.xlsx")
    assert count_hint(feedback(tmp_path / "a.xlsx")) is None


def test_importing_the_package_is_light() -> None:
    heavy = "('ftfy', 'openpyxl', 'pandas', 'pyarrow', 'torch')"
    program = f"import sys, ingest; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
