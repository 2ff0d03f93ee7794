"""How well person-days are estimated by analogy with finished work.

``python -m bench effort --data FILE.csv [--vectors FILE.npy]``. The file has the columns
``item,title,text,effort`` in the order in which the items came, the effort in any unit; nobody's
own estimate is used. The last fifth is estimated from the rest, as the pipeline estimates ideas.

mae, mae_training_median
    mean absolute error of the estimates, and of the median of the finished items for all;
rho
    rank correlation (Spearman) of estimates and efforts;
coverage80, width
    share of the efforts inside the 80 % interval, and its median width as upper over lower end.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from groundswell.config import Config
from groundswell.domain import FeatureCandidate, FloatArray, Vectors, WorkItem, content_id
from groundswell.errors import IngestError
from models.effort.estimates import Efforts, estimate_efforts
from models.encoding.embedding import embed, load_encoder
from models.evidence.inputs import EffortParameters, item_texts

TESTED = 0.2
"""Share of the items that are estimated, the last ones."""
FIRST_DAY = date(2000, 1, 1)
"""The files tell the order of the items and no dates; one is taken to be finished a day."""


@dataclass(frozen=True, slots=True)
class Done:
    """Finished items in the order in which they came."""

    items: list[WorkItem]
    efforts: FloatArray
    """Shape (n,)."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Estimate the newest items of one file from those before them."""
    options = _options(argv)
    done = read_done(options.data)
    vectors = _vectors(done, options.vectors)
    first = round((1.0 - TESTED) * len(done.items))
    return {
        "n": len(done.items),
        "tested": len(done.items) - first,
        **judge(foretell(done, vectors, first), done.efforts[:first], done.efforts[first:]),
    }


def foretell(done: Done, vectors: Vectors, first: int) -> Efforts:
    """Estimate the items from `first` on from those before, as candidates of their own."""
    candidates = [
        FeatureCandidate(f"item-{item.item_id}", item.title, item.title, ())
        for item in done.items[first:]
    ]
    settings = Config().effort
    return estimate_efforts(
        candidates,
        vectors[first:],
        done.items[:first],
        vectors[:first],
        FIRST_DAY + timedelta(days=first),
        EffortParameters(**settings.model_dump()),
    )


def judge(estimated: Efforts, known: FloatArray, true: FloatArray) -> dict[str, float]:
    """Compare estimates with what the items took."""
    low = np.array([estimate.low for estimate in estimated.estimates])
    high = np.array([estimate.high for estimate in estimated.estimates])
    differ = np.ptp(estimated.days) > 0.0 and np.ptp(true) > 0.0
    rho = spearmanr(estimated.days, true).statistic if differ else 0.0
    return {
        "mae": round(float(np.abs(estimated.days - true).mean()), 4),
        "mae_training_median": round(float(np.abs(np.median(known) - true).mean()), 4),
        "rho": round(float(rho), 4),
        "coverage80": round(float(((low <= true) & (true <= high)).mean()), 4),
        "width": round(float(np.median(high / low)), 3),
    }


def read_done(path: Path) -> Done:
    """Read finished items; those without a positive effort say nothing and are left out.

    Raises
    ------
    IngestError
        It is not UTF-8, a column is missing, an effort is no number, or under ten items are left.
    """
    wanted = ("item", "title", "text", "effort")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [tuple(row.get(name) or "" for name in wanted) for row in csv.DictReader(file)]
        efforts = [float(row[3]) for row in rows]
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise IngestError(
            f"{path}: {error}; expected CSV in UTF-8 with {', '.join(wanted)}, the effort a number"
        ) from None
    known = [(row, effort) for row, effort in zip(rows, efforts, strict=True) if effort > 0.0]
    items = [
        WorkItem(
            item,
            title,
            text,
            status="done",
            actual_days=effort,
            finished=FIRST_DAY + timedelta(days=day),
        )
        for day, ((item, title, text, _), effort) in enumerate(known)
    ]
    if len(items) < 10:
        raise IngestError(f"{path}: {len(items)} items with an effort; it takes ten")
    return Done(items, np.array([effort for effort in efforts if effort > 0.0]))


def _vectors(done: Done, path: Path | None) -> Vectors:
    if path is not None:
        rows = np.load(path, allow_pickle=False)
        if len(rows) != len(done.items):
            raise IngestError(f"{path}: {len(rows)} rows; {len(done.items)} items have an effort")
        return np.asarray(rows, dtype=np.float32)
    texts = item_texts(done.items)
    print(f"embedding {len(texts):,} items", file=sys.stderr)
    settings = Config().embedding
    encoder = load_encoder(
        settings.model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )
    distinct = sorted(set(texts), key=content_id)
    place = {text: row for row, text in enumerate(distinct)}
    return np.asarray(embed(distinct, encoder)[[place[text] for text in texts]])


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench effort", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file: item,title,text,effort")
    parser.add_argument("--vectors", type=Path, help="vectors of its items in place of the encoder")
    return parser.parse_args(argv)
