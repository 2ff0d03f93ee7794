"""Search by meaning: the statements nearest to words, to a statement, or to a need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from groundswell.domain.drafts import theme_of
from groundswell.store import Hit, SearchFilter
from web.guard import Context
from web.meanings import Heard, Missing, Wordings, heard
from web.reading import newest

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAREST = 50
"""Statements that are shown; the farther down, the less they have to do with it."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Statements by how near they are in meaning, the nearest first."""

    hits: tuple[Hit, ...] = ()
    more: Mapping[str, int] | None = None
    """How many further statements are in the same words, by statement."""
    unknown: tuple[str, ...] = ()
    """Words that nobody said."""
    missing: Missing | None = None
    """Why nothing can be said yet."""
    to: str | None = None
    """What they are like: a statement, or the name of a need. None: words."""


def like_words(q: str, where: SearchFilter | None, context: Context) -> Alike:
    """Find what is nearest to words; `where`: what else a statement must be."""
    from models.nearest.meaning import meaning_of

    said = heard(context.store, context.config.store.database)
    if not isinstance(said, Heard):
        return Alike(missing=said)
    vector, unknown = meaning_of(q, said.meanings)
    if vector is None:
        return Alike(unknown=tuple(unknown))
    return _nearest(said, vector, _wordings(said, where, context), context, unknown=tuple(unknown))


def like_that(target: str, where: SearchFilter | None, context: Context) -> Alike | None:
    """Find what is nearest to a statement, or to a need such as ``theme-12`` and is no part of it.

    None: there is no such statement or need.
    """
    from models.nearest.meaning import meaning_of_texts

    said = heard(context.store, context.config.store.database)
    if not isinstance(said, Heard):
        return Alike(missing=said)
    theme_id = theme_of(target)
    if theme_id is None:
        own, name = {target}, _text_of(target, context)
    else:
        own = context.store.lookups.matching(SearchFilter(theme_id=theme_id))
        name = _label_of(theme_id, context)
    numbers = said.among(own)
    if name is None or not len(numbers):
        return None
    vector = meaning_of_texts(said.places[numbers], said.meanings)
    others = _without(_wordings(said, where, context), said.places[numbers])
    return _nearest(said, vector, others, context, to=name)


def _nearest(
    said: Heard,
    vector: "NDArray[np.float32]",
    among: Wordings,
    context: Context,
    *,
    unknown: tuple[str, ...] = (),
    to: str | None = None,
) -> Alike:
    from models.nearest.meaning import nearest_texts

    everything = len(among.places) == len(said.meanings.rows)
    found = nearest_texts(vector, said.meanings, NEAREST, None if everything else among.places)
    at = np.searchsorted(among.places, found)
    keys = [said.statement_ids[number] for number in among.newest[at]]
    more = dict(zip(keys, (among.counts[at] - 1).tolist(), strict=True))
    return Alike(context.store.lookups.hits(keys), more, unknown, to=to)


def _wordings(said: Heard, where: SearchFilter | None, context: Context) -> Wordings:
    if where is None:
        return said.all_wordings
    return said.wordings(context.store.lookups.matching(where))


def _without(wordings: Wordings, places: "NDArray[np.int64]") -> Wordings:
    kept = ~np.isin(wordings.places, places)
    return Wordings(wordings.places[kept], wordings.newest[kept], wordings.counts[kept])


def _text_of(statement_id: str, context: Context) -> str | None:
    found = context.store.lookups.hits([statement_id])
    return found[0].text if found else None


def _label_of(theme_id: int, context: Context) -> str | None:
    reading = newest(context.store)
    need = reading.needs.get(theme_id) if reading else None
    return need.label if need else None
