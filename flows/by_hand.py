"""A run from the command line: what will be done, how far it is, what came out."""

import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows import overview, terminal, views
from flows.context import Asked, RunContext, RunKind, RunOutcome, Silence
from flows.model_notes import notes_on_models
from flows.progress import duration, shown_progress
from flows.terminal import foreign
from groundswell import logs
from groundswell.config import Config, load_config
from groundswell.errors import ConfigError
from groundswell.store import open_store
from groundswell.tracing import start_tracing

if TYPE_CHECKING:
    from groundswell.report import IdeaReport
    from groundswell.store import Store

START_SECONDS = 20
"""What a first run takes however little there is to read: converting and checking the encoder."""

RECORD_SECONDS = 0.015
"""What each record adds to a first run on two cores."""


def run_by_hand(
    config_path: Path,
    kind: RunKind,
    as_of: datetime | None = None,
    asked: Asked = Asked(),  # noqa: B008  # a frozen value
) -> None:
    """Run a pipeline and show what came out.

    Where PREFECT_API_URL is set, it is a flow run on that server.

    Raises
    ------
    GroundswellError
        What the operator can mend.
    """
    config = load_config(config_path)
    logs.set_up(config.logging)
    start_tracing()
    typer.echo(announcement(config), err=True)
    if "PREFECT_API_URL" in os.environ:
        outcome = _run_as_flow(config_path, kind, as_of, asked)
    else:
        from flows import steps
        from flows.webhooks import told_afterwards

        pipeline = {"refresh": steps.REFRESH, "retrain": steps.RETRAIN}[kind]
        with told_afterwards(config), shown_progress() as progress:
            outcome = steps.run(
                pipeline, config, kind=kind, progress=progress, as_of=as_of, asked=asked
            )
    _show(outcome, config)


def announcement(config: Config) -> str:
    """Say what a run will do and about how long it will take.

    Raises
    ------
    ConfigError
        There is nothing to read.
    IngestError
        A source cannot be opened.
    """
    from ingest import kind_of

    sources = config.sources
    if not any(kind_of(source) == "feedback" for source in sources):
        raise ConfigError(
            "no [[sources]] of kind feedback, so there is nothing to rank;"
            " 'groundswell init EXPORT' writes one"
        )
    files = f"{len(sources)} source{'s' if len(sources) > 1 else ''}"
    before = _last_duration(config)
    if before is not None:
        return f"Reading what is new in {files}; the last run took {duration(before)}."
    records = _count_roughly(config)
    minutes = max(1, round((START_SECONDS + RECORD_SECONDS * records) / 60))
    about = f"about {minutes} minute{'s' if minutes > 1 else ''}"
    if any(source.api for source in sources):  # how much it holds, only asking can tell
        return f"First run: {files}, at least {records:,} records of feedback; {about} or more."
    return f"First run: {files}, some {records:,} records of feedback; {about}."


def _count_roughly(config: Config) -> int:
    """Count the messages in the files of feedback, from the first rows of each."""
    from ingest import Parser, Privacy, inputs_of, kind_of

    files = [
        source for source in config.sources if kind_of(source) == "feedback" and not source.api
    ]
    with Parser(Privacy(bytes(16))) as parser:  # counting hides nothing and needs no key
        return sum(
            parser.count_hint(source, file) or 0 for source in files for file in inputs_of(source)
        )


def report_in_place(config: Config) -> "tuple[IdeaReport, Path]":
    """Return the newest report and its page, written again if it was moved or changed."""
    from flows.ranking import load_report, write_report

    with overview.reading(config) as store:
        report = load_report(store)
        if not _is_whole(store, report.run.run_id, config):
            run = store.ledger.last_run(before=report.run.run_id + 1)
            if run is None:
                raise ValueError(f"run {report.run.run_id} has a report and is not in the ledger")
            with store.lease("pipeline") as lease:
                write_report(RunContext(config, store, lease, run, Silence(), None, config))
    return report, _page(config)


def _run_as_flow(
    config_path: Path, kind: RunKind, as_of: datetime | None, asked: Asked
) -> RunOutcome:
    from flows import serving

    return serving.run_as_flow(config_path, kind, asked, as_of)


def _last_duration(config: Config) -> float | None:
    """Return how long the last run that went well worked, None before the first."""
    if not overview.is_made(config):
        return None
    with open_store(config.store.database) as store:
        run = store.ledger.last_run()
        return None if run is None else overview.run_entry(store, run).seconds


def _show(outcome: RunOutcome, config: Config) -> None:
    views.show_ideas(outcome.top)
    console = terminal.output()
    console.print()
    with open_store(config.store.database) as store:
        quarantined = sum(rows for _, _, _, rows in store.feedback.quarantine_counts())
        notes = notes_on_models(store, outcome.run_id)
    if quarantined:
        rows = "1 row" if quarantined == 1 else f"{quarantined:,} rows"
        console.print(f"{rows} could not be used; 'groundswell quarantine' lists them.")
    for note in notes:
        console.print(foreign(note))
    console.print(outcome.changes)
    console.print(f"Report: {_page(config)}", soft_wrap=True)


def _page(config: Config) -> Path:
    return config.report.folder.absolute() / "report.html"


def _is_whole(store: "Store", run_id: int, config: Config) -> bool:
    """Tell whether the run's files are where they were written, as they were written."""
    folder = config.report.folder.absolute()
    files = [file for file in store.ideas.files(run_id) if file.folder == str(folder)]
    return bool(files) and all(_is(folder / file.name, file.sha256) for file in files)


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == digest
