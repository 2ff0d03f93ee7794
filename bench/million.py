"""Where a run of many records spends its time and memory, from the file to the report.

``python -m bench million [--records 1000000] [--beside 20000] [--needs 300] [--seed 1]``. Records
of one to three statements about planted needs are drawn and written as CSV; the vectors of what
they say lie in the store beforehand, so that all but the encoder is measured. Drawing is not
counted. Where other programs keep the machine busy, ``cpu_seconds`` tells more than the clock.
``planted_ami`` is how well the needs that were planted are found, over all statements,
those left out counted as one need of their own; `beside` runs so many records about the same needs
in a process of its own and prints how well they are found there.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from bench.scale import Drawn, draw_parts
from bench.themes import peak_rss_mb
from flows import steps
from flows.context import RunContext
from flows.statements import encoder_id, hashes_of
from groundswell.config import (
    Config,
    EmbeddingConfig,
    PrivacyConfig,
    ReportConfig,
    SourceConfig,
    StoreConfig,
)
from groundswell.domain import NOISE, content_id
from groundswell.models_config import ModelsConfig
from groundswell.store import Lease, StepResult, Store, open_store
from models.encoding.embedding import embed, load_encoder
from models.statements.annotator import example_texts
from models.statements.splitting import split_statements

STATEMENTS = (0.75, 0.17, 0.08)
"""Shares of records that say one, two and three things: 17 to 51 words."""

RECORDS_PER_AUTHOR = 3
ACCOUNTS = 2_000
ACCOUNT_SHARE = 0.33  # of the authors
HISTORY_DAYS = 730.0
NEWEST = datetime(2026, 6, 1, tzinfo=UTC)

OPENINGS = (
    "I cannot {} the {} with my {} when the {} has a {} and {}, {}.",
    "Please let us {} the {} of every {} where the {} shows a {} or {}, {}.",
    "It would be great to {} each {} from the {} while our {} needs a {} and {}, {}.",
    "The app crashes when we {} the {} in a {} because its {} lost the {} and {}, {}.",
    "I love how easy it is to {} a {} with this {} since the {} got a {} and {}, {}.",
    "How do I {} the {} for another {} if my {} wants a {} or {}, {}?",
)
"""What a statement is like: problems, requests, praise and questions."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Run the pipeline once on drawn records; times are wall-clock seconds."""
    options = _options(argv)
    beside = _beside(options) if options.beside else {}
    with TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        config = _config(Path(name), options)
        planted = _planted(config, options)
        stages, busy = Stages(), Busy()
        began = perf_counter()
        outcome = steps.run(
            steps.REFRESH, config, kind="refresh", progress=stages, run_step=busy.take
        )
        seconds = perf_counter() - began
        again = perf_counter()
        steps.run(steps.REFRESH, config, kind="refresh")
        second = perf_counter() - again
        peak = peak_rss_mb()
        return {
            "records": options.records,
            "statements": outcome.counts["update_themes"].items_in,
            "seconds_total": round(seconds, 1),
            "second_run_seconds": round(second, 1),
            "seconds": {name: round(one.seconds, 1) for name, one in outcome.counts.items()},
            "cpu_seconds": {name: round(one, 1) for name, one in busy.seconds.items()},
            "cpu_seconds_total": round(sum(busy.seconds.values()), 1),
            "stages": {name: round(one, 1) for name, one in stages.seconds.items()},
            "peak_rss_mb": peak,
            "store_mb": round(config.store.path.stat().st_size / 1e6),
            "needs": outcome.counts["update_themes"].detail["needs"],
            "planted_ami": _planted_ami(config, planted),
            **beside,
        }


class Busy:
    """Takes steps and notes how long processors were busy with each, children's included."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def take(self, step: steps.Step, context: RunContext) -> StepResult:
        """Take a step."""
        before = _cpu_seconds()
        result = step(context)
        self.seconds[step.__name__] = _cpu_seconds() - before
        return result


class Stages:
    """Progress that notes how long each piece of work took, and says so."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._label, self._began = "", 0.0

    def start(self, label: str, total: int | None) -> None:
        """Begin a piece of work."""
        self._label, self._began = label, perf_counter()

    def advance(self, n: int) -> None:
        """Ignore it."""

    def finish(self) -> None:
        """Add up the piece of work begun last."""
        took = perf_counter() - self._began
        self.seconds[self._label] = self.seconds.get(self._label, 0.0) + took
        print(f"{self._label}: {took:.1f} s, {peak_rss_mb()} MB", file=sys.stderr)


