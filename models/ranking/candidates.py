"""Turn needs and the backlog into one list of things that could be built.

A need and the backlog item that would meet it are one line, so that evidence is not split.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from groundswell.domain import (
    CandidateStatus,
    FeatureCandidate,
    FloatArray,
    NeedTheme,
    Vectors,
    WorkItem,
    require_aligned,
)
from models.evidence.inputs import cosine

_STATUS: dict[str, CandidateStatus] = {"open": "extends", "done": "shipped", "rejected": "rejected"}

_HANDED_OVER = 2.0
"""In place of the cosine of an item that is known to be the idea: above every cosine."""
_NONE: Mapping[str, str] = MappingProxyType({})


def propose_candidates(
    themes: Sequence[NeedTheme],
    theme_vectors: Vectors,
    items: Sequence[WorkItem],
    item_vectors: Vectors,
    *,
    link_similarity: float,
    handed: Mapping[str, str] = _NONE,
) -> list[FeatureCandidate]:
    """Propose one candidate per need, and one per open backlog item that meets none.

    An item joins the need it is most similar to where the cosine reaches `link_similarity`
    (-1 to 1). The closest item then gives the candidate its status: open ``extends``, done
    ``shipped``, rejected ``rejected``. A provisional need is no candidate by itself: only with
    an item that meets it. An item that was handed over as a need joins that need, whatever its
    words, and comes before all others.

    Parameters
    ----------
    themes
        Needs without their areas; retired ones are left out.
    theme_vectors, item_vectors
        Unit rows aligned with `themes` and `items`.
    handed
        Item id to candidate id, from `models.ranking.handed_over`.

    Returns
    -------
    list of FeatureCandidate
        Needs by theme id, then items by item id.

    Raises
    ------
    ValueError
        Vectors are not aligned.
    """
    require_aligned(themes, len(theme_vectors), "theme vectors")
    require_aligned(items, len(item_vectors), "item vectors")
    alive = sorted(
        (row for row, theme in enumerate(themes) if theme.state != "retired"),
        key=lambda row: themes[row].theme_id,
    )
    similarity = cosine(item_vectors, theme_vectors)
    row_of = {_candidate_id(themes[row]): row for row in alive}
    for item_row, item in enumerate(items):
        if (need_row := row_of.get(handed.get(item.item_id, ""))) is not None:
            similarity[item_row, need_row] = _HANDED_OVER
    linked, alone = _link(alive, items, similarity, link_similarity)
    needs = [
        _need_candidate(themes[row], linked[row])
        for row in alive
        if themes[row].state == "certified" or linked[row]
    ]
    return needs + [_item_candidate(item) for item in alone]


def candidate_vectors(
    candidates: Sequence[FeatureCandidate],
    themes: Sequence[NeedTheme],
    theme_vectors: Vectors,
    items: Sequence[WorkItem],
    item_vectors: Vectors,
) -> Vectors:
    """Return one unit row per candidate: its themes' centroid by coverage, else its item's."""
    theme_row = {theme.theme_id: row for row, theme in enumerate(themes)}
    item_row = {item.item_id: row for row, item in enumerate(items)}
    dims = max(theme_vectors.shape[1], item_vectors.shape[1])
    vectors = np.zeros((len(candidates), dims))
    for row, candidate in enumerate(candidates):
        for theme, share in candidate.coverage:
            if theme in theme_row:
                vectors[row] += share * theme_vectors[theme_row[theme]].astype(np.float64)
        if not vectors[row].any() and candidate.item_ids and candidate.item_ids[0] in item_row:
            vectors[row] = item_vectors[item_row[candidate.item_ids[0]]]
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return np.asarray(unit, np.float32)


def _link(
    themes: Sequence[int], items: Sequence[WorkItem], similarity: FloatArray, threshold: float
) -> tuple[dict[int, list[tuple[float, WorkItem]]], list[WorkItem]]:
    """Return the items of each theme row with their similarity, and open items of none."""
    linked: dict[int, list[tuple[float, WorkItem]]] = {row: [] for row in themes}
    alone: list[WorkItem] = []
    for row in sorted(range(len(items)), key=lambda row: items[row].item_id):
        best = max(themes, key=lambda theme: float(similarity[row, theme]), default=None)
        if best is not None and similarity[row, best] >= threshold:
            linked[best].append((float(similarity[row, best]), items[row]))
        elif items[row].status == "open":
            alone.append(items[row])
    return linked, alone


def _candidate_id(theme: NeedTheme) -> str:
    return f"need-{theme.theme_id}"


def _need_candidate(theme: NeedTheme, linked: Sequence[tuple[float, WorkItem]]) -> FeatureCandidate:
    closest = sorted(linked, key=lambda pair: (-pair[0], pair[1].item_id))
    status: CandidateStatus = _STATUS[closest[0][1].status] if closest else "new"
    return FeatureCandidate(
        candidate_id=_candidate_id(theme),
        title=theme.label,
        need=theme.label,
        coverage=((theme.theme_id, 1.0),),
        status=status,
        reason=_reason(closest),
        item_ids=tuple(item.item_id for _, item in closest),
    )


def _reason(closest: Sequence[tuple[float, WorkItem]]) -> str:
    if not closest:
        return ""
    similarity, item = closest[0]
    state = {"open": "open", "rejected": "rejected", "done": "finished"}[item.status]
    when = f" {item.finished.isoformat()}" if item.status == "done" and item.finished else ""
    more = f"; {len(closest) - 1} more like it" if len(closest) > 1 else ""
    how = "handed over" if similarity == _HANDED_OVER else f"similarity {similarity:.2f}"
    return f'{state}{when}: {item.item_id} "{item.title}" ({how}){more}'


def _item_candidate(item: WorkItem) -> FeatureCandidate:
    return FeatureCandidate(
        candidate_id=f"item-{item.item_id}",
        title=item.title,
        need=item.title,
        coverage=(),
        status=_STATUS[item.status],
        reason=f"backlog item {item.item_id}, not heard from customers so far",
        item_ids=(item.item_id,),
    )
