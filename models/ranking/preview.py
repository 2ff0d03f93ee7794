"""Which ideas would stand otherwise, were a draft published."""

from groundswell.report import (
    Changes,
    DraftPreview,
    IdeaReport,
    PreviewedIdea,
    RankedIdea,
    RankSpan,
)

SHOWN_STEADIED = 20
"""Ideas that keep their place; as many as moves are told."""


def preview_of(
    before: IdeaReport, after: IdeaReport, changes: Changes, *, digest: str
) -> DraftPreview:
    """Put the moves between two reports together with the intervals.

    Parameters
    ----------
    before, after
        The newest report, and the next one as it would be with the draft published.
    changes
        Between the two, from `compare_reports`.
    digest
        Of the draft.
    """
    old = {idea.candidate_id: idea for idea in before.ideas}
    new = {idea.candidate_id: idea for idea in after.ideas}
    moves = tuple(
        _between(old.get(move.candidate_id), new.get(move.candidate_id), move.reason)
        for move in changes.moves
    )
    steadied = [
        _between(was, idea)
        for idea in after.ideas
        if (was := old.get(idea.candidate_id)) is not None
        and was.rank == idea.rank
        and (_span(was), was.status) != (_span(idea), idea.status)
    ]
    return DraftPreview(
        digest=digest,
        since_run=before.run.run_id,
        moves=moves,
        steadied=tuple(steadied[:SHOWN_STEADIED]),
        more=max(0, len(steadied) - SHOWN_STEADIED),
        themes=tuple(change.sentence for change in changes.themes),
        ideas=max(len(old), len(new)),
    )


def _between(was: RankedIdea | None, idea: RankedIdea | None, reason: str = "") -> PreviewedIdea:
    known = idea or was
    if known is None:
        raise ValueError("an idea of a preview is in at least one of the reports")
    turned = (was.status, idea.status) if was and idea and was.status != idea.status else None
    return PreviewedIdea(known.candidate_id, known.title, _span(was), _span(idea), reason, turned)


def _span(idea: RankedIdea | None) -> RankSpan | None:
    return None if idea is None else RankSpan(idea.rank, idea.rank_low, idea.rank_high)
