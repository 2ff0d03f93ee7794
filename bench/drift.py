"""How often drift is told of where there is none, and how often where it was planted.

``python -m bench drift --data FILE.csv [--other FILE.csv] [--model NAME] [--weeks N] [--size N]
[--seed N]``. The files have the columns ``text`` and ``label``. A tenth of the labels is held out,
themes are fitted on half of the texts of the others, and weeks are drawn from the other half; how
much each label is talked about goes up and down from week to week. Printed is the share of weeks
in which something is told:

unchanged, unchanged_quarter
    weeks with nothing in them; quarters of thirteen weeks in which it is looked each week at
    all that came since the fit, as a pipeline does, and which count once;
topic
    part of the week is of the labels that were held out;
foreign
    part of it is of another file (with ``--other``);
kinds
    part of it is drawn from the kind that is the second most frequent;
words
    part of it uses words that nobody used before; what it means is as before.

Parts are a tenth, a fifth, three tenths of the week. For each: how often anything is told,
and which of the four alarms it is.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.themes import NO_THEME, read_labelled
from groundswell.config import Config
from groundswell.domain import FloatArray, IntArray, Vectors, content_id
from models.encoding.embedding import embed, load_encoder
from models.statements.annotation import annotate
from models.statements.annotator import example_texts
from models.themes.drift import Sample, alarms, sample_of
from models.themes.fitting import ThemeFit, fit_themes
from models.themes.held_out import Lie, lie_of, lie_of_references
from models.themes.placement import describe
from models.themes.vocabulary import read_words, unseen_shares

HELD_OUT = 0.1
"""Share of the labels that come as a new topic."""
UPS_AND_DOWNS = 0.1
"""Squared coefficient of variation of how much a label is talked about (docs/emerging.md)."""
PARTS = (0.1, 0.2, 0.3)
WEEKS_A_QUARTER = 13
FOREIGN = 1_000
"""Texts of the other file that are embedded."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What weeks are drawn from, one entry a statement."""

    labels: list[str]
    lie: Lie
    unseen: FloatArray
    kinds: list[str]

    def sample(self, rows: IntArray) -> Sample:
        """Sum up some of it."""
        lie = Lie(self.lie.nowhere[rows], self.lie.cosines[rows])
        kinds = [self.kinds[row] for row in rows.tolist()]
        return sample_of(lie, self.unseen[rows], kinds, len(rows))


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Fit themes, draw weeks with and without drift, and count what is told."""
    options = _options(argv)
    draws = np.random.default_rng(options.seed)
    fit, pools = _made(options, draws)
    weeks = _Weeks(fit, pools["usual"], options.size, draws)
    result: dict[str, Any] = {
        "fitted": fit.statements,
        "pool": len(pools["usual"].labels),
        "unchanged": weeks.share(weeks.usual, options.weeks),
        "unchanged_quarter": weeks.quarters(options.weeks),
    }
    for name, pool in pools.items():
        for part in PARTS if name != "usual" else ():
            told = [weeks.told(weeks.mixed(pool, part)) for _ in range(options.weeks)]
            result[f"{name}_{part:.0%}"] = round(sum(map(bool, told)) / options.weeks, 3)
            result[f"{name}_{part:.0%}_by"] = dict(Counter(kind for one in told for kind in one))
    return result


class _Weeks:
    """Weeks drawn, and what is told of them."""

    def __init__(self, fit: Sample, usual: Pool, size: int, draws: np.random.Generator) -> None:
        self._fit, self._pool, self._size, self._draws = fit, usual, size, draws
        self._left_out = Config().themes.refit_left_out
        names, self._place = np.unique(usual.labels, return_inverse=True)
        self._labels = len(names)

    def usual(self) -> Sample:
        return self._pool.sample(self._rows(self._size))

    def mixed(self, other: Pool, part: float) -> Sample:
        """Return a week of which a part is of another pool."""
        many = round(part * self._size)
        theirs = self._draws.choice(len(other.labels), min(many, len(other.labels)), replace=False)
        return _both(self._pool, self._rows(self._size - many), other, theirs)

    def told(self, week: Sample) -> list[str]:
        found = alarms(self._fit, week, left_out=self._left_out, remedy="")
        return [alarm.kind for alarm in found]

    def share(self, week: Any, count: int) -> float:
        return round(sum(bool(self.told(week())) for _ in range(count)) / count, 4)

    def quarters(self, count: int) -> float:
        """Return the share of quarters in which something is told at any look."""
        return self.share_of(count, lambda: any(map(self.told, self._looks())))

    def share_of(self, count: int, happens: Any) -> float:
        return round(sum(bool(happens()) for _ in range(count)) / count, 4)

    def _looks(self) -> list[Sample]:
        every = len(self._pool.labels) // WEEKS_A_QUARTER
        weekly = min(self._size, every)
        rows = self._rows(weekly * WEEKS_A_QUARTER)
        ends = range(weekly, len(rows) + 1, weekly)
        return [self._pool.sample(rows[:end]) for end in ends]

    def _rows(self, count: int) -> IntArray:
        loud = self._draws.gamma(1.0 / UPS_AND_DOWNS, UPS_AND_DOWNS, self._labels)[self._place]
        keys = self._draws.exponential(size=len(loud)) / loud
        return np.argsort(keys)[:count]


def _both(mine: Pool, rows: IntArray, other: Pool, theirs: IntArray) -> Sample:
    lie = Lie(
        np.concatenate([mine.lie.nowhere[rows], other.lie.nowhere[theirs]]),
        np.concatenate([mine.lie.cosines[rows], other.lie.cosines[theirs]]),
    )
    kinds = [mine.kinds[row] for row in rows.tolist()]
    kinds += [other.kinds[row] for row in theirs.tolist()]
    unseen = np.concatenate([mine.unseen[rows], other.unseen[theirs]])
    return sample_of(lie, unseen, kinds, len(kinds))


def _made(
    options: argparse.Namespace, draws: np.random.Generator
) -> tuple[Sample, Mapping[str, Pool]]:
    """Return what the fit is compared by, and the pools by name."""
    settings = Config()
    encoder = load_encoder(
        options.model or settings.embedding.model,
        backend=settings.embedding.backend,
        cache=settings.embedding.cache,
        threads=settings.embedding.threads,
    )
    texts, labels = _distinct(options.data)
    print(f"embedding {len(texts):,} texts", file=sys.stderr)
    names = sorted(set(labels) - {NO_THEME})
    new = set(draws.choice(names, max(1, round(HELD_OUT * len(names))), replace=False).tolist())
    usual = np.array([label not in new for label in labels])
    fitted = usual & (draws.random(len(labels)) < 0.5)
    vectors = embed(texts, encoder)
    known = [texts[row] for row in np.flatnonzero(fitted)]
    print(f"fitting {len(known):,} texts", file=sys.stderr)
    fit = fit_themes(
        vectors[fitted],
        known,
        neighbours=settings.themes.neighbours,
        min_statements=settings.themes.min_statements,
    )
    placing = _Placing(fit, known, embed(example_texts(), encoder))
    pools = {}
    for name, chosen in (("usual", usual & ~fitted), ("topic", ~usual)):
        rows = np.flatnonzero(chosen).tolist()
        said = [texts[row] for row in rows]
        pools[name] = placing.pool(said, vectors[rows], [labels[row] for row in rows])
    pools |= {"kinds": _of_kind(pools["usual"]), "words": _reworded(pools["usual"])}
    if options.other is not None:
        others = _distinct(options.other)[0][:FOREIGN]
        pools["foreign"] = placing.pool(others, embed(others, encoder), [""] * len(others))
    return placing.baseline(vectors[fitted]), pools


class _Placing:
    """A fit, and how texts lie to it."""

    def __init__(self, fit: ThemeFit, texts: list[str], examples: Vectors) -> None:
        self._model, self._core = fit.model, fit.core
        self._texts, self._words, self._examples = texts, read_words(texts)[0], examples

    def baseline(self, vectors: Vectors) -> Sample:
        rows = np.arange(len(self._core), dtype=np.int64)
        texts = [self._texts[row] for row in self._core]
        kinds = self._kinds(texts, vectors[self._core])
        lie = lie_of_references(self._model, rows)
        return sample_of(lie, read_words(texts)[1], kinds, len(texts))

    def pool(self, texts: list[str], vectors: Vectors, labels: list[str]) -> Pool:
        lie = lie_of(self._model, describe(self._model, vectors, texts))
        unseen = unseen_shares(texts, self._words)
        return Pool(labels, lie, unseen, self._kinds(texts, vectors))

    def _kinds(self, texts: list[str], vectors: Vectors) -> list[str]:
        hashes = [content_id(text) for text in texts]
        said = annotate(hashes, texts, vectors, self._examples)
        return [one.kind for one in said]


def _of_kind(pool: Pool) -> Pool:
    """Return the statements of the kind that is the second most frequent."""
    kinds = [kind for kind, _ in Counter(pool.kinds).most_common(2)]
    rows = np.flatnonzero(np.array(pool.kinds) == kinds[-1])
    lie = Lie(pool.lie.nowhere[rows], pool.lie.cosines[rows])
    return Pool([pool.labels[n] for n in rows], lie, pool.unseen[rows], kinds[-1:] * len(rows))


def _reworded(pool: Pool) -> Pool:
    return Pool(pool.labels, pool.lie, np.ones(len(pool.labels)), pool.kinds)


def _distinct(path: Path) -> tuple[list[str], list[str]]:
    said = read_labelled(path)
    return said.distinct, [said.labels[row] for row in said.first_rows.tolist()]


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench drift", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file: text,label")
    parser.add_argument("--other", type=Path, help="CSV file of something else altogether")
    parser.add_argument("--model", default="", help="encoder; left out: that of the settings")
    parser.add_argument("--weeks", type=int, default=400, help="of each sort")
    parser.add_argument("--size", type=int, default=500, help="statements a week")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)
