"""A ranked idea with every reason for its rank."""

from dataclasses import dataclass
from datetime import date, datetime

from groundswell.domain import CandidateStatus, VerdictStatus
from groundswell.report.evidence import (
    Asker,
    Effort,
    Estimate,
    Job,
    Match,
    Quote,
    SignalNote,
    Solution,
)
from groundswell.report.profit import Profit


@dataclass(frozen=True, slots=True)
class CriterionPart:
    """One reason to build: a bar of the waterfall. Contributions sum to the priority."""

    criterion: str
    """reach, unmet_need, revenue, trend, market_pull, effort, ..."""
    raw: Estimate
    z: float
    """Distance from the reference median in robust standard deviations, -3 to 3; 0 if missing."""
    weight: float
    """Effort's weight is negative."""
    contribution: float
    """``weight * z``."""
    spread: float
    """One standard deviation of the contribution over the draws; the only bar of missing data."""
    voices: float
    """Distinct customers behind it."""
    sources: tuple[str, ...]
    """Names of the input sources it rests on."""
    note: str = ""
    """What is inferred or missing, in words: ``no data: accounts file missing``."""


@dataclass(frozen=True, slots=True)
class ReviewVerdict:
    """What reviewers said of an idea by the time of the report."""

    status: VerdictStatus
    """A deferral whose day has come leaves it ``undecided``."""
    until: date | None
    """Of a deferral, also one whose day has come."""
    reviewer: str
    """Who gave it that status; empty: nobody."""
    at: datetime | None
    reason: str
    """Why it has that status."""
    brief: str | None
    """What they wrote of it."""
    set_by: tuple[tuple[str, str], ...]
    """(``title``, ``brief``, ``effort_days`` or ``fit``, who set it), by field; then (``the same as
    item-RF-7`` or ``not item-RF-7``, who said so)."""
    version: int
    """Number of the last decision that counts."""
    decided_for: str
    """Id of the idea they decided about: another one where that lives on in this."""


@dataclass(frozen=True, slots=True)
class RankedIdea:
    """A candidate with its rank, how sure that rank is, and why."""

    rank: int
    rank_low: int
    """80 % interval of the rank over the draws; low is the better end."""
    rank_high: int
    p_top10: float
    tier: int
    """A new tier begins only where the draws agree that the next one is worse."""
    candidate_id: str
    title: str
    need: str
    status: CandidateStatus
    status_reason: str
    score: float
    """0 to 100: the priority through the normal distribution of the reference snapshot."""
    priority: float
    """Sum of the parts' contributions."""
    parts: tuple[CriterionPart, ...]
    voices: float
    """Distinct customers, each weighted by membership."""
    mentions: int
    """Statements."""
    effective_voices: float
    trend: Estimate
    """Voices of the last 30 days over those of the last 180, as a ratio of rates (1 = steady)."""
    revenue: Estimate
    effort: Effort
    monthly_voices: tuple[tuple[str, int], ...]
    """(``2026-03``, distinct customers), oldest first, months without voices included."""
    segments: tuple[tuple[str, int], ...]
    """(segment, voices), largest first."""
    channels: tuple[tuple[str, int], ...]
    askers: tuple[Asker, ...]
    quotes: tuple[Quote, ...]
    counter_quotes: tuple[Quote, ...]
    """What satisfied customers say about the same thing."""
    signals: tuple[SignalNote, ...]
    badges: tuple[str, ...]
    """thin evidence, single account, inferred importance, stale signal, channels disagree."""
    what_would_change: tuple[str, ...]
    """Sentences: the smallest changes that would move it, and the data that would settle it."""
    theme_ids: tuple[int, ...]
    item_ids: tuple[str, ...]
    ranks_by_strategy: tuple[tuple[str, int], ...] = ()
    """(strategy, rank by it), for every strategy that the data support."""
    profit: Profit | None = None
    """Value and cost in money; None in reports of versions that did not know it."""
    solutions: tuple[Solution, ...] = ()
    """What is asked for to meet the need, most voices first."""
    jobs: tuple[Job, ...] = ()
    """The job it serves, in the customers' own clauses."""
    verdict: ReviewVerdict | None = None
    """What reviewers said of it; None: nothing."""
    matches: tuple[Match, ...] = ()
    """What it was compared with and may be the same as: what reviewers said first, then the most
    probable."""
    acceptance: Estimate | None = None
    """Chance that reviewers would accept it, by what they accepted and rejected so far; it is no
    part of the score. None: they decided too seldom to tell, or have decided about it."""
