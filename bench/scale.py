"""How finding, naming and placing themes grow with the number of statements, on drawn ones.

``python -m bench scale --rows N [--dims 384] [--seed 1]``. Statements are vectors that lie to each
other as real ones do, with words that those of one need share. Drawing them is not counted.
``seconds_fit`` is all that a retrain computes but the names and the map: graph, communities,
hierarchy, and the place of each statement. New statements are placed by their vectors alone, and
by vectors and words as a run does.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from bench.themes import peak_rss_mb
from groundswell.config import Config
from groundswell.domain import IntArray, Vectors
from models.naming.names import name_themes
from models.nearest.neighbours import build_index, measure_recall, search_within
from models.themes.fitting import ThemeFit, fit_themes
from models.themes.model import Placement, ThemeModel
from models.themes.placement import assign_themes

ASSIGNED = 20_000
"""New statements placed at once."""

CHUNK = 16_384
"""Vectors drawn at once: 25 MB in float32."""

# Lengths of what a statement's vector is the sum of, tuned until the cosines to the nearest, the
# tenth, the sixtieth and a random statement, and what a search of few cells finds, resembled
# those of 62,700 real ones by all-MiniLM-L6-v2: see the test.
LANGUAGE = 0.26  # what all statements share
AREA = 0.45
NEED = 0.43
VARIANT = 0.38
ASPECTS = 0.56  # how a statement differs from its variant in what is said of the area's things
WORDING = 0.17  # and in all else
SPREAD = 0.7  # standard deviation of the logarithm of how far a statement is from its variant

NEEDS_PER_ROOT = 1.0  # needs per square root of the number of statements
AREAS_PER_NEED = 0.08
VARIANTS_PER_NEED = 16
ASPECTS_PER_AREA = 40  # dimensions of what is said of an area's things
ZIPF = 0.8  # the need of rank r has statements in proportion to r ** -ZIPF
VARIANT_ZIPF = 1.0
OWN_WORDS = 12  # that a need has
OTHER_WORDS = 20_000  # that all have, by Zipf's law
HEAD = 4.0  # the variance of the j-th dimension is in proportion to 1 / (HEAD + j)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Statements as vectors and words."""

    vectors: Vectors
    """Unit rows, rounded to half precision as those of the store, shape (n, dims)."""
    texts: list[str]
    needs: IntArray
    """The need that each is about, shape (n,)."""

    def part(self, start: int, end: int | None) -> "Drawn":
        """Return some of them."""
        return Drawn(self.vectors[start:end], self.texts[start:end], self.needs[start:end])


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Areas, needs and variants from which statements are drawn."""

    variants: Vectors
    """Middle of each variant, shape (needs, variants, dims)."""
    area: IntArray
    """Area of each need, shape (needs,)."""
    aspects: Vectors
    """Directions in which statements of an area differ, shape (areas, aspects, dims)."""


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Time each stage of a fit on so many statements; times are wall-clock seconds."""
    options = _options(argv)
    print(f"drawing {options.rows:,} statements", file=sys.stderr)
    drawn = draw_statements(options.rows + ASSIGNED, options.dims, seed=options.seed)
    known, new = drawn.part(0, options.rows), drawn.part(options.rows, None)
    began = perf_counter()
    fitted, result = _time_fit(known)
    placement = _place(fitted.model, known)
    placed = perf_counter()
    labels = placement.primary(options.rows)
    name_themes(known.texts, known.vectors, labels, fitted.areas)
    named = perf_counter()
    result = {
        "rows": options.rows,
        "themes": len(fitted.areas),
        **result,
        "seconds_names": round(named - placed, 2),
        "seconds_fit": round(placed - began, 2),
        "peak_rss_mb": peak_rss_mb(),
    }
    return {
        **result,
        **_time_placing(fitted.model, new),
        "neighbour_recall": _recall(fitted.model),
    }


def _time_fit(known: "Drawn") -> tuple[ThemeFit, dict[str, float]]:
    """Fit the themes; return the seconds of each stage, too."""
    settings, began = Config().themes, {"start": perf_counter()}
    print("fitting", file=sys.stderr)
    fitted = fit_themes(
        known.vectors,
        known.texts,
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
        stage=lambda name: began.update({name: perf_counter()}),
    )
    began["end"] = perf_counter()
    stages = [("graph", "communities"), ("communities", "hierarchy"), ("hierarchy", "end")]
    return fitted, {
        f"seconds_{stage}": round(began[after] - began[stage], 2)
        for stage, after in stages
        if after in began and stage in began
    }


def _time_placing(model: ThemeModel, new: "Drawn") -> dict[str, float]:
    """Return what a run takes to make a model ready, and how many it then places a second."""

    def seconds(said: Drawn, *, words: bool) -> float:
        began = perf_counter()
        _place(model, said, words=words)
        return perf_counter() - began

    ready = seconds(new.part(0, 1), words=True)
    by_meaning = seconds(new, words=False) - ready
    by_words_too = seconds(new, words=True) - ready
    return {
        "seconds_ready": round(ready, 2),
        "assign_per_s": round(ASSIGNED / max(by_meaning, 1e-3)),
        "assign_with_words_per_s": round(ASSIGNED / max(by_words_too, 1e-3)),
    }


