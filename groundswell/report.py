"""The ranked report as a value: what a run hands to every page, file and artifact.

`IdeaReport` holds every number a reader can see with what it rests on. It is kept as JSON in
the store and published as ideas.json, so its fields are the public schema
(docs/schema/ideas.schema.json): add, do not rename.
"""

from dataclasses import dataclass
from datetime import date, datetime

from groundswell.domain import CandidateStatus, ThemeState


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 80 % interval, in `unit`. None throughout: not known (n/a, never 0)."""

    value: float | None
    low: float | None
    high: float | None
    unit: str


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
class Quote:
    """A customer's own words with the place they can be checked."""

    statement_id: str
    record_id: str
    text: str
    created_at: datetime
    channel: str
    source: str
    place: str
    """File and line, ``tickets.csv:17``."""
    account: str | None
    segment: str | None
    rating: float | None
    membership: float


@dataclass(frozen=True, slots=True)
class Asker:
    """An account that voices the need."""

    account_id: str
    name: str
    segment: str | None
    arr: float | None
    status: str
    mentions: int


@dataclass(frozen=True, slots=True)
class SignalNote:
    """A market signal that speaks to the idea."""

    kind: str
    headline: str
    """One line: ``NimbusDesk shipped "offline notes" (3.2)``."""
    observed_at: date
    source: str
    similarity: float
    """Cosine between signal and theme, -1 to 1; 1 for a signal keyed to the theme by hand."""


@dataclass(frozen=True, slots=True)
class Analogue:
    """A finished item like this idea."""

    item_id: str
    title: str
    estimate_days: float | None
    actual_days: float
    finished: date | None
    similarity: float


@dataclass(frozen=True, slots=True)
class Effort:
    """Person-days by analogy."""

    p50: float
    p80: float
    low: float
    high: float
    """80 % interval."""
    basis: str
    """In words: ``10 similar finished items``, ``prior``."""
    analogues: tuple[Analogue, ...]


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


@dataclass(frozen=True, slots=True)
class ThemeSummary:
    """A theme as the map and the theme list show it."""

    theme_id: int
    label: str
    keywords: tuple[str, ...]
    state: ThemeState
    stability: float
    size: int
    voices: int
    area: str
    """Label of the area it lies in."""
    x: float
    y: float
    quote: str
    candidate_id: str | None


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
    themes: tuple[str, ...]
    """Sentences: themes born, grown, shrunk, retired."""
