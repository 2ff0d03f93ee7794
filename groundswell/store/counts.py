"""How much feedback the store holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from groundswell.store import tables
from groundswell.store.mentions import spoken, uninformative
from groundswell.store.quarantine import standing


@dataclass(frozen=True, slots=True)
class FeedbackCounts:
    """What the store holds of feedback."""

    records: int
    statements: int
    """Of records that are no copies."""
    quarantined: int
    """Rows of feedback files that stand in quarantine."""
    duplicates: int
    """Rows of feedback files that said what was known."""
    first_created_at: datetime | None
    last_created_at: datetime | None
    copies: int = 0
    """Of the records."""
    uninformative: int = 0
    """Of the statements, as the model says that was asked for."""


def feedback_counts(connection: Connection, model_id: str | None) -> FeedbackCounts:
    """Count records, statements and the fates of the rows of feedback files."""
    record, package, statement = tables.record.c, tables.package.c, tables.statement

    def count(*where: object) -> int:
        query = select(func.count()).select_from(statement).where(spoken(), *where)  # type: ignore[arg-type]
        return connection.scalar(query) or 0

    moments = func.min(record.created_at), func.max(record.created_at)
    records = connection.execute(select(func.count(), func.count(record.copy_of), *moments)).one()
    ours = package.kind == "feedback"
    standing_rows = select(func.sum(package.quarantined)).where(ours, standing())
    return FeedbackCounts(
        records=records[0],
        statements=count(),
        quarantined=connection.scalar(standing_rows) or 0,
        duplicates=connection.scalar(select(func.sum(package.duplicate)).where(ours)) or 0,
        first_created_at=records[2],
        last_created_at=records[3],
        copies=records[1],
        uninformative=0 if model_id is None else count(uninformative(model_id)),
    )
