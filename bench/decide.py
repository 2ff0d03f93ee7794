"""How long reviewers wait to decide while pipelines write, and whether anything is lost.

Pipelines add records batch after batch, each in a process of its own, until the reviewers are
done. Reviewers look at an idea of a few, think, and decide or undo; each has a process, too. What
the store acknowledged is compared with the log afterwards: every acknowledged decision is in it
once, no refused one is, and replaying it from nothing gives what stands.
"""

import argparse
import multiprocessing
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from groundswell.domain import AcceptedRow, Draft, FeedbackRecord, replay
from groundswell.errors import ConflictError
from groundswell.store import BATCH, open_store

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
IDEAS = 5  # so few that reviewers meet
UNDO_SHARE = 0.2


def run(argv: Sequence[str]) -> dict[str, object]:
    """Measure; times are wall-clock milliseconds of a decision, thinking left out."""
    options = _options(argv)
    with ExitStack() as stack:
        database = options.url
        if not database:
            database = str(Path(stack.enter_context(TemporaryDirectory())) / "groundswell.db")
        with open_store(database):
            pass
        done, told = _work(database, options)
        with open_store(database) as store:
            log, rows = store.decisions.log(), store.feedback.counts().records
            kept = store.decisions.verdicts() == replay(log) and store.decisions.verify() is None
    acknowledged = sorted(n for one in done for n in one["numbers"])
    waits = np.array([ms for one in done for ms in one["waits"]])
    seconds = max(one["seconds"] for one in done)
    return {
        "reviewers": options.reviewers,
        "pipelines": options.pipelines,
        "acknowledged": len(acknowledged),
        "conflicts": sum(one["conflicts"] for one in done),
        "lost_or_doubled": int(acknowledged != [one.number for one in log]),
        "replay_differs": int(not kept),
        "records_lost": sum(told) - rows,
        "seconds": round(seconds, 1),
        "records_per_s": round(sum(told) / seconds),
        "wait_ms_p50": round(float(np.quantile(waits, 0.50)), 1),
        "wait_ms_p99": round(float(np.quantile(waits, 0.99)), 1),
        "wait_ms_max": round(float(waits.max()), 1),
    }


def pipeline(database: str, number: int, ready: Any, ended: Any, written: Any) -> None:
    """Add records batch after batch until `ended`; then tell how many."""
    name, rows = f"pipeline-{number}", 0
    with open_store(database) as store, store.lease(name) as lease:
        begun = store.ledger.begin_run(
            lease, kind=name, started_at=START, config_hash=name, versions={}
        )
        package = store.feedback.open_package(
            lease,
            run_id=begun.run_id,
            source=name,
            kind="feedback",
            path=name,
            sha256=name,
            size_bytes=0,
            whole=False,
        )
        ready.wait()
        while not ended.is_set():
            records = [
                FeedbackRecord(name, str(n), f"note {n} does not sync", START)
                for n in range(rows, rows + BATCH)
            ]
            batch = [AcceptedRow(n, record) for n, record in enumerate(records, start=rows + 1)]
            package = store.feedback.add_rows(lease, package, batch, last=False)
            rows += BATCH
    written.put(rows)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench decide", description=__doc__)
    parser.add_argument("--url", default="", help="an empty database; left out: a new SQLite file")
    parser.add_argument("--reviewers", type=int, default=3)
    parser.add_argument("--pipelines", type=int, default=2)
    parser.add_argument("--decisions", type=int, default=400, help="tries of each reviewer")
    parser.add_argument("--think-ms", type=float, default=100.0, help="mean pause between two")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(argv)


def _work(database: str, options: argparse.Namespace) -> tuple[list[dict[str, Any]], list[int]]:
    """Let all work at once; return what each reviewer and each pipeline did."""
    context = multiprocessing.get_context("spawn")
    ready, ended = context.Barrier(options.reviewers + options.pipelines), context.Event()
    written, decided = context.Queue(), context.Queue()
    pipelines = [
        context.Process(target=pipeline, args=(database, number, ready, ended, written))
        for number in range(options.pipelines)
    ]
    reviewers = [
        context.Process(
            target=_reviewer,
            args=(
                database,
                options.seed + number,
                options.decisions,
                options.think_ms,
                ready,
                decided,
            ),
        )
        for number in range(options.reviewers)
    ]
    for process in (*pipelines, *reviewers):
        process.start()
    done = [decided.get() for _ in reviewers]
    ended.set()
    told = [written.get() for _ in pipelines]
    for process in (*pipelines, *reviewers):
        process.join()
    return done, told


def _reviewer(
    database: str, seed: int, decisions: int, think_ms: float, ready: Any, decided: Any
) -> None:
    chance = random.Random(seed)  # noqa: S311
    numbers, waits, conflicts = [], [], 0
    with open_store(database) as store:
        ready.wait()
        begun = time.perf_counter()
        for n in range(decisions):
            target = f"need-{chance.randrange(IDEAS)}"
            seen = store.decisions.verdicts().of(target).version
            time.sleep(chance.expovariate(1000.0 / think_ms))
            draft = Draft("accept", target, f"reviewer {seed}", START + timedelta(seconds=n))
            if seen and chance.random() < UNDO_SHARE:
                draft = Draft("undo", target, draft.reviewer, draft.at, undoes=seen)
            asked = time.perf_counter()
            try:
                numbers.append(store.decisions.record(draft, seen).number)
            except ConflictError:
                conflicts += 1
            waits.append(1000.0 * (time.perf_counter() - asked))
        seconds = time.perf_counter() - begun
    decided.put({"numbers": numbers, "waits": waits, "conflicts": conflicts, "seconds": seconds})
