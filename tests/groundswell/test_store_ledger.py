"""The books of the runs, and the image by which two stores are compared."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from groundswell.domain import (
    AcceptedRow,
    DriftAlarm,
    ReadRow,
)
from groundswell.domain.drift import as_detail
from groundswell.store import Lease, StepResult, Store, open_store
from tests.groundswell.samples import RECORD, START, begin, opened, split


class TestLedger:
    def test_an_interrupted_run_is_carried_on_under_its_number(
        self, store: Store, lease: Lease
    ) -> None:
        later = START + timedelta(hours=1)
        first = store.ledger.begin_run(
            lease, kind="refresh", started_at=START, config_hash="c", versions={"code": "1"}
        )
        again = store.ledger.begin_run(
            lease, kind="refresh", started_at=later, config_hash="c", versions={"code": "2"}
        )
        assert again == replace(first, attempts=2, versions={"code": "2"})
        assert again.started_at == START

    def test_an_interrupted_run_that_is_not_carried_on_crashed(
        self, store: Store, lease: Lease
    ) -> None:
        begin(store, lease, config_hash="old")
        begin(store, lease, config_hash="new")
        begin(store, lease, kind="retrain", config_hash="new")
        with store.lease("review") as other:
            begin(store, other)
        found = [(run.run_id, run.state, run.resource) for run in store.ledger.runs()]
        assert found == [
            (4, "running", "review"),
            (3, "running", "pipeline"),
            (2, "crashed", "pipeline"),
            (1, "crashed", "pipeline"),
        ]

    def test_a_finished_run_is_not_carried_on(self, store: Store, lease: Lease) -> None:
        first = begin(store, lease)
        store.ledger.finish_run(lease, first, state="failed", finished_at=START, message="no disk")
        assert begin(store, lease) == first + 1
        failed = store.ledger.last_run("failed")
        assert failed is not None
        assert (failed.run_id, failed.message, failed.finished_at) == (first, "no disk", START)
        assert store.ledger.last_run() is None
        assert store.ledger.last_run("failed", before=first) is None

    def test_a_run_that_went_well_is_withdrawn_with_the_reason(
        self, store: Store, lease: Lease
    ) -> None:
        for state in ("ok", "failed"):
            run_id = begin(store, lease)
            store.ledger.finish_run(lease, run_id, state=state, finished_at=START)
        store.ledger.withdraw(lease, [1, 2], "run 3 went back")
        found = [(run.state, run.message) for run in store.ledger.runs()]
        assert found == [("failed", ""), ("withdrawn", "run 3 went back")]

    def test_a_run_that_is_not_there_cannot_be_finished(self, store: Store, lease: Lease) -> None:
        with pytest.raises(ValueError, match="there is no run 5"):
            store.ledger.finish_run(lease, 5, state="ok", finished_at=START)

    def test_a_step_that_went_well_is_entered_once(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        failed = StepResult("embed", 5, 0, 5, 1.0, {"why": "disk"}, state="failed")
        good = StepResult("embed", 5, 4, 1, 2.5, {"new": 4})
        for result in (failed, good, replace(good, items_in=0, items_out=-1), failed):
            store.ledger.step_done(lease, run_id, result)
        assert store.ledger.steps(run_id) == [good]

    def test_drift_is_that_of_the_newest_run_that_went_well(
        self, store: Store, lease: Lease
    ) -> None:
        alarm = DriftAlarm("words", "12% of the words were never seen", "fit again")
        assert store.ledger.drift() == ()
        for told in ((alarm,), ()):
            run_id = begin(store, lease)
            result = StepResult("update_themes", 1, 1, 0, 0.1, as_detail(told))
            store.ledger.step_done(lease, run_id, result)
            assert store.ledger.drift(run_id) == told
            assert store.ledger.drift() == (() if told else (alarm,)), "it is not over yet"
            store.ledger.finish_run(lease, run_id, state="ok", finished_at=START)
            assert store.ledger.drift() == told

    def test_a_step_whose_counts_do_not_add_up_is_refused(
        self, store: Store, lease: Lease, run_id: int
    ) -> None:
        with pytest.raises(ValueError, match="step_counts"):
            store.ledger.step_done(lease, run_id, StepResult("embed", 5, 4, 0, 1.0))


class TestImage:
    def work(self, database: str, order: Sequence[int], batch: int, hours: int) -> bytes:
        """Keep ten records, in some order and in some batches; return the image."""
        records = [replace(RECORD, source_id=str(n), text=f"text {n % 4}") for n in range(10)]
        later = START + timedelta(hours=hours)
        with open_store(database) as store, store.lease("pipeline") as lease:
            run = store.ledger.begin_run(
                lease, kind="refresh", started_at=later, config_hash="c", versions={}
            )
            package = opened(store, lease, run.run_id)
            rows: list[ReadRow] = [AcceptedRow(n, records[n]) for n in order]
            while not package.complete:
                part = rows[package.rows_done : package.rows_done + batch]
                last = package.rows_done + len(part) == len(rows)
                package = store.feedback.add_rows(lease, package, part, last=last)
            split(store, lease)
            store.ledger.step_done(lease, run.run_id, StepResult("all", 10, 10, 0, hours))
            store.ledger.finish_run(lease, run.run_id, state="ok", finished_at=later)
        with open_store(database) as store:
            return store.image()

    def test_it_does_not_depend_on_order_batches_or_clock(
        self, database: str, second_database: str
    ) -> None:
        first = self.work(database, range(10), 10, 0)
        assert first == self.work(second_database, list(reversed(range(10))), 3, 5)

    def test_it_depends_on_the_data(self, database: str, second_database: str) -> None:
        first = self.work(database, range(10), 10, 0)
        assert first != self.work(second_database, range(9), 10, 0)
