"""How fast our encoder is beside sentence-transformers with its defaults, and how alike.

The two take turns on the same texts in one process, so that whatever else the machine does
meets both; the ratio is the median over the rounds.
"""

import argparse
import csv
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from groundswell.domain import Vectors
from models.encoding.embedding import Encoder, embed, load_encoder
from models.encoding.model_folder import find_model

_ALONE = 100  # texts encoded once more, one by one


def run(argv: Sequence[str]) -> dict[str, object]:
    """Measure on the ``text`` column of a CSV file; times are wall-clock seconds."""
    options = _options(argv)
    texts = _spread(options.data, options.rows)
    began = time.perf_counter()
    encoder = load_encoder(
        options.model, backend=options.backend, cache=options.cache, threads=options.threads
    )
    loaded = time.perf_counter() - began
    baseline = _sentence_transformers(options.model)
    ours_s, theirs_s = [], []
    ours = theirs = np.empty((0, 0), dtype=np.float32)
    for _ in range(options.rounds):
        seconds, theirs = _timed(lambda: baseline(texts))
        theirs_s.append(seconds)
        seconds, ours = _timed(lambda: encoder.encode(texts))
        ours_s.append(seconds)
    cosines = (ours * theirs).sum(axis=1)
    return {
        "n": len(texts),
        "model_id": encoder.model_id,
        "seconds_load": round(loaded, 2),
        "texts_per_s_sentence_transformers": round(len(texts) / median(theirs_s), 1),
        "texts_per_s": round(len(texts) / median(ours_s), 1),
        "ratio": round(median(np.divide(theirs_s, ours_s).tolist()), 2),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "batch_independent": _batch_independent(texts[:_ALONE], encoder),
    }


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench embed", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file with a column text")
    parser.add_argument("--rows", type=int, default=3000, help="texts, spread over the file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--backend", choices=("auto", "onnx-int8", "torch"), default="auto")
    parser.add_argument("--cache", type=Path, default=Path("data/models"))
    parser.add_argument("--threads", type=int, default=0, help="0: one per core")
    return parser.parse_args(argv)


def _spread(path: Path, rows: int) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    step = max(len(texts) / rows, 1.0)
    return [texts[int(place * step)] for place in range(min(rows, len(texts)))]


def _sentence_transformers(model: str) -> Callable[[Sequence[str]], Vectors]:
    from sentence_transformers import SentenceTransformer

    baseline = SentenceTransformer(str(find_model(model).path), device="cpu")

    def encode(texts: Sequence[str]) -> Vectors:
        vectors = baseline.encode(
            list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    return encode


def _timed(work: Callable[[], Vectors]) -> tuple[float, Vectors]:
    began = time.perf_counter()
    vectors = work()
    return time.perf_counter() - began, vectors


def _batch_independent(texts: Sequence[str], encoder: Encoder) -> bool:
    together = embed(texts, encoder)
    backwards = embed(texts[::-1], encoder)[::-1]
    alone = np.concatenate([embed([text], encoder) for text in texts])
    return together.tobytes() == backwards.tobytes() == alone.tobytes()
