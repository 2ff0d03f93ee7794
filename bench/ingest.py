"""How fast rows come in: to validated records, and through cleaning, redaction and storing.

``python -m bench ingest --data FILE`` reads a file of feedback, its columns guessed as
``groundswell init`` guesses them. The first figure is for reading alone, every cell checked and
no text cleaned; the second for the way a run takes, from the file to rows in a new store, with
the parsing in a process of its own. Both are rows per second of wall-clock time.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import ingest
from bench.themes import peak_rss_mb
from flows import intake
from flows.context import Silence
from groundswell.config import Config, PrivacyConfig, SourceConfig, StoreConfig
from groundswell.domain import FeedbackRecord
from ingest.mapping import resolve_columns
from ingest.reading import open_rows
from ingest.sources.rows import RawRow
from ingest.values import Cells


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Measure both ways on one file."""
    parser = argparse.ArgumentParser(prog="python -m bench ingest", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a file of feedback")
    path = parser.parse_args(argv).data.absolute()
    with TemporaryDirectory(prefix="bench-") as folder:
        source = _source(path)
        began = perf_counter()
        validated = sum(1 for _ in _validated(source, ingest.Input(path)))
        between = perf_counter()
        counted = intake.ingest(_config(source, Path(folder)), Silence())
        ended = perf_counter()
    return {
        "rows": counted.items_in,
        "validated_rows_per_second": round(validated / (between - began)),
        "stored_rows_per_second": round(counted.items_in / (ended - between)),
        "seconds": {"validated": round(between - began, 2), "stored": round(ended - between, 2)},
        "accepted": counted.items_out,
        "duplicate": counted.detail["duplicate"],
        "quarantined": counted.detail["quarantined"],
        "peak_rss_mb": peak_rss_mb(),
    }


def _source(path: Path) -> SourceConfig:
    guess = ingest.guess_mapping(path)
    return SourceConfig(
        name="data",
        kind=guess.kind,
        path=path,
        format=guess.format,
        channel=guess.channel,
        columns=guess.columns,
        date_format=guess.date_format,
    )


def _config(source: SourceConfig, folder: Path) -> Config:
    return Config(
        store=StoreConfig(path=folder / "bench.db"),
        privacy=PrivacyConfig(key_file=folder / "key"),
        sources=(source,),
    )


def _validated(source: SourceConfig, file: ingest.Input) -> Iterator[FeedbackRecord]:
    """Yield the rows as records of checked cells; a cell that cannot be used raises."""
    rows = open_rows(file, source.format, source.name)
    columns: dict[str, str] = {}
    for row in rows:
        if isinstance(row, RawRow):
            columns = columns or resolve_columns(source, row.fields)
            yield _record(Cells(row.fields, columns, source.date_format), source.name)


def _record(cells: Cells, source: str) -> FeedbackRecord:
    return FeedbackRecord(
        source=source,
        source_id=cells.name("id") or "",
        text=cells.text("text") or cells.text("title") or "",
        created_at=cells.required_moment("created_at"),
        channel=cells.name("channel") or "",
        author=cells.name("author"),
        account_id=cells.name("account"),
        rating=cells.number("rating", 1, 5),
        nps=cells.integer("nps", 0, 10),
        version=cells.name("version"),
    )
