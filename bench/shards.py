"""How much faster embedding is when the processes of a Dask cluster share it.

``python -m bench shards [--rows 4000] [--workers 2]``. The same drawn texts are embedded in this
process on one thread, and then by so many processes of one thread each, as a run on a Prefect
server has it done: shards as tasks of a flow run, vectors as Parquet files. Loading the encoder and
starting server and cluster are not counted.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from bench.million import phrased
from bench.scale import draw_parts
from flows.shards import Embedding, vectors_in
from groundswell.config import ClusterConfig, EmbeddingConfig
from groundswell.domain import Vectors, content_id
from groundswell.shard_files import ShardFiles
from models.encoding.embedding import embed, load_encoder

SHARD_TEXTS = 250
NEEDS = 300

Shard = tuple[str, list[str], list[str]]


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Measure both ways on the same texts; times are wall-clock seconds."""
    options = _options(argv)
    settings = EmbeddingConfig(cache=options.cache.absolute(), threads=1)
    texts = _texts(options.rows + options.workers * SHARD_TEXTS)
    shards = [_shard(texts[at : at + SHARD_TEXTS]) for at in range(0, len(texts), SHARD_TEXTS)]
    first, rest = shards[: options.workers], shards[options.workers :]
    alone, ours = _alone(settings, rest)
    with TemporaryDirectory(prefix="bench-") as folder:
        apart, theirs = _apart(settings, options.workers, Path(folder), first, rest)
    return {
        "texts": options.rows,
        "workers": options.workers,
        "seconds_alone": round(alone, 2),
        "seconds_apart": round(apart, 2),
        "speedup": round(alone / apart, 2),
        "same_bytes": ours.tobytes() == theirs.tobytes(),
    }


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench shards", description=__doc__)
    parser.add_argument("--rows", type=int, default=4000, help="texts")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--cache", type=Path, default=Path("data/models"), help="of the encoder")
    return parser.parse_args(argv)


def _texts(rows: int) -> list[str]:
    drawn = [text for part in draw_parts(rows, 8, NEEDS, seed=1) for text in part.texts]
    return [phrased(number, text) for number, text in enumerate(drawn)]


def _shard(texts: list[str]) -> Shard:
    hashes = [content_id(text) for text in texts]
    return f"vectors-{content_id(*hashes)}.parquet", texts, hashes


def _alone(settings: EmbeddingConfig, shards: Sequence[Shard]) -> tuple[float, Vectors]:
    encoder = load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )
    began = perf_counter()
    vectors = [embed(texts, encoder) for _, texts, _ in shards]
    return perf_counter() - began, np.concatenate(vectors)


def _apart(
    settings: EmbeddingConfig,
    workers: int,
    folder: Path,
    first: Sequence[Shard],
    shards: Sequence[Shard],
) -> tuple[float, Vectors]:
    """Have the shards embedded by a cluster, some before in which workers load the encoder."""
    os.environ |= {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "OMP_NUM_THREADS": "1",
    }
    from flows.scheduled.sharing import shared_by

    cluster = ClusterConfig(scheduler="local", workers=workers, shards=str(folder / "shards"))
    work, files = Embedding(settings, cluster.shards), ShardFiles(cluster.shards)
    with shared_by(cluster) as over:
        if over is None:
            raise ValueError("there is no cluster")
        list(over(work, first))
        began = perf_counter()
        names = list(over(work, shards))
        seconds = perf_counter() - began
    found = [vectors_in(files.get(name) or b"")[1] for name in names]
    return seconds, np.concatenate(found)
