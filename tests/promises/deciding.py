"""A reviewer at work, to be killed; and a planted bug."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from groundswell.domain import Decision, Draft
from groundswell.domain.staged import digest_of
from groundswell.store import open_store
from groundswell.store.decisions import Decisions

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
record_all = Decisions.record_all


def review(database: str, _folder: Path) -> None:
    """Decide about ideas in bulk, one by one, undo, and publish a draft; go on where it ended."""
    with open_store(database) as store:
        log = store.decisions
        if not log.log():
            log.record_all([(_draft(n, "accept"), 0) for n in range(3)])
        if len(log.log()) == 3:
            log.record(_draft(1, "reject"), expected_version=2)
        if len(log.log()) == 4:
            log.undo(4, reviewer="Ben", at=START + timedelta(hours=1))
        if len(log.log()) == 5:
            if not store.drafts.count("Ana"):
                store.drafts.add_all([(_draft(n, "accept"), 0) for n in range(3, 6)])
            seen = digest_of(store.drafts.of("Ana"))
            store.drafts.publish("Ana", seen=seen, at=START + timedelta(hours=2))


def one_by_one(database: str, folder: Path) -> None:
    """Plant a bug: what is to be kept together is kept one by one."""

    def each(self: Decisions, drafts: Sequence[tuple[Draft, int | None]]) -> list[Decision]:
        return [record_all(self, [draft])[0] for draft in drafts]

    with patch.object(Decisions, "record_all", each):
        review(database, folder)


def _draft(number: int, kind: str) -> Draft:
    at = START + timedelta(minutes=number)
    if kind == "accept":
        return Draft("accept", f"need-{number}", "Ana", at)
    return Draft("reject", f"need-{number}", "Ben", at, reason="too costly")
