"""What a first run of very many records takes on a cluster, by simulation.

``python -m bench capacity [--records 100000000] [--workers 32] [--price 0.05] [--deaths 1]``. What
one item costs was measured (`COSTS`, docs/scale.md). Shards are given to whichever worker is free;
how long one takes varies, and workers die at random: what they had in hand is computed again.
What one node does, it does meanwhile or before, as a run does.
"""

import argparse
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SHARD_TEXTS = 2_000
RESTART_SECONDS = 30.0
"""Until a worker that died is back and has loaded the encoder."""

SPREAD = 0.15
"""Standard deviation of the logarithm of how long a shard takes."""

STATEMENTS_PER_RECORD = 1.33
VECTOR_BYTES = 768 + 130  # with its key and its place in an index, in the store
TEXT_BYTES = 1_660  # a record with its statements, annotations and places, in the store


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of one core, per item; the fit is of a sample, and takes the same at any size."""

    read: float
    """Reading, cleaning and storing a record, where the reader has a core of its own."""
    cut: float
    """Looking for copies of a record, and cutting it into statements."""
    annotate: float
    """Telling the kind of a statement."""
    embed: float
    """A statement, by the default encoder."""
    place: float
    """A statement among the themes."""
    rank: float
    """What ranking, watching and reporting take a statement."""
    fit: float
    """Finding and naming themes in `models.themes.fitting.CORE_ROWS` texts, in all."""


COSTS = Costs(
    read=5.0e-4, cut=3.5e-4, annotate=1.0e-4, embed=2.2e-3, place=1.3e-4, rank=6.0e-4, fit=115.0
)


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Simulate one first run; times are hours of wall-clock time."""
    options = _options(argv)
    costs, records = COSTS, float(options.records)
    said = records * STATEMENTS_PER_RECORD
    draws = np.random.default_rng(options.seed)

    def shared(seconds: float) -> float:
        return simulate(said, seconds, options.workers, options.deaths / 3600.0, draws)

    hours = {
        "read": records * costs.read / 3600.0,
        "cut": records * costs.cut / 3600.0,
        "annotate": said * costs.annotate / 3600.0,
        "embed": shared(costs.embed) / 3600.0,
        "fit": costs.fit / 3600.0,
        "place": shared(costs.place) / 3600.0,
        "rank": said * costs.rank / 3600.0,
    }
    total = sum(hours.values())
    return {
        "records": options.records,
        "workers": options.workers,
        "hours": {name: round(one, 2) for name, one in hours.items()},
        "hours_total": round(total, 2),
        "bottleneck": max(hours, key=lambda name: hours[name]),
        "core_hours": round(total * (options.workers + 2)),
        "price": round(total * (options.workers + 2) * options.price, 2),
        "store_gb": round((records * TEXT_BYTES + said * VECTOR_BYTES) / 1e9),
    }


def simulate(
    texts: float, seconds: float, workers: int, deaths: float, draws: np.random.Generator
) -> float:
    """Return how long workers take for shards of texts, in seconds.

    Parameters
    ----------
    seconds
        That a text takes.
    deaths
        Of one worker, per second.
    """
    shards = int(-(-texts // SHARD_TEXTS))
    takes = seconds * min(texts, SHARD_TEXTS) * np.exp(SPREAD * draws.standard_normal(shards))
    free = [0.0] * workers
    for took in takes.tolist():
        began = heapq.heappop(free)
        while deaths and (lived := float(draws.exponential(1.0 / deaths))) < took:
            began += lived + RESTART_SECONDS
        heapq.heappush(free, began + took)
    return max(free)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench capacity", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000_000)
    parser.add_argument("--workers", type=int, default=32, help="processes of one core")
    parser.add_argument("--price", type=float, default=0.05, help="of a core for an hour")
    parser.add_argument("--deaths", type=float, default=0.01, help="of a worker, an hour")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)
