"""Promise: whatever a file holds, every row of it gets a fate, and reading stays bounded.

``GROUNDSWELL_HOSTILE_FILES=10000`` reads ten thousand files instead of one thousand. A failure
names its format and seed, which make the same file again, and the file stays in pytest's folder.
"""

import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, QuarantinedRow, ReadRow
from groundswell.errors import IngestError
from groundswell.source_config import SourceKind
from ingest import Parser, inputs_of, read_source
from ingest.inputs import Input
from ingest.privacy import Privacy
from tests.promises.hostile.blind import SEEDLINGS, write_damaged
from tests.promises.hostile.bombs import BOMBS
from tests.promises.hostile.dialects import DIALECTS, write_case
from tests.promises.hostile.judging import (
    Placed,
    Unchanged,
    differences,
    faults,
    raw_rows,
    read,
)
from tests.promises.hostile.plan import IN_CELLS, Planned, plan_rows
from tests.promises.hostile.planted import IN_PLACES, PLANTED
from tests.promises.hostile.text_files import Array, Delimited, Lines
from tests.promises.hostile.writing import Write

FILES = int(os.environ.get("GROUNDSWELL_HOSTILE_FILES", "1000"))
KNOWN, BLIND = FILES * 6 // 10, FILES - FILES * 6 // 10
THROUGH_PARSER = 50
MOST_SECONDS = 10.0
MOST_MEMORY_KB = 1 << 20


def seeds_of(name: str, names: Sequence[str], files: int) -> range:
    """The seeds of one format, so that all formats together have that many files."""
    return range(len(range(names.index(name), files, len(names))))


def content(file: Input) -> bytes:
    with file.open() as opened:
        return opened.read()


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(Privacy(b"a key of 16 bytes")) as parser:
        yield parser


