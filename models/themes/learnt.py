"""Place statements by what people's sorting taught a fit: those that it knew, and later ones."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import NOISE, FloatArray, IntArray
from models.themes.electing import MAJORITY, ROWS_AT_ONCE, VOTERS, elected, floor_of, turned
from models.themes.likeness import Likeness, Said, some_of
from models.themes.model import ThemeModel
from models.themes.placement import describe, references_of
from models.themes.shaping import Learnt, VectorsOf
from models.themes.taught import Taught, keys_of
from models.themes.wishes import Wishes


def learnt_by(
    model: ThemeModel, vectors_of: VectorsOf, texts_of: Callable[[Sequence[str]], Sequence[str]]
) -> Learnt | None:
    """Return what a fit was taught as `models.themes.shaping.shape_statements` takes it."""
    taught = model.taught
    if taught is None:
        return None

    def learnt(
        hashes: NDArray[np.object_], shown: IntArray, wishes: Wishes
    ) -> tuple[IntArray, FloatArray]:
        if not wishes.any:
            return shown, np.zeros(len(shown))
        made = {cut.theme_id for cut in wishes.cuts}
        alive = frozenset({*model.theme_ids.tolist(), *made})
        standing = taught.standing(alive, wishes.homes)
        places, shares, new = _of_the_fit(taught, hashes, shown, standing)
        asked = new[np.isin(shown[new], [NOISE, *standing.values()])]
        if not len(asked):
            return places, shares
        texts, where = np.unique(hashes[asked].astype(str), return_inverse=True)
        voters = _Voters(model, taught, standing)
        for start in range(0, len(texts), ROWS_AT_ONCE):
            part = texts[start : start + ROWS_AT_ONCE].tolist()
            homes, strengths, near = voters.ask(describe(model, vectors_of(part), texts_of(part)))
            inside = (where >= start) & (where < start + ROWS_AT_ONCE)
            told, before = where[inside] - start, shown[asked[inside]]
            moved = (strengths[told] > MAJORITY) & (homes[told] != before)
            moved &= near[told] | (before != NOISE)
            rows = asked[inside][moved]
            places[rows], shares[rows] = homes[told][moved], strengths[told][moved]
        return places, shares

    return learnt


def _of_the_fit(
    taught: Taught, hashes: NDArray[np.object_], shown: IntArray, standing: Mapping[int, int]
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return places and shares of texts that the fit knew, and the rows of those it did not."""
    keys = keys_of(hashes.tolist())
    at = np.searchsorted(taught.texts, keys).clip(max=len(taught.texts) - 1)
    known = taught.texts[at] == keys
    now = _now(taught.places[at], standing)
    same = _now(taught.origins[at], standing) == shown
    moved = known & same & (taught.shares[at] > 0.0) & (now != NOISE)
    moved &= (taught.origins[at] == NOISE) == (shown == NOISE)
    places = np.where(moved, now, shown)
    return places, np.where(moved, taught.shares[at], 0.0), np.flatnonzero(~known)


class _Voters:
    """The texts that the fit knew, in the learned space, and where each is shown now."""

    def __init__(self, model: ThemeModel, taught: Taught, standing: Mapping[int, int]) -> None:
        references = some_of(references_of(model), np.arange(len(taught.voters)))
        known = turned(references, taught.metric)
        self._metric = taught.metric
        self._likeness = Likeness(known)
        self._themes = _now(taught.places[taught.voters], standing)
        self._floor = floor_of(known.vectors, self._themes)

    def ask(self, said: Said) -> tuple[IntArray, FloatArray, NDArray[np.bool_]]:
        """Return the theme elected for each new text, its share, and whether it is near enough."""
        here = turned(said, self._metric)
        nearest, _ = self._likeness.nearest(here, VOTERS)
        homes, strengths = elected(self._themes[nearest])
        return homes, strengths, self._floor.is_cleared(here.vectors, homes)


def _now(themes: IntArray, standing: Mapping[int, int]) -> IntArray:
    """Return what holds each theme of then now, `NOISE` for what is not any more."""
    known, places = np.unique(themes, return_inverse=True)
    return np.array([standing.get(int(one), NOISE) for one in known], np.int64)[places]
