"""Turn needs and the backlog into one list of things that could be built.

A need and the backlog item that would meet it are one line, so that evidence is not split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from groundswell.domain import (
    FeatureCandidate,
    IdeaVerdict,
    NeedTheme,
    Vectors,
    WorkItem,
    require_aligned,
)
from models.evidence.inputs import Evidence, item_texts
from models.linking.matching import Texts
from models.linking.recalibration import Recalibration
from models.linking.statuses import LIKELY, RETURN_FACTOR, Found, Standing, find_twins, settle
from models.ranking.known_work import (
    Heard,
    as_found,
    candidate_texts,
    need_text,
    releases_found,
    work_found,
)
from models.ranking.verdicts import entitled, refused, says_something, told_rejection

_NOTHING_HEARD = Heard()


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A candidate, and what tells whether a stronger one says the same."""

    candidate: FeatureCandidate
    text: str
    vector: Vectors
    strength: float
    """Voices; below every need for an item that nobody voiced."""
    settled: bool
    """Its status tells of work or of a refusal, which a double would hide."""


_NONE: Mapping[str, str] = MappingProxyType({})
_UNDECIDED: Mapping[str, IdeaVerdict] = MappingProxyType({})

_Linked = Sequence[Sequence[tuple[float, str, WorkItem]]]
"""Per need (probability, why, item)."""


