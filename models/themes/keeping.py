"""Keep what people decided about where a fit leaves its statements out.

A theme that opened between two fits, or that few statements hold together, may not be found
again. What was decided about it would then have no place, and its statements be in no theme in
spite of somebody's word. So its texts that are left out stay a theme of their own: provisional,
as no half of the statements finds it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from groundswell.domain import NOISE, IntArray, Vectors
from models.themes.fitting import ThemeFit, centroids_of
from models.themes.lineage import MOST
from models.themes.model import Placement, ThemeModel
from models.themes.placement import describe
from models.themes.provisional import Opening, extended


def keep_decided(
    fit: ThemeFit,
    placement: Placement,
    vectors: Vectors,
    texts: Sequence[str],
    *,
    before: IntArray,
    decided: Collection[int],
) -> tuple[ThemeFit, Placement]:
    """Return a fit, and where it places the texts, with the themes that it must not lose.

    Parameters
    ----------
    fit
        Before its themes get permanent ids.
    placement
        Of the texts by it.
    vectors : ndarray of shape (n, dims), unit rows
        Of the distinct texts.
    before : ndarray of shape (n,)
        Permanent id of the earlier theme of each text, negative for none.
    decided
        Ids of the earlier themes that somebody decided about. Those are kept of whose texts more
        than `models.themes.lineage.MOST` are in no theme now: no other can stand for them.
    """
    now = placement.primary(len(before))
    lost = [theme for theme in sorted(decided) if _is_left_out(now[before == theme])]
    if not lost or not len(fit.areas):
        return fit, placement
    numbers = np.full(len(before), NOISE, np.int64)
    for number, theme in enumerate(lost, start=len(fit.areas)):
        numbers[(before == theme) & (now == NOISE)] = number
    return _with_themes(fit, vectors, texts, numbers, len(lost)), _placed(placement, numbers)


def _is_left_out(themes: IntArray) -> bool:
    return bool(len(themes)) and float((themes == NOISE).mean()) > MOST


def _with_themes(
    fit: ThemeFit, vectors: Vectors, texts: Sequence[str], numbers: IntArray, more: int
) -> ThemeFit:
    """Return the fit with themes of the numbered texts; all of these vote from now on."""
    count = len(fit.areas)
    own = np.where(numbers == NOISE, NOISE, numbers - count)
    opening = Opening(own, centroids_of(vectors, own, more), np.zeros(more))
    outside = np.setdiff1d(np.flatnonzero(own != NOISE), fit.core)
    said = describe(fit.model, vectors[outside], [texts[row] for row in outside.tolist()])
    model = extended(
        fit.model, replace(opening, labels=own[outside]), range(count, count + more), said
    )
    core = np.concatenate([fit.core, outside])
    nearest = (opening.centroids @ fit.model.centroids.T).argmax(axis=1)
    return replace(
        fit,
        model=_voting(model, numbers[core]),
        core=core,
        stability=np.concatenate([fit.stability, opening.stability]),
        areas=np.concatenate([fit.areas, fit.areas[nearest]]),
    )


def _voting(model: ThemeModel, numbers: IntArray) -> ThemeModel:
    kept = numbers != NOISE
    return replace(
        model,
        labels=np.where(kept, numbers, model.labels),
        variants=np.where(kept, NOISE, model.variants),
    )


def _placed(placement: Placement, numbers: IntArray) -> Placement:
    """Return the placement with what was left out in the themes that were kept."""
    own = numbers[placement.rows]
    goes = (placement.theme_ids == NOISE) & (own != NOISE)
    return replace(placement, theme_ids=np.where(goes, own, placement.theme_ids))
