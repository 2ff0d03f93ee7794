"""Look for a new theme among the statements that belong to none.

Between two fits a need can come up that no theme has a word for. Its statements gather among
those that were left out; where enough customers say what belongs together, a provisional theme
is opened, and a later fit tells whether it lasts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from groundswell.domain import NOISE, FloatArray, IntArray, Vectors
from models.nearest.neighbours import neighbour_graph
from models.themes.communities import find_communities
from models.themes.fitting import centroids_of, neighbours_for
from models.themes.likeness import Said, join_said, neighbours_within, some_of
from models.themes.model import ThemeModel
from models.themes.placement import cosines_to_own, references_of, with_words

STANDS_ALONE = 0.5
"""Stability from which a group opens a theme: in most halves it comes back."""

CONTEXT = 1_000
"""Statements that themes hold, a fair sample, among which the left-out ones are looked at. With
more, a group of ten would have more neighbours outside than inside."""


@dataclass(frozen=True, slots=True)
class Opening:
    """New themes, numbered 0 to k - 1."""

    labels: IntArray
    """New theme of each statement, `NOISE` for most, shape (n,)."""
    centroids: Vectors
    """Shape (k, dims), unit rows."""
    stability: FloatArray
    """Shape (k,), 0 to 1."""


def find_new_themes(
    model: ThemeModel,
    said: Said,
    voices: Sequence[str],
    *,
    neighbours: int,
    min_voices: int,
) -> Opening:
    """Find groups of left-out statements that belong together.

    They are looked for among the left-out and some of what the themes hold, so that a group
    has something to differ from; one that mostly falls to what the themes hold is none.

    Parameters
    ----------
    said
        One row per distinct text that is in no theme, in a canonical order, words weighed as
        the model's (`models.themes.placement.describe`).
    voices : sequence of length n
        Who says it; one of them where several do.
    neighbours
        Edges per statement at most, as in `models.themes.fitting.fit_themes`.
    min_voices
        Fewest customers, and fewest distinct texts, of a theme.
    """
    count = len(said.vectors)
    together = join_said(said, _context(model))
    per_row = neighbours_for(len(together.vectors), neighbours)
    if count < min_voices or per_row < 1:
        return _none(said.vectors)
    found = find_communities(neighbour_graph(neighbours_within(together, per_row)))
    own = np.bincount(found.labels[:count], minlength=len(found.stability))
    new = own > np.bincount(found.labels, minlength=len(found.stability)) / 2.0
    opens = new & (found.stability >= STANDS_ALONE)
    labels = np.where(opens[found.labels[:count]], found.labels[:count], NOISE)
    labels = _near(said.vectors, labels, model.floor)
    kept = [
        theme
        for theme in np.unique(labels[labels != NOISE]).tolist()
        if _heard(labels == theme, voices) >= min_voices
    ]
    if not kept:
        return _none(said.vectors)
    numbers = np.full(int(labels.max()) + 2, NOISE, dtype=np.int64)
    numbers[kept] = np.arange(len(kept))
    labels = numbers[labels]
    return Opening(labels, centroids_of(said.vectors, labels, len(kept)), found.stability[kept])


def extended(
    model: ThemeModel, opening: Opening, theme_ids: Sequence[int], said: Said
) -> ThemeModel:
    """Return the model with the new themes; their statements vote from now on.

    Parameters
    ----------
    theme_ids
        Permanent id of each new theme, ascending and above all that the model knows.
    said
        The statements that `opening` was found in, words weighed as the model's.
    """
    members = np.flatnonzero(opening.labels != NOISE)
    ids = np.asarray(theme_ids, dtype=np.int64)
    grown = replace(
        model,
        references=np.concatenate([model.references, said.vectors[members].astype(np.float16)]),
        labels=np.concatenate([model.labels, ids[opening.labels[members]]]),
        variants=np.concatenate([model.variants, np.full(len(members), NOISE, dtype=np.int64)]),
        theme_ids=np.concatenate([model.theme_ids, ids]),
        centroids=np.concatenate([model.centroids, opening.centroids]),
    )
    return with_words(grown, said.wording, members)


def _context(model: ThemeModel) -> Said:
    held = np.flatnonzero(model.labels != NOISE)[:CONTEXT]
    return some_of(references_of(model), held)


def _near(vectors: Vectors, labels: IntArray, floor: float) -> IntArray:
    """Leave out statements that lie farther from their group's centroid than the floor."""
    count = int(labels.max(initial=NOISE)) + 1
    if count == 0:
        return labels
    own = np.maximum(labels, 0)
    far = cosines_to_own(vectors, centroids_of(vectors, labels, count), own) < floor
    return np.where(far, NOISE, labels).astype(np.int64)


def _heard(chosen: IntArray, voices: Sequence[str]) -> int:
    """Count the distinct customers of the chosen statements."""
    return len({voices[row] for row in np.flatnonzero(chosen).tolist()})


def _none(vectors: Vectors) -> Opening:
    nowhere = np.full(len(vectors), NOISE, dtype=np.int64)
    return Opening(nowhere, np.empty((0, vectors.shape[1]), np.float32), np.empty(0))
