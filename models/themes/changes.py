"""Tell what became of the themes from one fit to the next, each change once and with figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from groundswell.domain import FloatArray, ThemeChange
from models.themes.change_words import in_order, listed, quoted, statements
from models.themes.growth import Turnover, tell_growth
from models.themes.overlap import MOSTLY, NOTABLE_SHARE, Overlap

DRIFT_COSINE = 0.9
"""A theme says something else if its centroids before and now are less alike. When the texts of
77 banking intents doubled, they stayed above 0.93; a theme's nearest neighbour lies at 0.76 in
the median and at 0.87 at the most."""

DRIFT_KEPT = 0.5
"""Or if it kept less than this share of its statements, or less than this share of the known
ones in it were its own."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """Which theme now is which of before; columns as in the overlap."""

    ids: tuple[int, ...]
    """Permanent id of each column."""
    names: tuple[str, ...]
    """What each column is called."""
    pairs: Mapping[int, int]
    """Column to the row it continues."""
    cosines: Mapping[int, float]
    """Column to the cosine of its centroid to the one before, where both are known."""


def tell_changes(overlap: Overlap, kept: Continuation) -> tuple[ThemeChange, ...]:
    """Tell what became of the themes.

    A theme before is told of once at most. Shares are of statements that both fits know.

    split
        It is spread over two or more themes, each with a notable share of it and mostly made of
        it. A theme that continues none counts only if it is made of known statements at all.
        Figures ``before``, ``now`` (all parts), ``share in N`` for each part, ``share
        elsewhere``.
    merged
        Most of each of two or more themes went into one; those that split or live on elsewhere
        are not among them. Figures ``before`` (all), ``now``, ``new`` (statements only known
        now), ``share of N``: how much of theme N went into it.
    born
        It continues no theme, and neither is a part of one nor merged. Figures ``now``, ``new``,
        ``from themes`` and ``from none`` (statements known before, in a theme or none), ``from
        N`` for each theme with a notable share in it.
    retired
        No theme continues it, and it is not among those that split or merged. Figures
        ``before``, ``gone`` (statements no longer known), ``share in N`` for each notable heir,
        ``share in none``.
    drifted
        It lives on, but what it says moved (`DRIFT_COSINE`, `DRIFT_KEPT`). Figures ``before``,
        ``now``, ``new``, ``kept`` (share of what was in it that is still), ``own`` (share of the
        known statements in it that were), ``cosine`` where the centroids are known.
    grew, shrank
        It lives on without any of this; see `models.themes.growth.tell_growth`.

    Returns
    -------
    tuple of ThemeChange
        In this order, the largest first, then by id.
    """
    splits = {row: columns for row, columns in _parts(overlap, kept) if len(columns) > 1}
    sources = {column: _sources(overlap, kept, column, splits) for column in range(len(kept.ids))}
    merges = {column: rows for column, rows in sources.items() if len(rows) > 1}
    told_new = {*merges, *(column for columns in splits.values() for column in columns)}
    told_old = {*splits, *(row for rows in merges.values() for row in rows)}
    lasting = {
        column: row
        for column, row in sorted(kept.pairs.items())
        if column not in told_new and row not in told_old
    }
    drifts = [column for column in lasting if _drifted(overlap, kept, column)]
    fresh = set(range(len(kept.ids))) - set(kept.pairs) - told_new
    ended = set(range(len(overlap.old.ids))) - set(kept.pairs.values()) - told_old
    return in_order(
        [
            *(_split(overlap, kept, row, columns) for row, columns in splits.items()),
            *(_merged(overlap, kept, column, rows) for column, rows in merges.items()),
            *(_born(overlap, kept, column) for column in fresh),
            *(_retired(overlap, kept, row) for row in ended),
            *(_drift(overlap, kept, column) for column in drifts),
            *_growth(overlap, kept, lasting, drifts),
        ]
    )


def _parts(overlap: Overlap, kept: Continuation) -> Iterator[tuple[int, list[int]]]:
    """Yield each old theme with the themes now that are parts of it, the largest first."""
    known = overlap.known.copy()
    known[list(kept.pairs)] = True
    for row, shares in enumerate(overlap.kept):
        is_part = overlap.parts[row] & known
        yield row, [column for column in _largest_first(shares) if is_part[column]]


def _sources(
    overlap: Overlap, kept: Continuation, column: int, splits: Mapping[int, Sequence[int]]
) -> list[int]:
    """Return the old themes that live on in a new one or ended, and mostly went into it."""
    shares = overlap.kept[:, column]
    elsewhere = {row for other, row in kept.pairs.items() if other != column}
    return [
        row
        for row in _largest_first(overlap.shared[:, column])
        if shares[row] > MOSTLY and row not in splits and row not in elsewhere
    ]


def _largest_first(amounts: FloatArray) -> list[int]:
    order = np.argsort(-amounts, kind="stable")
    return [int(place) for place in order if amounts[place] > 0.0]


def _drifted(overlap: Overlap, kept: Continuation, column: int) -> bool:
    stayed, own = _stayed(overlap, kept, column)
    return min(stayed, own) < DRIFT_KEPT or kept.cosines.get(column, 1.0) < DRIFT_COSINE


def _stayed(overlap: Overlap, kept: Continuation, column: int) -> tuple[float, float]:
    """Return the shares of a theme's statements that stayed in it, and that were in it."""
    place = kept.pairs[column], column
    return float(overlap.kept[place]), float(overlap.own[place])


