"""From a fitted clustering to named, permanent themes: areas, needs in them, variants of these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from groundswell.domain import (
    NOISE,
    FloatArray,
    IntArray,
    NeedTheme,
    ThemeChange,
    ThemeLevel,
    ThemeState,
    Vectors,
)
from models.naming.names import ThemeName, name_areas, name_themes
from models.themes.counter_evidence import counter_first
from models.themes.exemplars import central_first
from models.themes.fitting import ThemeFit
from models.themes.layout import lay_out
from models.themes.lineage import Heirs, Lineage, match_themes

EXEMPLARS = 24
"""Most central statements remembered per theme: enough to quote five different customers."""

COUNTER_EXEMPLARS = 8
"""Statements remembered per theme that say the opposite."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct texts and what is known of each; arrays have shape (n,)."""

    texts: Sequence[str]
    vectors: Vectors
    statements: Sequence[Sequence[str]]
    """Ids of the statements that say each text, sorted; the first stands for all."""
    labels: IntArray
    """Theme of each text, 0 to k - 1 or `NOISE`."""
    variants: IntArray
    """Variant of each text, 0 to v - 1 or `NOISE`."""
    polarity: FloatArray
    """-1 (unhappy) to 1 (happy), NaN where not known."""
    satisfied: FloatArray
    """Share of those who said it and rated that are satisfied, NaN where nobody rated."""


@dataclass(frozen=True, slots=True)
class Past:
    """The themes before a fit."""

    themes: Sequence[NeedTheme]
    """The living ones, of all levels."""
    needs: Mapping[str, int]
    """Statement id to its need; `NOISE` allowed."""
    variants: Mapping[str, int]
    """Statement id to its variant, where it had one."""
    centroids: Mapping[int, Vectors]
    """Need id to its centroid, a unit vector; empty where they are not known."""
    next_id: int
    """First id that was never used."""
    chosen: Mapping[int, str | None] = field(default_factory=dict)
    """Themes that reviewers decided about, with the name they gave each, if any."""

    def of(self, level: ThemeLevel) -> dict[int, NeedTheme]:
        """Return the themes of a level by id."""
        return {theme.theme_id: theme for theme in self.themes if theme.level == level}

    def places(self, level: ThemeLevel) -> Mapping[str, int]:
        """Return the theme of a level that each statement belonged to."""
        if level == "need":
            return self.needs
        if level == "variant":
            return self.variants
        areas = {need: theme.parent_id for need, theme in self.of("need").items()}
        known = {need: area for need, area in areas.items() if area is not None}
        return {one: known.get(need, NOISE) for one, need in self.needs.items()}


@dataclass(frozen=True, slots=True)
class ThemeTree:
    """Themes of three levels with permanent ids, and what became of the earlier ones."""

    themes: list[NeedTheme]
    need_ids: Mapping[int, int]
    """Number of a need in the fit to its permanent id."""
    variant_ids: Mapping[int, int]
    """Number of a variant in the fit to its permanent id."""
    retired: Mapping[int, Heirs]
    """Earlier id to its successors with their shares, largest first."""
    changes: tuple[ThemeChange, ...]
    """What became of the needs."""


def grow_tree(fit: ThemeFit, said: Texts, past: Past, *, certified_stability: float) -> ThemeTree:
    """Name the themes of a fit and give them the ids of the earlier themes they continue.

    A name that a person gave stays with the theme, and a theme that a person decided about keeps
    its id before others.

    Parameters
    ----------
    certified_stability
        Themes less stable than this are provisional, 0 to 1.
    """
    area_labels = np.append(fit.areas, NOISE)[said.labels]  # the last place serves the label -1
    area_names = name_areas(said.texts, area_labels, int(fit.areas.max(initial=-1)) + 1)
    taken = [name.label for name in area_names]
    names = name_themes(said.texts, said.vectors, said.labels, fit.areas, taken=taken)
    taken += [name.label for name in names]
    parts = name_themes(said.texts, said.vectors, said.variants, fit.parents, taken=taken)
    needs = _trace(said, said.labels, names, past, "need", past.next_id, fit.model.centroids)
    areas = _trace(said, area_labels, area_names, past, "area", _after(needs, past))
    variants = _trace(said, said.variants, parts, past, "variant", _after(areas, past))
    grown = _needs(fit, said, names, needs, past, certified_stability)
    roots = [
        replace(need, parent_id=areas.ids[int(fit.areas[number])])
        for number, need in enumerate(grown)
    ]
    themes = [
        *_plain(said, area_labels, area_names, areas, "area", [None] * len(area_names), past),
        *roots,
        *_plain(
            said,
            said.variants,
            parts,
            variants,
            "variant",
            [roots[int(parent)] for parent in fit.parents],
            past,
        ),
    ]
    retired = {**variants.retired, **areas.retired, **needs.retired}
    return ThemeTree(themes, needs.ids, variants.ids, retired, needs.changes)


