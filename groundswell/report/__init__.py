"""The ranked report as a value: what a run hands to every page, file and artifact.

`IdeaReport` holds every number a reader can see with what it rests on. It is kept as JSON in
the store and published as ideas.json, so its fields are the public schema
(docs/schema/ideas.schema.json): add, do not rename.
"""

from groundswell.report.audience import Addressee, Audience, NamedDeal, Rival
from groundswell.report.evidence import Analogue, Asker, Effort, Estimate, Quote, SignalNote
from groundswell.report.ideas import CriterionPart, RankedIdea
from groundswell.report.profit import Assumption, Portfolio, Profit
from groundswell.report.themes import NameEvidence, Rise, ThemeProfile, ThemeSummary
from groundswell.report.whole import Changes, IdeaMove, IdeaReport, ReportTotals, RunStamp

__all__ = [
    "Addressee",
    "Analogue",
    "Asker",
    "Assumption",
    "Audience",
    "Changes",
    "CriterionPart",
    "Effort",
    "Estimate",
    "IdeaMove",
    "IdeaReport",
    "NameEvidence",
    "NamedDeal",
    "Portfolio",
    "Profit",
    "Quote",
    "RankedIdea",
    "ReportTotals",
    "Rise",
    "Rival",
    "RunStamp",
    "SignalNote",
    "ThemeProfile",
    "ThemeSummary",
]
