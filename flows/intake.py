"""Taking feedback in without ranking it: sources alone, what is piped in, what was refused."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from pydantic import ValidationError

from flows import gathering, steps
from flows.context import Progress, RunContext
from groundswell.config import Config, SourceConfig
from groundswell.errors import ConfigError, IngestError
from groundswell.store import StepResult

PUSHED = "pushed"
"""Source of what is piped in without a name."""

STDIN = "standard input"

PUSH_BYTES = 200_000_000
"""Most that one call may pipe in."""


def ingest(config: Config, progress: Progress) -> StepResult:
    """Read what is new in every configured source.

    Raises
    ------
    IngestError
        Sources could not be read; the others were.
    """
    with steps.opened_run(config, kind="ingest", progress=progress) as context:
        return steps.do(steps.ingest_sources, context)


def push(config: Config, stream: BinaryIO, name: str, progress: Progress) -> StepResult:
    """Take in JSON Lines from a stream, as rows of the configured source `name` if there is one.

    Raises
    ------
    ConfigError
        `name` cannot be one.
    IngestError
        There is nothing, too much, or the columns do not fit; nothing is taken in.
    """
    with TemporaryDirectory(prefix="groundswell-") as folder:
        spool = Path(folder, "stdin.jsonl")
        _spool(stream, spool)
        step = _reading([_pushed(config, name, spool)], STDIN)
        with steps.opened_run(config, kind="ingest", progress=progress) as context:
            return steps.do(step, context)


def retry(config: Config, names: Sequence[str], progress: Progress) -> StepResult:
    """Read sources anew, from their beginning, so that rows refused before get another chance.

    Parameters
    ----------
    names
        Empty: every source of which rows stand in quarantine.
    """
    by_name = {source.name: source for source in config.sources}
    for name in names:
        if name not in by_name:
            known = ", ".join(by_name) or "none"
            raise ConfigError(f"source {name}: not in [[sources]]; known: {known}")
    with steps.opened_run(config, kind="ingest", progress=progress) as context:
        feedback = context.store.feedback
        refused = {source for source, _, _, _ in feedback.quarantine_counts()}
        chosen = [by_name[name] for name in by_name if name in (names or refused)]
        for source in chosen:
            feedback.reopen_source(context.lease, source.name)
        return steps.do(_reading(chosen), context)


def _reading(sources: Sequence[SourceConfig], place: str = "") -> steps.Step:
    def ingest_sources(context: RunContext) -> StepResult:
        try:
            return gathering.read_and_count(context, sources, place)
        except IngestError as error:
            if not place:
                raise
            # The ledger keeps the message, and the file is gone by then.
            told = str(error).replace(str(sources[0].path), place)
            raise IngestError(told) from None

    return ingest_sources


def _pushed(config: Config, name: str, spool: Path) -> SourceConfig:
    known = {source.name: source for source in config.sources}.get(name)
    if known is None:
        try:
            return SourceConfig(name=name, path=spool, format="jsonl")
        except ValidationError:
            found = f"source {name!r} cannot be a name"
            raise ConfigError(
                f"{STDIN}: {found}; use at most 64 letters, digits and . _ -"
            ) from None
    return known.model_copy(update={"path": spool, "format": "jsonl", "api": ""})


def _spool(stream: BinaryIO, path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        while block := stream.read(1 << 20):
            size += file.write(block)
            if size > PUSH_BYTES:
                raise IngestError(
                    f"{STDIN}: over {PUSH_BYTES // 10**6} MB; pipe it in in parts, or name the"
                    " file in [[sources]]"
                )
    if not size:
        raise IngestError(f"{STDIN}: nothing came; pipe in one JSON object a line")