def peak_memory_kb(parser: Parser) -> int:
    """Most memory that the child of a parser ever had, in KB; 0 if it is gone."""
    if parser._child is None:
        return 0
    status = Path(f"/proc/{parser._child.pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize("name", DIALECTS)
def test_every_row_has_the_fate_it_was_written_with(tmp_path: Path, name: str) -> None:
    for seed in seeds_of(name, list(DIALECTS), KNOWN):
        case = write_case(name, seed, tmp_path)
        found = read(case.source, case.file)
        assert not differences(case.rows, found, content(case.file)), (name, seed)


@pytest.mark.parametrize("name", SEEDLINGS)
def test_a_damaged_file_gives_rows_or_one_clear_error(tmp_path: Path, name: str) -> None:
    for seed in seeds_of(name, list(SEEDLINGS), BLIND):
        source, file = write_damaged(name, seed, tmp_path)
        begun = time.process_time()
        assert not faults(source, file), (name, seed)
        assert time.process_time() - begun < MOST_SECONDS, (name, seed)


@pytest.mark.parametrize("name", SEEDLINGS)
def test_damage_leaves_something_to_read_and_something_to_refuse(tmp_path: Path, name: str) -> None:
    # Were every damaged file refused as a whole, the test above would say little.
    seen: set[str] = set()
    for seed in range(60):
        source, file = write_damaged(name, seed, tmp_path)
        try:
            seen |= {type(row).__name__ for row in read(source, file)}
        except IngestError:
            seen.add("IngestError")
    wanted = {"AcceptedRow", "IngestError"}
    if name in ("eml", "maildir", "mbox"):  # a message that is damaged is still a message
        wanted = {"AcceptedRow", "QuarantinedRow"}
    assert wanted <= seen


FOUND_ONCE = {
    "a version with a NUL": (
        "a.md",
        b"## 1.0\0 - 2026-03-01\n- Print the rota\n## 0.9 - 2026-02-01\n- Swap shifts\n",
        ["nul_byte", ""],
    ),
    "a header with a stray quote": (
        "a.tsv",
        b'id\t"text"x\tcreated_at\n1\tx\t2026-03-01\n',
        ["the header cannot be read: '\\\\t' expected after"],
    ),
    "a long name with odd letters": (
        "a.jsonl",
        b'{"text": "x", "created_at": "2026-03-01", "' + b"\xe2\x80\xae" * 1001 + b'": 1}\n',
        ["field_too_long"],
    ),
    "a fault inside a row that is not closed": (
        "a.json",
        b'[{"text": "x", "created_at": "2026-03-01",\n{"text": "a\0b", "created_at": ""},\n'
        b'{"text": "y", "created_at": "2026-03-01"}]',
        ["json_syntax", "nul_byte", ""],
    ),
}
"""Files that once went wrong, from among more than the usual number of seeds."""


@pytest.mark.parametrize("name", FOUND_ONCE)
def test_what_was_found_once_stays_mended(tmp_path: Path, name: str) -> None:
    file_name, data, expected = FOUND_ONCE[name]
    path = tmp_path / file_name
    path.write_bytes(data)
    kind: SourceKind = "changelog" if path.suffix == ".md" else "feedback"
    source, file = SourceConfig(name="once", path=path, kind=kind), Input(path)
    assert not faults(source, file)
    found = outcome(lambda s, f: read_source(s, Unchanged(), f), source, file)
    if isinstance(found, str):
        assert re.search(expected[0], found)
    else:
        assert [getattr(row, "reason", "") for row in found] == expected


def test_the_parsing_process_reads_the_same_in_bounded_memory(
    tmp_path: Path, parser: Parser
) -> None:
    privacy = Privacy(b"a key of 16 bytes")
    told = 0
    for number in range(THROUGH_PARSER // 2):
        dialects, formats = list(DIALECTS), list(SEEDLINGS)
        case = write_case(dialects[number % len(dialects)], 900_000 + number, tmp_path)
        damaged = write_damaged(formats[number % len(formats)], 900_000 + number, tmp_path)
        for source, file in ((case.source, case.file), damaged):
            here = outcome(lambda s, f: read_source(s, privacy, f), source, file)
            assert outcome(parser.read, source, file) == here, (source, number)
            told += 1
    assert told == THROUGH_PARSER
    assert 0 < peak_memory_kb(parser) <= MOST_MEMORY_KB


def outcome(
    reading: Callable[[SourceConfig, Input], Iterator[ReadRow]], source: SourceConfig, file: Input
) -> list[ReadRow] | str:
    try:
        return list(reading(source, file))
    except IngestError as error:
        return str(error)


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_made_to_harm_is_refused_by_name(tmp_path: Path, parser: Parser, name: str) -> None:
    bomb = BOMBS[name]
    path = tmp_path / bomb.name
    path.write_bytes(bomb.make())
    source = SourceConfig(name="bomb", path=path)
    begun = time.monotonic()
    rows: list[ReadRow] = []
    refusals: list[str] = []
    try:
        for file in inputs_of(source):
            rows += parser.read(source, file)
    except IngestError as error:
        assert str(path) in str(error)
        refusals.append(str(error))
    assert time.monotonic() - begun < MOST_SECONDS
    assert peak_memory_kb(parser) <= MOST_MEMORY_KB
    refusals += [row.reason for row in rows if isinstance(row, QuarantinedRow)]
    assert sum(isinstance(row, AcceptedRow) for row in rows) == bomb.good_rows
    assert len(refusals) == bool(bomb.refusal)
    assert bomb.refusal in "".join(refusals)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_that_leads_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "exports", tmp_path / "outside.csv"
    folder.mkdir()
    (folder / "a.csv").write_text("text,created_at\nfine,2026-03-01\n", encoding="utf-8")
    outside.write_text("text,created_at\nsecret,2026-03-01\n", encoding="utf-8")
    (folder / "b.csv").symlink_to(outside)
    (folder / "c").symlink_to(tmp_path, target_is_directory=True)
    assert inputs_of(SourceConfig(name="a", path=folder)) == [Input(folder / "a.csv")]


WRITERS: dict[str, Write] = {
    ".csv": Delimited(),
    ".1.csv": Delimited("\t", "utf-16-le", "\r\n", b"\xff\xfe"),
    ".2.csv": Delimited(";", quote_all=True, line_end="\r"),
    ".jsonl": Lines(),
    ".json": Array(indent=1),
}


def accepted(folder: Path, suffix: str, rows: Sequence[Planned]) -> set[ReadRow]:
    """What is accepted of some rows, wherever in the file it stood."""
    path = folder / f"rows{suffix}"
    path.write_bytes(WRITERS[suffix](random.Random(0), rows)[0])
    source = SourceConfig(name="same", path=path)
    found = (row for row in read(source, Input(path)) if isinstance(row, AcceptedRow))
    return {replace(row, line=0) for row in found}


@pytest.mark.parametrize("seed", range(12))
def test_order_parts_and_encoding_do_not_change_what_is_accepted(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    rows = plan_rows(rng, "any", IN_CELLS, ',;"\n', rated=True)
    expected = accepted(tmp_path, ".csv", rows)
    assert len(expected) == sum(not row.damage for row in rows)
    for suffix in WRITERS:
        shuffled = rng.sample(rows, len(rows))
        assert accepted(tmp_path, suffix, shuffled) == expected
        parts = [rows[first::3] for first in range(3) if rows[first::3]]
        assert set.union(*(accepted(tmp_path, suffix, part) for part in parts)) == expected


@pytest.mark.parametrize("bug", PLANTED)
@pytest.mark.parametrize("name", ["comma", "tab UTF-16LE CRLF", "JSON Lines", "JSON array"])
def test_a_planted_bug_is_seen_where_the_fate_is_known(
    tmp_path: Path, name: str, bug: Callable[[list[ReadRow]], list[ReadRow]]
) -> None:
    caught = changed = 0
    for seed in range(8):
        case = write_case(name, seed, tmp_path)
        found = read(case.source, case.file)
        spoilt = bug(found)
        changed += spoilt != found
        caught += bool(differences(case.rows, spoilt, content(case.file)))
    assert caught == changed > 0


@pytest.mark.parametrize("bug", IN_PLACES)
def test_a_planted_bug_in_the_places_of_rows_is_seen(
    tmp_path: Path, bug: Callable[[list[Placed]], list[Placed]]
) -> None:
    path = tmp_path / "good.csv"
    lines = "".join(f"T-100{n},2026-03-01,fine,5\n" for n in range(5))
    path.write_text(f"id,created_at,text,rating\n{lines}", encoding="utf-8")
    source, file = SourceConfig(name="good", path=path), Input(path)
    assert not faults(source, file)
    assert faults(source, file, opening=lambda s, f: bug(raw_rows(s, f)))


def given(rows: list[ReadRow], _source: SourceConfig, _file: Input) -> list[ReadRow]:
    return rows


def test_a_planted_bug_in_what_comes_out_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,created_at,text,rating\nT-1,yesterday,fine,5\n", encoding="utf-8")
    source, file = SourceConfig(name="bad", path=path), Input(path)
    (row,) = read(source, file)
    assert isinstance(row, QuarantinedRow)
    spoilt = [
        *(replace(row, raw="x" * 5000), replace(row, detail="a\nb")),
        *(replace(row, raw="\ud800"), replace(row, raw="\0")),
    ]
    for each in spoilt:
        assert faults(source, file, partial(given, [each]))
    assert faults(source, file, partial(given, []))
    turns = iter(range(9))
    assert faults(source, file, lambda _s, _f: [replace(row, line=next(turns))])

    def refuses(_source: SourceConfig, _file: Input) -> list[ReadRow]:
        raise IngestError("two\nlines")

    assert faults(source, file, refuses)
