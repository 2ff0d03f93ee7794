"""What was changed, cut off or added to a backup is found before anything of it is used."""

import json
import tarfile
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pyarrow
import pytest

from flows.upkeep.archive import MANIFEST, SUM, Packing, packed, rows_in, verify
from flows.upkeep.backup import take
from flows.upkeep.restore import restore
from flows.upkeep.sealing import new_key
from groundswell.errors import StoreError
from tests.flows.upkeep.installed import installed, settings

PLACES = 150
"""Bytes of a backup that are turned over, one at a time."""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup that is not encrypted."""
    folder = tmp_path_factory.mktemp("plain")
    take(installed(folder / "here"), folder / "b.tar.zst")
    return folder / "b.tar.zst"


def refusal(file: Path, identity: Path | None = None) -> str:
    with pytest.raises(StoreError) as refused:
        verify(file, identity)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_byte_that_was_turned_over_is_found_wherever_it_is(plain: Path, tmp_path: Path) -> None:
    whole, file = plain.read_bytes(), tmp_path / "b.tar.zst"
    for place in range(0, len(whole), len(whole) // PLACES):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        assert "no whole backup" in refusal(file), place


def test_a_byte_of_an_encrypted_one_is_found(tmp_path: Path) -> None:
    recipient, file = new_key(tmp_path / "key"), tmp_path / "b.age"
    take(installed(tmp_path / "here"), file, [recipient])
    whole = file.read_bytes()
    for place in range(30, len(whole), len(whole) // 20):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        refusal(file, tmp_path / "key")
    file.write_bytes(whole[: len(whole) // 2])
    assert "was damaged or is not whole" in refusal(file, tmp_path / "key")


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 0.99, 0.9999])
def test_one_that_was_cut_off_is_refused(share: float, plain: Path, tmp_path: Path) -> None:
    whole, file = plain.read_bytes(), tmp_path / "b.tar.zst"
    file.write_bytes(whole[: int(len(whole) * share)])
    assert "no whole backup" in refusal(file)


def test_what_follows_the_end_is_refused(plain: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.zst"
    file.write_bytes(plain.read_bytes() + pyarrow.compress(b"more", "zstd", asbytes=True))
    assert "something follows its end" in refusal(file)


def test_a_refused_backup_changes_nothing(plain: Path, tmp_path: Path) -> None:
    whole = bytearray(plain.read_bytes())
    whole[len(whole) // 2] ^= 1
    (tmp_path / "b.tar.zst").write_bytes(whole)
    there = settings(tmp_path / "there")
    before = sorted(path for path in (tmp_path / "there").rglob("*"))
    with pytest.raises(StoreError, match="no whole backup"):
        restore(there, tmp_path / "b.tar.zst")
    assert sorted(path for path in (tmp_path / "there").rglob("*")) == before


def written(file: Path, members: Sequence[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """Write a tar of these members, packed as a backup is."""
    with (
        file.open("wb") as sink,
        pyarrow.CompressedOutputStream(pyarrow.PythonFile(sink, "w"), "zstd") as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for entry, data in members:
            entry.size = len(data)
            tar.addfile(entry, BytesIO(data))
    return file


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/cron.d/job",
        "report/../../outside",
        "models/../../outside",
        "models/.hidden",
        "report/a/b/c.html",
        "tables/record/../../../outside.jsonl",
        "tables/record/00001.jsonl\n",
        "keys/other.key",
        "report/",
        "",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    file = written(tmp_path / "b.tar.zst", [(tarfile.TarInfo(name), b"x")])
    assert "does not belong there" in refusal(file)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)
def test_what_is_no_plain_file_is_refused(kind: bytes, tmp_path: Path) -> None:
    entry = tarfile.TarInfo("report/report.html")
    entry.type, entry.linkname = kind, "/etc/passwd"
    file = written(tmp_path / "b.tar.zst", [(entry, b"")])
    assert "does not belong there" in refusal(file)


def test_a_member_that_the_manifest_does_not_know_is_refused(tmp_path: Path) -> None:
    manifest = {
        "program": "0",
        "schema_revision": "0001",
        "database": "sqlite",
        "taken_at": "",
        "tables": {},
        "members": {"models/a.bin": sha256(b"a").hexdigest()},
        "missing": [],
    }
    data = json.dumps(manifest).encode()
    last = [
        (tarfile.TarInfo(MANIFEST), data),
        (tarfile.TarInfo(SUM), f"{sha256(data).hexdigest()}  {MANIFEST}\n".encode()),
    ]
    known, other = (tarfile.TarInfo("models/a.bin"), b"a"), (tarfile.TarInfo("models/b.bin"), b"b")
    assert verify(written(tmp_path / "whole", [known, *last])).database == "sqlite"
    assert "models/b.bin" in refusal(written(tmp_path / "more", [known, other, *last]))
    assert "models/a.bin" in refusal(written(tmp_path / "less", last))
    assert "there twice" in refusal(written(tmp_path / "twice", [known, known, *last]))
    assert "manifest does not fit" in refusal(written(tmp_path / "after", [*last, known]))
    assert "manifest does not fit" in refusal(written(tmp_path / "none", [known]))


def test_rows_come_back_as_they_were_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.upkeep.archive.PART_BYTES", 100)
    rows: list[list[object]] = [
        ["größer\n\u2028\"'", None, True, 0.1 + 0.2, 2**62, n] for n in range(20)
    ]
    with (tmp_path / "b").open("wb") as sink, packed(sink) as packing:
        assert packing.add_rows("record", iter(rows)) == 20
        manifest = packing.end(**FACTS)
    with (tmp_path / "b").open("rb") as file:
        plain = pyarrow.CompressedInputStream(pyarrow.PythonFile(file, "r"), "zstd").read()
    with tarfile.open(fileobj=BytesIO(plain)) as tar:
        parts = [tar.extractfile(name) for name in manifest.members]
        found = [row for part in parts if part for row in rows_in(part.read())]
    assert found == rows
    assert len(parts) > 5


FACTS = {
    "program": "0",
    "schema_revision": "0001",
    "database": "sqlite",
    "taken_at": "",
    "tables": {},
    "missing": (),
}


def test_no_rows_are_no_member(tmp_path: Path) -> None:
    with (tmp_path / "b").open("wb") as sink, packed(sink) as packing:
        assert isinstance(packing, Packing)
        assert packing.add_rows("record", iter(())) == 0
        assert packing.end(**FACTS).members == {}
