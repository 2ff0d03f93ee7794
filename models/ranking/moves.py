"""What moved between two reports, and which evidence moved it."""

from collections.abc import Mapping, Sequence

from groundswell.domain import ThemeChange
from groundswell.report import Changes, CriterionPart, Estimate, IdeaMove, IdeaReport, RankedIdea
from models.ranking.sensitivity import plain

SHOWN_MOVES = 20
UNCHANGED = 0.02
"""A change of the priority up to this is none of the idea's own."""


def compare_reports(
    before: IdeaReport | None,
    now: IdeaReport,
    *,
    new_records: int,
    theme_changes: Sequence[ThemeChange],
) -> Changes:
    """Say what changed since the report before; None: this is the first.

    Ideas are matched by candidate id. A move is explained by the criterion whose contribution
    changed most; where the idea's own evidence stood still, by those that overtook it. The
    20 most important moves are kept: those that reach nearest to the top over the longest way.
    """
    if before is None:
        return Changes(None, None, new_records, (), tuple(theme_changes))
    old = {idea.candidate_id: idea for idea in before.ideas}
    new = {idea.candidate_id: idea for idea in now.ideas}
    moves = [
        _move(old.get(candidate_id), new.get(candidate_id), old, new)
        for candidate_id in sorted(old.keys() | new.keys())
        if _rank(old.get(candidate_id)) != _rank(new.get(candidate_id))
    ]
    length = max(len(old), len(new)) + 1
    moves.sort(key=lambda move: (-_importance(move, length), move.candidate_id))
    return Changes(
        since_run=before.run.run_id,
        since=before.run.started_at,
        new_records=new_records,
        moves=tuple(moves[:SHOWN_MOVES]),
        themes=tuple(theme_changes),
    )


def _rank(idea: RankedIdea | None) -> int | None:
    return idea.rank if idea is not None else None


def _importance(move: IdeaMove, length: int) -> float:
    """Return the way on a scale where the first places are far apart: ``|1/a - 1/b|``."""
    return abs(1.0 / (move.rank_before or length) - 1.0 / (move.rank_now or length))


def _move(
    old: RankedIdea | None,
    new: RankedIdea | None,
    before: Mapping[str, RankedIdea],
    now: Mapping[str, RankedIdea],
) -> IdeaMove:
    known = new or old
    if known is None:
        raise ValueError("a move needs an idea in at least one of the reports")
    return IdeaMove(
        candidate_id=known.candidate_id,
        title=known.title,
        rank_before=_rank(old),
        rank_now=_rank(new),
        reason=_reason(old, new, before, now),
    )


def _reason(
    old: RankedIdea | None,
    new: RankedIdea | None,
    before: Mapping[str, RankedIdea],
    now: Mapping[str, RankedIdea],
) -> str:
    if new is None:
        return "no longer among the ideas shown"
    if old is None:
        best = max(new.parts, key=lambda part: part.contribution, default=None)
        heard = f"new: {new.voices:.0f} voices"
        return f"{heard}; most for it speaks {_value(best)}" if best else heard
    if abs(new.priority - old.priority) <= UNCHANGED:
        return _overtaken(old, new, before, now)
    return _changed_part(old, new)


def _changed_part(old: RankedIdea, new: RankedIdea) -> str:
    earlier = {part.criterion: part for part in old.parts}
    later = {part.criterion: part for part in new.parts}
    change = {
        name: (later[name].contribution if name in later else 0.0)
        - (earlier[name].contribution if name in earlier else 0.0)
        for name in sorted(earlier.keys() | later.keys())
    }
    name = max(change, key=lambda key: abs(change[key]))
    return (
        f"{plain(name)} went from {_number(earlier.get(name))} to {_number(later.get(name))}"
        f"{_unit(later.get(name) or earlier.get(name))} ({change[name]:+.2f} of"
        f" {new.priority - old.priority:+.2f})"
    )


def _overtaken(
    old: RankedIdea,
    new: RankedIdea,
    before: Mapping[str, RankedIdea],
    now: Mapping[str, RankedIdea],
) -> str:
    """Name the best of the ideas that changed sides with it."""
    fell = new.rank > old.rank

    def above(idea: RankedIdea | None, rank: int) -> bool:
        return idea is not None and idea.rank < rank

    crossed = [
        now.get(name) or before[name]
        for name in sorted(before.keys() | now.keys())
        if above(now.get(name), new.rank) is fell and above(before.get(name), old.rank) is not fell
    ]
    crossed = [idea for idea in crossed if idea.candidate_id != new.candidate_id]
    if not crossed:
        return "its own evidence hardly changed"
    first = min(crossed, key=lambda idea: (idea.rank, idea.candidate_id))
    others = f" and {len(crossed) - 1} more" if len(crossed) > 1 else ""
    way = "rose past it" if fell else "fell behind it"
    return f'its own evidence hardly changed; "{first.title}"{others} {way}'


def _value(part: CriterionPart) -> str:
    return f"{plain(part.criterion)}, {_number(part)}{_unit(part)} ({part.contribution:+.2f})"


def _number(part: CriterionPart | None) -> str:
    raw = part.raw if part is not None else Estimate(None, None, None, "")
    if raw.value is None:
        return "n/a"
    return f"{raw.value:,.0f}" if abs(raw.value) >= 100 else f"{raw.value:.1f}"


def _unit(part: CriterionPart | None) -> str:
    return f" {part.raw.unit}" if part is not None and part.raw.value is not None else ""
