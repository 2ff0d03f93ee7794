"""Two sets of themes over the same items, side by side: how many items each two share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray

MOSTLY = 0.5
"""More than this share is most."""

NOTABLE_SHARE = 0.1
"""A part of a theme, an heir or an origin counts from this share on."""

MADE_OF_OLD = 0.5
"""A theme now is made of known items if it holds at least this share of those that it would hold
if known and new ones were spread alike over all themes."""


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes of one fit, ordered by their first item, whatever they are numbered."""

    ids: tuple[int, ...]
    labels: tuple[str, ...]
    sizes: IntArray
    """Items of each theme, shape (k,)."""
    common: IntArray
    """Items of each theme that both fits know, in a theme of the other or not, shape (k,)."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Rows are the themes before, columns the themes now."""

    old: Themes
    new: Themes
    shared: FloatArray
    """Items in both, shape (k_old, k_new)."""
    kept: FloatArray
    """Share of the old theme's common items that the new one has, 0 to 1, same shape."""
    own: FloatArray
    """Share of the new theme's common items that the old one had, 0 to 1, same shape."""
    jaccard: FloatArray
    """Jaccard index over the common items, 0 to 1, same shape."""
    parts: NDArray[np.bool_]
    """Whether the new theme has a notable share of the old one and is mostly made of it."""
    known: NDArray[np.bool_]
    """Whether a new theme is made of known items at all, shape (k_new,)."""


def compare_themes(
    before: Mapping[str, int],
    now: Mapping[str, int],
    old_labels: Mapping[int, str],
    new_labels: Mapping[int, str],
) -> Overlap:
    """Count the items that each theme before and each theme now share.

    Parameters
    ----------
    before, now : item to theme, or `NOISE`
    old_labels, new_labels
        Name of every theme, also of one without items.

    Returns
    -------
    Overlap
        The same for the same items in any order and under any numbers, but for themes that have
        no item: they come last, by name and number.

    Raises
    ------
    ValueError
        An item is in a theme without a name.
    """
    nameless = {*before.values()} - {NOISE, *old_labels} | {*now.values()} - {NOISE, *new_labels}
    if nameless:
        raise ValueError(f"themes without a name: {sorted(nameless)}")
    places = Counter((theme, now[item]) for item, theme in before.items() if item in now)
    was, became = _totals(places, 0), _totals(places, 1)
    old, new = _themes(before, old_labels, was), _themes(now, new_labels, became)
    shared = np.zeros((len(old.ids), len(new.ids)))
    rows = {theme: row for row, theme in enumerate(old.ids)}
    columns = {theme: column for column, theme in enumerate(new.ids)}
    for (theme, later), number in places.items():
        if NOISE not in (theme, later):
            shared[rows[theme], columns[later]] = number
    return _overlap(old, new, shared)


def _overlap(old: Themes, new: Themes, shared: FloatArray) -> Overlap:
    had, has = old.common[:, None], new.common[None, :]
    kept, own = shared / np.maximum(had, 1), shared / np.maximum(has, 1)
    spread_alike = new.sizes * (float(new.common.sum()) / max(float(new.sizes.sum()), 1.0))
    return Overlap(
        old,
        new,
        shared,
        kept,
        own,
        jaccard=shared / np.maximum(had + has - shared, 1),
        parts=(kept >= NOTABLE_SHARE) & (own > MOSTLY),
        known=new.common >= MADE_OF_OLD * spread_alike,
    )


def _totals(places: Mapping[tuple[int, int], int], side: int) -> Counter[int]:
    totals: Counter[int] = Counter()
    for place, number in places.items():
        totals[place[side]] += number
    return totals


def _themes(items: Mapping[str, int], labels: Mapping[int, str], common: Counter[int]) -> Themes:
    first = _first_items(items)
    sizes = Counter(items.values())
    ids = sorted(labels, key=lambda t: (t not in first, first.get(t, ""), labels[t], t))
    return Themes(
        tuple(ids),
        tuple(labels[theme] for theme in ids),
        np.array([sizes[theme] for theme in ids], dtype=np.int64),
        np.array([common[theme] for theme in ids], dtype=np.int64),
    )


def _first_items(items: Mapping[str, int]) -> dict[int, str]:
    first: dict[int, str] = {}
    for item, theme in items.items():
        if item < first.setdefault(theme, item):
            first[theme] = item
    return first
