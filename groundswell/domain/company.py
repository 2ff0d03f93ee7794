"""What a company knows besides its feedback: customers, deals, the market, the work."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from groundswell.domain.identity import content_id

AccountStatus = Literal["active", "churned", "prospect"]
DealStage = Literal["open", "won", "lost"]
WorkStatus = Literal["open", "done", "rejected"]
DependencyKind = Literal["requires", "excludes", "together", "must"]


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

    @property
    def subject_id(self) -> str:
        """What it speaks of, whenever that was observed: a release, or the weeks of one search."""
        return content_id(self.kind, self.competitor or "", self.text.strip() or self.key)


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


@dataclass(frozen=True, slots=True)
class ProductUsage:
    """How much one part of the product was used on one day, or in the period that began on it."""

    date: date
    area: str
    unique_users: int | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class SupportCost:
    """What support for one part of the product took in the period that began on a day."""

    date: date
    area: str
    tickets: int | None = None
    minutes: float | None = None
    """Working time of the people who answered."""
    cost: float | None = None
    """Currency; None is unknown, not zero."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """What one piece of work means for another, or that it must be done."""

    item_id: str
    kind: DependencyKind
    other_id: str = ""
    """Empty for ``must``."""
