"""How long a team waits for the review app while pipelines write, over real HTTP.

``python -m bench reviewers [--url URL --reviewers 50 --pipelines 10 --seconds 60]`` serves the
app, gives each reviewer an account and an address of their own, and lets them read an idea's
version, think, and decide or undo, while pipelines, each in a process, add records. Afterwards
the log is compared with what the app acknowledged: each acknowledged decision is in it once, what
was refused with 409 is not, versions have no gap, and replaying it gives what stands.
"""

import argparse
import http.client
import multiprocessing
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import numpy as np

from bench.decide import pipeline
from bench.serving import PATIENCE_S, free_port, wait_for
from groundswell.accounts import User
from groundswell.domain import replay
from groundswell.store import open_store

IDEAS = 20
UNDO_SHARE = 0.2
SERVER = """
import sys, uvicorn
from groundswell.config import Config, StoreConfig
from groundswell.web_config import WebConfig
from web.app import create_app
database = {"url": sys.argv[1]} if "://" in sys.argv[1] else {"path": sys.argv[1]}
web = WebConfig(https=True)
config = Config.model_validate({"store": database, "web": web})
uvicorn.run(create_app(config), port=int(sys.argv[2]), log_level="warning", proxy_headers=False)
"""


@dataclass
class Done:
    """What one reviewer saw."""

    answers: Counter[int] = field(default_factory=Counter)
    reasons: set[str] = field(default_factory=set)
    """Of the decisions that were acknowledged; each reason is written once."""
    refused: set[str] = field(default_factory=set)
    undone: int = 0
    waits: list[float] = field(default_factory=list)
    """Milliseconds of an answer to a decision."""


def run(argv: Sequence[str]) -> dict[str, object]:
    """Measure; times are wall-clock milliseconds of a decision, thinking left out."""
    options = _options(argv)
    with TemporaryDirectory() as folder:
        database = options.url or str(Path(folder) / "groundswell.db")
        tokens = _accounts(database, options.reviewers)
        port = free_port()
        command = [sys.executable, "-c", SERVER, database, str(port)]
        with subprocess.Popen(command) as server:  # noqa: S603
            try:
                wait_for(port)
                done, told = _work(database, port, tokens, options)
            finally:
                server.terminate()
        return {**_judged(database, done, sum(told)), **_told(options, done, sum(told))}


def _accounts(database: str, reviewers: int) -> list[str]:
    from web.accounts.secrets import new_token

    tokens, now = [], datetime.now(UTC)
    with open_store(database) as store:
        for n in range(reviewers):
            name = f"reviewer-{n}"
            store.accounts.add_user(User(name, "reviewer", "none", False, now))
            made = new_token(name, "", ("read", "review"), now, 1)
            store.accounts.add_token(made.token)
            tokens.append(made.secret)
    return tokens


def _work(
    database: str, port: int, tokens: Sequence[str], options: argparse.Namespace
) -> tuple[list[Done], list[int]]:
    context = multiprocessing.get_context("spawn")
    ready, ended = context.Barrier(options.pipelines + 1), context.Event()
    written = context.Queue()
    pipelines = [
        context.Process(target=pipeline, args=(database, number, ready, ended, written))
        for number in range(options.pipelines)
    ]
    for process in pipelines:
        process.start()
    ready.wait()
    until = time.monotonic() + options.seconds
    with ThreadPoolExecutor(len(tokens)) as pool:
        review = [
            pool.submit(_review, port, n, token, options, until) for n, token in enumerate(tokens)
        ]
        done = [one.result() for one in review]
    ended.set()
    told = [written.get() for _ in pipelines]
    for process in pipelines:
        process.join()
    return done, told


def _review(port: int, number: int, token: str, options: argparse.Namespace, until: float) -> Done:
    chance, done, n = random.Random(options.seed + number), Done(), 0  # noqa: S311
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}",
    }
    while time.monotonic() < until:
        n += 1
        target, reason = f"need-{chance.randrange(IDEAS)}", f"{number}-{n}."
        page = _ask(port, "GET", f"/log?target={target}", headers)[1]
        own = re.findall(r"/undo/([0-9]+)", page)
        version = max((int(one) for one in re.findall(r"Undo decision ([0-9]+)", page)), default=0)
        time.sleep(chance.expovariate(1000.0 / options.think_ms))
        form = {"kind": "accept", "version": version, "reason": reason}
        path, undo = f"/decide/{target}", bool(own) and chance.random() < UNDO_SHARE
        if undo:
            path, form = f"/undo/{own[0]}", {}
        asked = time.perf_counter()
        status, _ = _ask(port, "POST", path, headers, urlencode(form))
        done.waits.append(1000.0 * (time.perf_counter() - asked))
        done.answers[status] += 1
        if undo:
            done.undone += status == 303
        elif status == 303:
            done.reasons.add(reason)
        else:
            done.refused.add(reason)
    return done


def _ask(
    port: int,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str | None = None,
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def _judged(database: str, done: Sequence[Done], records: int) -> dict[str, int]:
    """Compare what was acknowledged with what is kept; all but the first are to be 0."""
    with open_store(database) as store:
        log, kept = store.decisions.log(), store.feedback.counts().records
        same = store.decisions.verdicts() == replay(log) and store.decisions.verify() is None
    said = Counter(one.reason for one in log if one.kind == "accept")
    acknowledged = Counter(reason for one in done for reason in one.reasons)
    undone = sum(one.kind == "undo" for one in log)
    return {
        "decisions": len(log),
        "lost_or_doubled": sum(((said - acknowledged) + (acknowledged - said)).values()),
        "undos_lost_or_doubled": abs(undone - sum(one.undone for one in done)),
        "refused_but_kept": sum(reason in said for one in done for reason in one.refused),
        "gaps": int([one.number for one in log] != list(range(1, len(log) + 1))),
        "replay_differs": int(not same),
        "records_lost": records - kept,
    }


def _told(options: argparse.Namespace, done: Sequence[Done], records: int) -> dict[str, object]:
    waits = np.array([ms for one in done for ms in one.waits])
    answers = sum((one.answers for one in done), Counter[int]())
    return {
        "reviewers": options.reviewers,
        "pipelines": options.pipelines,
        "answers": {str(status): answers[status] for status in sorted(answers)},
        "records_per_s": round(records / options.seconds),
        "wait_ms_p50": round(float(np.quantile(waits, 0.50)), 1),
        "wait_ms_p99": round(float(np.quantile(waits, 0.99)), 1),
        "wait_ms_max": round(float(waits.max()), 1),
    }


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench reviewers", description=__doc__)
    parser.add_argument("--url", default="", help="an empty database; left out: a new SQLite file")
    parser.add_argument("--reviewers", type=int, default=50)
    parser.add_argument("--pipelines", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--think-ms", type=float, default=2000.0, help="mean pause before each")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(argv)
