import random
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from groundswell.domain import QuarantinedRow
from groundswell.errors import IngestError
from ingest.sources import READERS
from ingest.sources import parquet as reader
from ingest.sources.files import Input
from ingest.sources.rows import RawRow, RowFault


def read(path: Path) -> list[RawRow | QuarantinedRow]:
    return list(READERS["parquet"](Input(path), ""))


def write(path: Path, **columns: pa.Array) -> Path:
    parquet.write_table(pa.table(columns), path)
    return path


def test_values_keep_their_types(tmp_path: Path) -> None:
    when = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    path = write(
        tmp_path / "a.parquet",
        id=pa.array([9007199254740993, None]),
        text=pa.array(["hello", "bye"]).dictionary_encode(),
        at=pa.array([when, when]).cast(pa.timestamp("ns", tz="UTC")),
        tags=pa.array([["a", "b"], []]),
    )
    first, second = read(path)
    assert isinstance(first, RawRow)
    assert isinstance(second, RawRow)
    assert first.fields == {"id": 9007199254740993, "text": "hello", "at": when, "tags": ["a", "b"]}
    assert (first.line, second.line, second.fields["id"]) == (1, 2, None)


def test_rows_come_in_order_through_all_batches(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", id=pa.array(range(5001)))
    assert [row.fields["id"] for row in read(path) if isinstance(row, RawRow)] == list(range(5001))


def test_a_string_that_is_not_utf_8_is_a_fault_of_its_row(tmp_path: Path) -> None:
    broken = pa.array([b"fine", b"\xff"], pa.binary()).view(pa.string())
    good, bad = read(write(tmp_path / "a.parquet", text=broken))
    assert isinstance(good, RawRow)
    assert isinstance(bad, RawRow)
    fault = bad.fields["text"]
    assert isinstance(fault, RowFault)
    assert (good.fields["text"], fault.reason) == ("fine", "bad_encoding")


def test_a_nul_character_costs_its_row(tmp_path: Path) -> None:
    good, bad = read(write(tmp_path / "a.parquet", text=pa.array(["fine", "a\0b"])))
    assert isinstance(good, RawRow)
    assert isinstance(bad, QuarantinedRow)
    assert (bad.line, bad.reason) == (2, "nul_byte")


def test_the_size_of_a_row_group_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.parquet", id=pa.array(range(1000)))
    monkeypatch.setattr(reader, "MAX_GROUP_BYTES", 1000)
    with pytest.raises(IngestError, match=r"a row group of [\d,]+ bytes; expected at most 1,000"):
        read(path)


@pytest.mark.parametrize("body", [b"", b"PAR1", b"a,b\n1,2\n"])
def test_what_is_no_parquet_file_is_one_clear_error(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(body)
    with pytest.raises(IngestError, match=r"a\.parquet: not a readable Parquet file"):
        read(path)


def test_damaged_files_give_rows_or_one_clear_error(tmp_path: Path) -> None:
    rng = random.Random(20260301)
    path = write(tmp_path / "a.parquet", text=pa.array([f"message {n}" for n in range(200)]))
    whole = path.read_bytes()
    outcomes: set[type] = set()
    for _ in range(80):
        spoilt = bytearray(whole)
        for _ in range(rng.randint(0, 3)):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        path.write_bytes(bytes(spoilt))
        try:
            outcomes.update(type(row) for row in read(path))
        except IngestError as error:
            assert "\n" not in str(error)
            outcomes.add(IngestError)
    assert {RawRow, IngestError} <= outcomes
