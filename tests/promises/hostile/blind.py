"""Good files of every format, damaged without regard to what stands in them."""

import gzip
import json
import random
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from groundswell.config import SourceConfig
from groundswell.source_config import SourceKind
from ingest.inputs import Input
from tests.promises.hostile.plan import plan_rows
from tests.promises.hostile.table_files import Parquet, Workbook, pack
from tests.promises.hostile.text_files import Array, Delimited, Lines, write_mbox
from tests.promises.hostile.writing import Write

_MAGIC = (
    *(b"\0", b"\xff", b'"', b"'", b",", b"\n", b"\r", b"\r\n", b"\\", b"[" * 70, b"{" * 70),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"9" * 400, b"-1", b"1e999", b"NaN", b"#REF!"),
    *(b"\xed\xa0\x80", b"\\ud83d", b"&#0;", b"&lt;", b"<!DOCTYPE", b"]]>", b"--b\n", b"PK\x03\x04"),
    *(
        b"\xcc\x81" * 40,
        b"\x1b[31m",
        b"\xe2\x80\xae",
        b"sep=;\n",
        b"From jo@example.com 09:30 2026\n",
    ),
    *(b"\xff\xff\xff\x7f", b"\xff" * 8, b"\x80" * 12, b"9999-12-31", b"0000-00-00", b"\x85"),
)

_MARKDOWN = b"""# Changelog

## [1.2.0] - 2026-03-01

### Added
- Swap shifts between sites
- Print the rota,
  also at night

## 1.1.0 (2026-02-01)
* Offline mode [#7](https://example.com/7)
"""

_MESSAGE = """From: Jo <jo@example.com>
Message-ID: <m1@example.com>
Date: Sun, 1 Mar 2026 09:30:00 +0000
Subject: =?utf-8?q?Caf=C3=A9_rota?=
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The rota caf=C3=A9 cannot print.
--b
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: base64

PHA+VGhlIHJvdGEgY2Fubm90IHByaW50LjwvcD4=
--b
Content-Type: application/pdf; name="rota.pdf"
Content-Disposition: attachment; filename*=utf-8''rota.pdf

JVBERi0=
--b--
"""

_SLACK = {
    "channels.json": json.dumps([{"id": "C1", "name": "help"}]).encode(),
    "users.json": b"[]",
    "help/2026-03-01.json": json.dumps(
        [
            {"type": "message", "user": "U1", "ts": "1772357400.000200", "text": "The <#C1> rota"},
            {"subtype": "channel_join", "user": "U2", "ts": "1772357401.000200", "text": "joined"},
            {"user": "U2", "ts": "1772357402.1", "text": "me too", "reactions": [{"count": 3}]},
        ],
        indent=1,
    ).encode(),
}

Damage = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Seedling:
    """A good file: as bytes, or as the parts that are packed into it."""

    suffix: str
    make: Callable[[random.Random], bytes | dict[str, bytes]]
    kind: SourceKind = "feedback"
    form: str = ""
    member: str = ""


def _plain(write: Write, marks: str = ',;|"\n') -> Callable[[random.Random], bytes]:
    return lambda rng: write(rng, plan_rows(rng, "any", ["bad date"], marks, rated=True))[0]


def _packed(inner: Callable[[random.Random], bytes]) -> Callable[[random.Random], dict[str, bytes]]:
    return lambda rng: {"export/tickets.csv": inner(rng)}


def _parts(workbook: Workbook) -> Callable[[random.Random], dict[str, bytes]]:
    def make(rng: random.Random) -> dict[str, bytes]:
        with zipfile.ZipFile(BytesIO(_plain(workbook)(rng))) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    return make


def _slack(_: random.Random) -> dict[str, bytes]:
    return dict(_SLACK)


SEEDLINGS: Mapping[str, Seedling] = {
    "csv": Seedling(".csv", _plain(Delimited())),
    "csv UTF-16": Seedling(".csv", _plain(Delimited("|", "utf-16-le", "\r\n", b"\xff\xfe"))),
    "csv Shift-JIS": Seedling(".csv", _plain(Delimited(encoding="gb18030")), form="csv:shift_jis"),
    "tsv": Seedling(".tsv", _plain(Delimited("\t"))),
    "jsonl": Seedling(".jsonl", _plain(Lines())),
    "ndjson": Seedling(".ndjson", _plain(Lines(mark=b"\xfe\xff", encoding="utf-16-be"))),
    "json": Seedling(".json", _plain(Array())),
    "json inside": Seedling(".json", _plain(Array('{"a": {"items": [', "\n", ']}, "b": [1]}'))),
    "xlsx": Seedling(".xlsx", _parts(Workbook(shared=True))),
    "parquet": Seedling(".parquet", _plain(Parquet(typed=True))),
    "parquet text": Seedling(".parquet", _plain(Parquet())),
    "md": Seedling(".md", lambda _: _MARKDOWN, kind="changelog"),
    "mbox": Seedling(".mbox", _plain(write_mbox)),
    "eml": Seedling(".eml", lambda _: _MESSAGE.encode()),
    "maildir": Seedling("", lambda _: _MESSAGE.encode()),
    "slack": Seedling(".zip", _slack),
    "gzip": Seedling(".csv.gz", _plain(Delimited(";"))),
    "zip": Seedling(".zip", _packed(_plain(Delimited())), member="export/tickets.csv"),
}


