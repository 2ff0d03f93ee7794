"""How long it takes to erase one person of many from a store, the new report aside.

``python -m bench erase --records 100000`` draws records of one statement each, with a vector of 384
numbers, and reviewers' decisions of which one in ten has a reason; one person wrote 50 of the
records, and one reason quotes them. Timed are the transaction and the writing anew of the file.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from bench.themes import peak_rss_mb
from groundswell.domain import AcceptedRow, Draft, FeedbackRecord, Statement, content_id
from groundswell.domain.erasure import Subject
from groundswell.store import BATCH, Lease, Store, open_store

START = datetime(2026, 6, 1, tzinfo=UTC)
THEIRS, DIMS = 50, 384
WORDS = tuple(f"word{number}" for number in range(5_000))


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Fill a store, and erase one person."""
    parser = argparse.ArgumentParser(prog="python -m bench erase", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=2_000)
    parser.add_argument("--store", help="URL of an empty PostgreSQL database; left out: SQLite")
    asked = parser.parse_args(argv)
    with TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder, "bench.db")
        with open_store(asked.store or str(path)) as store, store.lease("pipeline") as lease:
            quote = _fill(store, lease, asked.records)
            _decide(store, asked.decisions, quote)
            size = int(store.facts()["size_bytes"])
            began = perf_counter()
            made = store.erasures.erase(
                lease,
                (Subject("author", _author(0)),),
                at=START,
                by="bench",
                salt="00" * 16,
                key=bytes(16),
            )
            erased = perf_counter()
            store.erasures.compact()
            ended = perf_counter()
    return {
        "records": asked.records,
        "megabytes": round(size / 1e6, 1),
        "gone": {} if made is None else dict(made.counts),
        "erase_seconds": round(erased - began, 2),
        "compact_seconds": round(ended - erased, 2),
        "peak_rss_mb": peak_rss_mb(),
    }


def _fill(store: Store, lease: Lease, count: int) -> str:
    """Write records, statements and vectors; return a text of the person's."""
    run_id = store.ledger.begin_run(
        lease, kind="refresh", started_at=START, config_hash="", versions={}
    ).run_id
    package = store.feedback.open_package(
        lease, run_id=run_id, source="s", kind="feedback", path="s.csv", sha256="1", size_bytes=1
    )
    quote = ""
    for batch in _batches(count):
        quote = quote or batch[0].text
        rows = [AcceptedRow(1, record) for record in batch]
        package = store.feedback.add_rows(lease, package, rows, last=False)
        said = [Statement(r.record_id, 0, len(r.text), r.text) for r in batch]
        store.feedback.add_statements(lease, [r.record_id for r in batch], said)
        keys = [content_id(record.text) for record in batch]
        vectors = np.random.default_rng(package.rows_done).normal(size=(len(keys), DIMS))
        store.vectors.add(lease, "m", keys, vectors.astype(np.float32))
    store.ledger.finish_run(lease, run_id, state="ok", finished_at=START)
    return quote


def _batches(count: int) -> Iterator[list[FeedbackRecord]]:
    chance = random.Random(0)  # noqa: S311  # no secret
    every = max(count // THEIRS, 1)
    for start in range(0, count, BATCH):
        yield [
            FeedbackRecord(
                source="s",
                source_id=str(number),
                text=" ".join(chance.choices(WORDS, k=18)),
                created_at=START - timedelta(minutes=number),
                author=_author(0 if number % every == 0 else number),
            )
            for number in range(start, min(start + BATCH, count))
        ]


def _decide(store: Store, count: int, quote: str) -> None:
    reasons = {number: f"because of {number}" for number in range(0, count, 10)} | {0: quote}
    store.decisions.record_all(
        [
            (Draft("accept", f"need-{number}", "Ana", START, reason=reasons.get(number, "")), None)
            for number in range(count)
        ]
    )


def _author(number: int) -> str:
    return f"author-{number:020x}"
