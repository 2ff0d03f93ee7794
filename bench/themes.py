"""How well the themes of labelled texts are found; fits them as the pipeline does, with no hint.

``python -m bench themes --data FILE.csv [--vectors FILE.npy] [--seed N] [--quick]``. The file has
the columns ``text`` and ``label``; the label ``NO_THEME`` says that a text belongs nowhere. Scores
are over all rows, those left out counted as one theme of their own: a customer left out is a
customer not heard. Further fits then tell how firm the themes are:

restart_ami
    agreement of three fits of the same rows in orders that three seeds shuffled;
order_equal
    whether these are the very same themes;
chance_ami
    agreement of three fits whose fixed inner order was replaced by a drawn one, which no user
    can do: how far equally good partitions of the same graph differ;
resample_ami
    agreement, on the rows that both have, with fits of random halves of the rows;
single_equals_batch, agree_with_fit
    whether statements placed one by one get what they get together, and how many get the theme
    they were given by the fit.
"""

import argparse
import csv
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from groundswell.config import Config
from groundswell.domain import NOISE, IntArray, Vectors, content_id
from groundswell.errors import IngestError
from models.encoding.embedding import embed, load_encoder
from models.themes import leiden
from models.themes.fitting import fit_themes
from models.themes.model import Placement, ThemeModel
from models.themes.placement import assign_themes

NO_THEME = "NO_THEME"

PLACED_ALONE = 500  # statements placed one by one

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
    vectors = read_vectors(said, options.vectors)
    embedded = perf_counter()
    print(f"fitting {len(said.distinct):,} distinct texts", file=sys.stderr)
    fitted = _Fitted(vectors, said.distinct)
    labels = fitted.labels()
    done = perf_counter()
    result = {
        **judge(said.labels, labels[said.places]),
        "resolution": round(fitted.fit.model.resolution, 3),
        "worth": round(fitted.fit.model.worth, 4),
        "variants": len(fitted.fit.parents),
        "areas": int(fitted.fit.areas.max(initial=-1)) + 1,
        "stability_median": round(float(np.median(fitted.fit.stability)), 3),
        "seconds_embed": round(embedded - began, 2),
        "seconds_fit": round(done - embedded, 2),
    }
    if not options.quick:
        result |= _firmness(fitted, labels, options.seed)
    return {**result, "peak_rss_mb": peak_rss_mb()}


class _Fitted:
    """Distinct texts with their themes, fitted as the pipeline does."""

    def __init__(self, vectors: Vectors, texts: Sequence[str]) -> None:
        self.vectors, self.texts = vectors, list(texts)
        settings = Config().themes
        self.fit = fit_themes(
            vectors,
            self.texts,
            neighbours=settings.neighbours,
            min_statements=settings.min_statements,
        )

    def labels(self) -> IntArray:
        count = len(self.texts)
        return _placed(self.fit.model, self, np.arange(count)).primary(count)

    def some(self, rows: IntArray) -> "_Fitted":
        return _Fitted(self.vectors[rows], [self.texts[row] for row in rows])


def _firmness(fitted: _Fitted, labels: IntArray, seed: int) -> dict[str, Any]:
    from sklearn.metrics import adjusted_mutual_info_score as agreement

    draws = np.random.default_rng(seed)
    count = len(labels)
    restarts, chances, halves = [], [], []
    for number in range(3):
        print(f"firmness, round {number + 1} of 3", file=sys.stderr)
        order = draws.permutation(count)
        restarts.append(fitted.some(order).labels()[np.argsort(order)])
        with _other_chance(number + 2):
            chances.append(fitted.some(np.arange(count)).labels())
        half = np.flatnonzero(draws.random(count) < 0.5)
        halves.append(agreement(labels[half], fitted.some(half).labels()))
    return {
        "restart_ami": _between(restarts),
        "order_equal": all(np.array_equal(one, labels) for one in restarts),
        "chance_ami": _between(chances),
        "resample_ami": round(float(np.mean(halves)), 4),
        "single_equals_batch": _alone_as_together(fitted, draws),
        "agree_with_fit": round(
            float((labels[fitted.fit.core] == fitted.fit.model.labels).mean()), 5
        ),
    }


@contextmanager
def _other_chance(seed: int) -> Iterator[None]:
    fixed, leiden.FIRST_SEED = leiden.FIRST_SEED, seed
    try:
        yield
    finally:
        leiden.FIRST_SEED = fixed


def _between(partitions: Sequence[IntArray]) -> float:
    from sklearn.metrics import adjusted_mutual_info_score as agreement

    pairs = [agreement(one, other) for one, other in combinations(partitions, 2)]
    return round(float(np.mean(pairs)), 4)


def _alone_as_together(fitted: _Fitted, draws: np.random.Generator) -> bool:
    """Place texts that a fit of half of them does not know, together and one by one."""
    known = draws.random(len(fitted.texts)) < 0.5
    part = fitted.some(np.flatnonzero(known))
    rows = np.flatnonzero(~known)[:PLACED_ALONE]
    together = _placed(part.fit.model, fitted, rows)
    for place, row in enumerate(rows.tolist()):
        alone, mine = _placed(part.fit.model, fitted, np.array([row])), together.rows == place
        if not (
            np.array_equal(alone.theme_ids, together.theme_ids[mine])
            and np.array_equal(alone.memberships, together.memberships[mine])
            and np.array_equal(alone.variant_ids, together.variant_ids[mine])
        ):
            return False
    return True


def _placed(model: ThemeModel, fitted: _Fitted, rows: IntArray) -> Placement:
    texts = [fitted.texts[row] for row in rows]
    least = Config().ranking.min_membership
    return assign_themes(model, fitted.vectors[rows], texts, min_membership=least)


def judge(labels: Sequence[str], found: IntArray) -> dict[str, Any]:
    """Compare the themes found with the true ones, row by row.

    Noise precision is the share of the rows left out that belong nowhere, noise recall the share
    of the rows that belong nowhere that are left out; None where there are no such rows.
    ``ami_somewhere`` is over the rows that belong somewhere.
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
        "ami_somewhere": round(
            float(metrics.adjusted_mutual_info_score(np.array(labels)[~nowhere], found[~nowhere])),
            4,
        ),
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
    parser.add_argument("--seed", type=int, default=1, help="of the further fits")
    parser.add_argument("--quick", action="store_true", help="one fit only")
    return parser.parse_args(argv)


def read_vectors(said: Labelled, path: Path | None) -> Vectors:
    """Return the vectors of the distinct texts: of a file by rows, or the encoder's.

    Raises
    ------
    IngestError
        The file is no array, or has not one row per row of the labelled file.
    """
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
