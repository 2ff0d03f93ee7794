"""The memory of the pipeline: an SQLite file or a PostgreSQL database, and the only SQL."""

from groundswell.store.database import BATCH, Lease
from groundswell.store.feedback import FeedbackCounts, Package, QuarantineEntry
from groundswell.store.ideas import ReportFile
from groundswell.store.ledger import Run, StepResult
from groundswell.store.store import Store, open_store
from groundswell.store.themes import ModelRow

__all__ = [
    "BATCH",
    "FeedbackCounts",
    "Lease",
    "ModelRow",
    "Package",
    "QuarantineEntry",
    "ReportFile",
    "Run",
    "StepResult",
    "Store",
    "open_store",
]
