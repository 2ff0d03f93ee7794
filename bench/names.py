"""How well themes are named: whether a reader finds the theme of a quote by the names alone.

``python -m bench names --data FILE.csv [--vectors FILE.npy] [--show N]``. The file has the columns
``text`` and ``label``; its own labels are the themes, so that naming is judged apart from
clustering. Half of each label's texts make the name. For each of up to `QUOTES` texts of the other
half a reader sees five names, the right one, those of its two nearest themes and two at random,
and takes the one that is nearest to the text; the reader is the encoder. One in five would be
right by chance. ``--show`` prints names with three quotes of the unseen half for people to read.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.themes import NO_THEME, Labelled, peak_rss_mb, read_labelled, read_vectors
from groundswell.config import Config
from groundswell.domain import NOISE, IntArray, Vectors
from models.encoding.embedding import Encoder, embed, load_encoder
from models.naming.names import ThemeName, content_of, name_areas, name_themes
from models.themes.exemplars import central_first, choose_quotes

QUOTES = 50
"""Texts of a theme that the reader sees, spread evenly over its unseen half."""

SHOWN_QUOTES = 5
"""Quotes that stand beside a name in a report, of which the picks are counted too."""

NEIGHBOURS = 2
STRANGERS = 2
"""Other names the reader chooses from: those of the nearest themes, and any others."""


@dataclass(frozen=True, slots=True)
class Halves:
    """The texts of each theme, cut into those that make the name and those that judge it."""

    names: list[str]
    """Of the labels, in alphabetical order."""
    texts: list[str]
    vectors: Vectors
    labels: IntArray
    seen: IntArray
    """Rows that make the names."""
    unseen: IntArray

    def centroids(self) -> Vectors:
        """Return the unit centroids of the themes' seen halves."""
        sums = np.zeros((len(self.names), self.vectors.shape[1]))
        np.add.at(sums, self.labels[self.seen], self.vectors[self.seen])
        return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Name the labels of one file and let the reader judge."""
    options = _options(argv)
    said = read_labelled(options.data)
    halves = cut_in_halves(said, read_vectors(said, options.vectors), seed=options.seed)
    texts = [halves.texts[row] for row in halves.seen.tolist()]
    vectors, labels = halves.vectors[halves.seen], halves.labels[halves.seen]
    siblings = np.zeros(len(halves.names), dtype=np.int64)
    began = perf_counter()
    names = name_themes(texts, vectors, labels, siblings)
    named = perf_counter()
    keywords = name_areas(texts, labels, len(names))
    encoder = _encoder(options.model)
    quotes = _spread_quotes(halves)
    shown = _central_quotes(halves)
    if options.show:
        _show(halves, names, shown, options.show)
    return {
        "n": len(texts),
        "themes": len(names),
        "picked_right": pick(halves, names, quotes, encoder, seed=options.seed),
        "picked_right_shown": pick(halves, names, shown, encoder, seed=options.seed),
        "picked_right_keywords": pick(halves, keywords, quotes, encoder, seed=options.seed),
        "names_distinct": len({content_of(name.label) for name in names}) == len(names),
        "mean_words": round(float(np.mean([len(name.label.split()) for name in names])), 2),
        "share_fallback": round(float(np.mean([name.fallback for name in names])), 4),
        "seconds_names": round(named - began, 2),
        "peak_rss_mb": peak_rss_mb(),
    }


def cut_in_halves(said: Labelled, vectors: Vectors, *, seed: int) -> Halves:
    """Cut each label's distinct texts in two at random; texts of no theme are left out."""
    named = [said.labels[row] for row in said.first_rows.tolist()]
    names = sorted(set(named) - {NO_THEME})
    number = {name: place for place, name in enumerate(names)}
    labels = np.array([number.get(label, NOISE) for label in named], dtype=np.int64)
    draws = np.random.default_rng(seed)
    seen, unseen = [], []
    for theme in range(len(names)):
        rows = draws.permutation(np.flatnonzero(labels == theme))
        seen.append(rows[: (len(rows) + 1) // 2])
        unseen.append(rows[(len(rows) + 1) // 2 :])
    return Halves(
        names,
        said.distinct,
        vectors,
        labels,
        np.sort(np.concatenate(seen)),
        np.sort(np.concatenate(unseen)),
    )


def pick(
    halves: Halves,
    names: Sequence[ThemeName],
    quotes: Sequence[IntArray],
    encoder: Encoder,
    *,
    seed: int,
) -> float | None:
    """Return the share of quotes whose theme's name the reader picks from five, 0 to 1.

    Fewer than five names are all shown. A tie is not right. None without a quote.
    """
    written = embed([name.label for name in names], encoder)
    near = _nearest(halves.centroids())
    draws = np.random.default_rng(seed)
    right = []
    for theme, rows in enumerate(quotes):
        far = np.setdiff1d(np.arange(len(names)), [theme, *near[theme]])
        for row in rows.tolist():
            strangers = draws.choice(far, min(STRANGERS, len(far)), replace=False)
            others = np.concatenate([near[theme], strangers])
            cosines = written @ halves.vectors[row]
            right.append(bool(cosines[theme] > cosines[others].max(initial=-1.0)))
    return round(float(np.mean(right)), 4) if right else None


def _nearest(centroids: Vectors) -> IntArray:
    cosines = centroids @ centroids.T
    np.fill_diagonal(cosines, -2.0)
    order = np.argsort(-cosines, axis=1, kind="stable")
    return np.asarray(order[:, : min(NEIGHBOURS, len(centroids) - 1)], dtype=np.int64)


def _spread_quotes(halves: Halves) -> list[IntArray]:
    chosen = []
    for theme in range(len(halves.names)):
        rows = halves.unseen[halves.labels[halves.unseen] == theme]
        places = np.linspace(0, len(rows) - 1, min(QUOTES, len(rows))).round().astype(int)
        chosen.append(rows[places])
    return chosen


def _central_quotes(halves: Halves) -> list[IntArray]:
    """Return of each theme's unseen half what a report would quote."""
    labels = np.full(len(halves.texts), NOISE)
    labels[halves.unseen] = halves.labels[halves.unseen]
    lengths = np.array([len(text.split()) for text in halves.texts], dtype=np.int64)
    ordered = central_first(halves.vectors, labels, halves.centroids(), lengths)
    unknown = [None] * len(halves.texts)
    return [
        np.array(
            choose_quotes(rows.tolist(), halves.texts, unknown, unknown, SHOWN_QUOTES),
            dtype=np.int64,
        )
        for rows in ordered
    ]


def _show(
    halves: Halves, names: Sequence[ThemeName], quotes: Sequence[IntArray], count: int
) -> None:
    places = np.linspace(0, len(names) - 1, min(count, len(names))).round().astype(int)
    for theme in places.tolist():
        print(f"{names[theme].label}    [{halves.names[theme]}]", file=sys.stderr)
        for row in quotes[theme][:3].tolist():
            print(f"    {halves.texts[row]}", file=sys.stderr)


def _encoder(model: str) -> Encoder:
    settings = Config().embedding
    return load_encoder(
        model, backend=settings.backend, cache=settings.cache, threads=settings.threads
    )


def _options(argv: Sequence[str]) -> argparse.Namespace:
    settings = Config()
    parser = argparse.ArgumentParser(prog="python -m bench names", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file: text,label")
    parser.add_argument("--vectors", type=Path, help="vectors of its rows instead of the encoder's")
    parser.add_argument("--model", default=settings.embedding.model, help="the reader")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N names to read")
    parser.add_argument("--seed", type=int, default=settings.ranking.seed)
    return parser.parse_args(argv)
