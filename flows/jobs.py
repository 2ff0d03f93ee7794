"""The worker: takes jobs from the queue of the store, one at a time, until none is left.

Where somebody else is the worker, or a run of somebody else's is going, it waits. A job that fails
says why; the others are done nevertheless.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import sleep

from flows import promotion, retraining, steps
from flows.context import RunContext, Step, utc_now
from flows.copies import sweep
from flows.preview import PREVIEWED, preview_draft
from groundswell.config import Config, load_config
from groundswell.errors import BusyError, GroundswellError, StoreError
from groundswell.jobs import QueuedJob
from groundswell.store import Lease, StepResult, Store, open_store
from groundswell.store.jobs import WORKER

PAUSE_SECONDS = 1.0
"""Between two looks at whether another run or another worker has ended."""

TELL_SECONDS = 1.0
"""How often the store is told how far a job is."""


def work(config_path: Path) -> None:
    """Do the jobs that wait, and those that are queued meanwhile.

    Raises
    ------
    GroundswellError
        The settings or the store cannot be used. What stops a single job is kept with it.
    """
    config = load_config(config_path)
    with open_store(config.store.database) as store:
        while store.jobs.any_open():
            with suppress(BusyError), store.lease(WORKER) as lease:
                _do_all(_Desk(config_path, config, store, lease))
            if store.jobs.any_open():
                sleep(PAUSE_SECONDS)


class Telling:
    """Progress of a job, kept in the store by a thread of its own.

    A thread, because a step may be in the midst of a write while it says how far it is.
    """

    def __init__(self, tell: Callable[[str, int, int | None], None]) -> None:
        self._tell = tell
        self._place = (0, 0)
        self._label, self._items, self._of = "", 0, 0

    def step(self, step: Step, context: RunContext, of: tuple[Step, ...]) -> StepResult:
        """Take a step and count it."""
        self._place = (of.index(step), len(of))
        self.start(step.__name__.replace("_", " "), None)
        result = step(context)
        self._place = (of.index(step) + 1, len(of))
        return result

    def start(self, label: str, total: int | None) -> None:
        """Begin a piece of work; `total` is None where its length is not known."""
        self._label, self._items, self._of = label, 0, total or 0

    def advance(self, n: int) -> None:
        """Note that `n` more units are done."""
        self._items += n

    def finish(self) -> None:
        """End the piece of work begun last; what comes next says so itself."""

    @property
    def words(self) -> str:
        """Return what is being done: ``embedding, 512 of 3,000``."""
        items = f", {min(self._items, self._of):,} of {self._of:,}" if self._of else ""
        return f"{self._label}{items}"

    def keep(self) -> None:
        """Say to the store how far it is."""
        done, total = self._place
        self._tell(self.words, done, total or None)


class _Desk:
    """What the worker has at hand."""

    def __init__(self, path: Path, config: Config, store: Store, lease: Lease) -> None:
        self.path, self.config, self.store, self.lease = path, config, store, lease


def _do_all(desk: _Desk) -> None:
    sweep(desk.config, "preview")
    desk.store.jobs.take_over(desk.lease, utc_now())
    while (job := desk.store.jobs.take(desk.lease, utc_now())) is not None:
        _do(job, desk)


def _do(job: QueuedJob, desk: _Desk) -> None:
    finish = partial(desk.store.jobs.finish, desk.lease, job.job_id)
    try:
        with _told(job, desk) as telling:
            run_id = _when_free(partial(_result, job, desk, telling), telling)
    except GroundswellError as error:
        finish("failed", at=utc_now(), message=" ".join(str(error).splitlines()))
    except Exception as error:
        told = f"internal error ({type(error).__name__}); the terminal shows it"
        finish("failed", at=utc_now(), message=told)
        raise
    else:
        finish("done", at=utc_now(), run_id=run_id)


def _when_free(work: Callable[[], int | None], telling: Telling) -> int | None:
    while True:
        try:
            return work()
        except BusyError:
            telling.start("waiting for another run to end", None)
            sleep(PAUSE_SECONDS)


def _result(job: QueuedJob, desk: _Desk, telling: Telling) -> int | None:
    """Do a job and return the run that it was."""
    if job.kind == "preview":
        _preview(job, desk, telling)
        return None
    if job.kind == "promote":
        return _promote(job, desk, telling)
    if job.kind == "rollback":
        return _roll_back(job, desk, telling)
    asked = retraining.asked(job.subject.split(), why=job.reason, waits=job.manner == "wait")
    if "PREFECT_API_URL" in os.environ:
        from flows import serving

        telling.start("running as a flow run of Prefect", None)
        return serving.run_as_flow(desk.path, job.kind, asked).run_id
    pipeline = {"refresh": steps.REFRESH, "retrain": steps.RETRAIN}[job.kind]
    take = partial(telling.step, of=pipeline)
    return steps.run(
        pipeline, desk.config, kind=job.kind, progress=telling, run_step=take, asked=asked
    ).run_id


def _promote(job: QueuedJob, desk: _Desk, telling: Telling) -> int:
    telling.start(f"putting {job.subject} in use", None)
    return promotion.promote(
        desk.config,
        job.subject,
        by=job.requested_by,
        why=job.reason,
        anyway=job.manner == "anyway",
        progress=telling,
        run_step=partial(telling.step, of=promotion.AFTERWARDS),
    ).run_id


def _roll_back(job: QueuedJob, desk: _Desk, telling: Telling) -> int:
    telling.start(f"going back to {job.subject}", None)
    return promotion.roll_back(
        desk.config,
        promotion.find_version(desk.store, job.subject).kind,
        by=job.requested_by,
        why=job.reason,
        to=job.subject,
        progress=telling,
        run_step=partial(telling.step, of=promotion.AFTERWARDS),
    ).run_id


def _preview(job: QueuedJob, desk: _Desk, telling: Telling) -> None:
    import reports

    reviewer = job.requested_by
    take = partial(telling.step, of=PREVIEWED)
    telling.start("copying the store", None)
    found = preview_draft(desk.config, desk.store, reviewer, progress=telling, run_step=take)
    document = reports.preview_json(found)
    desk.store.drafts.save_preview(desk.lease, reviewer, document, utc_now())


@contextmanager
def _told(job: QueuedJob, desk: _Desk) -> Iterator[Telling]:
    telling = Telling(partial(desk.store.jobs.tell, desk.lease, job.job_id))
    ended = Event()
    teller = Thread(target=_keep_telling, args=(telling, ended), daemon=True)
    teller.start()
    try:
        yield telling
    finally:
        ended.set()
        teller.join()


def _keep_telling(telling: Telling, ended: Event) -> None:
    told = ""
    while not ended.wait(TELL_SECONDS):
        # What is not told now is told a second later.
        if telling.words != told:
            with suppress(StoreError):
                telling.keep()
                told = telling.words
