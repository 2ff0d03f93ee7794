"""The worker does what was asked for, once, also where it is killed in the midst of it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from flows import steps
from flows.jobs import Telling, work
from flows.worker import Worker
from groundswell.config import Config, load_config
from groundswell.domain import Draft
from groundswell.jobs import JobKind, QueuedJob
from groundswell.store import open_store
from tests.flows.test_cli import make, read, type_in

BEGUN = datetime(2026, 6, 1, 9, tzinfo=UTC)
PATIENCE = 120
"""Seconds until a test gives up on a process."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make(tmp_path_factory.mktemp("installation"))
    steps.run(steps.REFRESH, load_config(config), kind="refresh", clock=lambda: BEGUN)
    return config.parent


def ask(config: Config, *kinds: JobKind, by: str = "ann") -> None:
    with open_store(config.store.database) as store:
        for kind in kinds:
            store.jobs.request(kind, by=by, at=BEGUN)


def stage(config: Config) -> None:
    with open_store(config.store.database) as store:
        first = store.ideas.candidates()[0].candidate_id
        store.drafts.add_all([(Draft("reject", first, "ann", BEGUN, reason="dear"), 0)])


def jobs(config: Config) -> list[QueuedJob]:
    with open_store(config.store.database) as store:
        return store.jobs.newest(9)[::-1]


def runs(config: Config) -> list[tuple[int, str, str, int]]:
    """Return number, kind, state and attempts of the runs after the installation's own."""
    with open_store(config.store.database) as store:
        found = store.ledger.runs()[::-1]
    return [(run.run_id, run.kind, run.state, run.attempts) for run in found[1:]]


