"""The memory of the pipeline: an SQLite file or a PostgreSQL database, and the only SQL."""

from groundswell.store.counts import FeedbackCounts
from groundswell.store.database import BATCH, Lease
from groundswell.store.erasures import Erasures, reapply_erasures
from groundswell.store.found import Found, Hit, Part, Said, SearchFilter, WholeRecord
from groundswell.store.histories import SINCE_EVER, Version
from groundswell.store.ideas import ReportFile
from groundswell.store.ledger import Run, StepResult
from groundswell.store.packages import Package
from groundswell.store.portable import Snapshot, snapshot
from groundswell.store.quarantine import QuarantineEntry
from groundswell.store.shapes import Shaped
from groundswell.store.staging import Staging, staging
from groundswell.store.store import Store, open_store

__all__ = [
    "BATCH",
    "SINCE_EVER",
    "Erasures",
    "FeedbackCounts",
    "Found",
    "Hit",
    "Lease",
    "Package",
    "Part",
    "QuarantineEntry",
    "ReportFile",
    "Run",
    "Said",
    "SearchFilter",
    "Shaped",
    "Snapshot",
    "Staging",
    "StepResult",
    "Store",
    "Version",
    "WholeRecord",
    "open_store",
    "reapply_erasures",
    "snapshot",
    "staging",
]
