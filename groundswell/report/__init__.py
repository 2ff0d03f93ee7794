"""The ranked report as a value: what a run hands to every page, file and artifact.

`IdeaReport` holds every number a reader can see with what it rests on. It is kept as JSON in
the store and published as ideas.json, so its fields are the public schema
(docs/schema/ideas.schema.json): add, do not rename.
"""

from groundswell.report.audience import Addressee, Audience, NamedDeal, Rival
from groundswell.report.evidence import (
    Analogue,
    Asker,
    Effort,
    Estimate,
    Job,
    JobPart,
    Match,
    MatchKind,
    Quote,
    SignalNote,
    Solution,
)
from groundswell.report.ideas import CriterionPart, RankedIdea, ReviewVerdict
from groundswell.report.learning import LearnedWeight, Learning
from groundswell.report.model import Measure, ModelReport
from groundswell.report.plan import (
    AlternativePlan,
    CapacityPrice,
    ForcedPick,
    IdeaCategory,
    LeftOutIdea,
    PlanBasis,
    PlanBudget,
    PlannableIdea,
    PlannedIdea,
    PlanPlacement,
    PlanShare,
    ReleasePlan,
    TeamCoupling,
    TeamLoad,
)
from groundswell.report.preview import DraftPreview, PreviewedIdea, RankSpan
from groundswell.report.profit import Assumption, Portfolio, Profit
from groundswell.report.themes import NameEvidence, Rise, ThemeProfile, ThemeSummary
from groundswell.report.whole import Changes, IdeaMove, IdeaReport, ReportTotals, RunStamp

__all__ = [
    "Addressee",
    "AlternativePlan",
    "Analogue",
    "Asker",
    "Assumption",
    "Audience",
    "CapacityPrice",
    "Changes",
    "CriterionPart",
    "DraftPreview",
    "Effort",
    "Estimate",
    "ForcedPick",
    "IdeaCategory",
    "IdeaMove",
    "IdeaReport",
    "Job",
    "JobPart",
    "LearnedWeight",
    "Learning",
    "LeftOutIdea",
    "Match",
    "MatchKind",
    "Measure",
    "ModelReport",
    "NameEvidence",
    "NamedDeal",
    "PlanBasis",
    "PlanBudget",
    "PlanPlacement",
    "PlanShare",
    "PlannableIdea",
    "PlannedIdea",
    "Portfolio",
    "PreviewedIdea",
    "Profit",
    "Quote",
    "RankSpan",
    "RankedIdea",
    "ReleasePlan",
    "ReportTotals",
    "ReviewVerdict",
    "Rise",
    "Rival",
    "RunStamp",
    "SignalNote",
    "Solution",
    "TeamCoupling",
    "TeamLoad",
    "ThemeProfile",
    "ThemeSummary",
]
