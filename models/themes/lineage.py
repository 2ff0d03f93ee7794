"""Keep the identity of themes over refits: which theme of a new fit is which of the old one.

A theme is what its statements say, so it lives on in the theme that holds the same statements.
Whatever refers to a theme (a decision, a link, last month's report) then goes on being right.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, ThemeChange
from models.themes.changes import Continuation, tell_changes
from models.themes.overlap import Overlap, compare_themes

SAME_THEME = 0.3
"""Jaccard index of the common items from which two themes are one."""

HELD_FIRST = 1.0
"""Added to the Jaccard index of a held theme and one it can live on in: two themes that are both
alike one new theme have at most 1 together, so the one that is held gets it."""

LARGEST_PART_FIRST = 2.0
"""Added where that one is the largest of those mostly made of the held theme."""

MOST = 0.5
"""Share of an ended theme's statements above which one heir stands for it: no other can have as
many."""

Heirs = tuple[tuple[int, float], ...]
"""(theme id, share of the ended theme's items), the largest share first."""

Centroids = Mapping[int, NDArray[np.float32]]
"""Theme to its centroid, a unit vector."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """What became of the themes."""

    ids: Mapping[int, int]
    """Theme of the new fit to permanent id."""
    retired: Mapping[int, Heirs]
    """Permanent id that ended to where its items are now; shares are of its items that both fits
    know, and what is missing from 1 belongs to no theme."""
    changes: tuple[ThemeChange, ...]
    """See `models.themes.changes.tell_changes`."""


def match_themes(
    before: Mapping[str, int],
    now: Mapping[str, int],
    *,
    next_id: int,
    old_labels: Mapping[int, str],
    new_labels: Mapping[int, str],
    held: Collection[int] = (),
    old_centroids: Centroids | None = None,
    new_centroids: Centroids | None = None,
) -> Lineage:
    """Give the themes of a new fit the ids of the themes they continue.

    Themes are paired one to one so that the sum of the pairs' Jaccard indices over the items
    that both fits know is largest; pairs under `SAME_THEME` are no pairs, and two themes
    that share more than half of the items of each are always above it. The rest of the new
    themes get ids from `next_id` on, largest first, then by their first item.

    Parameters
    ----------
    before : item to permanent theme id, or `NOISE`
    now : item to theme of the new fit, or `NOISE`
    next_id
        First id that was never used.
    old_labels
        Name of every theme before; one without items ends without heirs.
    new_labels
        Name of every theme of the new fit, also of one without items.
    held
        Permanent ids whose name or fate a person chose. They come first where two themes would
        live on in one, and where one falls into parts, the largest of these keeps its id. They
        are told of under the name they had.
    old_centroids, new_centroids
        Of the themes under their ids in `before` and `now`, from one encoder; None, or a theme
        left out: whether what it says moved is not looked at.

    Returns
    -------
    Lineage
        The same for the same items in any order and under any numbers of the new fit. Without
        changes where there was no theme before.

    Raises
    ------
    ValueError
        An earlier theme has an id that `next_id` would give again, or a theme has no name.

    References
    ----------
    Greene, Doyle and Cunningham (2010), "Tracking the evolution of communities in dynamic
    social networks", ASONAM 2010 (Jaccard index with a threshold); Kuhn (1955), "The
    Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2.
    """
    highest = max(old_labels, default=next_id - 1)
    if highest >= next_id:
        raise ValueError(f"next_id is {next_id}, but there is a theme {highest} already")
    overlap = compare_themes(before, now, old_labels, new_labels)
    pairs = _pair(overlap, frozenset(held))
    ids = _number(overlap, pairs, next_id)
    names = tuple(
        old_labels[theme] if theme in held else label
        for theme, label in zip(ids, overlap.new.labels, strict=True)
    )
    cosines = _cosines(overlap, pairs, old_centroids, new_centroids)
    kept = Continuation(ids, names, pairs, cosines)
    return Lineage(
        dict(sorted(zip(overlap.new.ids, ids, strict=True))),
        _retire(overlap, ids, pairs),
        tell_changes(overlap, kept) if overlap.old.ids else (),
    )


def resolve(theme_id: int, retired: Mapping[int, Heirs]) -> Heirs:
    """Return the living themes that hold what a theme of any time held.

    Parameters
    ----------
    retired
        Every theme that ever ended, to its heirs at that time; all other themes live.

    Returns
    -------
    Heirs
        Shares along a chain are multiplied, and those of one heir added. What is missing from 1
        went nowhere, or round in a circle of themes, which no lineage makes. A living theme is
        its own heir.
    """
    holding = {theme_id: 1.0}
    # A chain has at most as many links as there are ended themes.
    for _ in range(len(retired)):
        if not holding.keys() & retired.keys():
            break
        holding = _hand_on(holding, retired)
    living = ((theme, share) for theme, share in holding.items() if theme not in retired)
    return tuple(sorted(living, key=lambda heir: (-heir[1], heir[0])))


def _hand_on(holding: Mapping[int, float], retired: Mapping[int, Heirs]) -> dict[int, float]:
    passed: dict[int, float] = {}
    for theme, share in sorted(holding.items()):
        for heir, part in retired.get(theme, ((theme, 1.0),)):
            passed[heir] = passed.get(heir, 0.0) + share * part
    return passed


def _pair(overlap: Overlap, held: frozenset[int]) -> dict[int, int]:
    """Return the row of the old theme that each column continues."""
    from scipy.optimize import linear_sum_assignment

    jaccard = overlap.jaccard
    weights = np.where(jaccard >= SAME_THEME, jaccard, 0.0)
    parts = np.where(overlap.parts & overlap.known, overlap.shared, 0.0)
    for row, theme in enumerate(overlap.old.ids):
        if theme in held and len(overlap.new.ids):
            weights[row] = _first_claim(weights[row], jaccard[row], parts[row])
    rows, columns = linear_sum_assignment(weights, maximize=True)
    return {int(c): int(r) for r, c in zip(rows, columns, strict=True) if weights[r, c] > 0.0}


def _first_claim(weights: FloatArray, jaccard: FloatArray, parts: FloatArray) -> FloatArray:
    claims = np.where(weights > 0.0, weights + HELD_FIRST, 0.0)
    largest = int(parts.argmax())
    if parts[largest] > 0.0:
        claims[largest] = jaccard[largest] + LARGEST_PART_FIRST
    return claims


def _number(overlap: Overlap, pairs: Mapping[int, int], next_id: int) -> tuple[int, ...]:
    """Return the permanent id of each column."""
    ids = {column: overlap.old.ids[row] for column, row in pairs.items()}
    fresh = [column for column in range(len(overlap.new.ids)) if column not in pairs]
    # Columns are in the order of their first items.
    fresh.sort(key=lambda column: (-int(overlap.new.sizes[column]), column))
    ids |= {column: next_id + number for number, column in enumerate(fresh)}
    return tuple(ids[column] for column in range(len(overlap.new.ids)))


def _retire(overlap: Overlap, ids: tuple[int, ...], pairs: Mapping[int, int]) -> dict[int, Heirs]:
    shares = overlap.kept
    ended = sorted(set(range(len(overlap.old.ids))) - set(pairs.values()))
    return {
        overlap.old.ids[row]: tuple(
            sorted(
                ((ids[column], float(shares[row, column])) for column in shares[row].nonzero()[0]),
                key=lambda heir: (-heir[1], heir[0]),
            )
        )
        for row in ended
    }


def _cosines(
    overlap: Overlap, pairs: Mapping[int, int], old: Centroids | None, new: Centroids | None
) -> dict[int, float]:
    """Return the cosine of the centroids before and now, by column."""
    if old is None or new is None:
        return {}
    cosines = {}
    for column, row in pairs.items():
        was, later = old.get(overlap.old.ids[row]), new.get(overlap.new.ids[column])
        if was is not None and later is not None:
            # The last bits of a product depend on the machine.
            product = np.dot(was.astype(np.float64), later.astype(np.float64))
            cosines[column] = round(float(product), 6)
    return cosines
