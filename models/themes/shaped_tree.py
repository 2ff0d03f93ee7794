"""Describe the themes that reviewers changed: what they hold now, and what became of them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from groundswell.domain import NOISE, IntArray, NeedTheme, ThemeChange, Vectors
from groundswell.domain.drafts import FIRST_MADE
from models.naming.names import ThemeName
from models.naming.remembered import name_once
from models.themes.change_words import in_order, quoted, statements
from models.themes.counter_evidence import counter_first
from models.themes.exemplars import central_first
from models.themes.fitting import centroids_of
from models.themes.layout import lay_out
from models.themes.lineage import Heirs
from models.themes.shaping import Shape
from models.themes.tree import COUNTER_EXEMPLARS, EXEMPLARS, Texts, evidence_of, sizes_of
from models.themes.wishes import Cut, Wishes


@dataclass(frozen=True, slots=True)
class ShapedThemes:
    """The themes that are shown otherwise than found."""

    themes: tuple[NeedTheme, ...]
    """Shown; by id."""
    retired: Mapping[int, Heirs]
    """Not shown, with those that hold their statements instead."""


def touched_needs(shape: Shape, wishes: Wishes) -> list[int]:
    """Return the needs that hold other statements than found, or were made, ascending."""
    moved = shape.found != shape.shown
    themes = {*shape.found[moved].tolist(), *shape.shown[moved].tolist(), *wishes.homes}
    themes |= {cut.theme_id for cut in wishes.cuts}
    return sorted(themes - {NOISE})


def describe_shape(
    shape: Shape,
    wishes: Wishes,
    found: Sequence[NeedTheme],
    said: Texts,
    centroids: Mapping[int, Vectors],
) -> ShapedThemes:
    """Describe the needs that reviewers changed, and the areas and variants around them.

    Parameters
    ----------
    found
        The living themes of all levels as found, by id.
    said
        The texts of the touched needs as shown; `Texts.labels` are places in `living(...)`,
        variants are not looked at.
    centroids
        Of the needs as found, by id.
    """
    by_id = {theme.theme_id: theme for theme in found}
    shown = living(shape, wishes)
    needs = _describe(shown, wishes, by_id, said, centroids)
    retired = {
        theme: heirs_of_hidden(shape, theme, wishes)
        for theme in touched_needs(shape, wishes)
        if theme not in shown
    }
    around, gone = _around(shape, needs, retired, found)
    themes = tuple(sorted([*needs, *around], key=lambda one: one.theme_id))
    return ShapedThemes(themes, {**retired, **gone})


def living(shape: Shape, wishes: Wishes) -> list[int]:
    """Return the touched needs that are shown, ascending: those that hold anything."""
    held = set(np.unique(shape.shown).tolist())
    return [theme for theme in touched_needs(shape, wishes) if theme in held]


def heirs_of(shown: IntArray) -> Heirs:
    """Return the themes that some statements are shown in, with their shares of all of them."""
    ids, counts = np.unique(shown[shown != NOISE], return_counts=True)
    shares = zip(ids.tolist(), (counts / max(len(shown), 1)).round(6).tolist(), strict=True)
    return tuple(sorted(shares, key=lambda heir: (-heir[1], heir[0])))


def tell_shape(
    before: Mapping[int, NeedTheme],
    hidden: Collection[int],
    now: ShapedThemes,
    found: Sequence[NeedTheme],
) -> tuple[ThemeChange, ...]:
    """Tell what reviewers made of the needs since they were last shown.

    Parameters
    ----------
    before
        Every theme that was ever shown, as it was last; none: all were shown as found.
    hidden
        Those of them that were not shown any more because of a decision.
    """
    needs = {theme.theme_id: theme for theme in found if theme.level == "need"}
    known = {n: one for n, one in before.items() if one.level == "need"} or needs
    shown = needs | {theme.theme_id: theme for theme in now.themes if theme.level == "need"}
    labels = {n: theme.label for n, theme in {**known, **shown}.items()}
    told = [
        _ended(theme, heirs, labels, known[theme].size)
        for theme, heirs in now.retired.items()
        if theme in known and theme not in hidden
    ]
    told += [_back(theme) for n, theme in shown.items() if n in hidden and n not in now.retired]
    told += [_split(theme) for n, theme in shown.items() if n >= FIRST_MADE and n not in known]
    return in_order(told)


def _describe(
    shown: Sequence[int],
    wishes: Wishes,
    found: Mapping[int, NeedTheme],
    said: Texts,
    centroids: Mapping[int, Vectors],
) -> list[NeedTheme]:
    middles = centroids_of(said.vectors, said.labels, len(shown))
    words = np.array([len(text.split()) for text in said.texts], dtype=np.int64)
    central = central_first(said.vectors, said.labels, middles, words)
    counter = counter_first(said.vectors, said.labels, middles, said.polarity, said.satisfied)
    sizes = sizes_of(said.statements, said.labels, len(shown))
    made = _made(shown, wishes, found, said, middles, centroids)
    return [
        replace(
            made[theme] if theme in made else found[theme],
            exemplars=_ids(said, central[place][:EXEMPLARS]),
            counter_exemplars=_ids(said, counter[place][:COUNTER_EXEMPLARS]),
            size=sizes[place],
        )
        for place, theme in enumerate(shown)
    ]


def _made(
    shown: Sequence[int],
    wishes: Wishes,
    found: Mapping[int, NeedTheme],
    said: Texts,
    middles: Vectors,
    centroids: Mapping[int, Vectors],
) -> dict[int, NeedTheme]:
    """Return the themes that a person split off, with name, area and place on the map."""
    cuts = {cut.theme_id: cut for cut in wishes.cuts if cut.theme_id in shown}
    if not cuts:
        return {}
    needs = {n: found[n] for n in sorted(centroids) if n in found}
    taken = [theme.label for theme in needs.values()]
    names = name_once(
        said.texts, said.vectors, said.labels, np.zeros(len(shown), np.int64), taken=taken
    )
    rows = {theme: place for place, theme in enumerate(shown)}
    kin = {n: _relative(cut, needs, middles[rows[n]], centroids) for n, cut in cuts.items()}
    places = _places(needs, kin, {n: middles[rows[n]] for n in cuts}, centroids)
    return {
        theme_id: _new(cut, names[rows[theme_id]], needs.get(kin[theme_id]), said, places[theme_id])
        for theme_id, cut in cuts.items()
    }


def _new(
    cut: Cut, name: ThemeName, kin: NeedTheme | None, said: Texts, place: tuple[float, float]
) -> NeedTheme:
    by_person = cut.label is not None
    return NeedTheme(
        theme_id=cut.theme_id,
        label=cut.label or name.label,
        keywords=name.keywords,
        exemplars=(),
        size=0,
        stability=1.0 if kin is None else kin.stability,
        state="certified",  # a person vouches for it
        parent_id=None if kin is None else kin.parent_id,
        x=place[0],
        y=place[1],
        named_by="person" if by_person else "machine",
        name_evidence=() if by_person else evidence_of(name, said.statements),
    )


def _relative(
    cut: Cut, needs: Mapping[int, NeedTheme], middle: Vectors, centroids: Mapping[int, Vectors]
) -> int:
    """Return the found need that a made one lies beside: where it came from, else the nearest."""
    if cut.source in needs:
        return int(cut.source or 0)
    near = {n: round(float(np.dot(centroids[n].astype(np.float64), middle)), 6) for n in needs}
    return min(near, key=lambda n: (-near[n], n), default=NOISE)


def _places(
    needs: Mapping[int, NeedTheme],
    kin: Mapping[int, int],
    middles: Mapping[int, Vectors],
    centroids: Mapping[int, Vectors],
) -> dict[int, tuple[float, float]]:
    if not needs:
        return dict.fromkeys(middles, (0.0, 0.0))
    vectors = np.stack([*(centroids[n] for n in needs), *middles.values()]).astype(np.float32)
    parents = [*(needs[n].parent_id for n in needs), *(needs[kin[n]].parent_id for n in middles)]
    _, areas = np.unique([NOISE if one is None else one for one in parents], return_inverse=True)
    before = np.full((len(vectors), 2), np.nan)
    before[: len(needs)] = [(theme.x, theme.y) for theme in needs.values()]
    placed = lay_out(vectors, areas.astype(np.int64), before=before)[len(needs) :].round(4).tolist()
    return {theme: (x, y) for theme, (x, y) in zip(middles, placed, strict=True)}


def heirs_of_hidden(shape: Shape, theme: int, wishes: Wishes) -> Heirs:
    """Return where the statements of a theme that is not shown are, with their shares."""
    home = wishes.homes.get(theme)
    if home is not None:
        return () if home == NOISE else ((home, 1.0),)
    return heirs_of(shape.shown[shape.found == theme])


def _around(
    shape: Shape,
    needs: Sequence[NeedTheme],
    retired: Mapping[int, Heirs],
    found: Sequence[NeedTheme],
) -> tuple[list[NeedTheme], dict[int, Heirs]]:
    """Return the areas and variants with other sizes or parents, and those that are empty."""
    shown = {t.theme_id: t for t in found if t.level == "need" and t.theme_id not in retired}
    shown |= {theme.theme_id: theme for theme in needs}
    of_areas = Counter(dict.fromkeys((t.parent_id for t in shown.values()), 0))
    for theme in shown.values():
        of_areas[theme.parent_id] += theme.size
    of_variants = Counter(shape.variants.tolist())
    around: list[NeedTheme] = []
    gone: dict[int, Heirs] = {}
    for theme in found:
        if theme.level == "need":
            continue
        size = (of_areas if theme.level == "area" else of_variants)[theme.theme_id]
        home = _home(theme.parent_id, retired)
        if size == 0:
            gone[theme.theme_id] = ()
        elif (size, home) != (theme.size, theme.parent_id):
            around.append(replace(theme, size=size, parent_id=home))
    return around, gone


def _home(need: int | None, retired: Mapping[int, Heirs]) -> int | None:
    """Return the need that a variant is of now; what is retired has variants without statements."""
    heirs = retired.get(need, ()) if need is not None else ()
    return heirs[0][0] if heirs else need


def _ended(theme: int, heirs: Heirs, labels: Mapping[int, str], size: int) -> ThemeChange:
    name, figures = quoted(labels[theme]), (("before", float(size)),)
    into = tuple(heir for heir, _ in heirs if heir in labels)
    if not into:
        told = f"{name} was retired by a reviewer ({statements(size)})."
        return ThemeChange("retired", (), (theme,), figures, told)
    told = f"{name} was merged into {quoted(labels[into[0]])} by a reviewer ({statements(size)})."
    return ThemeChange("merged", into[:1], (theme, into[0]), figures, told)


def _back(theme: NeedTheme) -> ThemeChange:
    told = f"{quoted(theme.label)} is a need of its own again ({statements(theme.size)})."
    return ThemeChange("born", (theme.theme_id,), (), (("now", float(theme.size)),), told)


def _split(theme: NeedTheme) -> ThemeChange:
    told = f"{quoted(theme.label)} was split off by a reviewer ({statements(theme.size)})."
    return ThemeChange("split", (theme.theme_id,), (), (("now", float(theme.size)),), told)


def _ids(said: Texts, rows: IntArray) -> tuple[str, ...]:
    return tuple(said.statements[row][0] for row in rows.tolist())
