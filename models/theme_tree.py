"""From a fitted clustering to named, permanent themes: areas above, needs below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    labels, areas = fit.model.labels, fit.areas
    needs = name_themes(said.texts, labels, len(areas))
    lineage = _trace(said, labels, needs, before, earlier, next_id)
    fresh = 1 + max([next_id - 1, *lineage.ids.values()])
    wide = _labels_of_areas(labels, areas)
    area_names = name_themes(said.texts, wide, int(areas.max(initial=-1)) + 1)
    area_lineage = _trace(said, wide, area_names, _in_areas(before, earlier), earlier, fresh)
    places = lay_out(fit.model.centroids, areas, seed=seed)
    sizes = _sizes(said, labels, len(areas))
    central = central_first(said.vectors, labels, fit.model.centroids, _words(said.texts))
    themes = [
        NeedTheme(
            theme_id=area_lineage.ids[area],
            label=name.label,
            keywords=name.keywords,
            exemplars=(),
            size=sum(sizes[number] for number in np.flatnonzero(areas == area)),
            stability=1.0,
        )
        for area, name in enumerate(area_names)
    ]
    for number, name in enumerate(needs):
        stability = float(fit.stability[number])
        themes.append(
            NeedTheme(
                theme_id=lineage.ids[number],
                label=name.label,
                keywords=name.keywords,
                exemplars=tuple(said.statements[row][0] for row in central[number][:EXEMPLARS]),
                size=sizes[number],
                stability=round(stability, 4),
                state="certified" if stability >= certified_stability else "provisional",
                parent_id=area_lineage.ids[int(areas[number])],
                x=round(float(places[number, 0]), 4),
                y=round(float(places[number, 1]), 4),
            )
        )
    retired = {**area_lineage.retired, **lineage.retired}
    return ThemeTree(themes, lineage.ids, retired, lineage.events)


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
