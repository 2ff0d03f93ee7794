"""Which version of a message is kept does not depend on how the rows arrive."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from groundswell.domain import (
    AcceptedRow,
    Account,
    FeedbackRecord,
    MarketSignal,
    ReadRow,
    ThemeAssignment,
    WorkItem,
)
from groundswell.store import Lease, Store, company, open_store, tables
from groundswell.store.database import Database
from groundswell.store.messages import _rank
from tests.groundswell.samples import RECORD, START, accepted, begin, fates, opened, split

OTHER = replace(RECORD, text="é" * 5000)
HOUR = timedelta(hours=1)
OLD = replace(RECORD, text="Offline, please.", updated_at=START + HOUR)
NEW = replace(RECORD, text="It works offline now.", updated_at=START + 2 * HOUR)


def kept(store: Store) -> FeedbackRecord:
    return store.feedback.records([RECORD.record_id])[RECORD.record_id]


def read(
    store: Store, lease: Lease, run_id: int, sha256: str, *values: FeedbackRecord, batch: int = 9
) -> tuple[int, int, int]:
    package, rows = opened(store, lease, run_id, sha256), accepted(*values)
    for start in range(0, len(rows), batch):
        last = start + batch >= len(rows)
        package = store.feedback.add_rows(lease, package, rows[start : start + batch], last=last)
    return fates(package)


class TestOneFile:
    @pytest.mark.parametrize("batch", [1, 2])
    @pytest.mark.parametrize("order", [(RECORD, OTHER), (OTHER, RECORD)])
    def test_two_messages_under_one_id_are_a_conflict_that_the_same_one_wins(
        self,
        store: Store,
        lease: Lease,
        run_id: int,
        order: tuple[FeedbackRecord, FeedbackRecord],
        batch: int,
    ) -> None:
        assert read(store, lease, run_id, "1", *order, batch=batch) == (1, 0, 1)
        loser, winner = sorted(order, key=_rank)
        assert kept(store) == winner
        (entry,) = store.feedback.quarantined(9)
        assert (entry.row.reason, entry.row.line) == ("id_conflict", 2 + order.index(loser))
        assert entry.row.raw == loser.text[:2048]  # two bytes a letter: 4 KB

    @pytest.mark.parametrize("order", list(permutations((RECORD, OLD, NEW))))
    @pytest.mark.parametrize("batch", [1, 3])
    def test_versions_of_one_message_are_no_conflict_and_the_newest_wins(
        self, store: Store, lease: Lease, run_id: int, order: Sequence[FeedbackRecord], batch: int
    ) -> None:
        assert read(store, lease, run_id, "1", *order, batch=batch) == (1, 2, 0)
        assert kept(store) == NEW

    @pytest.mark.parametrize("order", [(RECORD, OTHER), (OTHER, RECORD)])
    def test_what_an_earlier_file_said_too_takes_part_in_the_conflict(
        self,
        store: Store,
        lease: Lease,
        run_id: int,
        order: tuple[FeedbackRecord, FeedbackRecord],
    ) -> None:
        read(store, lease, run_id, "1", min(order, key=_rank))
        accepted_rows, duplicates, quarantined = read(store, lease, run_id, "2", *order)
        assert (accepted_rows + duplicates, quarantined) == (1, 1)
        assert kept(store) == max(order, key=_rank)

    def test_the_winner_that_was_known_keeps_its_statements(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        loser, winner = sorted((RECORD, OTHER), key=_rank)
        read(store, lease, run_id, "1", winner)
        split(store, lease)
        assert read(store, lease, run_id, "2", loser, winner) == (1, 0, 1)
        assert kept(store) == winner
        assert store.feedback.unsplit_records() == []


class TestLaterFiles:
    def test_an_older_version_never_replaces_a_newer_one(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        assert read(store, lease, run_id, "1", NEW) == (1, 0, 0)
        assert read(store, lease, run_id, "2", OLD) == (0, 1, 0)
        assert kept(store) == NEW

    def test_a_newer_version_replaces_and_its_statements_follow(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", OLD)
        split(store, lease)
        statement = store.feedback.statements()["statement_id"][0]
        store.themes.add_assignments(lease, [ThemeAssignment(statement, 0, 1.0)])
        assert read(store, lease, run_id, "2", NEW) == (1, 0, 0)
        assert len(store.feedback.mentions()) == 0
        split(store, lease)
        assert list(store.feedback.statements()["text"]) == [NEW.text]

    def test_one_that_states_no_change_replaces_whatever_was_read_before(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", NEW)
        assert read(store, lease, run_id, "2", RECORD) == (1, 0, 0)
        assert kept(store) == RECORD

    def test_new_votes_leave_the_statements_alone(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", RECORD)
        split(store, lease)
        statement = store.feedback.statements()["statement_id"][0]
        store.themes.add_assignments(lease, [ThemeAssignment(statement, 0, 1.0)])
        assert read(store, lease, run_id, "2", replace(RECORD, votes=7)) == (1, 0, 0)
        assert store.feedback.unsplit_records() == []
        assert list(store.feedback.mentions()["votes"]) == [7]

    def test_a_mention_names_the_newest_file_it_stands_in(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        read(store, lease, run_id, "1", RECORD)
        split(store, lease)
        statement = store.feedback.statements()["statement_id"][0]
        store.themes.add_assignments(lease, [ThemeAssignment(statement, 0, 1.0)])
        package = opened(store, lease, run_id, "2", path="july.csv")
        rows: list[ReadRow] = [AcceptedRow(40, RECORD)]
        assert fates(store.feedback.add_rows(lease, package, rows, last=True)) == (0, 1, 0)
        mention = store.feedback.mentions().iloc[0]
        assert (mention["path"], mention["line"]) == ("july.csv", 40)

    def test_a_raw_text_that_no_database_takes_is_spelt_out_and_known_again(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        record = replace(RECORD, raw="a\0b \ud83d")
        assert read(store, lease, run_id, "1", record) == (1, 0, 0)
        assert read(store, lease, run_id, "2", record) == (0, 1, 0)
        assert kept(store).raw == "a\\x00b \\ud83d"


def test_shuffled_and_in_parts_the_same_input_leaves_the_same_rows(tmp_path: Any) -> None:
    chance = random.Random(7)
    rows = _input()
    expected = _rows_after(str(tmp_path / "whole.db"), [rows], 500)
    assert len(expected["record"]) == 40
    for attempt in range(6):
        order = chance.sample(rows, len(rows))
        cuts = sorted(chance.sample(range(1, len(order)), attempt))
        parts = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
        found = _rows_after(str(tmp_path / f"{attempt}.db"), parts, 1 + attempt * 7)
        assert found == expected


def _input() -> list[ReadRow]:
    """Return rows of every kind: versions of messages, things seen more than once."""
    values: list[tuple[Any, Any]] = []
    for n in range(40):
        plain = replace(RECORD, source_id=str(n), text=f"note {n % 9}")
        versions = [plain] * (1 + n % 2)
        if n % 3 == 0:
            versions = [
                replace(plain, text=f"{plain.text}, version {v}", updated_at=START + v * HOUR)
                for v in range(3)
            ]
        values += [(version, None) for version in versions]
        seen_at = START + timedelta(days=n)
        values.append((Account(f"a{n % 10}", arr=float(n // 20)), seen_at))
        values.append((WorkItem(f"I-{n}", "Sync"), None))
        values.append((MarketSignal("trends", f"term {n}", n, "index", START, "search"), None))
    return [AcceptedRow(n, value, moment) for n, (value, moment) in enumerate(values, start=2)]


def _rows_after(database: str, parts: Sequence[Sequence[ReadRow]], batch: int) -> dict[str, Any]:
    with open_store(database) as store, store.lease("pipeline") as lease:
        run_id = begin(store, lease)
        for number, part in enumerate(parts):
            package = opened(store, lease, run_id, str(number), path=f"part-{number}.csv")
            while not package.complete:
                rows = part[package.rows_done : package.rows_done + batch]
                last = package.rows_done + len(rows) == len(part)
                package = store.feedback.add_rows(lease, package, rows, last=last)
    raw = Database(database)
    bookkeeping = {"package_id", "seen_in", "line", "position"}
    found: dict[str, Any] = {}
    with raw.read() as connection:
        for table in (tables.record, company.account, company.work_item, company.market_signal):
            columns = [column for column in table.c if column.name not in bookkeeping]
            query = select(*columns).order_by(*table.primary_key)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    raw.engine.dispose()
    return found
