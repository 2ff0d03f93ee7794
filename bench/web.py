"""How fast the reading pages of the review app answer, and how large they are.

``python -m bench web [--records 100000 --needs 300 --ideas 2000 --planned 300 --rate 20
--seconds 20 --seed 1]`` draws a store and a plan of some of its ideas, serves them on the loopback
interface in a process of its own and asks for one page after another at a fixed rate, whether the
last has answered or not. Times are in milliseconds, from sending to the last byte. What comes once
after a run is told apart: the first request, which reads the report, and how long it takes until
what words mean is learnt for the search by meaning.
"""

import argparse
import http.client
import math
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.drawn_plan import write_plan
from bench.drawn_report import fill_store
from bench.serving import free_port, wait_for
from groundswell.config import Config, ReportConfig, StoreConfig

THREADS = 16
"""Requests under way at once, at most."""
TEAMS, RELEASES = 3, 4
"""Of the drawn plan."""
SERVER = """
import sys
from pathlib import Path
from groundswell.config import Config, ReportConfig, StoreConfig
from web.app import serve
folder = Path(sys.argv[1])
config = Config(store=StoreConfig(path=folder / "web.db"), report=ReportConfig(folder=folder))
serve(config, port=int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request."""

    page: str
    status: int
    size: int
    milliseconds: float


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Time every page under a steady load."""
    options = _options(argv)
    with TemporaryDirectory() as name:
        folder = Path(name)
        config = Config(
            store=StoreConfig(path=folder / "web.db"), report=ReportConfig(folder=folder)
        )
        print(f"drawing {options.records:,} records", file=sys.stderr)
        fill_store(config, options.records, options.needs, options.ideas, seed=options.seed)
        print(f"planning {options.planned:,} ideas", file=sys.stderr)
        write_plan(config, options.planned, TEAMS, RELEASES, seed=options.seed)
        port = free_port()
        command = [sys.executable, "-c", SERVER, name, str(port)]
        with subprocess.Popen(command) as server:  # noqa: S603
            try:
                return _measured(port, options)
            finally:
                server.terminate()


def _measured(port: int, options: argparse.Namespace) -> dict[str, Any]:
    wait_for(port)
    first = _ask(port, "first", "/")
    pages = _pages(port)
    learning = _learn(port)
    turns = [list(pages.items())[n % len(pages)] for n in range(options.rate * options.seconds)]
    print(f"asking for {len(turns):,} pages", file=sys.stderr)
    began = time.perf_counter()
    waiting = []
    with ThreadPoolExecutor(THREADS) as pool:
        for n, (name, address) in enumerate(turns):
            time.sleep(max(0.0, began + n / options.rate - time.perf_counter()))
            waiting.append(pool.submit(_ask, port, name, address))
    answers = [one.result() for one in waiting]
    times = sorted(answer.milliseconds for answer in answers)
    return {
        **{
            name: getattr(options, name)
            for name in ("records", "needs", "ideas", "planned", "rate")
        },
        "requests": len(answers),
        "failed": sum(answer.status != 200 for answer in answers),
        "first_request_ms": round(first.milliseconds),
        "seconds_learning": round(learning, 1),
        "p50_ms": _quantile(times, 0.5),
        "p95_ms": _quantile(times, 0.95),
        "p99_ms": _quantile(times, 0.99),
        "largest_kb": round(max(answer.size for answer in answers) / 1000),
        "pages": {name: _of_page(name, answers) for name in pages},
    }


def _learn(port: int) -> float:
    """Have words learnt, as after each run, and return the seconds it takes."""
    began = time.perf_counter()
    while "One moment" in _text(port, "/search?q=port&by=meaning"):
        time.sleep(0.2)
    return time.perf_counter() - began


def _of_page(name: str, answers: Sequence[Answer]) -> dict[str, float]:
    times = sorted(answer.milliseconds for answer in answers if answer.page == name)
    size = max(answer.size for answer in answers if answer.page == name)
    return {
        "p50_ms": _quantile(times, 0.5),
        "p95_ms": _quantile(times, 0.95),
        "kb": round(size / 1000, 1),
    }


def _pages(port: int) -> dict[str, str]:
    """Return an address of every kind of page, with ids that the store has."""
    ideas = re.findall(r'href="(/ideas/[^"?]+)"', _text(port, "/ideas"))
    cards = re.findall(r'href="(/plan/ideas/[^"?]+)"', _text(port, "/plan"))
    hits = _text(port, "/search?q=export")
    record = re.findall(r'href="(/records/[^"]+)#', hits)[0]
    one, other = (address.rpartition("/")[2] for address in ideas[:2])
    return {
        "inbox": "/",
        "ideas": "/ideas",
        "ideas filtered": "/ideas?q=port&sort=-revenue&segment=retail&page=2",
        "idea": ideas[0],
        "ideas for programs": "/api/v1/ideas",
        "idea for programs": f"/api/v1{ideas[0]}",
        "compare": f"/compare?ideas={one}&ideas={other}",
        "needs": "/needs",
        "need": "/needs/7",
        "record": unescape(record),
        "search common": "/search?q=export",
        "search two words": "/search?q=voiceex+logport",
        "search none": "/search?q=zzzz",
        "search by meaning": "/search?q=export+port&by=meaning",
        "search in a need": "/search?q=port&theme=7",
        "runs": "/runs",
        "quarantine": "/quarantine",
        "plan": "/plan",
        "plan card": cards[len(cards) // 2],
        "about": "/about",
        "export csv": "/export/ideas.csv",
    }


def _ask(port: int, page: str, address: str) -> Answer:
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address)
    response = connection.getresponse()
    size = len(response.read())
    connection.close()
    return Answer(page, response.status, size, 1000 * (time.perf_counter() - began))


def _text(port: int, address: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def _quantile(times: Sequence[float], share: float) -> float:
    """Return the smallest time that so large a share of them does not exceed."""
    return round(times[max(0, math.ceil(share * len(times)) - 1)], 1)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench web", description=__doc__)
    for name, default in (
        *(("records", 100_000), ("needs", 300), ("ideas", 2000)),
        *(("planned", 300), ("rate", 20), ("seconds", 20), ("seed", 1)),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args(argv)
