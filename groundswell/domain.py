"""What the pipeline talks about. Values only: no file, clock, database or model.

Times are aware and in UTC. Money is in the currency of ``[money]`` in config.toml. Values that
leave the program inside a report stand in `groundswell.report`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Vectors = NDArray[np.float32]
"""Unit vectors, one row per text, shape (n, dims)."""

NOISE = -1
"""Theme id of a statement that belongs to no theme, as scikit-learn labels noise."""

AccountStatus = Literal["active", "churned", "prospect"]
DealStage = Literal["open", "won", "lost"]
WorkStatus = Literal["open", "done", "rejected"]
ThemeState = Literal["certified", "provisional", "retired"]
CandidateStatus = Literal["new", "extends", "duplicate", "shipped", "rejected"]


def content_id(*parts: str) -> str:
    """Return a stable 128-bit identity (32 hex digits) of an ordered list of strings."""
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """One message from one customer."""

    source: str
    source_id: str
    text: str
    created_at: datetime
    """When the customer wrote it."""
    channel: str = ""
    """Where it was said: ticket, review, survey, chat, tracker, or the team's own word."""
    author: str | None = None
    account_id: str | None = None
    rating: float | None = None
    """1 (worst) to 5 (best)."""
    nps: int | None = None
    """Likelihood to recommend, 0 to 10."""
    version: str | None = None
    """Version of the product the customer was using."""
    language: str | None = None

    @property
    def record_id(self) -> str:
        """Stable identity: the same message read twice is one record."""
        return content_id(self.source, self.source_id)


@dataclass(frozen=True, slots=True)
class Statement:
    """The part of a record that says one thing; `start` and `end` are offsets into its text."""

    record_id: str
    start: int
    end: int
    text: str

    @property
    def statement_id(self) -> str:
        """Stable identity: the same span of the same record."""
        return content_id(self.record_id, str(self.start), str(self.end))

    @property
    def text_hash(self) -> str:
        """Key of the vector: equal texts share one."""
        return content_id(self.text)


@dataclass(frozen=True, slots=True)
class Account:
    """A customer organisation."""

    account_id: str
    name: str = ""
    arr: float | None = None
    """Recurring revenue, currency per year; None is unknown, not zero."""
    segment: str | None = None
    seats: int | None = None
    renewal_date: date | None = None
    status: AccountStatus = "active"
    churned_at: date | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """A sales opportunity."""

    deal_id: str
    account_id: str | None
    stage: DealStage
    amount: float | None
    """Currency per year."""
    probability: float | None
    """0 to 1."""
    close_date: date | None
    reasons: tuple[str, ...] = ()
    """Why it is open or was lost, in the seller's words."""
    competitor: str | None = None


@dataclass(frozen=True, slots=True)
class MarketSignal:
    """Outside evidence about one key (a search term, a competitor's release) at one moment."""

    kind: Literal["trends", "competitor", "reviews_ext", "stars", "jobs", "news", "rank"]
    key: str
    """The search term, or for a competitor the version or title of the release."""
    value: float
    """In `unit`; 1.0 for an event that simply happened."""
    unit: str
    observed_at: datetime
    source: str
    competitor: str | None = None
    text: str = ""
    """What a changelog entry, an article or an advertisement says."""
    geo: str | None = None

    @property
    def signal_id(self) -> str:
        """Stable identity: one observation of one source."""
        when = self.observed_at.isoformat()
        words = (self.source, self.kind, self.key, when, self.competitor or "", self.text)
        return content_id(*words, self.geo or "")


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A piece of work: waiting in the backlog, or finished, with what it took."""

    item_id: str
    title: str
    text: str = ""
    area: str | None = None
    type: str | None = None
    status: WorkStatus = "open"
    team: str | None = None
    estimate_days: float | None = None
    """Person-days."""
    actual_days: float | None = None
    """Person-days."""
    story_points: float | None = None
    started: date | None = None
    finished: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class TeamCapacity:
    """What one team can do in one release."""

    team: str
    release: str
    person_days: float
    day_rate: float | None = None
    """Currency per person-day."""


Row = FeedbackRecord | Account | Deal | MarketSignal | WorkItem | TeamCapacity
"""What one row of an input file can become."""

QuarantineReason = Literal[
    "bad_encoding",
    "nul_byte",
    "field_count",
    "unterminated_quote",
    "field_too_long",
    "row_too_long",
    "missing_text",
    "missing_id",
    "id_conflict",
    "bad_date",
    "date_out_of_range",
    "bad_number",
    "number_out_of_range",
    "bad_value",
    "json_syntax",
    "json_too_deep",
    "lone_surrogate",
    "cell_error",
    "formula_without_value",
    "too_many_marks",
]
"""Why a row could not be accepted; a closed list, explained in docs/quarantine.md."""


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A row that became a value, and the place it came from."""

    line: int
    """1-based line (text files) or row (sheets, Parquet) in the file."""
    value: Row


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that could not be used: its place, the reason and at most 4 KB of it."""

    line: int
    byte_start: int | None
    """None where the format has no byte offsets (XLSX, Parquet)."""
    byte_end: int | None
    reason: QuarantineReason
    detail: str
    """What was found and what would be accepted, in one line."""
    raw: str


ReadRow = AcceptedRow | QuarantinedRow


@dataclass(frozen=True, slots=True)
class NeedTheme:
    """A need that many people express in different words."""

    theme_id: int
    """Permanent: a refit keeps it for the theme that holds the same statements."""
    label: str
    """A few words, from the customers' own phrases."""
    keywords: tuple[str, ...]
    exemplars: tuple[str, ...]
    """Statement ids, most central first."""
    size: int
    """Statements in it."""
    stability: float
    """Best-match Jaccard index over resampled fits, 0 to 1."""
    state: ThemeState = "certified"
    parent_id: int | None = None
    """The wider area it belongs to; None for an area."""
    x: float = 0.0
    """Place on the theme map, -1 to 1."""
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class ThemeAssignment:
    """One statement's place among the themes."""

    statement_id: str
    theme_id: int
    """`NOISE` when it belongs to none."""
    membership: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class FeatureCandidate:
    """A feature that could be built, and the themes it would serve."""

    candidate_id: str
    """``need-12`` for a theme's own candidate, ``item-ABC-7`` for a backlog item's."""
    title: str
    need: str
    """The need in one sentence: a customer's words where there are any."""
    coverage: tuple[tuple[int, float], ...]
    """(theme id, share of the need it covers, 0 to 1), largest first."""
    status: CandidateStatus = "new"
    reason: str = ""
    """Why it has that status, for example which backlog item it meets."""
    item_ids: tuple[str, ...] = ()
    """Backlog or finished items it was matched to, closest first."""


def require_aligned(ids: Sequence[object], rows: int, what: str) -> None:
    """Raise ValueError unless there is exactly one id per row."""
    if len(ids) != rows:
        raise ValueError(f"{what}: {len(ids)} ids for {rows} rows")
