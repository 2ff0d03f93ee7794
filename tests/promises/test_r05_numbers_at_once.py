"""Runs of different resources may begin at once; each gets a number of its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from groundswell.store import open_store

AT_ONCE = 6
START = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_runs_and_packages_that_begin_at_once_have_numbers_of_their_own(database: str) -> None:
    with open_store(database):
        pass
    ready = Barrier(AT_ONCE)

    def begin(number: int) -> tuple[int, int]:
        name = f"pipeline-{number}"
        with open_store(database) as store, store.lease(name) as lease:
            ready.wait(60)
            run_id = store.ledger.begin_run(
                lease, kind="refresh", started_at=START, config_hash=name, versions={}
            ).run_id
            ready.wait(60)
            package = store.feedback.open_package(
                lease,
                run_id=run_id,
                source=name,
                kind="feedback",
                path=name,
                sha256=name,
                size_bytes=1,
            )
            return run_id, package.package_id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        pairs = list(pool.map(begin, range(AT_ONCE)))
    assert sorted(run for run, _ in pairs) == list(range(1, AT_ONCE + 1))
    assert sorted(package for _, package in pairs) == list(range(1, AT_ONCE + 1))
