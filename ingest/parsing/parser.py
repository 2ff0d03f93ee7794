"""Read files in a process of its own, with bounded memory and processor time.

What parses a stranger's file can be made to eat memory or to never end. So it happens in a
child that holds no database and no secret but the pseudonym key; its rows come back as JSON, and
if it dies, one file is refused and nothing else is lost. It also puts the second core to work.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from groundswell.config import SourceConfig
from groundswell.domain import FeedbackRecord, QuarantinedRow, ReadRow
from groundswell.errors import IngestError
from ingest.inputs import Input
from ingest.parsing.wire import read_rows
from ingest.privacy import Privacy
from ingest.text.language import detect_language

MEMORY_BYTES = 1 << 30
"""Address space of the child, libraries included."""
CPU_SECONDS = 60
"""For any file; a large one gets a second more for every `BYTES_PER_SECOND`."""
BYTES_PER_SECOND = 10_000
FAILED = 1
"""How Python ends after an error that nobody expected."""
OUT_OF_MEMORY = 3
"""How the child ends when an allocation failed: what else went wrong then, nobody knows."""

_PIPE_BYTES = 1 << 20
"""So that the child can go on while a batch is stored: some 2,000 rows."""

_ROOT = Path(__file__).parents[2]


class Parser:
    """The child process, begun with the first file and used for all of them."""

    def __init__(self, privacy: Privacy, *, keep_raw: bool = False) -> None:
        self._settings = {
            "key": privacy.key.hex(),
            "patterns": privacy.patterns,
            "names": privacy.names,
            "keep_raw": keep_raw,
        }
        self._child: subprocess.Popen[str] | None = None
        self._is_answering = False

    def __enter__(self) -> "Parser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def count_hint(self, source: SourceConfig, file: Input) -> int | None:
        """Return about how many rows there are; None where that cannot be told."""
        (answer,) = self._ask("hint", source, file, 0)
        hint: int | None = answer["hint"]
        return hint

    def read(self, source: SourceConfig, file: Input, *, skip: int = 0) -> Iterator[ReadRow]:
        """Yield what became of every row after the first `skip`, in file order.

        What is not read to its end is given up as soon as anything else is asked for.

        Raises
        ------
        IngestError
            As `ingest.read_source` does; or the file needs more memory or time than is allowed.
        """
        for message in self._ask("read", source, file, skip):
            if "rows" in message:
                yield from map(_with_language, read_rows(message["rows"]))

    def _ask(
        self, what: str, source: SourceConfig, file: Input, skip: int
    ) -> Iterator[dict[str, Any]]:
        """Yield the child's messages up to the one that ends its answer."""
        if self._is_answering:  # nobody wanted the rest, and it must not pass for this file's rows
            self._stop()
        child = self._child or self._start()
        question = {"what": what, "path": str(file.path), "member": file.member, "skip": skip}
        # What is left to a preset must not look as if it were stated.
        settings = json.loads(source.model_dump_json(exclude_unset=True))
        self._is_answering = True
        try:
            _pipe(child.stdin).write(json.dumps(question | {"source": settings}) + "\n")
            _pipe(child.stdin).flush()
        except BrokenPipeError:
            raise self._death(child, file) from None
        for line in _pipe(child.stdout):
            if not line.endswith("\n"):
                break  # it died in the middle of a message
            message = json.loads(line)
            if "error" in message or "end" in message:
                self._is_answering = False
            if "error" in message:
                raise IngestError(message["error"])
            if "end" in message:
                return
            yield message
        raise self._death(child, file)

    def _start(self) -> subprocess.Popen[str]:
        # One arena: glibc otherwise claims 64 MB of address space for each thread.
        own = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(_ROOT)}
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingest.parsing.process"],  # -P: no module from the folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_without_secrets() | own,
            encoding="utf-8",
            pipesize=_PIPE_BYTES,
            process_group=0,  # Ctrl-C is the parent's to handle
        )
        with suppress(BrokenPipeError):  # whoever asks will hear of its death
            _pipe(self._child.stdin).write(json.dumps(self._settings) + "\n")
        return self._child

    def _death(self, child: subprocess.Popen[str], file: Input) -> IngestError:
        status = child.wait()
        self._child, self._is_answering = None, False
        _close(child)
        if status == -signal.SIGXCPU:
            return IngestError(
                f"{file}: takes too long to read (over {CPU_SECONDS} s of processor time for its"
                " size); save it again as CSV, or split it"
            )
        if status == FAILED:
            return IngestError(f"{file}: the parsing process failed; its own message says why")
        ended = f" (the parsing process ended with {status})" if status != OUT_OF_MEMORY else ""
        return IngestError(
            f"{file}: cannot be read within {MEMORY_BYTES / (1 << 30):g} GB of memory{ended};"
            " save it again as CSV, or split it"
        )

    def _stop(self) -> None:
        self._is_answering = False
        if self._child is not None:
            child, self._child = self._child, None
            _close(child)
            child.terminate()  # it may be in the middle of a file that nobody wants any more
            child.wait()


def _with_language(row: ReadRow) -> ReadRow:
    """Tell the language here: a third of the work, on the core that the child leaves idle."""
    if isinstance(row, QuarantinedRow) or not isinstance(row.value, FeedbackRecord):
        return row
    record = row.value
    if record.language is not None:
        return row
    return replace(row, value=replace(record, language=detect_language(record.text)))


def _without_secrets() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "PYTHONDONTWRITEBYTECODE")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise ValueError("the child was begun without pipes")
    return pipe


def _close(child: subprocess.Popen[str]) -> None:
    for pipe in (child.stdin, child.stdout):
        with suppress(BrokenPipeError):  # it died before it read all; that was meant for it alone
            _pipe(pipe).close()
