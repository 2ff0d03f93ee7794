import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, FeedbackRecord
from groundswell.errors import IngestError
from ingest import Parser
from ingest.inputs import Input
from ingest.parsing import parser
from ingest.privacy import Privacy

KEY = b"a key of 16 bytes"


@pytest.fixture
def reader() -> Iterator[Parser]:
    with Parser(Privacy(KEY)) as reader:
        yield reader


def written(folder: Path, name: str, rows: int, text: str = "The rota cannot print") -> Input:
    lines = "".join(f"{name}-{n},2026-03-01,en,{text}\n" for n in range(rows))
    path = folder / f"{name}.csv"
    path.write_text(f"id,created_at,language,text\n{lines}", encoding="utf-8")
    return Input(path)


def source_of(file: Input) -> SourceConfig:
    return SourceConfig(name="tickets", path=file.path)


def ids(reader: Parser, file: Input, skip: int = 0) -> list[str]:
    rows = list(reader.read(source_of(file), file, skip=skip))
    return [
        row.value.source_id
        for row in rows
        if isinstance(row, AcceptedRow) and isinstance(row.value, FeedbackRecord)
    ]


def child_of(reader: Parser) -> "subprocess.Popen[str]":
    assert reader._child is not None
    return reader._child


def limits(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/limits").read_text(encoding="utf-8").splitlines()
    return {line[:26].strip(): line[26:47].strip() for line in lines}


def test_rows_come_back_in_file_order_and_after_those_skipped(
    tmp_path: Path, reader: Parser
) -> None:
    file = written(tmp_path, "a", 600)  # three messages of 250
    assert ids(reader, file) == [f"a-{n}" for n in range(600)]
    assert ids(reader, file, skip=598) == ["a-598", "a-599"]
    assert ids(reader, file, skip=600) == []


def test_one_child_reads_all_files(tmp_path: Path, reader: Parser) -> None:
    first, second = written(tmp_path, "a", 1), written(tmp_path, "b", 1)
    assert ids(reader, first) == ["a-0"]
    child = child_of(reader)
    assert reader.count_hint(source_of(second), second) == 1
    assert ids(reader, second) == ["b-0"]
    assert child_of(reader) is child


def test_an_error_costs_its_file_alone(tmp_path: Path, reader: Parser) -> None:
    missing = Input(tmp_path / "missing.csv")
    for _ in range(2):
        with pytest.raises(IngestError, match=r"missing\.csv: no such file; correct path"):
            ids(reader, missing)
    with pytest.raises(IngestError, match=r"missing\.csv: no such file"):
        reader.count_hint(source_of(missing), missing)
    assert ids(reader, written(tmp_path, "a", 1)) == ["a-0"]


def test_an_answer_given_up_half_way_is_not_taken_for_the_next(
    tmp_path: Path, reader: Parser
) -> None:
    long, short = written(tmp_path, "a", 2000), written(tmp_path, "b", 2)
    begun = reader.read(source_of(long), long)
    next(begun)
    assert ids(reader, short) == ["b-0", "b-1"]


@pytest.mark.parametrize("rows", [1, 2000])
def test_a_child_that_is_killed_costs_its_file_alone(
    tmp_path: Path, reader: Parser, rows: int
) -> None:
    # With one row it dies between two files; with 2,000 in the middle of a message.
    file = written(tmp_path, "a", rows)
    begun = reader.read(source_of(file), file)
    next(begun)
    if rows == 1:
        list(begun)
    child = child_of(reader)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(IngestError, match=r"a\.csv: cannot be read .* ended with -9"):
        list(begun) if rows > 1 else ids(reader, file)
    assert child.returncode == -signal.SIGKILL
    assert ids(reader, written(tmp_path, "b", 2)) == ["b-0", "b-1"]
    assert child_of(reader) is not child


def test_a_message_cut_in_two_by_a_death_is_no_row(tmp_path: Path, reader: Parser) -> None:
    # 250 rows of 4,000 characters: a message far larger than the 64 KB that a pipe holds.
    file = written(tmp_path, "a", 750, "The rota cannot print. " * 180)
    begun = reader.read(source_of(file), file)
    next(begun)
    child = child_of(reader)
    while not blocked(child.pid):
        time.sleep(0.01)
    child.kill()
    with pytest.raises(IngestError, match=r"a\.csv: cannot be read"):
        list(begun)


def blocked(pid: int) -> bool:
    """Whether the process sleeps, as it does when the pipe is full."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


def test_memory_is_bounded_and_the_next_file_is_read_by_a_fresh_child(
    tmp_path: Path, reader: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "a", 1)
    assert ids(reader, file) == ["a-0"]
    child = child_of(reader)
    assert limits(child.pid)["Max address space"] == str(parser.MEMORY_BYTES)
    assert limits(child.pid)["Max core file size"] == "0"
    held = int(Path(f"/proc/{child.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(child.pid, resource.RLIMIT_AS, (held + 20_000_000, resource.RLIM_INFINITY))
    large = tmp_path / "large.json"  # held in memory as a whole
    large.write_text(json.dumps([{"text": "x" * 60_000_000}]), encoding="utf-8")
    with pytest.raises(IngestError, match=r"large\.json: cannot be read within 1 GB of memory; s"):
        ids(reader, Input(large))
    assert child.returncode == parser.OUT_OF_MEMORY
    assert ids(reader, file) == ["a-0"]
    assert child_of(reader) is not child


def test_processor_time_is_bounded_for_each_file_anew(tmp_path: Path, reader: Parser) -> None:
    file = written(tmp_path, "a", 15_000)
    small = written(tmp_path, "b", 1)
    assert ids(reader, small) == ["b-0"]
    child = child_of(reader)
    granted = int(limits(child.pid)["Max cpu time"])
    assert parser.CPU_SECONDS <= granted <= parser.CPU_SECONDS + 20
    begun = reader.read(source_of(file), file)
    next(begun)
    size = file.path.stat().st_size
    assert int(limits(child.pid)["Max cpu time"]) >= granted + size // parser.BYTES_PER_SECOND
    resource.prlimit(child.pid, resource.RLIMIT_CPU, (1, resource.RLIM_INFINITY))
    with pytest.raises(IngestError, match=r"a\.csv: takes too long to read"):
        list(begun)
    assert child.returncode == -signal.SIGXCPU
    assert ids(reader, small) == ["b-0"]


def test_an_error_of_ours_in_the_child_is_not_called_a_lack_of_memory(
    tmp_path: Path, reader: Parser
) -> None:
    file = written(tmp_path, "a", 1)
    assert ids(reader, file) == ["a-0"]
    child = child_of(reader)
    assert child.stdin is not None
    child.stdin.write("no question\n")
    with pytest.raises(IngestError, match=r"a\.csv: the parsing process failed"):
        ids(reader, file)
    assert ids(reader, file) == ["a-0"]


def test_the_child_gets_nothing_secret_and_no_module_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDSWELL_PRIVACY_KEY", "canary-1")
    monkeypatch.setenv("ZENDESK_TOKEN", "canary-2")
    monkeypatch.setenv("PYTHONSTARTUP", "canary-3")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "csv.py").write_text("raise SystemExit('taken from the folder')", encoding="utf-8")
    with Parser(Privacy(KEY)) as reader:
        assert ids(reader, written(tmp_path, "a", 1)) == ["a-0"]
        pid = child_of(reader).pid
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"PATH=" in environment
    assert b"canary" not in environment
    assert KEY.hex().encode() not in environment + command


def test_an_interrupt_from_the_terminal_is_for_the_parent_alone(
    tmp_path: Path, reader: Parser
) -> None:
    file = written(tmp_path, "a", 2000)
    begun = reader.read(source_of(file), file)
    next(begun)
    child = child_of(reader)
    assert os.getpgid(child.pid) != os.getpgid(0)
    child.send_signal(signal.SIGINT)
    assert len(list(begun)) == 1999
    assert child.poll() is None


def test_leaving_ends_the_child_at_once_even_in_the_middle_of_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, "a", 15_000)
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with Parser(Privacy(KEY)) as reader:
        begun = reader.read(source_of(file), file)
        next(begun)
        child = child_of(reader)
        left = time.monotonic()
    assert time.monotonic() - left < 5
    assert child.returncode is not None
    assert not Path(f"/proc/{child.pid}").exists()
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_a_parser_that_is_never_asked_starts_nothing() -> None:
    with Parser(Privacy(KEY)) as reader:
        assert reader._child is None


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "jsonl"])
def test_an_ordinary_large_file_needs_a_fraction_of_the_memory(
    tmp_path: Path, reader: Parser, form: str
) -> None:
    # Clean text, names, phones, HTML and several languages: everything that is loaded is loaded.
    import pandas as pd

    texts = [
        "Please call me on +44 20 7946 0958, says Maria Lopez",
        "<p>The rota <b>cannot</b> print &amp; I am tired of it</p>",
        "Der Schichtplan lässt sich seit gestern nicht mehr drucken",
        "シフト表が印刷できないので困っています",
    ]
    table = pd.DataFrame({"id": range(700), "created_at": "2026-03-01", "padding": "x" * 30_000})
    table["text"] = [texts[n % 4] for n in range(700)]
    path = tmp_path / f"large.{form}"
    {
        "csv": lambda: table.to_csv(path, index=False),
        "xlsx": lambda: table.to_excel(path, index=False),
        "parquet": lambda: table.to_parquet(path, compression=None),
        "jsonl": lambda: table.to_json(path, orient="records", lines=True),
    }[form]()
    assert len(ids(reader, Input(path))) == 700
    status = Path(f"/proc/{child_of(reader).pid}/status").read_text(encoding="utf-8")
    assert int(status.partition("VmPeak:")[2].split()[0]) < 700_000  # KB of address space
