"""What is read is kept once, with a fate for every row."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import (
    Account,
    Deal,
    Dependency,
    FeedbackRecord,
    MarketSignal,
    ProductUsage,
    QuarantinedRow,
    SupportCost,
    TeamCapacity,
    ThemeAssignment,
    WorkItem,
)
from groundswell.store import BATCH, Lease, Store, open_store
from tests.groundswell.samples import (
    FULL_RECORD,
    RECORD,
    START,
    accepted,
    begin,
    fates,
    opened,
    split,
)


class TestRows:
    def test_every_kind_of_value_comes_back_as_it_was(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        day = date(2024, 2, 29)
        account = Account("a1", "Ä GmbH", 0.1 + 0.2, "smb", 3, day, "churned", day)
        deal = Deal("d1", "a1", "lost", 1e9, 0.25, day, ("too dear", 'no "sync"'), "Nimbus")
        signal = MarketSignal("trends", "offline", 0.5, "index", START, "google", geo="DE")
        item = WorkItem("I-1", "Sync", "t", "app", "bug", "done", "x", 1, 2.5, 3, day, day, "u")
        capacity = TeamCapacity("x", "2024-Q3", 40.0, 700.0)
        usage = ProductUsage(day, "export", 40, 2**40)
        cost = SupportCost(day, "export", 3, 45.5, 60.25)
        must = Dependency("I-1", "must")
        rows = accepted(FULL_RECORD, account, deal, signal, item, capacity, usage, cost, must)
        package = store.feedback.add_rows(lease, opened(store, lease, run_id), rows, last=True)
        assert fates(package) == (9, 0, 0)
        assert store.feedback.records([FULL_RECORD.record_id, "unknown"]) == {
            FULL_RECORD.record_id: FULL_RECORD
        }
        assert store.market.accounts() == [account]
        assert store.market.deals() == [deal]
        assert store.market.signals() == [signal]
        assert store.market.work_items() == [item]
        assert store.market.capacity() == [capacity]
        assert store.market.usage() == [usage]
        assert store.market.support_costs() == [cost]
        assert store.market.dependencies() == [must]

    def test_what_is_not_known_comes_back_as_none(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        values = (RECORD, Account("a1"), Deal("d1", None, "open", None, None, None))
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(*values), last=True)
        assert store.feedback.records([RECORD.record_id])[RECORD.record_id] == RECORD
        assert store.market.accounts() == [values[1]]
        assert store.market.deals() == [values[2]]

    def test_a_time_in_another_zone_is_the_same_time(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        there = START.astimezone(timezone(timedelta(hours=-7)))
        rows = accepted(replace(RECORD, created_at=there), RECORD)
        package = store.feedback.add_rows(lease, opened(store, lease, run_id), rows, last=True)
        assert fates(package) == (1, 1, 0)
        assert store.feedback.counts().first_created_at == START

    def test_a_file_read_again_in_a_new_version_adds_only_what_is_new(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        old = store.feedback.add_rows(
            lease, opened(store, lease, run_id, "1"), accepted(RECORD, Account("a1")), last=True
        )
        rows = accepted(RECORD, Account("a1"), FULL_RECORD)
        new = store.feedback.add_rows(lease, opened(store, lease, run_id, "2"), rows, last=True)
        assert (fates(old), fates(new)) == ((2, 0, 0), (1, 2, 0))
        assert store.feedback.counts().records == 2
        assert store.feedback.counts().duplicates == 2

    def test_a_message_changed_in_a_later_file_is_split_again(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id, "1")
        store.feedback.add_rows(lease, package, accepted(RECORD, FULL_RECORD), last=True)
        split(store, lease)
        ids = store.feedback.statements()["statement_id"]
        store.themes.add_assignments(lease, [ThemeAssignment(s, 0, 1.0) for s in ids])
        changed = replace(RECORD, text="It works offline now.")
        package = opened(store, lease, run_id, "2")
        package = store.feedback.add_rows(lease, package, accepted(changed), last=True)
        assert fates(package) == (1, 0, 0)
        assert store.feedback.unsplit_records() == [changed]
        assert list(store.feedback.mentions()["record_id"]) == [FULL_RECORD.record_id]
        split(store, lease)
        assert set(store.feedback.statements()["text"]) == {changed.text, FULL_RECORD.text}

    def test_a_changed_account_or_signal_takes_the_place_of_the_old(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        signal = MarketSignal("trends", "offline", 40, "index", START, "google")
        rows = accepted(
            Account("a1", arr=1), Account("a1", arr=2), signal, replace(signal, value=9)
        )
        package = store.feedback.add_rows(lease, opened(store, lease, run_id), rows, last=True)
        assert fates(package) == (4, 0, 0)
        assert store.market.accounts() == [Account("a1", arr=2)]
        assert [kept.value for kept in store.market.signals()] == [9]

    def test_quarantined_rows_keep_what_a_database_refuses_spelt_out(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        row = QuarantinedRow(7, 10, 20, "nul_byte", "NUL at \0", "a\0b \ud83d")
        package = store.feedback.add_rows(lease, opened(store, lease, run_id), [row], last=True)
        assert fates(package) == (0, 0, 1)
        (entry,) = store.feedback.quarantined(10, source="tickets")
        assert entry.row == replace(row, detail="NUL at \\x00", raw="a\\x00b \\ud83d")
        assert store.feedback.quarantined(10, source="other") == []
        assert store.feedback.counts().quarantined == 1

    def test_a_batch_is_kept_whole_or_not_at_all(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        naive = datetime(2024, 6, 1)
        broken = MarketSignal("trends", "offline", 1, "index", naive, "google")
        with pytest.raises(ValueError, match="a time without time zone"):
            # The record is written first, and goes with the signal.
            store.feedback.add_rows(lease, package, accepted(RECORD, broken), last=True)
        assert store.feedback.counts().records == 0
        assert store.feedback.packages() == [package]

    def test_too_large_a_batch_is_our_own_mistake(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        with pytest.raises(ValueError, match="501 rows in a batch, at most 500"):
            store.feedback.add_rows(
                lease, opened(store, lease, run_id), accepted(RECORD) * (BATCH + 1), last=True
            )


class TestPackages:
    def test_an_interrupted_package_goes_on_where_it_stopped(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        first = store.feedback.add_rows(
            lease, opened(store, lease, run_id), accepted(RECORD), last=False
        )
        assert not store.feedback.source_complete("tickets", "tickets.csv", "1")
        found = opened(store, lease, run_id)
        assert found == first
        assert (found.rows_done, found.complete) == (1, False)
        done = store.feedback.add_rows(lease, found, [], last=True)
        assert store.feedback.packages() == [done]
        assert store.feedback.source_complete("tickets", "tickets.csv", "1")
        assert not store.feedback.source_complete("tickets", "tickets.csv", "2")

    def test_a_package_that_went_on_elsewhere_is_our_own_mistake(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(RECORD), last=False)
        with pytest.raises(ValueError, match="is not how the store knows it"):
            store.feedback.add_rows(lease, package, accepted(RECORD), last=False)


moments = st.datetimes(timezones=st.just(UTC))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@settings(max_examples=30, deadline=None)
@given(when=moments, text=texts, rating=st.none() | st.floats(1, 5))
def test_any_record_comes_back(
    lasting_database: str, when: datetime, text: str, rating: float | None
) -> None:
    record = FeedbackRecord("s", text, text, when, rating=rating)
    with open_store(lasting_database) as store, store.lease("pipeline") as lease:
        package = opened(store, lease, begin(store, lease), str(hash(record)))
        store.feedback.add_rows(lease, package, accepted(record), last=True)
        assert store.feedback.records([record.record_id]) == {record.record_id: record}
