"""How well themes keep their ids over refits, and whether planted changes are told, and only they.

``python -m bench lineage --data FILE.csv [--vectors FILE.npy]``. The file is as for
``bench themes``. Each refit continues a fit before it, as the pipeline does:

ids_kept_same_data, changes_same_data
    share of the ids that a refit of the same texts keeps, and the changes it tells, by kind;
items_kept_plus_10, changes_plus_10
    share of the texts in a theme that keep its id when a tenth of new texts of the known labels
    comes, and the changes that are told;
planted_found, planted_total
    three themes of a fit of all texts come late (to be told as born, with most of one in it),
    three pairs of themes were one (to be told as split), three themes were cut in two along the
    direction in which they are widest (to be told as merged): all at once;
extra_changes, changes_planted
    what else this refit tells of split, merged, born or retired themes, and all it tells;
resolutions_plus_10, resolutions_planted
    of the two fits: where the second one is coarser or finer, themes merge or split everywhere.

Planted are every k-th theme, by size of the label it holds most of; a text has the label that
comes first with it. Themes come late and not labels: two labels that a fit of everything holds
in one theme are one need to it, and no refit can tell one of them as born.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.themes import NO_THEME, read_labelled, read_vectors
from groundswell.config import Config
from groundswell.domain import NOISE, IntArray, ThemeChange, Vectors
from models.themes.fitting import NEW, Earlier, fit_themes
from models.themes.lineage import Lineage, match_themes
from models.themes.overlap import MOSTLY

EACH = 3
"""Changes planted of each kind."""

ONE_IN = 11
"""Of so many texts one comes late: a tenth of the others."""

PLANTED_KINDS = ("split", "merged", "born", "retired")

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Distinct texts in the order of the store; a text's row is its name."""

    texts: list[str]
    labels: NDArray[np.str_]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Fitted:
    """What one fit found."""

    rows: IntArray
    """Of the texts, in the order of the fit."""
    themes: IntArray
    """Permanent id of the theme of each, or `NOISE`."""
    resolution: float
    next_id: int
    lineage: Lineage

    @staticmethod
    def nothing() -> "Fitted":
        """Return what there is before the first fit."""
        nobody = np.empty(0, dtype=np.int64)
        return Fitted(nobody, nobody, 1.0, 1, Lineage({}, {}, ()))

    def as_earlier(self, rows: IntArray) -> Earlier | None:
        """Return what the fit of some texts has to continue, None before the first fit."""
        if len(self.rows) == 0:
            return None
        known = dict(zip(self.rows.tolist(), self.themes.tolist(), strict=True))
        themes = np.array([known.get(row, NEW) for row in rows.tolist()], dtype=np.int64)
        return Earlier(themes, self.resolution)

    def members(self, theme: int) -> IntArray:
        """Return the rows of the texts in a theme."""
        return np.asarray(self.rows[self.themes == theme])

    def home(self, rows: IntArray) -> int:
        """Return the theme that holds most of some texts, `NOISE` if none holds any."""
        themes = self.themes[np.isin(self.rows, rows) & (self.themes != NOISE)]
        return int(np.bincount(themes).argmax()) if len(themes) else NOISE


def run(argv: Sequence[str]) -> dict[str, Any]:
    """Fit the texts of one file again and again, and look at what is told."""
    parser = argparse.ArgumentParser(prog="python -m bench lineage", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="CSV file: text,label")
    parser.add_argument("--vectors", type=Path, help="vectors of its rows instead of the encoder's")
    options = parser.parse_args(argv)
    said = read_labelled(options.data)
    labels = np.array(said.labels)[said.first_rows]
    corpus = Corpus(said.distinct, labels, read_vectors(said, options.vectors))
    began = perf_counter()
    result = {**_same_data(corpus), **_a_tenth_more(corpus), **_planted(corpus)}
    return {"n": len(labels), **result, "seconds": round(perf_counter() - began, 1)}


def _same_data(corpus: Corpus) -> dict[str, Any]:
    _say("the same texts again")
    everything = np.arange(len(corpus.texts))
    first = _fit(corpus, everything)
    second = _fit(corpus, everything, first)
    ids = set(first.lineage.ids.values())
    return {
        "themes": len(ids),
        "ids_kept_same_data": _share(len(ids - second.lineage.retired.keys()), len(ids)),
        "changes_same_data": _kinds(second.lineage.changes),
    }


def _a_tenth_more(corpus: Corpus) -> dict[str, Any]:
    _say("a tenth of new texts")
    late = np.zeros(len(corpus.texts), dtype=bool)
    for label in np.unique(corpus.labels):
        late[np.flatnonzero(corpus.labels == label)[::ONE_IN]] = True
    first = _fit(corpus, np.flatnonzero(~late))
    second = _fit(corpus, np.arange(len(late)), first)
    now = dict(zip(second.rows.tolist(), second.themes.tolist(), strict=True))
    before = zip(first.rows.tolist(), first.themes.tolist(), strict=True)
    kept = [now.get(row) == theme for row, theme in before if theme != NOISE]
    return {
        "items_kept_plus_10": _share(sum(kept), len(kept)),
        "changes_plus_10": _kinds(second.lineage.changes),
        "resolutions_plus_10": [round(fitted.resolution, 3) for fitted in (first, second)],
    }


