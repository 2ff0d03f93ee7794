"""How well a theme of two needs is cut in two: by the proposal, and by a few sorted examples.

``python -m bench cut --data FILE.csv [--vectors FILE.npy] [--examples N]``. The file has the
columns ``text`` and ``label``. Each label is put together with the one nearest to it (the hard
case) and with a drawn one (the easy case). Printed are means over the labels of the share of texts
that end on the right side: of all texts as proposed, and of the texts that nobody touched when N
of each label were sorted by hand.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.themes import NO_THEME, read_labelled, read_vectors
from groundswell.domain import IntArray, Vectors
from models.themes.cut import propose_cut
from models.themes.fitting import centroids_of
from models.themes.shaping import middle


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Put labels together two by two, and cut them apart again."""
    options = _options(argv)
    said = read_labelled(options.data)
    vectors = read_vectors(said, options.vectors)[said.places]
    names = sorted(set(said.labels) - {NO_THEME})
    numbers = {name: place for place, name in enumerate(names)}
    labels = np.array([numbers.get(name, -1) for name in said.labels], np.int64)
    rng = np.random.default_rng(options.seed)
    result: dict[str, Any] = {"labels": len(names), "examples": options.examples}
    for kind, others in (
        ("nearest", _nearest(vectors, labels)),
        ("drawn", _drawn(len(names), rng)),
    ):
        cuts = [
            _cut(vectors, labels, n, int(o), options.examples, rng) for n, o in enumerate(others)
        ]
        proposed, sorted_by_hand, seconds = np.array(cuts).mean(axis=0)
        result[f"{kind}_proposed"] = round(float(proposed), 3)
        result[f"{kind}_by_examples"] = round(float(sorted_by_hand), 3)
        result[f"{kind}_ms"] = round(1000 * float(seconds), 1)
    return result


def _nearest(vectors: Vectors, labels: IntArray) -> IntArray:
    middles = centroids_of(vectors, labels, int(labels.max()) + 1)
    alike = middles @ middles.T
    np.fill_diagonal(alike, -1.0)
    return np.asarray(alike.argmax(axis=1), np.int64)


def _drawn(count: int, rng: np.random.Generator) -> IntArray:
    return np.asarray((np.arange(count) + rng.integers(1, count, count)) % count, np.int64)


def _cut(
    vectors: Vectors,
    labels: IntArray,
    one: int,
    other: int,
    examples: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Return the shares on the right side, and the seconds that the proposal took."""
    inside = np.flatnonzero(np.isin(labels, [one, other]))
    truth = labels[inside] == one
    began = perf_counter()
    goes, _ = propose_cut(vectors[inside])
    seconds = perf_counter() - began
    shown = [
        rng.choice(np.flatnonzero(truth == side), examples, replace=False) for side in (True, False)
    ]
    ours, theirs = (middle(vectors[inside[rows]]) for rows in shown)
    rest = np.setdiff1d(np.arange(len(inside)), np.concatenate(shown))
    nearer = vectors[inside[rest]].astype(np.float64) @ (ours - theirs) > 0.0
    agree = float((goes == truth).mean())
    return max(agree, 1.0 - agree), float((nearer == truth[rest]).mean()), seconds


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench cut")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, help="of the distinct texts")
    parser.add_argument("--examples", type=int, default=5, help="of each label")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)
