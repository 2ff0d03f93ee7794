"""What programs are told: the forms of the API's answers.

What a report says is told in the report's own words (docs/schema/ideas.schema.json); here stands
only what an answer puts around it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from groundswell.accounts import Permission, Role
from groundswell.domain import (
    CandidateStatus,
    Decision,
    IdeaVerdict,
    ThemeChange,
    ThemeState,
    ThemeVerdict,
    VerdictStatus,
)
from groundswell.report import (
    Changes,
    CriterionPart,
    Estimate,
    IdeaMove,
    RankedIdea,
    ReportTotals,
    ThemeSummary,
)


@dataclass(frozen=True, slots=True)
class IdeaLine:
    """An idea as a list tells it; fields as in `RankedIdea` unless said."""

    rank: int
    rank_low: int
    rank_high: int
    p_top10: float
    tier: int
    candidate_id: str
    title: str
    need: str
    status: CandidateStatus
    status_reason: str
    score: float
    priority: float
    voices: float
    mentions: int
    effective_voices: float
    trend: Estimate
    revenue: Estimate
    badges: tuple[str, ...]
    theme_ids: tuple[int, ...]
    item_ids: tuple[str, ...]
    effort_p50: float
    """Person-days; so too `effort_p80`."""
    effort_p80: float
    rank_by_strategy: int | None
    """Its rank by the strategy that was asked for; null where it has none."""
    decided: VerdictStatus
    """What reviewers say of it now."""
    version: int
    """Of what they say: the `expected_version` of a decision about it."""


def line_of(idea: RankedIdea, verdict: IdeaVerdict | None, rank: int | None) -> IdeaLine:
    """Return an idea as a list tells it."""
    own = {"effort_p50", "effort_p80", "rank_by_strategy", "decided", "version"}
    names = [one.name for one in fields(IdeaLine) if one.name not in own]
    return IdeaLine(
        **{name: getattr(idea, name) for name in names},
        effort_p50=idea.effort.p50,
        effort_p80=idea.effort.p80,
        rank_by_strategy=rank,
        decided=verdict.status if verdict else "undecided",
        version=verdict.version if verdict else 0,
    )


@dataclass(frozen=True, slots=True)
class IdeaPage:
    """A page of the ideas of a report."""

    run: int
    """Whose report it is."""
    as_of: datetime
    total: int
    """Ideas of all pages."""
    page: int
    pages: int
    ideas: tuple[IdeaLine, ...]


@dataclass(frozen=True, slots=True)
class WholeIdea:
    """An idea with everything the report says of it."""

    run: int
    idea: RankedIdea
    move: IdeaMove | None
    """How its place changed since the run before; null: it did not."""
    verdict: IdeaVerdict
    """What reviewers say of it now, with the version that a decision names."""
    undone: tuple[int, ...]
    """Decisions about it that do not stand."""
    decisions: tuple[Decision, ...]
    """About it, by number."""


@dataclass(frozen=True, slots=True)
class ComparedCriterion:
    """A criterion in two ideas; null: it plays no part in that one."""

    criterion: str
    first: CriterionPart | None
    second: CriterionPart | None
    difference: float
    """What it adds to the first less what it adds to the second, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ideas side by side."""

    run: int
    first: IdeaLine
    second: IdeaLine
    verdict: str
    """Whether the data can tell the two apart, in words."""
    criteria: tuple[ComparedCriterion, ...]
    """The one that sets them apart most first."""


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need as a list tells it; fields as in `ThemeSummary` unless said."""

    theme_id: int
    label: str
    keywords: tuple[str, ...]
    state: ThemeState
    stability: float
    size: int
    voices: int
    area: str
    candidate_id: str | None
    rising: bool
    version: int
    """Of what reviewers say: the `expected_version` of a decision about `theme-N`."""


@dataclass(frozen=True, slots=True)
class NeedPage:
    """A page of the needs of a report, most voices first."""

    run: int
    total: int
    page: int
    pages: int
    needs: tuple[NeedLine, ...]


@dataclass(frozen=True, slots=True)
class ToldChange:
    """What became of a theme in a run."""

    run: int
    began_at: datetime
    change: ThemeChange


@dataclass(frozen=True, slots=True)
class Heir:
    """A theme that took over statements of a retired one."""

    theme_id: int
    share: float
    """Of the statements, 0 to 1."""


@dataclass(frozen=True, slots=True)
class WholeNeed:
    """A need with everything the report says of it, or where a retired one went."""

    run: int
    need: ThemeSummary | None
    """Null: it is retired."""
    heirs: tuple[Heir, ...]
    """Of a retired one."""
    verdict: ThemeVerdict
    decisions: tuple[Decision, ...]
    history: tuple[ToldChange, ...]
    """Newest run first."""


@dataclass(frozen=True, slots=True)
class ChangesOfRun:
    """What changed between the newest report and the one before."""

    run: int
    as_of: datetime
    changes: Changes


@dataclass(frozen=True, slots=True)
class About:
    """What answers here, whom, and what the newest report rests on; null before the first."""

    program: str
    """Version of Groundswell."""
    reviewer: str
    """Who asks."""
    role: Role
    may: tuple[Permission, ...]
    store: Mapping[str, str]
    run: int | None
    as_of: datetime | None
    currency: str | None
    strategy: str | None
    strategies: tuple[str, ...]
    """By which ideas can be ranked, the report's own first."""
    weights: Mapping[str, float]
    versions: Mapping[str, str]
    evidence_level: str | None
    unlocks_next: str | None
    notes: tuple[str, ...]
    totals: ReportTotals | None
