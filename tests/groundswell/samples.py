"""Small values to keep, and the few steps that tests of the store have in common."""

from datetime import UTC, datetime, timedelta

from groundswell.domain import (
    AcceptedRow,
    FeedbackRecord,
    ReadRow,
    Row,
    Statement,
)
from groundswell.store import Lease, Package, Store

START = datetime(2024, 6, 1, 9, 30, tzinfo=UTC)
RECORD = FeedbackRecord("tickets", "1", "Let me work offline.", START)
FULL_RECORD = FeedbackRecord(
    source="tickets",
    source_id="2",
    text="Überall 𝄞 'quoted'\nand \"broken\" lines",
    created_at=START + timedelta(microseconds=1),
    channel="ticket",
    author="Jo",
    account_id="a1",
    rating=3.5,
    nps=0,
    version="3.2.1",
    language="de",
    votes=12,
    prompt="What do you miss?",
    updated_at=START + timedelta(days=1),
    raw="Überall 𝄞 'quoted', says Jo",
)


def begin(store: Store, lease: Lease, *, kind: str = "refresh", config_hash: str = "c1") -> int:
    return store.ledger.begin_run(
        lease, kind=kind, started_at=START, config_hash=config_hash, versions={"code": "1"}
    ).run_id


def opened(
    store: Store,
    lease: Lease,
    run_id: int,
    sha256: str = "1",
    *,
    kind: str = "feedback",
    path: str = "tickets.csv",
    whole: bool = True,
) -> Package:
    return store.feedback.open_package(
        lease,
        run_id=run_id,
        source="tickets",
        kind=kind,
        path=path,
        sha256=sha256,
        size_bytes=2**40,
        whole=whole,
    )


def accepted(*values: Row) -> list[ReadRow]:
    return [AcceptedRow(line, value) for line, value in enumerate(values, start=2)]


def fates(package: Package) -> tuple[int, int, int]:
    return package.accepted, package.duplicate, package.quarantined


def split(store: Store, lease: Lease) -> None:
    """Make each record one statement."""
    records = store.feedback.unsplit_records()
    statements = [Statement(r.record_id, 0, len(r.text), r.text) for r in records]
    store.feedback.add_statements(lease, [r.record_id for r in records], statements)