def _split(overlap: Overlap, kept: Continuation, row: int, columns: Sequence[int]) -> ThemeChange:
    shares = overlap.kept[row]
    size = float(overlap.old.sizes[row])
    figures = (
        ("before", size),
        ("now", float(overlap.new.sizes[columns].sum())),
        *((f"share in {kept.ids[column]}", _rounded(shares[column])) for column in columns),
        ("share elsewhere", _rounded(1.0 - shares[columns].sum())),
    )
    sentence = f"{_old(overlap, row)} split into {_shares(kept, shares, columns)}."
    living = tuple(kept.ids[column] for column in columns)
    return ThemeChange("split", living, (overlap.old.ids[row],), figures, sentence)


def _merged(overlap: Overlap, kept: Continuation, column: int, rows: Sequence[int]) -> ThemeChange:
    shares = overlap.kept[:, column]
    figures = (
        ("before", float(overlap.old.sizes[rows].sum())),
        ("now", float(overlap.new.sizes[column])),
        ("new", _new(overlap, column)),
        *((f"share of {overlap.old.ids[row]}", _rounded(shares[row])) for row in rows),
    )
    names = listed([quoted(overlap.old.labels[row]) for row in rows])
    sentence = f"{names} merged into {_named(overlap, kept, column)}."
    earlier = tuple(overlap.old.ids[row] for row in rows)
    return ThemeChange("merged", (kept.ids[column],), earlier, figures, sentence)


def _born(overlap: Overlap, kept: Continuation, column: int) -> ThemeChange:
    size, new = float(overlap.new.sizes[column]), _new(overlap, column)
    moved = float(overlap.shared[:, column].sum())
    homeless = size - new - moved
    origins = [
        row
        for row in _largest_first(overlap.shared[:, column])
        if overlap.own[row, column] >= NOTABLE_SHARE
    ]
    figures = (
        ("now", size),
        ("new", new),
        ("from themes", moved),
        ("from none", homeless),
        *((f"from {overlap.old.ids[row]}", float(overlap.shared[row, column])) for row in origins),
    )
    kinds = ((new, "new"), (moved, "from other themes"), (homeless, "from none"))
    made_of = [f"{number:,.0f} {kind}" for number, kind in kinds if number]
    name, number = quoted(kept.names[column]), statements(size)
    sentence = f"{name} is new ({number}{': ' if made_of else ''}{listed(made_of)})."
    return ThemeChange("born", (kept.ids[column],), (), figures, sentence)


def _retired(overlap: Overlap, kept: Continuation, row: int) -> ThemeChange:
    shares = overlap.kept[row]
    size, common = float(overlap.old.sizes[row]), float(overlap.old.common[row])
    heirs = [column for column in _largest_first(shares) if shares[column] >= NOTABLE_SHARE]
    figures = (
        ("before", size),
        ("gone", size - common),
        *((f"share in {kept.ids[column]}", _rounded(shares[column])) for column in heirs),
        ("share in none", _rounded(1.0 - shares.sum()) if common else 0.0),
    )
    where = "its statements are scattered or in none"
    if heirs:
        where = f"its statements are now in {_shares(kept, shares, heirs)}"
    elif not common:
        where = "none of its statements is left"
    sentence = f"{_old(overlap, row)} ended; {where}."
    living = tuple(kept.ids[column] for column in heirs)
    return ThemeChange("retired", living, (overlap.old.ids[row],), figures, sentence)


def _drift(overlap: Overlap, kept: Continuation, column: int) -> ThemeChange:
    row = kept.pairs[column]
    stayed, own = _stayed(overlap, kept, column)
    moved = kept.cosines.get(column)
    figures = (
        ("before", float(overlap.old.sizes[row])),
        ("now", float(overlap.new.sizes[column])),
        ("new", _new(overlap, column)),
        ("kept", _rounded(stayed)),
        ("own", _rounded(own)),
        *(() if moved is None else (("cosine", _rounded(moved)),)),
    )
    centre = "" if moved is None else f"; the centres then and now have a cosine of {moved:.2f}"
    sentence = (
        f"{_old(overlap, row)} drifted to {_named(overlap, kept, column)}: {stayed:.0%} of it"
        f" stayed and makes up {own:.0%} of what is not new in it{centre}."
    )
    theme = (kept.ids[column],)
    return ThemeChange("drifted", theme, theme, figures, sentence)


def _growth(
    overlap: Overlap, kept: Continuation, lasting: Mapping[int, int], drifts: Sequence[int]
) -> Iterator[ThemeChange]:
    """Yield growth beside all lasting themes, of those that did not drift."""
    columns, rows = list(lasting), list(lasting.values())
    turnover = Turnover(
        tuple(kept.ids[column] for column in columns),
        tuple(kept.names[column] for column in columns),
        before=overlap.old.sizes[rows].astype(np.float64),
        now=overlap.new.sizes[columns].astype(np.float64),
        came=(overlap.new.sizes - overlap.new.common)[columns].astype(np.float64),
        gone=(overlap.old.sizes - overlap.old.common)[rows].astype(np.float64),
    )
    told = {kept.ids[column] for column in drifts}
    yield from (change for change in tell_growth(turnover) if change.theme_ids[0] not in told)


def _new(overlap: Overlap, column: int) -> float:
    """Return how many statements of a theme only the later fit knows."""
    return float(overlap.new.sizes[column] - overlap.new.common[column])


def _old(overlap: Overlap, row: int) -> str:
    return f"{quoted(overlap.old.labels[row])} ({statements(overlap.old.sizes[row])})"


def _named(overlap: Overlap, kept: Continuation, column: int) -> str:
    return f"{quoted(kept.names[column])} ({statements(overlap.new.sizes[column])})"


def _shares(kept: Continuation, shares: FloatArray, columns: Sequence[int]) -> str:
    return listed([f"{quoted(kept.names[c])} ({shares[c]:.0%} of it)" for c in columns])


def _rounded(share: float) -> float:
    # Four decimals hide the last bits of a sum; and no share is -0.
    return abs(round(float(share), 4))
