"""What held on a day is told as it was known then."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from groundswell.domain import (
    AcceptedRow,
    Account,
    Deal,
    Dependency,
    MarketSignal,
    ProductUsage,
    ReadRow,
    Row,
    SupportCost,
    TeamCapacity,
    WorkItem,
)
from groundswell.store import SINCE_EVER, Lease, Store, Version, company, open_store, tables
from groundswell.store.database import Database
from tests.groundswell.samples import START, accepted, begin, fates, opened

DAY = timedelta(days=1)
SMALL, LARGE = Account("a1", arr=1.0), Account("a1", arr=2.0)


class Reader:
    """Reads rows on a day of its own, each time from another file."""

    def __init__(self, store: Store, lease: Lease, run_id: int) -> None:
        self._store, self._lease, self._run_id = store, lease, run_id
        self._files = 0

    def read(self, rows: Sequence[ReadRow], day: int = 0) -> tuple[int, int, int]:
        self._files += 1
        package = opened(self._store, self._lease, self._run_id, str(self._files))
        read_at = START + day * DAY
        return fates(
            self._store.feedback.add_rows(self._lease, package, rows, last=True, read_at=read_at)
        )

    def stated(self, value: Row, day: int) -> tuple[int, int, int]:
        """Read a row that says on which day it held; the reading is on day 99."""
        return self.read([AcceptedRow(2, value, START + day * DAY)], day=99)


@pytest.fixture
def reader(store: Store, lease: Lease, run_id: int) -> Reader:
    return Reader(store, lease, run_id)


class TestReadings:
    def test_the_first_holds_since_ever_and_a_change_from_its_reading(
        self, store: Store, reader: Reader
    ) -> None:
        assert reader.read(accepted(SMALL), day=1) == (1, 0, 0)
        assert reader.read(accepted(SMALL), day=2) == (0, 1, 0)
        assert reader.read(accepted(LARGE), day=3) == (1, 0, 0)
        assert store.market.accounts() == [LARGE]
        assert store.market.accounts(as_of=START - 900 * DAY) == [SMALL]
        assert store.market.accounts(as_of=START + 3 * DAY - DAY / 2) == [SMALL]
        assert store.market.accounts(as_of=START + 3 * DAY) == [LARGE]
        first, second = START + DAY, START + 3 * DAY
        assert store.market.versions(Account) == [
            Version(SMALL, SINCE_EVER, second, first, "tickets"),
            Version(LARGE, second, None, second, "tickets"),
        ]

    def test_without_a_moment_of_reading_it_is_the_start_of_the_run(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        package = opened(store, lease, run_id)
        store.feedback.add_rows(lease, package, accepted(SMALL), last=True)
        assert [v.observed_at for v in store.market.versions(Account)] == [START]

    def test_in_one_run_the_later_row_replaces(self, store: Store, reader: Reader) -> None:
        assert reader.read(accepted(SMALL, LARGE), day=1) == (2, 0, 0)
        assert [v.value for v in store.market.versions(Account)] == [LARGE]

    def test_a_clock_that_was_put_back_does_not_make_the_newest_reading_an_old_one(
        self, store: Store, reader: Reader
    ) -> None:
        reader.read(accepted(SMALL), day=9)
        assert reader.read(accepted(LARGE), day=1) == (1, 0, 0)
        assert store.market.accounts() == [LARGE]


class TestStatedMoments:
    def test_what_was_first_seen_later_is_not_there_yet(self, store: Store, reader: Reader) -> None:
        reader.stated(SMALL, day=5)
        assert store.market.accounts(as_of=START + 4 * DAY) == []
        assert store.market.accounts(as_of=START + 5 * DAY) == [SMALL]
        assert store.market.accounts() == [SMALL]

    def test_a_late_arrival_is_put_in_the_middle(self, store: Store, reader: Reader) -> None:
        for value, day in ((SMALL, 1), (SMALL, 3), (SMALL, 5), (LARGE, 4)):
            reader.stated(value, day)
        spans = [(v.value, v.valid_from, v.valid_to) for v in store.market.versions(Account)]
        at = {day: START + day * DAY for day in range(6)}
        # Days 1 and 3 say the same: one version. Day 5 is known although day 3 said so too.
        assert spans == [
            (SMALL, at[1], at[4]),
            (LARGE, at[4], at[5]),
            (SMALL, at[5], None),
        ]

    def test_what_says_the_same_as_before_is_a_duplicate(self, reader: Reader) -> None:
        assert reader.stated(SMALL, day=1) == (1, 0, 0)
        assert reader.stated(SMALL, day=1) == (0, 1, 0)
        assert reader.stated(SMALL, day=2) == (0, 1, 0)
        assert reader.stated(LARGE, day=1) == (1, 0, 0)

    def test_a_fact_older_than_the_first_reading_does_not_hold_today(
        self, store: Store, reader: Reader
    ) -> None:
        reader.read(accepted(LARGE), day=10)
        reader.stated(SMALL, day=5)
        assert store.market.accounts() == [LARGE]
        assert store.market.accounts(as_of=START + 7 * DAY) == [SMALL]
        assert store.market.accounts(as_of=START + 4 * DAY) == []


def test_every_kind_has_its_history(store: Store, reader: Reader) -> None:
    day = date(2024, 6, 1)
    pairs: list[tuple[Any, Any, Any]] = [
        (store.market.accounts, SMALL, LARGE),
        (
            store.market.deals,
            Deal("d1", None, "open", 5.0, 0.5, day),
            Deal("d1", None, "won", 5.0, 1.0, day),
        ),
        (store.market.work_items, WorkItem("I-1", "Sync"), WorkItem("I-1", "Sync", status="done")),
        (store.market.capacity, TeamCapacity("x", "Q3", 40.0), TeamCapacity("x", "Q3", 30.0)),
        (store.market.usage, ProductUsage(day, "app", 4), ProductUsage(day, "app", 5)),
        (store.market.support_costs, SupportCost(day, "app", 4), SupportCost(day, "app", 5)),
    ]
    reader.read(accepted(*(before for _, before, _ in pairs)), day=1)
    reader.read(accepted(*(after for _, _, after in pairs)), day=2)
    for read, before, after in pairs:
        assert (read(), read(START + DAY)) == ([after], [before])


def test_dependencies_and_signals_are_there_from_the_day_they_were_seen(
    store: Store, reader: Reader
) -> None:
    needs = Dependency("I-1", "requires", "I-2")
    signal = MarketSignal("trends", "offline", 4.0, "index", START + 5 * DAY, "search")
    reader.stated(needs, day=5)
    reader.stated(signal, day=0)  # a signal carries its own moment
    assert store.market.dependencies(as_of=START + 4 * DAY) == []
    assert store.market.dependencies(as_of=START + 5 * DAY) == [needs]
    assert store.market.signals(as_of=START + 4 * DAY) == []
    assert store.market.signals(as_of=START + 5 * DAY) == store.market.signals() == [signal]


def test_the_image_shows_the_order_of_readings_but_not_their_clock(
    database: str, second_database: str
) -> None:
    assert image_after(database, (1, 2, 3)) == image_after(second_database, (10, 20, 30))


def test_the_image_shows_a_reading_that_was_missed(database: str, second_database: str) -> None:
    assert image_after(database, (1, 2, 3)) != image_after(second_database, (1, 3))


def image_after(database: str, days: Sequence[int]) -> bytes:
    with open_store(database) as store, store.lease("pipeline") as lease:
        reader = Reader(store, lease, begin(store, lease))
        for n in range(3):
            value = Account("a1", arr=float(n))
            day = days[n] if n < len(days) else days[-1]
            reader.read(accepted(value), day)
        reader.read([AcceptedRow(2, LARGE, START + 1000 * DAY)], 99)
        return store.image()


observations = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([1.0, 2.0])), max_size=6, unique_by=lambda o: o[0]
)


@pytest.fixture(scope="module")
def emptied(lasting_database: str) -> Iterator[Database]:
    with open_store(lasting_database):
        pass
    raw = Database(lasting_database)
    yield raw
    raw.engine.dispose()


@settings(max_examples=40, deadline=None)
@given(seen=observations, data=st.data(), batch=st.integers(1, 3), day=st.integers(0, 7))
def test_stated_moments_may_arrive_in_any_order(
    lasting_database: str,
    emptied: Database,
    seen: list[tuple[int, float]],
    data: st.DataObject,
    batch: int,
    day: int,
) -> None:
    found = []
    for order in (sorted(seen), data.draw(st.permutations(seen))):
        _clear(emptied)
        with open_store(lasting_database) as store, store.lease("pipeline") as lease:
            reader = Reader(store, lease, begin(store, lease))
            rows = [AcceptedRow(2, Account("a1", arr=arr), START + on * DAY) for on, arr in order]
            for start in range(0, len(rows), batch):
                reader.read(rows[start : start + batch], day=99)
            now = store.market.accounts(as_of=START + day * DAY)
            found.append((_accounts(emptied), store.market.versions(Account), now))
    assert found[0] == found[1]
    # The model: the newest of what was seen up to the day.
    known = [arr for on, arr in sorted(seen) if on <= day]
    assert [account.arr for account in found[0][2]] == known[-1:]


def _clear(raw: Database) -> None:
    with raw.unchecked_write() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())


def _accounts(raw: Database) -> list[tuple[Any, ...]]:
    query = select(company.account).order_by(*company.account.primary_key)
    with raw.read() as connection:
        return [tuple(row) for row in connection.execute(query)]
