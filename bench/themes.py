"""How well the themes of labelled texts are found; fits them as the pipeline does, with no hint.

``python -m bench themes --data FILE.csv [--vectors FILE.npy] [--seed N]``. The file has the
columns ``text`` and ``label``; the label ``NO_THEME`` says that a text belongs nowhere. Scores
are over all rows, those left out counted as one theme of their own: a customer left out is a
customer not heard.
"""

import argparse
import csv
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from groundswell.config import Config
from groundswell.domain import NOISE, IntArray, Vectors, content_id
from groundswell.errors import IngestError
from models.embedding import embed, load_encoder
from models.themes import fit_themes

NO_THEME = "NO_THEME"

KIBIBYTES_PER_MB = 1000 * 1000 / 1024  # Linux counts the peak of a process in units of 1,024 bytes


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with the themes a person gave them, and their distinct texts as the store has them."""

    labels: list[str]
    """One per row of the file."""
    distinct: list[str]
    """In the order of their content hashes."""
    first_rows: IntArray
    """Row where each distinct text comes first."""
    places: IntArray
    """Place of each row's text among the distinct ones."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Fit the themes of one file and compare them with its labels."""
    options = _options(argv)
    said = read_labelled(options.data)
    began = perf_counter()
    vectors = _vectors(said, options.vectors)
    embedded = perf_counter()
    print(f"fitting {len(said.distinct):,} distinct texts", file=sys.stderr)
    settings = Config().themes
    fit = fit_themes(
        vectors,
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
        resamples=settings.resamples,
        seed=options.seed,
    )
    fitted = perf_counter()
    return {
        **judge(said.labels, fit.model.labels[said.places]),
        "resolution": round(fit.model.resolution, 3),
        "agreement": round(fit.model.agreement, 4),
        "seconds_embed": round(embedded - began, 2),
        "seconds_fit": round(fitted - embedded, 2),
        "peak_rss_mb": peak_rss_mb(),
    }


def judge(labels: Sequence[str], found: IntArray) -> dict[str, Any]:
    """Compare the themes found with the true ones, row by row.

    Noise precision is the share of the rows left out that belong nowhere, noise recall the share
    of the rows that belong nowhere that are left out; None where there are no such rows.
    """
    from sklearn import metrics

    nowhere = np.array([label == NO_THEME for label in labels])
    left_out = found == NOISE
    right = int((nowhere & left_out).sum())
    return {
        "n": len(labels),
        "themes_true": len(set(labels) - {NO_THEME}),
        "themes": len(set(found[~left_out].tolist())),
        "left_out": round(float(left_out.mean()), 4),
        "ami": round(float(metrics.adjusted_mutual_info_score(labels, found)), 4),
        "ari": round(float(metrics.adjusted_rand_score(labels, found)), 4),
        "v_measure": round(float(metrics.v_measure_score(labels, found)), 4),
        "noise_precision": _share(right, left_out) if nowhere.any() else None,
        "noise_recall": _share(right, nowhere),
    }


def read_labelled(path: Path) -> Labelled:
    """Read a file of texts and labels.

    Raises
    ------
    IngestError
        It is not UTF-8, or has no column ``text`` or ``label``, or no row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(row.get("text"), row.get("label")) for row in csv.DictReader(file)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise IngestError(f"{path}: not a CSV file in UTF-8 ({error}); save it as one") from None
    texts = [text for text, label in rows if text is not None and label is not None]
    if not rows or len(texts) < len(rows):
        raise IngestError(f"{path}: expected rows with a text and a label under these two names")
    distinct = sorted(set(texts), key=content_id)
    place = {text: number for number, text in enumerate(distinct)}
    places = np.array([place[text] for text in texts], dtype=np.int64)
    _, first_rows = np.unique(places, return_index=True)
    return Labelled([str(label) for _, label in rows], distinct, first_rows, places)


def peak_rss_mb() -> int:
    """Return the most memory that this process has held so far, in millions of bytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_MB)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench themes", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file: text,label")
    parser.add_argument("--vectors", type=Path, help="vectors of its rows instead of the encoder's")
    parser.add_argument("--seed", type=int, default=Config().themes.seed)
    return parser.parse_args(argv)


def _vectors(said: Labelled, path: Path | None) -> Vectors:
    if path is None:
        settings = Config().embedding
        print(f"embedding {len(said.distinct):,} distinct texts", file=sys.stderr)
        encoder = load_encoder(
            settings.model,
            backend=settings.backend,
            cache=settings.cache,
            threads=settings.threads,
        )
        return embed(said.distinct, encoder)
    try:
        rows = np.load(path, allow_pickle=False)
    except ValueError as error:
        raise IngestError(f"{path}: not an array as numpy.save writes it ({error})") from None
    if rows.ndim != 2 or len(rows) != len(said.labels):
        raise IngestError(f"{path}: shape {rows.shape}; expected a row for each of the texts")
    chosen = rows[said.first_rows].astype(np.float32)
    unit = chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
    # As the store keeps vectors, in half precision.
    return np.asarray(unit.astype(np.float16).astype(np.float32))


def _share(part: int, whole: Any) -> float | None:
    return round(part / int(whole.sum()), 4) if whole.any() else None