def propose_candidates(
    themes: Sequence[NeedTheme],
    theme_vectors: Vectors,
    items: Sequence[WorkItem],
    item_vectors: Vectors,
    *,
    heard: Heard = _NOTHING_HEARD,
    handed: Mapping[str, str] = _NONE,
    verdicts: Mapping[str, IdeaVerdict] = _UNDECIDED,
    link_probability: float = LIKELY,
    return_factor: float = RETURN_FACTOR,
    recalibration: Recalibration | None = None,
) -> list[FeatureCandidate]:
    """Propose one candidate per need, and one per open backlog item that meets none.

    An item joins the need it most probably meets, where that is at least `link_probability` (0 to
    1). The most probable of a need's items and of our releases gives the candidate its status
    (`models.linking.statuses`): open ``extends``, finished or released ``shipped``, rejected
    ``rejected`` until it has `return_factor` times the voices. So does a reviewer's rejection,
    before everything but what is done for certain. What another, stronger candidate says too is
    its ``duplicate``, unless a reviewer said something of it. A provisional need is no candidate
    by itself: only with an item that meets it. An item that was handed over as a need joins that
    need, whatever its words, and comes before all others. Where a reviewer said that an item or a
    release is the same as a need's idea, or is not, that goes before both.

    Parameters
    ----------
    themes
        Needs without their areas; retired ones are left out.
    theme_vectors, item_vectors
        Unit rows aligned with `themes` and `items`.
    handed
        Item id to candidate id, from `models.ranking.handed_over`.
    verdicts
        What reviewers say, by candidate id; their titles take the place of the computed ones.
    recalibration
        What reviewers' words on matches taught of the probabilities.

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
    order = sorted(range(len(items)), key=lambda row: items[row].item_id)
    items, item_vectors = [items[row] for row in order], item_vectors[order]
    needs = _Needs([themes[row] for row in alive], theme_vectors[alive], heard)
    knowing = _Knowing(verdicts, link_probability, return_factor, recalibration)
    linked = needs.linked(items, item_vectors, handed, knowing)
    proposals = needs.proposals(linked, knowing)
    proposals += _of_lone_items(items, item_vectors, linked, verdicts)
    return _mark_doubles(proposals, knowing)


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


def compared(evidence: Evidence, candidates: Sequence[FeatureCandidate]) -> Texts:
    """Return what each candidate is compared by with deals, releases and searches."""
    vectors = candidate_vectors(
        candidates, evidence.themes, evidence.theme_vectors, evidence.items, evidence.item_vectors
    )
    table, shown = evidence.mentions, {s for theme in evidence.themes for s in theme.exemplars}
    told = table[table["statement_id"].isin(shown) & (table["created_at"] <= evidence.as_of)]
    statements = dict(zip(told["statement_id"], told["text"], strict=True))
    return Texts(candidate_texts(candidates, evidence.themes, evidence.items, statements), vectors)


@dataclass(frozen=True, slots=True)
class _Knowing:
    """What matches are judged by."""

    verdicts: Mapping[str, IdeaVerdict]
    likely: float
    return_factor: float
    recalibration: Recalibration | None


class _Needs:
    """Living needs by id, and what was heard of them."""

    def __init__(self, themes: Sequence[NeedTheme], vectors: Vectors, heard: Heard) -> None:
        said = heard.statements({one for theme in themes for one in theme.exemplars})
        self._themes, self._heard = themes, heard
        self._texts = Texts([need_text(theme, said) for theme in themes], vectors)

    def linked(
        self,
        items: Sequence[WorkItem],
        vectors: Vectors,
        handed: Mapping[str, str],
        knowing: _Knowing,
    ) -> _Linked:
        """Return the items that meet each need."""
        ids = [_candidate_id(theme) for theme in self._themes]
        known = {item: ids.index(need) for item, need in handed.items() if need in ids}
        return work_found(
            self._texts,
            items,
            vectors,
            likely=knowing.likely,
            handed=known,
            said=self._said(knowing),
            recalibration=knowing.recalibration,
        )

    def proposals(self, linked: _Linked, knowing: _Knowing) -> list[_Proposal]:
        """Return a proposal for each need that is certified, or that an item meets."""
        released = releases_found(
            self._texts,
            self._heard,
            likely=knowing.likely,
            said=self._said(knowing),
            recalibration=knowing.recalibration,
        )
        proposals = []
        for place, theme in enumerate(self._themes):
            if theme.state != "certified" and not linked[place]:
                continue
            voices = self._heard.voices(theme.theme_id)
            verdict = knowing.verdicts.get(_candidate_id(theme))
            found = as_found(theme, linked[place], self._heard) + released[place]
            standing = settle(
                found + refused(theme, verdict, self._heard),
                voices=voices,
                likely=knowing.likely,
                return_factor=knowing.return_factor,
            )
            proposals.append(
                _Proposal(
                    entitled(_need_candidate(theme, standing, linked[place]), verdict),
                    self._texts.texts[place],
                    self._texts.vectors[place],
                    float(theme.size) if voices is None else voices,
                    standing.status != "new" or standing.returned or says_something(verdict),
                )
            )
        return proposals

    def _said(self, knowing: _Knowing) -> list[IdeaVerdict | None]:
        return [knowing.verdicts.get(_candidate_id(theme)) for theme in self._themes]


def _of_lone_items(
    items: Sequence[WorkItem],
    vectors: Vectors,
    linked: _Linked,
    verdicts: Mapping[str, IdeaVerdict],
) -> list[_Proposal]:
    """Return a proposal for each open item that meets no need."""
    met = {item.item_id for row in linked for _, _, item in row}
    return [
        _Proposal(candidate, text, vector, -1.0, settled=says_something(verdict))
        for item, text, vector in zip(items, item_texts(items), vectors, strict=True)
        if item.status == "open" and item.item_id not in met
        for verdict in [verdicts.get(_item_id(item))]
        for candidate in [entitled(_item_candidate(item, verdict), verdict)]
    ]


def _mark_doubles(proposals: Sequence[_Proposal], knowing: _Knowing) -> list[FeatureCandidate]:
    """Call a candidate of which nothing else is known the duplicate of a stronger one."""
    candidates = [proposal.candidate for proposal in proposals]
    if not candidates:
        return candidates
    texts = Texts([one.text for one in proposals], np.array([one.vector for one in proposals]))
    strength = np.array([one.strength for one in proposals])
    marked = list(candidates)
    likely = knowing.likely
    twins = find_twins(texts, strength, likely=likely, recalibration=knowing.recalibration)
    for row, twin in enumerate(twins):
        if twin is not None and not proposals[row].settled:
            other, chance, why = candidates[twin[0]], twin[1], twin[2]
            found = Found("candidate", other.candidate_id, other.title, chance, why)
            standing = settle([found], likely=likely)
            marked[row] = replace(marked[row], status=standing.status, reason=standing.reason)
    return marked


def _candidate_id(theme: NeedTheme) -> str:
    return f"need-{theme.theme_id}"


def _need_candidate(
    theme: NeedTheme, standing: Standing, linked: Sequence[tuple[float, str, WorkItem]]
) -> FeatureCandidate:
    return FeatureCandidate(
        candidate_id=_candidate_id(theme),
        title=theme.label,
        need=theme.label,
        coverage=((theme.theme_id, 1.0),),
        status=standing.status,
        reason=standing.reason,
        item_ids=tuple(item.item_id for _, _, item in linked),
    )


def _item_id(item: WorkItem) -> str:
    return f"item-{item.item_id}"


def _item_candidate(item: WorkItem, verdict: IdeaVerdict | None) -> FeatureCandidate:
    told = told_rejection(verdict)
    return FeatureCandidate(
        candidate_id=_item_id(item),
        title=item.title,
        need=item.title,
        coverage=(),
        status="rejected" if told else "extends",
        reason=told or f"backlog item {item.item_id}, not heard from customers so far",
        item_ids=(item.item_id,),
    )