def _cpu_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench million", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--beside", type=int, default=0, help="records of a smaller run; 0: none")
    parser.add_argument("--needs", type=int, default=300, help="that are planted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="all-MiniLM-L6-v2", help="encoder")
    parser.add_argument("--dims", type=int, default=384, help="of its vectors")
    parser.add_argument("--cache", type=Path, default=Path("data/models"), help="of the encoder")
    parser.add_argument("--folder", type=Path, help="where the store lies meanwhile")
    return parser.parse_args(argv)


def _beside(options: argparse.Namespace) -> dict[str, Any]:
    """Return how well the planted needs are found in fewer records."""
    asked = ["--records", options.beside, "--needs", options.needs, "--seed", options.seed]
    command = [sys.executable, "-m", "bench", "million", *map(str, asked)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found = json.loads(done.stdout.splitlines()[-1])
    return {"records_beside": options.beside, "planted_ami_beside": found["planted_ami"]}


def _config(folder: Path, options: argparse.Namespace) -> Config:
    columns = {
        "id": "id",
        "text": "text",
        "created_at": "created_at",
        "author": "author",
        "account": "account",
        "rating": "rating",
    }
    source = SourceConfig(
        name="drawn", path=_records(folder), format="csv", channel="review", columns=columns
    )
    return Config(
        store=StoreConfig(path=folder / "groundswell.db"),
        sources=(source,),
        privacy=PrivacyConfig(key_file=folder / "key"),
        embedding=EmbeddingConfig(model=options.model, cache=options.cache.absolute()),
        models=ModelsConfig(registry=str(folder / "registry")),
        report=ReportConfig(folder=folder / "report"),
    )


def _records(folder: Path) -> Path:
    return folder / "records.csv"


def _planted(config: Config, options: argparse.Namespace) -> dict[str, int]:
    """Plant the needs in a process of its own, whose memory does not count."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_plant, config, options).result()


def _plant(config: Config, options: argparse.Namespace) -> dict[str, int]:
    """Write the records and the vectors of what they say; return the need of each text."""
    draws = np.random.default_rng(options.seed)
    parts = 1 + draws.choice(len(STATEMENTS), options.records, p=STATEMENTS)
    planted: dict[str, int] = {}
    model_id, source = encoder_id(config), _records(config.store.path.parent)
    print(f"drawing {options.records:,} records", file=sys.stderr)
    with (
        open_store(config.store.database) as store,
        store.lease("pipeline") as lease,
        source.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(["id", "created_at", "text", "author", "account", "rating"])
        said = _Said(
            draw_parts(int(parts.sum()), options.dims, options.needs, seed=options.seed), draws
        )
        for number, count in enumerate(parts.tolist()):
            texts = said.take(count)
            writer.writerow(_row(number, texts, options.records, draws))
            if said.read and (said.drained or number + 1 == options.records):
                hashes, needs, vectors = said.flush()
                store.vectors.add(lease, model_id, hashes, vectors)
                planted |= dict(zip(hashes, needs, strict=True))
        _embed_examples(config, store, lease)
    return planted


def _embed_examples(config: Config, store: Store, lease: Lease) -> None:
    """Embed what kinds of statements are learnt from, which every installation does once."""
    texts, settings = example_texts(), config.embedding
    encoder = load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )
    store.vectors.add(lease, encoder.model_id, hashes_of(texts), embed(texts, encoder))


class _Said:
    """Drawn statements, handed out a few at a time."""

    def __init__(self, parts: Iterator[Drawn], draws: np.random.Generator) -> None:
        self._parts, self._draws = parts, draws
        self._waiting: list[tuple[str, int, Any]] = []
        self.read: list[tuple[str, int, Any]] = []

    @property
    def drained(self) -> bool:
        return len(self.read) >= 16_384

    def take(self, count: int) -> list[str]:
        while len(self._waiting) < count:
            part = next(self._parts)
            forms = self._draws.integers(0, len(OPENINGS), len(part.texts)).tolist()
            texts = [phrased(form, text) for form, text in zip(forms, part.texts, strict=True)]
            found = zip(texts, part.needs.tolist(), part.vectors.astype(np.float16), strict=True)
            self._waiting += list(found)[::-1]
        taken = [self._waiting.pop() for _ in range(count)]
        self.read += taken
        return [text for text, _, _ in taken]

    def flush(self) -> tuple[list[str], list[int], Any]:
        hashes = [content_id(text) for text, _, _ in self.read]
        needs = [need for _, need, _ in self.read]
        vectors = np.stack([vector for _, _, vector in self.read]).astype(np.float32)
        self.read = []
        return hashes, needs, vectors


def phrased(form: int, text: str) -> str:
    """Return the made-up words of a drawn statement in another sentence."""
    words = text.replace(",", "").split()
    return OPENINGS[form % len(OPENINGS)].format(
        *(words[place] for place in (2, 4, 7, 10, 13, 15, 16))
    )


def _row(number: int, texts: list[str], records: int, draws: np.random.Generator) -> list[str]:
    text = " ".join(texts)
    if len(split_statements("", text)) != len(texts):
        raise ValueError(f"drawn statements are not told apart: {text}")
    author = int(draws.integers(0, max(records // RECORDS_PER_AUTHOR, 1)))
    account = f"A{author % ACCOUNTS}" if author % 100 < 100 * ACCOUNT_SHARE else ""
    moment = NEWEST - timedelta(days=HISTORY_DAYS * float(draws.random()))
    rating = str(int(draws.integers(1, 6))) if draws.random() < 0.5 else ""
    stated = moment.replace(microsecond=0).isoformat()
    return [str(number), stated, text, f"author {author}", account, rating]


def _planted_ami(config: Config, planted: dict[str, int]) -> float:
    """Return the agreement of found and planted needs, 0 chance and 1 the same."""
    from sklearn.metrics import adjusted_mutual_info_score

    with open_store(config.store.database) as store:
        placed = store.shapes.shown_assignments()
    first = placed.sort_values("membership", ascending=False, kind="stable")
    first = first.drop_duplicates("text_hash")
    true = np.array([planted[key] for key in first["text_hash"]])
    found = first["theme_id"].to_numpy()
    left_out = np.where(found == NOISE, found.max() + 1, found)
    return round(float(adjusted_mutual_info_score(true, left_out)), 4)
