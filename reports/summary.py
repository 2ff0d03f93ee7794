"""What a product manager should decide now, read off the ranking."""

from dataclasses import dataclass

from groundswell.report import Changes, IdeaReport, RankedIdea
from reports import figures
from reports.changes import move_kind

_TOP = 10
_CLOSE = (0.35, 0.65)  # probability of the top ten that is nearly a coin toss
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to decide or to know: a heading, why, and ideas each with a few words."""

    heading: str
    why: str
    ideas: tuple[tuple[RankedIdea, str], ...]
    more: int = 0
    """Ideas beyond those listed."""


def decisions(report: IdeaReport, changes: Changes) -> tuple[Point, ...]:
    """Return the points to decide, most pressing first; those without ideas are left out."""
    top = report.ideas[:_TOP]
    points = (
        _top_tier(report),
        _close_calls(report),
        _point(
            "Rising",
            "The whole interval of the trend lies above steady.",
            [
                (idea, figures.trend(idea.trend))
                for idea in sorted(report.ideas[: 2 * _TOP], key=_rise)
                if figures.trend_word(idea.trend) == "rising"
            ],
        ),
        _point("Back again", "Gone in an earlier run, ranked again now.", _back(report, changes)),
        _point(
            "Look again",
            "Shipped or rejected before, and still among the first ten.",
            [(idea, idea.status_reason) for idea in top if idea.status in ("shipped", "rejected")],
        ),
        _point(
            "Ask before building",
            "Ranked high on little evidence.",
            [
                (idea, f"{figures.voices(idea.effective_voices)} effective voices")
                for idea in top
                if "thin evidence" in idea.badges or "single account" in idea.badges
            ],
        ),
    )
    return tuple(point for point in points if point.ideas)


def _top_tier(report: IdeaReport) -> Point:
    best = min((idea.tier for idea in report.ideas), default=0)
    first = [idea for idea in report.ideas if idea.tier == best]
    if len(first) == 1:
        return _point(
            "Clear first",
            "The draws agree that it comes before all others.",
            [(first[0], _standing(first[0]))],
        )
    why = "The data cannot tell these apart: choose among them by judgement."
    return _point("Top tier", why, [(idea, _standing(idea)) for idea in first])


def _standing(idea: RankedIdea) -> str:
    return f"rank {figures.rank_interval(idea)}"


def _close_calls(report: IdeaReport) -> Point:
    close = [
        (idea, f"{figures.share(idea.p_top10)} likely in the top ten")
        for idea in report.ideas
        if len(report.ideas) > _TOP and _CLOSE[0] <= idea.p_top10 <= _CLOSE[1]
    ]
    return _point("Close calls", "A little more data could move these over the line.", close)


def _back(report: IdeaReport, changes: Changes) -> list[tuple[RankedIdea, str]]:
    returned = {m.candidate_id: m.reason for m in changes.moves if move_kind(m) == "returned"}
    return [(i, returned[i.candidate_id]) for i in report.ideas if i.candidate_id in returned]


def _rise(idea: RankedIdea) -> tuple[float, int]:
    return (-(idea.trend.value or 0.0), idea.rank)


def _point(heading: str, why: str, ideas: list[tuple[RankedIdea, str]]) -> Point:
    return Point(heading, why, tuple(ideas[:_SHOWN]), max(0, len(ideas) - _SHOWN))