def until(found: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < limit
        time.sleep(0.1)


def worker(path: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Start a worker as the app does."""
    command = [sys.executable, "-m", "flows.worker", str(path), str(os.getpid())]
    return subprocess.Popen(command, env=os.environ | environment)


def test_jobs_are_done_one_after_another_and_say_which_run_they_were(
    path: Path, config: Config
) -> None:
    stage(config)
    ask(config, "retrain", "preview", "refresh")
    work(path)
    assert [(job.kind, job.state, job.run_id) for job in jobs(config)] == [
        *(("retrain", "done", 2), ("preview", "done", None), ("refresh", "done", 3)),
    ]
    assert runs(config) == [(2, "retrain", "ok", 1), (3, "refresh", "ok", 1)]
    with open_store(config.store.database) as store:
        assert store.drafts.preview("ann") is not None
        assert not store.jobs.any_open()
    listed = read(path, "jobs")
    assert [(job["job_id"], job["state"]) for job in listed] == [
        *((3, "done"), (2, "done"), (1, "done")),
    ]
    assert "retrain" in type_in(path, "jobs").out


def test_before_anything_was_asked_for_the_list_says_so(path: Path) -> None:
    assert type_in(path, "jobs").out == "No job was asked for yet.\n"
    assert read(path, "jobs") == []


def test_a_job_that_fails_says_why_and_is_in_nobodys_way(path: Path, config: Config) -> None:
    ask(config, "preview")
    (path.parent / "survey.csv").rename(path.parent / "away.csv")
    ask(config, "refresh")
    work(path)
    empty, away = jobs(config)
    assert (empty.state, away.state) == ("failed", "failed")
    assert empty.message == "the draft of ann is empty; stage decisions first"
    assert "survey.csv" in away.message and "\n" not in away.message
    shown = type_in(path, "jobs").out
    assert "the draft of ann is empty" in shown


def test_a_version_that_cannot_be_used_fails_its_job_with_the_reason(
    path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")  # it knows nothing of these
    with open_store(config.store.database) as store:
        store.jobs.request("promote", by="ann", at=BEGUN, subject="themes-1", manner="anyway")
        store.jobs.request("rollback", by="ann", at=BEGUN, subject="themes-9")
    work(path)
    assert [(job.state, job.message) for job in jobs(config)] == [
        ("failed", "themes-1: is in use already"),
        (
            "failed",
            "themes-9: there is no such version; 'groundswell models list' shows which there are",
        ),
    ]
    assert "promote themes-1" in type_in(path, "jobs").out


def test_a_job_waits_for_a_run_that_is_going(path: Path, config: Config) -> None:
    ask(config, "refresh")
    with open_store(config.store.database) as store:
        with store.lease("pipeline"):
            busy = threading.Thread(target=work, args=(path,))
            busy.start()
            until(lambda: "waiting for another run" in jobs(config)[0].step)
        busy.join(PATIENCE)
    assert jobs(config)[0].state == "done"


def test_a_second_worker_waits_and_every_job_is_done_once(path: Path, config: Config) -> None:
    stage(config)
    ask(config, "refresh", "preview", "retrain")
    both = [worker(path), worker(path)]
    assert [one.wait(PATIENCE) for one in both] == [0, 0]
    assert [(job.state, job.attempts) for job in jobs(config)] == [("done", 1)] * 3
    assert runs(config) == [(2, "refresh", "ok", 1), (3, "retrain", "ok", 1)]


def test_what_a_killed_worker_was_at_is_carried_on(path: Path, config: Config) -> None:
    ask(config, "refresh")
    killed = worker(path, GROUNDSWELL_FAILPOINT="40")
    assert killed.wait(PATIENCE) == -signal.SIGKILL
    assert (jobs(config)[0].state, runs(config)[0][2]) == ("running", "running")
    with open_store(config.store.database) as store:
        assert not store.jobs.has_worker()
    work(path)
    (job,) = jobs(config)
    assert (job.state, job.attempts, job.run_id) == ("done", 2, 2)
    assert runs(config) == [(2, "refresh", "ok", 2)]


def test_a_copy_of_a_killed_preview_is_removed(path: Path, config: Config) -> None:
    stage(config)
    ask(config, "preview")
    copies = path.parent / "store"
    killed = worker(path)
    until(
        lambda: (
            list(copies.glob("preview-*/groundswell.db-journal"))
            or list(copies.glob("preview-*/models"))
        )
    )
    killed.kill()
    killed.wait(PATIENCE)
    assert list(copies.glob("preview-*"))
    work(path)
    assert list(copies.glob("preview-*")) == []
    assert (jobs(config)[0].state, jobs(config)[0].attempts) == ("done", 2)


@pytest.fixture
def attended(path: Path) -> Iterator[tuple[Worker, list[str]]]:
    told: list[str] = []
    with Worker(path, told.append) as attending:
        yield attending, told


def test_a_worker_that_is_killed_is_started_again(
    config: Config, attended: tuple[Worker, list[str]]
) -> None:
    attending, told = attended
    with open_store(config.store.database) as store, store.lease("pipeline"):  # so it waits
        ask(config, "refresh")
        attending.wake()
        until(lambda: jobs(config)[0].state == "running")
        assert attending._child is not None
        first = attending._child.pid
        os.kill(first, signal.SIGKILL)
        until(lambda: jobs(config)[0].attempts == 2)
    until(lambda: jobs(config)[0].state == "done")
    assert runs(config) == [(2, "refresh", "ok", 1)]
    assert told == []


def test_a_worker_ends_with_whoever_started_it(path: Path, config: Config) -> None:
    ask(config, "refresh")
    code = (
        "import sys, time; from pathlib import Path; from flows.worker import Worker\n"
        "with Worker(Path(sys.argv[1]), print) as worker:\n"
        "    worker.wake()\n    time.sleep(600)\n"
    )
    with open_store(config.store.database) as store, store.lease("pipeline"):
        parent = subprocess.Popen([sys.executable, "-c", code, str(path)])
        until(lambda: jobs(config)[0].state == "running")
        assert store.jobs.has_worker()
        parent.kill()
        parent.wait(PATIENCE)
        until(lambda: not store.jobs.has_worker())
    assert jobs(config)[0].state == "running"  # taken up by the next one


def test_settings_that_cannot_be_used_end_the_trying(path: Path) -> None:
    path.write_text("[store]\nnonsense = 1\n")
    told: list[str] = []
    with Worker(path, told.append) as attending:
        attending.wake()
        until(lambda: told)
    assert told == ["The worker was given up; the next job that is asked for starts it again."]


def test_the_app_starts_a_worker_for_what_is_asked_for_and_for_what_waits(
    path: Path, config: Config
) -> None:
    ask(config, "retrain")
    port = free_port()
    code = "import sys; from flows.cli import main; sys.argv[1:] = %r; main()"
    words = ["serve", "--port", str(port), "--config", str(path)]
    app = subprocess.Popen([sys.executable, "-c", code % words])
    try:
        until(lambda: jobs(config)[0].state == "done")  # it waited before the app was there
        form = {"kind": "refresh", "reason": "a release"}
        own = {"sec-fetch-site": "same-origin"}
        answer = httpx.post(f"http://127.0.0.1:{port}/jobs", data=form, headers=own)
        assert (answer.status_code, answer.headers["location"]) == (303, "/runs")
        until(lambda: jobs(config)[1].state == "done")
        page = httpx.get(f"http://127.0.0.1:{port}/runs").text
        assert "a release" in page and 'href="/runs?run=3"' in page
    finally:
        app.send_signal(signal.SIGINT)
        assert app.wait(PATIENCE) == 0


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_progress_counts_steps_and_what_is_done_in_one() -> None:
    told: list[tuple[str, int, int | None]] = []
    telling = Telling(lambda *far: told.append(far))
    telling.keep()
    telling._place = (2, 8)
    telling.start("embedding", 3000)
    telling.advance(512)
    telling.keep()
    telling.advance(9000)  # the total was an estimate
    telling.keep()
    telling.start("ranking", None)
    telling.keep()
    assert told == [
        *(("", 0, None), ("embedding, 512 of 3,000", 2, 8), ("embedding, 3,000 of 3,000", 2, 8)),
        ("ranking", 2, 8),
    ]
