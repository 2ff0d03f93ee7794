"""From a fitted clustering to named, permanent themes: areas above, needs below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from groundswell.domain import NOISE, IntArray, NeedTheme, Vectors
from models.lineage import Lineage, match_themes
from models.naming import ThemeName, central_first, name_themes
from models.theme_map import lay_out
from models.themes import ThemeFit

EXEMPLARS = 12
"""Most central statements remembered per theme."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The distinct texts a fit was made on, in its order."""

    texts: Sequence[str]
    vectors: Vectors
    statements: Sequence[Sequence[str]]
    """Ids of the statements that say each text, sorted; the first stands for all."""


@dataclass(frozen=True, slots=True)
class ThemeTree:
    """Areas and needs with permanent ids, and what became of the earlier ones."""

    themes: list[NeedTheme]
    """Areas have no parent, needs have one."""
    ids: Mapping[int, int]
    """Number of a need in the fit to its permanent id."""
    retired: Mapping[int, tuple[int, ...]]
    """Earlier id to its successors, the largest share first."""
    events: tuple[str, ...]
    """Sentences: what was born, split, merged or retired."""


def grow_tree(
    fit: ThemeFit,
    said: Texts,
    *,
    before: Mapping[str, int],
    earlier: Sequence[NeedTheme],
    next_id: int,
    certified_stability: float,
    seed: int,
) -> ThemeTree:
    """Name the themes of a fit and give them the ids of the earlier themes they continue.

    Parameters
    ----------
    before
        Statement id to its theme before this fit; `NOISE` allowed.
    earlier
        The themes before this fit, areas included.
    next_id
        First id that was never used.
    certified_stability
        Themes less stable than this are provisional, 0 to 1.
    """
    labels = fit.model.labels
    names = name_themes(said.texts, labels, len(fit.areas))
    lineage = _trace(said, labels, names, before, earlier, next_id)
    fresh = 1 + max([next_id - 1, *lineage.ids.values()])
    sizes = _sizes(said, labels, len(fit.areas))
    areas, retired_areas = _grow_areas(fit, said, sizes, before, earlier, fresh)
    needs = [
        replace(
            drawn,
            theme_id=lineage.ids[number],
            label=names[number].label,
            keywords=names[number].keywords,
            size=sizes[number],
            state="certified" if drawn.stability >= certified_stability else "provisional",
            parent_id=areas[int(fit.areas[number])].theme_id,
        )
        for number, drawn in enumerate(_draw(fit, said, seed))
    ]
    retired = {**retired_areas, **lineage.retired}
    return ThemeTree([*areas, *needs], lineage.ids, retired, lineage.events)


def _grow_areas(
    fit: ThemeFit,
    said: Texts,
    sizes: Sequence[int],
    before: Mapping[str, int],
    earlier: Sequence[NeedTheme],
    next_id: int,
) -> tuple[list[NeedTheme], Mapping[int, tuple[int, ...]]]:
    labels = _labels_of_areas(fit.model.labels, fit.areas)
    count = int(fit.areas.max(initial=-1)) + 1
    names = name_themes(said.texts, labels, count)
    lineage = _trace(said, labels, names, _in_areas(before, earlier), earlier, next_id)
    widths = np.bincount(fit.areas, weights=sizes, minlength=count).astype(int).tolist()
    areas = [
        NeedTheme(lineage.ids[n], name.label, name.keywords, (), widths[n], stability=1.0)
        for n, name in enumerate(names)
    ]
    return areas, lineage.retired


def _draw(fit: ThemeFit, said: Texts, seed: int) -> list[NeedTheme]:
    """Return each need with its examples, stability and place on the map, as yet unnamed."""
    model = fit.model
    places = lay_out(model.centroids, fit.areas, seed=seed).round(4).tolist()
    central = central_first(said.vectors, model.labels, model.centroids, _words(said.texts))
    return [
        NeedTheme(
            theme_id=number,
            label="",
            keywords=(),
            exemplars=tuple(said.statements[row][0] for row in rows[:EXEMPLARS]),
            size=0,
            stability=round(float(fit.stability[number]), 4),
            x=places[number][0],
            y=places[number][1],
        )
        for number, rows in enumerate(central)
    ]


def _trace(
    said: Texts,
    labels: IntArray,
    names: Sequence[ThemeName],
    before: Mapping[str, int],
    earlier: Sequence[NeedTheme],
    next_id: int,
) -> Lineage:
    now = {
        statement: int(label)
        for statements, label in zip(said.statements, labels.tolist(), strict=True)
        for statement in statements
    }
    return match_themes(
        before,
        now,
        next_id=next_id,
        old_labels={theme.theme_id: theme.label for theme in earlier},
        new_labels={number: name.label for number, name in enumerate(names)},
    )


def _labels_of_areas(labels: IntArray, areas: IntArray) -> IntArray:
    lookup = np.append(areas, NOISE)  # the last place serves the label -1
    return np.asarray(lookup[labels], dtype=np.int64)


def _in_areas(before: Mapping[str, int], earlier: Sequence[NeedTheme]) -> dict[str, int]:
    parents = {t.theme_id: t.parent_id for t in earlier if t.parent_id is not None}
    return {statement: parents.get(theme, NOISE) for statement, theme in before.items()}


def _sizes(said: Texts, labels: IntArray, count: int) -> list[int]:
    sizes = [0] * count
    for statements, label in zip(said.statements, labels.tolist(), strict=True):
        if label != NOISE:
            sizes[label] += len(statements)
    return sizes


def _words(texts: Sequence[str]) -> IntArray:
    return np.array([len(text.split()) for text in texts], dtype=np.int64)