def _place(model: ThemeModel, said: "Drawn", *, words: bool = True) -> Placement:
    least = Config().ranking.min_membership
    texts = said.texts if words else None
    return assign_themes(model, said.vectors, texts, min_membership=least)


def _recall(model: ThemeModel) -> float:
    """Return the share of the nearest that placing finds in a large model, as it looks for them."""
    index = build_index(model.references)
    count = min(2 * model.voters, len(model.references) - 1)
    return round(measure_recall(index, search_within(index, count)[0]), 4)


def draw_statements(rows: int, dims: int, *, seed: int) -> Drawn:
    """Draw statements about `NEEDS_PER_ROOT` times the root of their number of needs."""
    needs = max(round(NEEDS_PER_ROOT * float(rows) ** 0.5), 1)
    vectors = np.empty((rows, dims), dtype=np.float32)
    texts: list[str] = []
    labels: list[IntArray] = []
    for part in draw_parts(rows, dims, needs, seed=seed):
        vectors[len(texts) : len(texts) + len(part.texts)] = part.vectors
        texts += part.texts
        labels.append(part.needs)
    return Drawn(vectors, texts, np.concatenate(labels))


def draw_parts(rows: int, dims: int, needs: int, *, seed: int) -> Iterator[Drawn]:
    """Draw statements about so many needs, at most `CHUNK` at once.

    Each vector is the sum of what all share, its area, need and variant, a random mixture of the
    area's aspects and isotropic noise. A few needs have many statements and many have few.
    """
    draws = np.random.default_rng(seed)
    hierarchy = _draw_hierarchy(needs, dims, draws)
    for start in range(0, rows, CHUNK):
        drawn, need = _draw_vectors(hierarchy, min(CHUNK, rows - start), draws)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        halved = drawn.astype(np.float16).astype(np.float32)
        yield Drawn(halved, _draw_texts(need, draws), need)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench scale", description=__doc__)
    parser.add_argument("--rows", type=int, required=True, help="statements, 2 or more")
    parser.add_argument("--dims", type=int, default=384, help="dimensions of a vector")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    if options.rows < 2:
        parser.error("--rows must be 2 or more")
    return options


def _draw_hierarchy(needs: int, dims: int, draws: np.random.Generator) -> Hierarchy:
    scale = (HEAD + np.arange(dims)) ** -0.5
    scale = (scale / np.linalg.norm(scale)).astype(np.float32)

    def directions(*shape: int) -> Vectors:
        return draws.standard_normal((*shape, dims), dtype=np.float32) * scale

    areas = max(round(AREAS_PER_NEED * needs), 1)
    area = draws.integers(0, areas, needs)
    middles = LANGUAGE * directions() + AREA * directions(areas)[area] + NEED * directions(needs)
    variants = middles[:, None, :] + VARIANT * directions(needs, VARIANTS_PER_NEED)
    aspects = directions(areas, ASPECTS_PER_AREA) * np.float32(ASPECTS / ASPECTS_PER_AREA**0.5)
    return Hierarchy(variants, area, aspects)


def _draw_vectors(
    hierarchy: Hierarchy, count: int, draws: np.random.Generator
) -> tuple[Vectors, IntArray]:
    needs, variants, dims = hierarchy.variants.shape
    need = np.sort(_ranks(needs, ZIPF, count, draws))
    drawn = hierarchy.variants[need, _ranks(variants, VARIANT_ZIPF, count, draws)]
    far = np.exp(SPREAD * draws.standard_normal((count, 1), dtype=np.float32))
    mixture = draws.standard_normal((count, hierarchy.aspects.shape[1]), dtype=np.float32)
    bounds = np.searchsorted(need, np.arange(needs + 1))
    for number in np.flatnonzero(np.diff(bounds)):
        part = slice(bounds[number], bounds[number + 1])
        aspects = hierarchy.aspects[hierarchy.area[number]]
        drawn[part] += (far[part] * mixture[part]) @ aspects
    noise = draws.standard_normal((count, dims), dtype=np.float32)
    drawn += far * noise * np.float32(WORDING / dims**0.5)
    order = draws.permutation(count)
    return drawn[order], need[order]


def _draw_texts(need: IntArray, draws: np.random.Generator) -> list[str]:
    """Write a statement about each need: some of its own words among those of all."""
    own = need[:, None] * OWN_WORDS + draws.integers(0, OWN_WORDS, (len(need), 3))
    other = _ranks(OTHER_WORDS, 1.0, 4 * len(need), draws).reshape(-1, 4)
    return [
        f"I cannot {word(a)} the {word(b)} with my {word(c)} when the {word(d)} has a {word(e)}"
        f" and {word(f)}, {word(g)}"
        for (a, b, c), (d, e, f, g) in zip(own.tolist(), (-1 - other).tolist(), strict=True)
    ]


def word(number: int) -> str:
    """Return a pronounceable word of its own for each whole number, also below 0."""
    letters, rest = ("z" if number < 0 else ""), abs(number) + 40
    while rest:
        rest, consonant = divmod(rest, 16)
        rest, vowel = divmod(rest, 5)
        letters += "bcdfghklmnprstvw"[consonant] + "aeiou"[vowel]
    return letters


def _ranks(count: int, exponent: float, wanted: int, draws: np.random.Generator) -> IntArray:
    weights = np.arange(1.0, count + 1.0) ** -exponent
    return draws.choice(count, wanted, p=weights / weights.sum())
