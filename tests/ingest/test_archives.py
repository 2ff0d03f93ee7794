import gzip
import os
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from groundswell.config import SourceConfig
from groundswell.errors import IngestError
from ingest import fingerprint, inputs_of
from ingest.sources import READERS, archives
from ingest.sources.files import Input

ROWS = b"id,text\n1,first\n2,second\n"


def zipped(path: Path, members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


def content(file: Input) -> bytes:
    with file.open() as opened:
        return opened.read()


def test_a_member_is_read_as_the_file_it_is(tmp_path: Path) -> None:
    plain = tmp_path / "tickets.csv"
    plain.write_bytes(ROWS)
    packed = tmp_path / "tickets.csv.gz"
    packed.write_bytes(gzip.compress(ROWS))
    archive = zipped(tmp_path / "all.zip", {"new/tickets.csv": ROWS})
    files = [Input(plain), Input(packed), Input(archive, "new/tickets.csv")]
    assert [file.suffix for file in files] == ["csv", "csv", "csv"]
    assert str(files[2]) == f"{archive}/new/tickets.csv"
    rows = [list(READERS["csv"](file, "")) for file in files]
    assert rows[0] == rows[1] == rows[2]
    # Places are those in the unpacked member: the header has 8 bytes, the first row 8.
    assert [(row.byte_start, row.byte_end) for row in rows[2]] == [(8, 16), (16, 25)]
    assert fingerprint(files[1]) == fingerprint(files[2]) == fingerprint(files[0])


@pytest.mark.parametrize("size", [999_999, 1_000_000, 1_000_001, 20_000_000])
def test_what_unpacks_too_far_is_refused_above_a_small_size(tmp_path: Path, size: int) -> None:
    # A run of one byte is packed about a thousandfold.
    archive = zipped(tmp_path / "a.zip", {"a.csv": b"x" * size})
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(b"x" * size))
    if size <= 1_000_000:
        assert len(content(Input(archive, "a.csv"))) == size
        assert len(content(Input(packed))) == size
        return
    with pytest.raises(IngestError, match=r"a\.zip: a\.csv unpacks \d+-fold; at most 100-fold"):
        Input(archive, "a.csv").open()
    with pytest.raises(IngestError, match=r"a\.csv\.gz: unpacks beyond [\d,]+ bytes; unpack it"):
        Input(packed).open()


def test_all_members_together_keep_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": ROWS, "b.csv": ROWS})
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 2 * len(ROWS))
    assert content(Input(archive, "b.csv")) == ROWS
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 2 * len(ROWS) - 1)
    with pytest.raises(IngestError, match="50 bytes unpacked; at most 49 is accepted, unpack it"):
        Input(archive, "b.csv").open()


@pytest.mark.parametrize(("members", "refused"), [(1000, False), (1001, True)])
def test_the_number_of_members_is_bounded(tmp_path: Path, members: int, refused: bool) -> None:
    archive = zipped(tmp_path / "a.zip", {f"{n:04}.csv": ROWS for n in range(members)})
    source = SourceConfig(name="all", path=archive)
    if refused:
        with pytest.raises(IngestError, match="1,001 parts; at most 1,000 is accepted"):
            inputs_of(source)
    else:
        assert len(inputs_of(source)) == members


def test_an_archive_inside_an_archive_is_refused(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.csv": ROWS}).read_bytes()
    for name in ("inner.zip", "a.csv.gz", "INNER.ZIP"):
        archive = zipped(tmp_path / "a.zip", {"b.csv": ROWS, name: inner})
        with pytest.raises(IngestError, match=f"{name} is an archive inside an archive; unpack"):
            inputs_of(SourceConfig(name="all", path=archive))


def test_an_encrypted_archive_is_refused_with_the_remedy(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": ROWS})
    body = bytearray(archive.read_bytes())
    body[body.index(b"PK\x01\x02") + 8] |= 1  # the flags of the first entry
    archive.write_bytes(body)
    with pytest.raises(IngestError, match=r"a\.zip: is encrypted; unpack it and name the folder"):
        inputs_of(SourceConfig(name="all", path=archive))


def test_rare_methods_of_packing_are_refused(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": ROWS}, zipfile.ZIP_LZMA)
    with pytest.raises(IngestError, match="packed by a rare method; pack it again as plain zip"):
        inputs_of(SourceConfig(name="all", path=archive))


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.csv", ROWS)
        archive.writestr("a.csv", ROWS)
    with pytest.raises(IngestError, match=r"holds two files named a\.csv; pack it again"):
        inputs_of(SourceConfig(name="all", path=path))


@pytest.mark.parametrize("kept", [0, 1, 10, 60, -1, -10])
def test_damaged_archives_are_one_clear_error(tmp_path: Path, kept: int) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": ROWS * 100})
    archive.write_bytes(archive.read_bytes()[:kept])
    with pytest.raises(IngestError, match=r"a\.zip: not a readable archive .*; pack it again"):
        inputs_of(SourceConfig(name="all", path=archive))
    if kept == 0:
        return  # gzip takes an empty file for an empty text
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(ROWS * 100)[:kept])
    with pytest.raises(IngestError, match=r"a\.csv\.gz: not a readable archive .*; pack it again"):
        Input(packed).open()


def test_a_changed_byte_inside_a_member_is_noticed(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.csv": ROWS}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"first", b"fjrst"))
    (file,) = inputs_of(SourceConfig(name="all", path=archive))
    with pytest.raises(IngestError, match=r"not a readable archive \(BadZipFile\)"):
        file.open()


def test_a_name_in_an_archive_leads_nowhere(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"../../out.csv": ROWS, "/etc/x\ny.csv": ROWS})
    files = inputs_of(SourceConfig(name="all", path=archive))
    assert [content(file) for file in files] == [ROWS]
    assert str(files[0]) == f"{archive}//etc/x\\ny.csv"
    assert not list(tmp_path.parent.glob("*.csv"))


def test_a_pipe_or_device_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(IngestError, match=r"a\.csv: is not a plain file; copy what it gives"):
        Input(tmp_path / "a.csv").open()


def test_blind_damage_gives_rows_or_one_clear_error(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "whole.zip", {"a.csv": ROWS, "b.json": b'[{"id": 1}]'}).read_bytes()
    path = tmp_path / "a.zip"
    outcomes = set()
    begun = time.process_time()
    for place in range(len(whole)):
        for flip in (0x01, 0x80):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
            try:
                for file in inputs_of(SourceConfig(name="all", path=path)):
                    outcomes.add(len(list(READERS[file.suffix](file, ""))))
            except IngestError as error:
                assert "\n" not in str(error)
                outcomes.add(-1)
    assert {-1, 1, 2} <= outcomes
    assert time.process_time() - begun < 10
