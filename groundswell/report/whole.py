"""The report of one run, and what changed since the one before."""

from dataclasses import dataclass
from datetime import date, datetime

from groundswell.domain import ThemeChange
from groundswell.report.ideas import RankedIdea
from groundswell.report.learning import Learning
from groundswell.report.profit import Portfolio
from groundswell.report.themes import ThemeSummary


@dataclass(frozen=True, slots=True)
class ReportTotals:
    """What the report rests on."""

    records: int
    statements: int
    quarantined: int
    duplicates: int
    voices: int
    accounts: int
    first_record: date | None
    last_record: date | None
    noise_share: float
    """Share of the statements that belong to no theme, 0 to 1."""
    channels: tuple[tuple[str, int], ...]
    copies: int = 0
    """Messages that say again what was said, by one person or in a wave; not counted."""
    uninformative: int = 0
    """Statements that are a bare verdict or junk; in no theme and not counted."""


@dataclass(frozen=True, slots=True)
class RunStamp:
    """The run's own id and times; all else in the report follows from data and settings."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdeaReport:
    """The ranked ideas of one run with every version that made them."""

    run: RunStamp
    title: str
    as_of: datetime
    """Evidence after this moment was not used."""
    currency: str
    versions: tuple[tuple[str, str], ...]
    """(component, version), for example (``encoder``, ``all-MiniLM-L6-v2@...``)."""
    strategy: str
    weights: tuple[tuple[str, float], ...]
    evidence_level: str
    """``L2: feedback, ratings, accounts``."""
    unlocks_next: str
    """Which input would switch on the next criteria."""
    notes: tuple[str, ...]
    """Assumptions and limits, in sentences."""
    totals: ReportTotals
    ideas: tuple[RankedIdea, ...]
    themes: tuple[ThemeSummary, ...]
    portfolio: Portfolio | None = None
    """All ideas whose value and cost are known, together; None without any."""
    unasked: float = 0.0
    """Priority, without effort, of an idea that nobody asks for; what a plan counts from."""
    learning: Learning | None = None
    """What reviewers say of the weights; None: they have said nothing."""


@dataclass(frozen=True, slots=True)
class IdeaMove:
    """An idea whose place changed between two runs."""

    candidate_id: str
    title: str
    rank_before: int | None
    rank_now: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since an earlier run; kept apart so that equal data give equal reports."""

    since_run: int | None
    """None on the first run."""
    since: datetime | None
    new_records: int
    moves: tuple[IdeaMove, ...]
    """New, returned, risen, fallen and gone ideas, most important first."""
    themes: tuple[ThemeChange, ...]
    """What became of the themes: born, split, merged, retired, drifted, grown, shrunk."""
