"""Small files that cost much: each with the refusal that is due."""

import gzip
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

from tests.promises.hostile.table_files import pack, workbook_parts

_MARK = "\N{COMBINING ACUTE ACCENT}"
_HEADER = "id,created_at,text\n"
_ROW = "T-1000,2026-03-01,"
_SIZE = 94_000_000


@dataclass(frozen=True, slots=True)
class Bomb:
    """A file made to harm."""

    name: str
    make: Callable[[], bytes]
    refusal: str
    """Words of the error, or the reason with which its one bad row is quarantined."""
    good_rows: int = 0
    """Rows beside it that must be read all the same."""


def _corner() -> bytes:
    """A cell in the last row and column: 17 thousand million cells to whoever fills them in."""
    sheet = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>created_at</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>text</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>2026-03-01</t></is></c>'
        '<c r="C2" t="inlineStr"><is><t>fine</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    return pack(workbook_parts(sheet))


def _wide_rows() -> bytes:
    """A cell in the last column of every row."""
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 2000))
    return pack(workbook_parts(rows))


def _large_sheet() -> bytes:
    cell = '<c r="A1"><v>1</v></c>'
    row = f'<row r="1">{cell * 1000}</row>'
    return pack(workbook_parts(row * (_SIZE // len(row))))


def _lying_sheet() -> bytes:
    """The same, with an archive that states a small size."""
    changed = bytearray(_large_sheet())
    place = changed.rindex(b"PK\x01\x02")
    struct.pack_into("<I", changed, place + 24, 4000)
    local = changed.index(b"PK\x03\x04", changed.index(b"sharedStrings"))
    struct.pack_into("<I", changed, local + 22, 4000)
    return bytes(changed)


def _entities(*, quadratic: bool) -> bytes:
    if quadratic:
        declared, used = f'<!ENTITY a "{"a" * 50_000}">', "&a;" * 50_000
    else:
        levels = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
        declared, used = '<!ENTITY l0 "lol">' + "".join(levels), "&l9;"
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{used}</t></is></c></row>'
    parts = workbook_parts(cell, head=f"<!DOCTYPE x [{declared}]>")
    return pack(parts)


def _outside_entity() -> bytes:
    """An entity that stands for a file of ours."""
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>'
    head = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    return pack(workbook_parts(cell, head=head))


def _zip_bomb() -> bytes:
    return pack({"tickets.csv": _HEADER.encode() + b"\n" * _SIZE})


def _lying_zip() -> bytes:
    changed = bytearray(_zip_bomb())
    for sign, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", changed, changed.index(sign) + offset, 5000)
    return bytes(changed)


def _many_members() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.csv", b"")
    return packed.getvalue()


def _overlapping_zip() -> bytes:
    """A thousand members that are the same packed bytes."""
    whole = pack({"a.csv": _HEADER.encode() + _ROW.encode() + b"x" * 900_000 + b"\n"})
    start = whole.index(b"PK\x01\x02")
    record = whole[start : whole.index(b"PK\x05\x06")]
    records = b"".join(record.replace(b"a.csv", f"{n:05d}".encode()) for n in range(1500))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1500, 1500, len(records), start, 0)
    return whole[:start] + records + end


def _nested_parts() -> bytes:
    """Parts inside parts, each with a boundary of its own."""
    heads = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(100_000)
    )
    return f"From jo@example.com Sun Mar  1 09:30:00 2026\n{heads}".encode()


def _long_header() -> bytes:
    head = "From jo@example.com Sun Mar  1 09:30:00 2026\nMessage-ID: <m1@example.com>\n"
    return f"{head}Date: {'x' * 9_900_000}\n\ntext\n".encode()


def _parquet() -> bytes:
    """300,000 texts of 1 MB, each the same entry of a dictionary: 300 GB in 2 KB."""
    import pyarrow as pa
    from pyarrow import parquet

    packed = BytesIO()
    places, texts = pa.array([0] * 300_000, pa.int32()), pa.array(["x" * 1_000_000])
    text = pa.DictionaryArray.from_arrays(places, texts)
    when = pa.array(["2026-03-01"] * 300_000)
    table = pa.table({"text": text, "created_at": when})
    parquet.write_table(table, packed, compression="zstd", store_schema=False)
    return packed.getvalue()


def _slack(name: str) -> bytes:
    day = json.dumps([{"user": "U1", "ts": "1772357400.0002", "text": "The rota"}]).encode()
    return pack({"channels.json": b"[]", name: day, "help/2026-03-01.json": day})


def _csv(text: str) -> Callable[[], bytes]:
    return lambda: (
        f"{_HEADER}T-0999,2026-03-01,fine\n{_ROW}{text}\nT-1001,2026-03-01,fine\n".encode()
    )


def _line(text: str) -> Callable[[], bytes]:
    good = '{"text": "fine", "created_at": "2026-03-01"}\n'
    return lambda: f"{good}{text}\n{good}".encode()


def _array(text: str) -> Callable[[], bytes]:
    good = '{"text": "fine", "created_at": "2026-03-01"}'
    return lambda: f"[{good},\n{text},\n{good}]".encode()


def _field(text: str) -> str:
    return f'{{"text": {text}, "created_at": "2026-03-01"}}'


BOMBS: Mapping[str, Bomb] = {
    "cell at XFD1048576": Bomb("a.xlsx", _corner, "field_count", good_rows=1),
    "cell at XFD in every row": Bomb("a.xlsx", _wide_rows, "columns; at most 512"),
    "sheet of 94 MB": Bomb("a.xlsx", _large_sheet, "fold; at most 100-fold"),
    "sheet of 94 MB that says 4 KB": Bomb("a.xlsx", _lying_sheet, "not a readable .xlsx workbook"),
    "billion laughs": Bomb(
        "a.xlsx", lambda: _entities(quadratic=False), "not a readable .xlsx workbook"
    ),
    "quadratic entity": Bomb(
        "a.xlsx", lambda: _entities(quadratic=True), "not a readable .xlsx workbook"
    ),
    "entity from outside": Bomb("a.xlsx", _outside_entity, "not a readable .xlsx workbook"),
    "half a workbook": Bomb("a.xlsx", lambda: _corner()[:2000], "not a readable .xlsx workbook"),
    "zip of 94 MB": Bomb("a.zip", _zip_bomb, "fold; at most 100-fold"),
    "zip of 94 MB that says 5 KB": Bomb("a.zip", _lying_zip, "not a readable archive"),
    "zip in a zip": Bomb(
        "a.zip", lambda: pack({"b.zip": _zip_bomb()}), "archive inside an archive"
    ),
    "zip of 20,000 members": Bomb("a.zip", _many_members, "20,000 parts; at most 1,000"),
    "zip of members that overlap": Bomb("a.zip", _overlapping_zip, "bytes unpacked; at most 1,000"),
    "gzip of 94 MB": Bomb(
        "a.csv.gz",
        lambda: gzip.compress(_HEADER.encode() + b"\n" * _SIZE, mtime=0),
        "unpacks beyond",
    ),
    "gzip in a gzip": Bomb(
        "a.csv.gz", lambda: gzip.compress(gzip.compress(b"\n" * _SIZE)), "header"
    ),
    "a million columns": Bomb("a.csv", lambda: b"c," * 1_000_000 + b"c\n1,2\n", "at most"),
    "400,000 columns": Bomb("a.csv", lambda: b"c," * 400_000 + b"c\n1,2\n", "400,001 columns"),
    "a line of 10 MB": Bomb("a.csv", _csv("x" * 10_000_000), "row_too_long", good_rows=2),
    "a line of 10 MB of JSON": Bomb(
        "a.jsonl", _line(_field(f'"{"x" * 10_000_000}"')), "row_too_long", good_rows=2
    ),
    "an object of 10 MB": Bomb(
        "a.json", _array(_field(f'"{"x" * 10_000_000}"')), "row_too_long", good_rows=2
    ),
    "200,000 combining marks": Bomb("a.csv", _csv("e" + _MARK * 200_000), "too_many_marks", 2),
    "100,000 combining marks": Bomb("a.csv", _csv("e" + _MARK * 100_000), "too_many_marks", 2),
    "200,000 combining marks in JSON": Bomb(
        "a.jsonl", _line(_field(f'"e{_MARK * 200_000}"')), "too_many_marks", 2
    ),
    "200,000 marks in turn": Bomb(
        "a.jsonl", _line(_field(json.dumps("e" + "\u0301\u0323" * 60_000))), "too_many_marks", 2
    ),
    "a ligature of 18 letters": Bomb("a.csv", _csv("\ufdfa" * 130_000), "", good_rows=3),
    "an integer of 5,000 digits": Bomb(
        "a.jsonl", _line(_field("9" * 5000)), "number_out_of_range", good_rows=2
    ),
    "a rating of 5,000 digits": Bomb(
        "a.jsonl",
        _line(f'{{"text": "x", "created_at": "2026-03-01", "rating": "{"9" * 5000}"}}'),
        "number_out_of_range",
        good_rows=2,
    ),
    "100,000 open brackets, a line": Bomb("a.jsonl", _line("[" * 100_000), "json_too_deep", 2),
    "100,000 open brackets, a file": Bomb("a.json", lambda: b"[" * 100_000, "json_syntax"),
    "100,000 open objects": Bomb("a.json", lambda: b'{"a":' * 100_000, "nested over 64 deep"),
    "half a Parquet file": Bomb("a.parquet", lambda: _parquet()[:-200], "not a readable Parquet"),
    "300 GB in 2 KB of Parquet": Bomb("a.parquet", _parquet, "not a readable Parquet"),
    "100,000 parts inside one another": Bomb("a.mbox", _nested_parts, "bad_value"),
    "mail header of 10 MB": Bomb("a.mbox", _long_header, "field_too_long"),
    "Slack export that leads outside": Bomb(
        "a.zip", lambda: _slack("../../2026-03-02.json"), "", good_rows=1
    ),
    "an empty file": Bomb("a.csv", lambda: b"", "the file is empty"),
}
