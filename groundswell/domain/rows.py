"""What becomes of a row of an input: accepted as a value, or quarantined with its reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from groundswell.domain.company import (
    Account,
    Deal,
    Dependency,
    MarketSignal,
    ProductUsage,
    SupportCost,
    TeamCapacity,
    WorkItem,
)
from groundswell.domain.feedback import FeedbackRecord

Row = (
    FeedbackRecord
    | Account
    | Deal
    | MarketSignal
    | WorkItem
    | TeamCapacity
    | ProductUsage
    | SupportCost
    | Dependency
)
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
    observed_at: datetime | None = None
    """When the value was known to hold, where the row says so; None: when it was read."""


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
