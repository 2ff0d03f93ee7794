"""How long the pipeline takes, step by step, and how long when nothing is new.

``python -m bench run --data FILE.csv --rows N``. Settings are the defaults, columns are guessed as
``groundswell init`` guesses them, and store, report and converted encoder go to a temporary
folder: this is a first run, and then a second one.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench.themes import peak_rss_mb
from flows import steps
from flows.progress import shown_progress
from groundswell.config import Config, EmbeddingConfig, ReportConfig, SourceConfig, StoreConfig
from groundswell.errors import IngestError
from ingest import guess_mapping

FIRST_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
"""Of the first row, where a file says no times; the others follow hour by hour."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Run the pipeline twice on the first rows of a file; times are wall-clock seconds."""
    options = _options(argv)
    with TemporaryDirectory(prefix="bench-") as folder:
        rows = _write_rows(options.data, options.rows, Path(folder))
        if rows < options.rows:
            print(f"{options.data} has {rows:,} rows; all are used", file=sys.stderr)
        config = _config(Path(folder))
        began = perf_counter()
        first = _refresh(config)
        between = perf_counter()
        _refresh(config)
        ended = perf_counter()
    return {
        "rows": rows,
        "seconds": {name: round(step.seconds, 2) for name, step in first.counts.items()},
        "seconds_total": round(between - began, 2),
        "second_run_seconds": round(ended - between, 2),
        "peak_rss_mb": peak_rss_mb(),
        "themes": first.counts["update_themes"].detail["needs"],
        "ideas": first.counts["rank_ideas"].items_out,
    }


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench run", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file with a column of texts")
    parser.add_argument("--rows", type=int, default=1000, help="how many of its rows, from the top")
    return parser.parse_args(argv)


def _refresh(config: Config) -> steps.RunOutcome:
    with shown_progress() as progress:
        return steps.run(steps.REFRESH, config, kind="refresh", progress=progress)


def _write_rows(path: Path, wanted: int, folder: Path) -> int:
    """Copy the first rows, give them times where they have none, and return how many there are."""
    dated = "created_at" in guess_mapping(path).columns
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        rows = list(islice(reader, wanted))
    if not rows:
        raise IngestError(f"{path}: no rows; name a CSV file with a header and at least one row")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header if dated else [*header, "created_at"])
        for number, row in enumerate(rows):
            moment = (FIRST_MOMENT + timedelta(hours=number)).isoformat()
            writer.writerow(row if dated else [*row, moment])
    return len(rows)


def _config(folder: Path) -> Config:
    guess = guess_mapping(folder / "rows.csv")
    source = SourceConfig(
        name="rows",
        path=folder / "rows.csv",
        format=guess.format,
        channel=guess.channel,
        columns=guess.columns,
        date_format=guess.date_format,
    )
    return Config(
        store=StoreConfig(path=folder / "store.db"),
        sources=(source,),
        embedding=EmbeddingConfig(cache=folder / "models"),
        report=ReportConfig(folder=folder / "report"),
    )