def _planted(corpus: Corpus) -> dict[str, Any]:
    _say("planted changes")
    counts = Counter(label for label in corpus.labels.tolist() if label != NO_THEME)
    by_size = sorted(counts, key=lambda label: (-counts[label], label))
    everything = np.arange(len(corpus.texts))
    whole = _fit(corpus, everything)
    late = [whole.members(theme) for theme in _spread(_homes(corpus, whole, by_size), EACH)]
    first = _fit(corpus, np.setdiff1d(everything, np.concatenate(late)))
    chosen = _spread(_homes(corpus, first, by_size), 3 * EACH)
    triples = list(zip(chosen[0::3], chosen[1::3], chosen[2::3], strict=False))
    pairs = [(one, other) for one, other, _ in triples]
    cuts = [(theme, first.next_id + place) for place, (_, _, theme) in enumerate(triples)]
    second = _fit(corpus, everything, _altered(corpus, first, pairs, cuts))
    told = second.lineage.changes
    born = [c for c in told for rows in late if _tells_birth(c, second, rows)]
    split = [c for c in told for pair in pairs if _tells_split(c, first, second, pair)]
    merged = [c for c in told for cut in cuts if _tells_merger(c, cut)]
    right = [*born, *split, *merged]
    for change in told:
        _say(f"  {'planted' if change in right else 'not planted'}: {change.sentence}")
    return {
        "planted_total": len(late) + len(pairs) + len(cuts),
        "planted_found": len(right),
        "born_found": len(born),
        "split_found": len(split),
        "merged_found": len(merged),
        "extra_changes": sum(c.kind in PLANTED_KINDS and c not in right for c in told),
        "changes_planted": _kinds(told),
        "resolutions_planted": [round(fitted.resolution, 3) for fitted in (first, second)],
    }


def _homes(corpus: Corpus, fitted: Fitted, labels: Iterable[str]) -> list[int]:
    """Return the themes that hold most of each label, each once."""
    homes = (fitted.home(np.flatnonzero(corpus.labels == label)) for label in labels)
    return [theme for theme in dict.fromkeys(homes) if theme != NOISE]


def _fit(corpus: Corpus, rows: IntArray, before: Fitted | None = None) -> Fitted:
    """Fit texts and give their themes the ids of those before."""
    settings = Config().themes
    before = before or Fitted.nothing()
    fit = fit_themes(
        corpus.vectors[rows],
        [corpus.texts[row] for row in rows.tolist()],
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
        before=before.as_earlier(rows),
    )
    rows, themes = rows[fit.core], fit.model.labels
    lineage = match_themes(
        _places(before.rows, before.themes),
        _places(rows, themes),
        next_id=before.next_id,
        old_labels={theme: f"theme {theme}" for theme in set(before.themes.tolist()) - {NOISE}},
        new_labels={theme: f"new theme {theme}" for theme in fit.model.theme_ids.tolist()},
        old_centroids=_centroids(corpus, before.rows, before.themes),
        new_centroids=_centroids(corpus, rows, themes),
    )
    ids = np.array([*lineage.ids.values(), NOISE], dtype=np.int64)
    next_id = max(before.next_id, int(ids.max()) + 1)
    return Fitted(rows, ids[themes], fit.model.resolution, next_id, lineage)


def _places(rows: IntArray, themes: IntArray) -> dict[str, int]:
    return {f"{row:08}": theme for row, theme in zip(rows.tolist(), themes.tolist(), strict=True)}


def _centroids(corpus: Corpus, rows: IntArray, themes: IntArray) -> dict[int, Any]:
    means = {
        theme: corpus.vectors[rows[themes == theme]].mean(axis=0)
        for theme in np.unique(themes[themes != NOISE]).tolist()
    }
    return {theme: mean / np.linalg.norm(mean) for theme, mean in means.items()}


def _altered(
    corpus: Corpus,
    fitted: Fitted,
    pairs: Iterable[tuple[int, int]],
    cuts: Iterable[tuple[int, int]],
) -> Fitted:
    """Return a fit with pairs of its themes as one, and others cut in two."""
    themes = fitted.themes.copy()
    for one, other in pairs:
        themes[themes == other] = one
    for theme, half in cuts:
        members = np.flatnonzero(themes == theme)
        themes[members[_upper_half(corpus.vectors[fitted.rows[members]])]] = half
    return replace(fitted, themes=themes, next_id=max(fitted.next_id, int(themes.max()) + 1))


def _upper_half(vectors: Vectors) -> NDArray[np.bool_]:
    """Return which texts lie on one side of a theme, seen along its first principal axis."""
    away = vectors - vectors.mean(axis=0)
    places = away @ np.linalg.svd(away, full_matrices=False)[2][0]
    return np.asarray(places > np.median(places))


def _tells_birth(change: ThemeChange, now: Fitted, rows: IntArray) -> bool:
    if change.kind != "born":
        return False
    return int(np.isin(rows, now.members(change.theme_ids[0])).sum()) > MOSTLY * len(rows)


def _tells_split(change: ThemeChange, before: Fitted, now: Fitted, pair: tuple[int, int]) -> bool:
    """Return whether a theme is told to be in two, one for each of those that it held."""
    if change.kind != "split" or change.earlier_ids != pair[:1]:
        return False
    parts = {now.home(before.members(theme)) for theme in pair}
    return len(parts & set(change.theme_ids)) == 2


def _tells_merger(change: ThemeChange, halves: tuple[int, int]) -> bool:
    return change.kind == "merged" and sorted(change.earlier_ids) == sorted(halves)


def _spread(things: Sequence[Thing], count: int) -> list[Thing]:
    """Return every k-th thing, `count` of them or all there are."""
    return list(things[:: max(len(things) // count, 1)][:count])


def _kinds(changes: Iterable[ThemeChange]) -> dict[str, int]:
    return dict(Counter(change.kind for change in changes))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _say(what: str) -> None:
    print(what, file=sys.stderr)
