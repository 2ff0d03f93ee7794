"""A program's way to jobs: asking for a run, how far it is, and calling it off."""

from dataclasses import dataclass

from groundswell.jobs import QueuedJob
from web.api.endpoints import Call
from web.guard import Refused
from web.pages.jobs import as_seen, ask_job, call_off, job_named


@dataclass(frozen=True, slots=True)
class JobList:
    """The newest jobs, the newest first."""

    has_worker: bool
    """Somebody does them; else what waits is begun with the next start of the app."""
    jobs: tuple[QueuedJob, ...]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A job that was asked for."""

    job: QueuedJob
    joined: bool
    """It was queued already, maybe for somebody else."""


def jobs(call: Call) -> JobList:
    """List the runs and previews that were asked for, with how far they are.

    Why another's preview failed is not told, as it tells of their draft.
    """
    store = call.context.store
    found = as_seen(store.jobs.newest(call.query.limit), call.context)
    return JobList(store.jobs.has_worker(), tuple(found))


def ask_for_run(call: Call) -> AskedFor:
    """Ask for a run, or join the one that is queued already."""
    return AskedFor(*ask_job(call.context, call.body.kind, call.body.reason.strip()))


def job(call: Call) -> QueuedJob:
    """Tell how far a job is."""
    found = job_named(call.parts["job_id"], call.context)
    if found is None:
        raise Refused(404, "no such job; /api/v1/jobs lists them")
    return found


def cancel(call: Call) -> QueuedJob:
    """Call off a job that waits: your own, or as a planner any."""
    call_off(job(call), call.context)
    return job(call)
