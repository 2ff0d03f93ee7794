"""The queue of jobs on both databases: who is served, who joins, and what a dead worker leaves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from groundswell.errors import StoreError
from groundswell.jobs import MOST_ATTEMPTS, QueuedJob
from groundswell.store import Lease, Store
from groundswell.store.jobs import WORKER

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def replaced(store: Store) -> Lease:
    """Return the lease of a worker that has lost it."""
    with store.lease(WORKER) as lease:
        return lease


def ask(store: Store, kind: str = "refresh", by: str = "ann") -> QueuedJob:
    return store.jobs.request(kind, by=by, at=NOON)[0]  # type: ignore[arg-type]


def test_jobs_are_taken_in_the_order_of_asking(store: Store) -> None:
    for kind in ("retrain", "refresh", "preview"):
        ask(store, kind)
    with store.lease(WORKER) as lease:
        taken = [store.jobs.take(lease, LATER) for _ in range(4)]
    assert [job and job.kind for job in taken] == ["retrain", "refresh", "preview", None]
    assert store.jobs.job(1) == QueuedJob(
        1, "retrain", "ann", NOON, "", "running", attempts=1, started_at=LATER
    )


def test_who_asks_for_what_is_queued_joins_it(store: Store) -> None:
    first, joined = store.jobs.request("refresh", by="ann", at=NOON, reason="a release")
    assert (first.job_id, joined) == (1, False)
    assert store.jobs.request("refresh", by="bob", at=LATER) == (first, True)
    assert store.jobs.request("retrain", by="bob", at=LATER)[1] is False
    with store.lease(WORKER) as lease:
        store.jobs.take(lease, LATER)
    assert store.jobs.request("refresh", by="bob", at=LATER)[1] is False  # that one is begun


def test_who_asks_for_another_subject_or_manner_joins_nothing(store: Store) -> None:
    def asked(subject: str, **more: str) -> tuple[int, bool]:
        job, joined = store.jobs.request("promote", by="ann", at=NOON, subject=subject, **more)  # type: ignore[arg-type]
        return job.job_id, joined

    assert asked("themes-7") == (1, False)
    assert asked("themes-8") == (2, False)
    assert asked("themes-7", manner="anyway") == (3, False)
    assert asked("themes-7") == (1, True)
    job = store.jobs.job(3)
    assert job is not None and (job.subject, job.manner) == ("themes-7", "anyway")


def test_previews_are_the_same_for_one_reviewer_only(store: Store) -> None:
    assert ask(store, "preview", "ann") == ask(store, "preview", "ann")
    assert ask(store, "preview", "bob").job_id == 2
    last = store.jobs.last_preview("ann")
    assert last is not None and last.job_id == 1
    assert store.jobs.last_preview("zoe") is None


def test_many_who_ask_at_once_make_one_job(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = list(
            pool.map(lambda n: store.jobs.request("refresh", by=f"u{n}", at=NOON), [*"12345678"])
        )
    assert len({job.job_id for job, _ in asked}) == 1
    assert [joined for _, joined in asked].count(False) == 1


def test_only_what_is_queued_can_be_called_off(store: Store) -> None:
    ask(store)
    assert store.jobs.cancel(1, LATER)
    assert not store.jobs.cancel(1, LATER)
    assert not store.jobs.cancel(7, LATER)
    assert not store.jobs.any_open()
    ask(store)
    with store.lease(WORKER) as lease:
        assert store.jobs.take(lease, LATER) is not None
        assert not store.jobs.cancel(2, LATER)
    assert [job.state for job in store.jobs.newest(9)] == ["running", "cancelled"]


def test_a_job_tells_how_far_it_is_and_how_it_ended(store: Store) -> None:
    ask(store)
    with store.lease(WORKER) as lease:
        store.jobs.take(lease, NOON)
        store.jobs.tell(lease, 1, "embedding, 5 of 9", 1, 8)
        (job,) = store.jobs.newest(1)
        assert (job.step, job.done, job.total) == ("embedding, 5 of 9", 1, 8)
        store.jobs.finish(lease, 1, "failed", at=LATER, message="survey.csv: no such file")
    (job,) = store.jobs.newest(1)
    assert (job.state, job.finished_at, job.message, job.step) == (
        *("failed", LATER, "survey.csv: no such file"),
        "",
    )
    assert not job.is_open


def test_what_a_dead_worker_left_is_queued_again_and_at_last_given_up(store: Store) -> None:
    ask(store)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with store.lease(WORKER) as lease:  # given back, as if it had run out
            store.jobs.take_over(lease, LATER)
            taken = store.jobs.take(lease, LATER)
            assert taken is not None and taken.attempts == attempt
    with store.lease(WORKER) as lease:
        store.jobs.take_over(lease, LATER)
        assert store.jobs.take(lease, LATER) is None
    (job,) = store.jobs.newest(1)
    assert job.state == "failed"
    assert "its worker ended 3 times" in job.message


def test_a_worker_that_was_replaced_can_say_nothing_more(store: Store, replaced: Lease) -> None:
    ask(store)
    writes: tuple[Callable[[], object], ...] = (
        lambda: store.jobs.take(replaced, NOON),
        lambda: store.jobs.tell(replaced, 1, "x", 1, 2),
        lambda: store.jobs.finish(replaced, 1, "done", at=NOON),
    )
    with store.lease(WORKER):
        for write in writes:
            with pytest.raises(StoreError, match="the lease on jobs was lost"):
                write()
    assert [job.state for job in store.jobs.newest(9)] == ["queued"]


def test_a_worker_is_known_by_its_lease(store: Store) -> None:
    assert not store.jobs.has_worker()
    with store.lease(WORKER):
        assert store.jobs.has_worker()
    assert not store.jobs.has_worker()
