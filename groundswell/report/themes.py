"""A need theme as the report shows it."""

from dataclasses import dataclass
from datetime import date

from groundswell.domain import Namer, ThemeState
from groundswell.report.evidence import Estimate, Quote


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """A phrase of a theme's name with the statements it was taken from."""

    phrase: str
    statements: int
    """Distinct texts of the theme that have it."""
    examples: tuple[str, ...]
    """Ids of some of them, most central first."""


@dataclass(frozen=True, slots=True)
class Rise:
    """A need that is voiced more than its own past and the total volume explain."""

    view: str
    """``incident`` (14 days) or ``need`` (90 days)."""
    since: date
    """First day of the window in which it rose."""
    voices: int
    """Distinct customers in the window."""
    expected: float
    """Customers that its past and the total volume let expect."""
    ratio: Estimate
    """Rate over the expected rate, with its credible interval; unit ``x``."""
    probability: float
    """That the ratio exceeds what the settings call a rise, 0 to 1."""
    version: str | None
    """Version of the product it came with, where one stands out."""


@dataclass(frozen=True, slots=True)
class ThemeProfile:
    """Who voices a theme, when, how, and what it does to ratings."""

    weekly_voices: tuple[tuple[date, int], ...]
    """(Monday, distinct customers), oldest first, weeks without voices included."""
    share: Estimate
    """Share of all voices of the last 90 days that voiced it, 0 to 1."""
    segments: tuple[tuple[str, int], ...]
    """(segment, voices), largest first; so too the next three."""
    channels: tuple[tuple[str, int], ...]
    versions: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    sentiment: Estimate
    """Mean polarity of its voices, -1 (unhappy) to 1 (happy)."""
    driver: Estimate
    """Points of rating (or NPS) that the mean of all customers loses by it; unit says which."""
    driver_note: str
    """What the driver rests on, or why nothing is claimed."""


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
    named_by: Namer = "machine"
    name_evidence: tuple[NameEvidence, ...] = ()
    variants: tuple[tuple[str, int], ...] = ()
    """(label, statements) of the ways it is put, largest first."""
    quotes: tuple[Quote, ...] = ()
    counter_quotes: tuple[Quote, ...] = ()
    """What those say who are content with the same thing."""
    profile: ThemeProfile | None = None
    rises: tuple[Rise, ...] = ()
