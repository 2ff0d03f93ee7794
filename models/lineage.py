"""Keep the identity of themes over refits: which theme of a new fit is which of the old one.

A theme is what its statements say, so it lives on in the theme that holds the same statements.
Whatever refers to a theme (a decision, a link, last month's report) then goes on being right.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from groundswell.domain import NOISE, FloatArray, IntArray

SAME_THEME = 0.3
"""Jaccard index of the common items from which two themes are one."""

SUCCESSOR_SHARE = 0.1
"""A retired theme's successors hold at least this share of its common items."""

NOTABLE_DEVIATIONS = 3.0
"""A change of size is told from so many standard deviations of the difference of two counts."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """What became of the themes."""

    ids: Mapping[int, int]
    """Theme of the new fit to permanent id."""
    retired: Mapping[int, tuple[int, ...]]
    """Permanent id that ended to the ids that hold its items now, largest share first."""
    events: tuple[str, ...]
    """Sentences: born, split, merged, retired, grew, shrank."""


@dataclass(frozen=True, slots=True)
class _Themes:
    """The themes of one fit; positions in these arrays are rows or columns of the overlap."""

    ids: tuple[int, ...]
    labels: tuple[str, ...]
    sizes: IntArray
    common: FloatArray
    """Items that both fits know."""


def match_themes(
    before: Mapping[str, int],
    now: Mapping[str, int],
    *,
    next_id: int,
    old_labels: Mapping[int, str],
    new_labels: Mapping[int, str],
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
    old_labels
        Names of at least the themes in `before`; of others nothing is said.
    new_labels
        Name of every theme of the new fit, also of one without items.

    Returns
    -------
    Lineage
        Without events where there was no theme before.

    References
    ----------
    Greene, Doyle and Cunningham (2010), "Tracking the evolution of communities in dynamic
    social networks", ASONAM 2010 (Jaccard index with a threshold); Kuhn (1955), "The
    Hungarian method for the assignment problem", Naval Research Logistics Quarterly 2.
    """
    from scipy.optimize import linear_sum_assignment

    old, new, overlap = _compare(before, now, old_labels, new_labels)
    union = old.common[:, None] + new.common[None, :] - overlap
    jaccard = overlap / np.maximum(union, 1.0)
    weights = np.where(jaccard >= SAME_THEME, jaccard, 0.0)
    rows, columns = linear_sum_assignment(weights, maximize=True)
    pairs = {int(c): int(r) for r, c in zip(rows, columns, strict=True) if weights[r, c] > 0}
    ids = _number(new, pairs, old, _first_items(now), next_id)
    ended = [row for row in range(len(old.ids)) if row not in pairs.values()]
    retired = {
        old.ids[row]: tuple(ids[new.ids[c]] for c in _successors(overlap[row], old.common[row]))
        for row in ended
    }
    return Lineage(ids, retired, tuple(_events(old, new, overlap, pairs, ended)) if old.ids else ())


def _compare(
    before: Mapping[str, int],
    now: Mapping[str, int],
    old_labels: Mapping[int, str],
    new_labels: Mapping[int, str],
) -> tuple[_Themes, _Themes, FloatArray]:
    common = Counter((before[item], now[item]) for item in before.keys() & now.keys())
    old_labels = {theme: old_labels[theme] for theme in set(before.values()) - {NOISE}}
    old_place = {theme: row for row, theme in enumerate(sorted(old_labels))}
    new_place = {theme: column for column, theme in enumerate(sorted(new_labels))}
    # One row and column more for NOISE: items that left a theme still count for its size.
    counts = np.zeros((len(old_place) + 1, len(new_place) + 1))
    for (was, is_now), number in common.items():
        row = len(old_place) if was == NOISE else old_place[was]
        column = len(new_place) if is_now == NOISE else new_place[is_now]
        counts[row, column] = number
    old = _themes(before, old_labels, counts.sum(axis=1)[:-1])
    new = _themes(now, new_labels, counts.sum(axis=0)[:-1])
    return old, new, counts[:-1, :-1]


def _themes(items: Mapping[str, int], labels: Mapping[int, str], common: FloatArray) -> _Themes:
    ids = tuple(sorted(labels))
    sizes = Counter(items.values())
    in_order = np.array([sizes[theme] for theme in ids], dtype=np.int64)
    return _Themes(ids, tuple(labels[theme] for theme in ids), in_order, common)


def _first_items(items: Mapping[str, int]) -> dict[int, str]:
    first: dict[int, str] = {}
    for item in sorted(items):
        first.setdefault(items[item], item)
    return first