def write_damaged(name: str, seed: int, folder: Path) -> tuple[SourceConfig, Input]:
    """Write the damaged file of a format that belongs to a seed."""
    rng = random.Random(f"{name}/{seed}")
    seedling = SEEDLINGS[name]
    whole = seedling.make(rng)
    if isinstance(whole, dict):
        if rng.random() < 0.6:  # inside, where no checksum gives the damage away
            part = rng.choice(sorted(whole))
            whole[part] = _damaged(rng, whole[part], seedling)
            data = pack(whole)
        else:
            data = rng.choice([_damaged_archive, _damaged_anywhere])(rng, pack(whole))
    elif seedling.suffix.endswith(".gz"):
        inside = rng.random() < 0.6
        data = gzip.compress(_damaged(rng, whole, seedling) if inside else whole, mtime=0)
        data = data if inside else _damaged_anywhere(rng, data)
    else:
        data = _damaged(rng, whole, seedling)
    path = folder / f"{seed}{seedling.suffix}"
    if not seedling.suffix:
        path = path.with_name(f"{seed}.maildir")
        for sub in ("cur", "new", "tmp"):
            (path / sub).mkdir(parents=True)
        (path / "cur" / "1.host:2,S").write_bytes(data)
        (path / "new" / "2.host").write_bytes(_MESSAGE.encode())
    else:
        path.write_bytes(data)
    source = SourceConfig(name="hostile", path=path, format=seedling.form, kind=seedling.kind)
    return source, Input(path, seedling.member)


def _damaged(rng: random.Random, data: bytes, seedling: Seedling) -> bytes:
    """Damage in one to four ways; one of ten files is a splice with another format."""
    if rng.random() < 0.1:
        other = SEEDLINGS[rng.choice(sorted(SEEDLINGS))].make(rng)
        data = _spliced(rng, data, other if isinstance(other, bytes) else pack(other))
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        ways: Sequence[Damage] = _WAYS
        if seedling.suffix == ".parquet" and rng.random() < 0.4:
            ways = (_footer,)
        data = rng.choice(ways)(rng, data)
    return data


def _damaged_anywhere(rng: random.Random, data: bytes) -> bytes:
    return rng.choice(_WAYS)(rng, data)


def _bits(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 2, 8])):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _bytes(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 2, 8])):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _truncated(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _without_block(rng: random.Random, data: bytes) -> bytes:
    low, high = _block(rng, data)
    return data[:low] + data[high:]


def _with_block_twice(rng: random.Random, data: bytes) -> bytes:
    low, high = _block(rng, data)
    place = rng.randrange(len(data) + 1)
    return data[:place] + data[low:high] * rng.choice([1, 2, 50]) + data[place:]


def _with_magic(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.choice(_MAGIC) + data[place + rng.choice([0, 0, 1, 4]) :]


def _header(rng: random.Random, data: bytes) -> bytes:
    """Damage near the beginning, where names, marks and magic numbers are."""
    head = min(len(data), 48)
    return rng.choice([_bits, _with_magic, _without_block])(rng, data[:head]) + data[head:]


def _footer(rng: random.Random, data: bytes) -> bytes:
    """Damage in the last 600 bytes, where Parquet and zip say what stands where."""
    head = max(0, len(data) - 600)
    return data[:head] + rng.choice([_bits, _bytes])(rng, data[head:])


def _spliced(rng: random.Random, data: bytes, other: bytes) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + other[rng.randrange(len(other) + 1) :]


def _block(rng: random.Random, data: bytes) -> tuple[int, int]:
    low = rng.randrange(len(data) + 1)
    return low, min(len(data), low + rng.choice([1, 7, 64, 400]))


_WAYS: Sequence[Damage] = (
    *(_bits, _bytes, _truncated, _without_block, _with_block_twice),
    *(_with_magic, _with_magic, _header),
)


def _damaged_archive(rng: random.Random, data: bytes) -> bytes:
    """Change one field of a zip archive's own records to a number made to harm."""
    changed = bytearray(data)
    sign = rng.choice([b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"])
    places = [place for place in range(len(data) - 46) if data.startswith(sign, place)]
    if places:
        place = rng.choice(places) + rng.randrange(4, 44, 2)
        number = rng.choice([0, 1, 8, 9, 12, 99, 0x7FFF, 0xFFFF, rng.randrange(0x10000)])
        struct.pack_into("<H", changed, place, number)
    return bytes(changed)
