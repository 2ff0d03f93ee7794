"""The child of `ingest.parsing.parser`: reads a file, prints its rows, waits for the next."""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from groundswell.config import SourceConfig
from groundswell.errors import GroundswellError
from ingest.inputs import Input
from ingest.parsing.parser import BYTES_PER_SECOND, CPU_SECONDS, MEMORY_BYTES, OUT_OF_MEMORY
from ingest.parsing.wire import write_rows
from ingest.privacy import Privacy
from ingest.reading import count_hint, read_source

_ROWS = 250
"""Rows a message: small enough that storing begins soon."""


def main() -> None:
    """Answer questions on the standard input until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when it is enough
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # and without the parent there is nothing to do
    _limit(resource.RLIMIT_CORE, 0)  # it would hold the key and what customers wrote
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    settings = json.loads(sys.stdin.readline())
    privacy = Privacy(
        bytes.fromhex(settings["key"]),
        tuple((name, pattern) for name, pattern in settings["patterns"]),
        settings["names"],
    )
    for line in sys.stdin:
        try:
            for message in _answer(json.loads(line), privacy, keep_raw=settings["keep_raw"]):
                sys.stdout.write(message + "\n")
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)
        sys.stdout.flush()


def _answer(question: dict[str, Any], privacy: Privacy, *, keep_raw: bool) -> Iterator[str]:
    source = SourceConfig.model_validate_json(json.dumps(question["source"]))
    file = Input(Path(question["path"]), question["member"])
    try:
        _allow_time(file)
        if question["what"] == "hint":
            yield json.dumps({"hint": count_hint(source, file)})
        else:
            rows = read_source(source, privacy, file, keep_raw=keep_raw, detect_languages=False)
            left = islice(rows, question["skip"], None)
            while batch := list(islice(left, _ROWS)):
                yield write_rows(batch)
    except GroundswellError as error:
        yield json.dumps({"error": str(error)})
    else:
        yield json.dumps({"end": True})


def _allow_time(file: Input) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    size = file.path.stat().st_size if file.path.is_file() else 0
    seconds = used.ru_utime + used.ru_stime + CPU_SECONDS + size / BYTES_PER_SECOND
    _limit(resource.RLIMIT_CPU, int(seconds) + 1)


def _limit(what: int, amount: int) -> None:
    """Set the soft limit, which can be moved again; a lower one that is set already stays."""
    _, hard = resource.getrlimit(what)
    within = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    resource.setrlimit(what, (within, hard))


if __name__ == "__main__":
    main()
