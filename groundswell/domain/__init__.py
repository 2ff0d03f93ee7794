"""What the pipeline talks about. Values only: no file, clock, database or model.

Times are aware and in UTC. Money is in the currency of ``[money]`` in config.toml. Values that
leave the program inside a report stand in `groundswell.report`.
"""

from groundswell.domain.arrays import FloatArray, IntArray, Vectors
from groundswell.domain.company import (
    Account,
    AccountStatus,
    Deal,
    DealStage,
    Dependency,
    DependencyKind,
    MarketSignal,
    ProductUsage,
    SupportCost,
    TeamCapacity,
    WorkItem,
    WorkStatus,
)
from groundswell.domain.feedback import Annotation, Copy, FeedbackRecord, Statement, StatementKind
from groundswell.domain.handover import Handover, Tracker, marks_in, new_mark
from groundswell.domain.identity import content_id, require_aligned
from groundswell.domain.rows import AcceptedRow, QuarantinedRow, QuarantineReason, ReadRow, Row
from groundswell.domain.themes import (
    NOISE,
    CandidateStatus,
    FeatureCandidate,
    Namer,
    NeedTheme,
    RiseAlert,
    ThemeAssignment,
    ThemeChange,
    ThemeChangeKind,
    ThemeLevel,
    ThemeState,
)

__all__ = [
    "NOISE",
    "AcceptedRow",
    "Account",
    "AccountStatus",
    "Annotation",
    "CandidateStatus",
    "Copy",
    "Deal",
    "DealStage",
    "Dependency",
    "DependencyKind",
    "FeatureCandidate",
    "FeedbackRecord",
    "FloatArray",
    "Handover",
    "IntArray",
    "MarketSignal",
    "Namer",
    "NeedTheme",
    "ProductUsage",
    "QuarantineReason",
    "QuarantinedRow",
    "ReadRow",
    "RiseAlert",
    "Row",
    "Statement",
    "StatementKind",
    "SupportCost",
    "TeamCapacity",
    "ThemeAssignment",
    "ThemeChange",
    "ThemeChangeKind",
    "ThemeLevel",
    "ThemeState",
    "Tracker",
    "Vectors",
    "WorkItem",
    "WorkStatus",
    "content_id",
    "marks_in",
    "new_mark",
    "require_aligned",
]
