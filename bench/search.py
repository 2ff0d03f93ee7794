"""How well search by meaning, which runs no model, finds what the encoder would find.

``python -m bench search --data FILE.csv [--vectors FILE.npy] [--queries N] [--rows N]``. The file
has the columns ``text`` and ``label``. Some texts are taken out and asked for; so are the names of
the labels, as a person would type them. Told are, of the first ten found: the share that the
encoder's own first ten hold (``overlap``), and the share with the label of the question
(``precision``); ``empty`` is the share of the questions that find nothing at all.

exact
    texts that hold all words, as the search by words finds them;
centroid
    Rocchio's way: the mean of the texts that hold each word, rarer words weighing more;
meaning
    ours;
encoder
    the vector of the question itself.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.themes import peak_rss_mb, read_labelled, read_vectors
from groundswell.domain import IntArray, Vectors
from models.nearest.meaning import (
    Meanings,
    learn_meanings,
    meaning_of,
    meaning_of_texts,
    nearest_texts,
    words_in,
)

FIRST = 10
Search = Callable[[str], IntArray]


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Ask, and time it over as many vectors as ``--rows`` says."""
    options = _options(argv)
    said = read_labelled(options.data)
    vectors = read_vectors(said, options.vectors)
    labels = np.array(said.labels)[said.first_rows]
    drawn = np.random.default_rng(options.seed).permutation(len(labels))
    asked, kept = drawn[: options.queries], np.sort(drawn[options.queries :])
    texts = [said.distinct[place] for place in kept]
    print(f"learning from {len(texts):,} texts", file=sys.stderr)
    began = perf_counter()
    known = learn_meanings(texts, vectors[kept])
    learnt = perf_counter()
    questions = [(said.distinct[place], labels[place]) for place in asked]
    true = [_by_encoder(vectors[place], known) for place in asked]
    named = [(_name(label), label) for label in sorted(set(labels))]
    ways: dict[str, Search] = {
        "exact": _exact(texts),
        "centroid": _centroid(texts, known),
        "meaning": lambda text: _by_meaning(text, known),
    }
    return {
        "texts": len(texts),
        "questions": len(questions),
        "encoder_precision": _precision(true, questions, labels[kept]),
        **_judged(ways, questions, labels[kept], true),
        **{f"named_{k}": v for k, v in _judged(ways, named, labels[kept]).items()},
        "seconds_learn": round(learnt - began, 2),
        **_timed(known, [text for text, _ in questions], options.rows),
        "peak_rss_mb": peak_rss_mb(),
    }


def _judged(
    ways: dict[str, Search],
    questions: Sequence[tuple[str, str]],
    labels: "np.ndarray[Any, Any]",
    true: Sequence[IntArray] = (),
) -> dict[str, float]:
    told = {}
    for name, way in ways.items():
        found = [way(text)[:FIRST] for text, _ in questions]
        told[f"{name}_precision"] = _precision(found, questions, labels)
        told[f"{name}_empty"] = round(float(np.mean([not len(one) for one in found])), 3)
        if true:
            shared = [len(np.intersect1d(a, b)) for a, b in zip(found, true, strict=True)]
            told[f"{name}_overlap"] = round(float(np.mean(shared)) / FIRST, 3)
    return told


def _precision(
    found: Sequence[IntArray],
    questions: Sequence[tuple[str, str]],
    labels: "np.ndarray[Any, Any]",
) -> float:
    """Return the share of the first ten places that hold a text with the question's label."""
    right = [(labels[one] == label).sum() for one, (_, label) in zip(found, questions, strict=True)]
    return round(float(np.mean(right)) / FIRST, 3)


def _by_encoder(vector: Vectors, known: Meanings) -> IntArray:
    return nearest_texts(vector, known, FIRST)


def _by_meaning(text: str, known: Meanings) -> IntArray:
    vector, _ = meaning_of(text, known)
    return np.zeros(0, np.int64) if vector is None else nearest_texts(vector, known, FIRST)


def _exact(texts: Sequence[str]) -> Search:
    lower = [text.lower() for text in texts]

    def search(text: str) -> IntArray:
        words = text.lower().split()
        found = [n for n, one in enumerate(lower) if all(word in one for word in words)]
        return np.array(found[:FIRST], dtype=np.int64)

    return search


def _centroid(texts: Sequence[str], known: Meanings) -> Search:
    holding: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        for word in words_in(text):
            holding.setdefault(word, []).append(place)

    def search(text: str) -> IntArray:
        words = [word for word in words_in(text) if word in holding]
        if not words:
            return np.zeros(0, np.int64)
        means = [meaning_of_texts(np.array(holding[word]), known) for word in words]
        rarity = known.rarity[[known.words[word] for word in words]]
        vector = rarity @ (np.array(means) - known.centre)
        return nearest_texts(np.asarray(vector, np.float32), known, FIRST)

    return search


def _timed(known: Meanings, texts: Sequence[str], rows: int) -> dict[str, float]:
    """Time a question over so many vectors: those at hand again and again, a little moved."""
    chance = np.random.default_rng(0)
    more = np.resize(known.rows, (rows, known.rows.shape[1]))
    more = more + chance.integers(-40, 41, more.shape, dtype=np.int16)
    large = replace(known, rows=more)
    times = []
    for text in texts:
        began = perf_counter()
        _by_meaning(text, large)
        times.append(1000.0 * (perf_counter() - began))
    return {
        "rows": rows,
        "ms_p50": round(float(np.quantile(times, 0.5)), 1),
        "ms_p95": round(float(np.quantile(times, 0.95)), 1),
    }


def _name(label: str) -> str:
    return label.replace("_", " ").replace("?", "")


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench search", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file: text,label")
    parser.add_argument("--vectors", type=Path, help="vectors of its rows instead of the encoder's")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--rows", type=int, default=100_000, help="vectors that it is timed on")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)
