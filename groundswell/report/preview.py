"""What publishing a reviewer's draft would change in the ranking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankSpan:
    """A place in a ranking with its interval."""

    rank: int
    low: int
    """The best and, in `high`, the worst rank of the interval."""
    high: int


@dataclass(frozen=True, slots=True)
class PreviewedIdea:
    """An idea that would stand otherwise than it does."""

    candidate_id: str
    title: str
    before: RankSpan | None
    """None: it is not in the newest report."""
    after: RankSpan | None
    """None: it would not be in the next one."""
    reason: str
    """Why its place changes; empty where it does not."""
    status: tuple[str, str] | None = None
    """Its status in the two reports; None where that stays the same."""


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """The next report with a draft published, compared with the newest one."""

    digest: str
    """Of the draft; see `groundswell.domain.staged.digest_of`."""
    since_run: int
    """The run of the newest report."""
    moves: tuple[PreviewedIdea, ...]
    """What rises, falls, goes or comes, the most important first."""
    steadied: tuple[PreviewedIdea, ...]
    """What keeps its place with another interval or status, from the top."""
    more: int
    """How many further ideas do."""
    themes: tuple[str, ...]
    """What becomes of needs, in sentences."""
    ideas: int
    """How many there are in the longer of the two reports."""
