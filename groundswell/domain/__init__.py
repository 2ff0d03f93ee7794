"""What the pipeline talks about. Values only: no file, clock, database or model.

Times are aware and in UTC. Money is in the currency of ``[money]`` in config.toml. Values that
leave the program inside a report stand in `groundswell.report`.
"""

from groundswell.domain.arrays import FloatArray, IntArray, Vectors
from groundswell.domain.chain import FIRST_HASH, verify
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
from groundswell.domain.decisions import (
    Decision,
    DecisionKind,
    Draft,
    IdeaVerdict,
    RankingVerdict,
    Signature,
    StatementVerdict,
    ThemeVerdict,
    Verdict,
    VerdictStatus,
)
from groundswell.domain.disagreement import Disagreement, Stance, disagreements
from groundswell.domain.drift import DriftAlarm, DriftKind
from groundswell.domain.events import Delivery, DeliveryState, Event
from groundswell.domain.feedback import Annotation, Copy, FeedbackRecord, Statement, StatementKind
from groundswell.domain.handover import Handover, Tracker, marks_in, new_mark
from groundswell.domain.identity import content_id, require_aligned
from groundswell.domain.preferences import Preference, standing_preferences
from groundswell.domain.replay import Verdicts, apply, decide, replay
from groundswell.domain.rows import AcceptedRow, QuarantinedRow, QuarantineReason, ReadRow, Row
from groundswell.domain.staged import StagedDraft
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
from groundswell.domain.versions import (
    MODEL_KINDS,
    GateResult,
    ModelKind,
    ModelVersion,
    VersionState,
    file_name,
)

__all__ = [
    "FIRST_HASH",
    "MODEL_KINDS",
    "NOISE",
    "AcceptedRow",
    "Account",
    "AccountStatus",
    "Annotation",
    "CandidateStatus",
    "Copy",
    "Deal",
    "DealStage",
    "Decision",
    "DecisionKind",
    "Delivery",
    "DeliveryState",
    "Dependency",
    "DependencyKind",
    "Disagreement",
    "Draft",
    "DriftAlarm",
    "DriftKind",
    "Event",
    "FeatureCandidate",
    "FeedbackRecord",
    "FloatArray",
    "GateResult",
    "Handover",
    "IdeaVerdict",
    "IntArray",
    "MarketSignal",
    "ModelKind",
    "ModelVersion",
    "Namer",
    "NeedTheme",
    "Preference",
    "ProductUsage",
    "QuarantineReason",
    "QuarantinedRow",
    "RankingVerdict",
    "ReadRow",
    "RiseAlert",
    "Row",
    "Signature",
    "StagedDraft",
    "Stance",
    "Statement",
    "StatementKind",
    "StatementVerdict",
    "SupportCost",
    "TeamCapacity",
    "ThemeAssignment",
    "ThemeChange",
    "ThemeChangeKind",
    "ThemeLevel",
    "ThemeState",
    "ThemeVerdict",
    "Tracker",
    "Vectors",
    "Verdict",
    "VerdictStatus",
    "Verdicts",
    "VersionState",
    "WorkItem",
    "WorkStatus",
    "apply",
    "content_id",
    "decide",
    "disagreements",
    "file_name",
    "marks_in",
    "new_mark",
    "replay",
    "require_aligned",
    "standing_preferences",
    "verify",
]