def _number(
    new: _Themes, pairs: Mapping[int, int], old: _Themes, first: Mapping[int, str], next_id: int
) -> dict[int, int]:
    ids = {new.ids[column]: old.ids[row] for column, row in pairs.items()}
    born = [column for column in range(len(new.ids)) if column not in pairs]
    born.sort(key=lambda column: (-new.sizes[column], first.get(new.ids[column], "")))
    ids |= {new.ids[column]: next_id + number for number, column in enumerate(born)}
    return dict(sorted(ids.items()))


def _successors(shares: FloatArray, total: float) -> list[int]:
    """Return the columns that hold enough of a theme, largest share first."""
    order = np.argsort(-shares, kind="stable")
    return [int(column) for column in order if shares[column] >= SUCCESSOR_SHARE * total > 0]


def _events(
    old: _Themes, new: _Themes, overlap: FloatArray, pairs: Mapping[int, int], ended: Sequence[int]
) -> Iterator[str]:
    parts = {row: _parts(overlap[row], old.common[row], new.common) for row in range(len(old.ids))}
    split = {row: columns for row, columns in parts.items() if len(columns) > 1}
    sources = {c: _merged(overlap[:, c], old.common) for c in range(len(new.ids))}
    merged = {column: rows for column, rows in sources.items() if len(rows) > 1}
    told_old = set(split) | {row for rows in merged.values() for row in rows}
    told_new = set(merged) | {column for columns in split.values() for column in columns}
    for row, columns in split.items():
        yield _split(old, new, overlap[row], row, columns)
    for column, rows in merged.items():
        named = _listed([f"“{old.labels[row]}”" for row in rows])
        yield f"{named} merged into “{new.labels[column]}” ({_many(new.sizes[column])})."
    for row in ended:
        if row not in told_old:
            heirs = _successors(overlap[row], old.common[row])
            yield _end(old, new, overlap[row], row, heirs)
    for column, label in enumerate(new.labels):
        if column not in pairs and column not in told_new:
            yield f"“{label}” is new ({_many(new.sizes[column])})."
    lasting = {c: row for c, row in pairs.items() if c not in told_new and row not in told_old}
    yield from _changes_of_size(old, new, lasting)


def _parts(shares: FloatArray, total: float, common: FloatArray) -> list[int]:
    """Return the new themes that hold a good share of an old one and are mostly made of it."""
    return [c for c in _successors(shares, total) if shares[c] > common[c] / 2.0]


def _merged(shares: FloatArray, totals: FloatArray) -> list[int]:
    """Return the old themes of which most went into a new one, largest first."""
    order = np.argsort(-shares, kind="stable")
    return [int(row) for row in order if shares[row] > totals[row] / 2.0]


def _split(old: _Themes, new: _Themes, shares: FloatArray, row: int, columns: Sequence[int]) -> str:
    named = [f"“{new.labels[c]}” ({_percent(shares[c], old.common[row])})" for c in columns]
    return f"“{old.labels[row]}” ({_many(old.sizes[row])}) split into {_listed(named)}."


def _end(old: _Themes, new: _Themes, shares: FloatArray, row: int, heirs: Sequence[int]) -> str:
    start = f"“{old.labels[row]}” ({_many(old.sizes[row])}) ended"
    if not heirs:
        return f"{start}; none of its statements belong together now."
    named = [f"“{new.labels[c]}” ({_percent(shares[c], old.common[row])})" for c in heirs]
    return f"{start}; its statements are now in {_listed(named)}."


def _changes_of_size(old: _Themes, new: _Themes, pairs: Mapping[int, int]) -> Iterator[str]:
    """Tell of themes that grew or shrank beside the whole."""
    growth = float(new.sizes.sum()) / max(float(old.sizes.sum()), 1.0)
    for column, row in sorted(pairs.items(), key=lambda pair: old.ids[pair[1]]):
        was, now = int(old.sizes[row]), int(new.sizes[column])
        expected = was * growth
        if abs(now - expected) >= NOTABLE_DEVIATIONS * sqrt(now + expected * growth):
            verb = "grew" if now > expected else "shrank"
            yield (
                f"“{new.labels[column]}” {verb} from {was:,} to {_many(now)}"
                f" (as the whole did: {expected:,.0f})."
            )


def _many(number: int) -> str:
    return f"{number:,} statement" + ("" if number == 1 else "s")


def _percent(part: float, whole: float) -> str:
    return f"{part / whole:.0%} of it"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
