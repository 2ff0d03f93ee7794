"""Needs that open between two fits, as themes: named, placed on the map, in an area."""

from collections.abc import Sequence

import numpy as np

from groundswell.domain import NOISE, IntArray, NeedTheme, Vectors
from models.naming.names import name_themes
from models.themes.layout import lay_out
from models.themes.provisional import Opening
from models.themes.tree import EXEMPLARS, evidence_of, sizes_of


def open_branches(
    opening: Opening,
    texts: Sequence[str],
    vectors: Vectors,
    statements: Sequence[Sequence[str]],
    theme_ids: Sequence[int],
    *,
    earlier: Sequence[NeedTheme],
    centroids: Vectors,
) -> list[NeedTheme]:
    """Return the provisional needs that open between two fits, each in its nearest area.

    Parameters
    ----------
    texts, vectors, statements
        What `opening` was found in, and the ids of the statements that say each text.
    theme_ids
        Permanent id of each new theme.
    earlier
        The living needs, in the order of their ids.
    centroids : ndarray of shape (len(earlier) + len(theme_ids), dims)
        Of these and then of the new ones.
    """
    old = len(earlier)
    parents, areas = _parents(earlier, centroids)
    before = np.full((len(parents), 2), np.nan)
    before[:old] = [(theme.x, theme.y) for theme in earlier]
    places = lay_out(centroids, areas, before=before)[old:].round(4).tolist()
    taken = [theme.label for theme in earlier]
    names = name_themes(texts, vectors, opening.labels, areas[old:], taken=taken)
    sizes = sizes_of(statements, opening.labels, len(theme_ids))
    return [
        NeedTheme(
            theme_id=theme_id,
            label=names[number].label,
            keywords=names[number].keywords,
            exemplars=tuple(statements[row][0] for row in _nearest_first(vectors, opening, number)),
            size=sizes[number],
            stability=round(float(opening.stability[number]), 4),
            state="provisional",
            parent_id=parents[old + number],
            x=places[number][0],
            y=places[number][1],
            name_evidence=evidence_of(names[number], statements),
        )
        for number, theme_id in enumerate(theme_ids)
    ]


def _parents(earlier: Sequence[NeedTheme], centroids: Vectors) -> tuple[list[int | None], IntArray]:
    """Return the area of each need, old and new, as its id and as a number from 0.

    A new need lies in the area of the one nearest to it.
    """
    old = len(earlier)
    nearest = (centroids[old:] @ centroids[:old].T).argmax(axis=1)
    parents = [earlier[row].parent_id for row in [*range(old), *nearest.tolist()]]
    _, areas = np.unique([NOISE if one is None else one for one in parents], return_inverse=True)
    return parents, areas.astype(np.int64)


def _nearest_first(vectors: Vectors, opening: Opening, number: int) -> list[int]:
    members = np.flatnonzero(opening.labels == number)
    cosines = np.round(vectors[members].astype(np.float64) @ opening.centroids[number], 5)
    chosen: list[int] = members[np.argsort(-cosines, kind="stable")][:EXEMPLARS].tolist()
    return chosen