def sizes_of(statements: Sequence[Sequence[str]], labels: IntArray, count: int) -> list[int]:
    """Return the number of statements of each theme, given those that say each text."""
    weights = np.array([len(one) for one in statements], dtype=np.float64)
    inside = labels != NOISE
    sums = np.bincount(labels[inside], weights[inside], minlength=count)
    return [int(size) for size in sums]


def evidence_of(
    name: ThemeName, statements: Sequence[Sequence[str]]
) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Return what carried a name, with ids of statements in place of rows."""
    return tuple(
        (word.phrase, word.statements, tuple(statements[row][0] for row in word.rows))
        for word in name.evidence
    )


def _after(lineage: Lineage, past: Past) -> int:
    return 1 + max([past.next_id - 1, *lineage.ids.values()])


def _trace(
    said: Texts,
    labels: IntArray,
    names: Sequence[ThemeName],
    past: Past,
    level: ThemeLevel,
    next_id: int,
    centroids: Vectors | None = None,
) -> Lineage:
    known = past.of(level)
    now = {
        statement: int(label)
        for statements, label in zip(said.statements, labels.tolist(), strict=True)
        for statement in statements
    }
    return match_themes(
        past.places(level),
        now,
        next_id=next_id,
        old_labels={n: past.chosen.get(n) or theme.label for n, theme in known.items()},
        new_labels={number: name.label for number, name in enumerate(names)},
        held=[n for n, theme in known.items() if theme.named_by == "person" or n in past.chosen],
        old_centroids=past.centroids if level == "need" else None,
        new_centroids=None if centroids is None else dict(enumerate(centroids)),
    )


def _needs(
    fit: ThemeFit,
    said: Texts,
    names: Sequence[ThemeName],
    lineage: Lineage,
    past: Past,
    bound: float,
) -> list[NeedTheme]:
    """Return each need with its examples, size, stability and place on the map."""
    count, known = len(names), past.of("need")
    places = _places(fit, lineage, known)
    words = np.array([len(text.split()) for text in said.texts], dtype=np.int64)
    centroids = fit.model.centroids
    central = central_first(said.vectors, said.labels, centroids, words)
    counter = counter_first(said.vectors, said.labels, centroids, said.polarity, said.satisfied)
    sizes = sizes_of(said.statements, said.labels, count)
    return [
        _continued(
            NeedTheme(
                theme_id=lineage.ids[number],
                label=name.label,
                keywords=name.keywords,
                exemplars=_ids(said, central[number][:EXEMPLARS]),
                size=sizes[number],
                stability=round(float(fit.stability[number]), 4),
                state=_state(fit, number, bound),
                x=places[number][0],
                y=places[number][1],
                name_evidence=evidence_of(name, said.statements),
                counter_exemplars=_ids(said, counter[number][:COUNTER_EXEMPLARS]),
            ),
            known,
        )
        for number, name in enumerate(names)
    ]


def _plain(
    said: Texts,
    labels: IntArray,
    names: Sequence[ThemeName],
    lineage: Lineage,
    level: ThemeLevel,
    parents: Sequence[NeedTheme | None],
    past: Past,
) -> list[NeedTheme]:
    """Return the themes of a level that have no evidence of their own: areas and variants."""
    sizes = sizes_of(said.statements, labels, len(names))
    known = past.of(level)
    return [
        _continued(
            NeedTheme(
                theme_id=lineage.ids[number],
                label=name.label,
                keywords=name.keywords,
                exemplars=(),
                size=sizes[number],
                stability=1.0 if parent is None else parent.stability,
                state="certified" if parent is None else parent.state,
                parent_id=None if parent is None else parent.theme_id,
                level=level,
            ),
            known,
        )
        for number, (name, parent) in enumerate(zip(names, parents, strict=True))
    ]


def _places(fit: ThemeFit, lineage: Lineage, known: Mapping[int, NeedTheme]) -> list[list[float]]:
    before = np.full((len(fit.areas), 2), np.nan)
    for number, theme_id in lineage.ids.items():
        if theme_id in known:
            before[number] = known[theme_id].x, known[theme_id].y
    placed: list[list[float]] = (
        lay_out(fit.model.centroids, fit.areas, before=before).round(4).tolist()
    )
    return placed


def _state(fit: ThemeFit, number: int, bound: float) -> ThemeState:
    sure = fit.convincing and float(fit.stability[number]) >= bound
    return "certified" if sure else "provisional"


def _continued(theme: NeedTheme, known: Mapping[int, NeedTheme]) -> NeedTheme:
    """Return the theme under the name that a person gave the one it continues, if one did."""
    before = known.get(theme.theme_id)
    if before is None or before.named_by != "person":
        return theme
    return replace(theme, label=before.label, named_by="person", name_evidence=())


def _ids(said: Texts, rows: IntArray) -> tuple[str, ...]:
    return tuple(said.statements[row][0] for row in rows.tolist())
