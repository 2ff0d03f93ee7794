"""Asking for a run, and what became of what was asked for.

Nothing is run here: a job is queued, and a worker process does it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.domain.drafts import LINE_LENGTH
from groundswell.jobs import JobKind, Manner, QueuedJob
from web.guard import Context, Refused
from web.pages.rendering import not_found

SHOWN = 8
"""Jobs on the page of the runs, the newest."""

RUNS = ("refresh",)
"""What can be asked for there; previews are asked for from a draft, the rest from the models."""


def ask(request: Request, context: Context) -> Response:
    """Queue a run, or join the one that is queued already."""
    kind = context.form.get("kind", "")
    if kind not in RUNS:
        raise Refused(400, f"no such run: {kind[:20]!r}; expected {' or '.join(RUNS)}")
    return queued(ask_job(context, kind, reason_in(context)))  # type: ignore[arg-type]


def cancel(request: Request, context: Context) -> Response:
    """Call off a job that is not begun."""
    job = job_named(request.path_params["job_id"], context)
    if job is None:
        return not_found(request, context, "No such job", "The page of the runs lists the newest.")
    call_off(job, context)
    return RedirectResponse("/draft" if job.kind == "preview" else "/runs", 303)


def ask_job(
    context: Context, kind: JobKind, reason: str, subject: str = "", manner: Manner = ""
) -> tuple[QueuedJob, bool]:
    """Queue a job; return it, and whether it was queued already."""
    found = context.store.jobs.request(
        kind,
        by=context.reviewer.name,
        at=context.now,
        reason=reason,
        subject=subject,
        manner=manner,
    )
    context.wake()
    return found


def queued(asked: tuple[QueuedJob, bool]) -> Response:
    """Lead to the page that shows how far a job is, and say if it was queued already."""
    job, joined = asked
    return RedirectResponse(f"/runs?joined={job.job_id}" if joined else "/runs", 303)


def reason_in(context: Context) -> str:
    """Return the reason that a form gives.

    Raises
    ------
    Refused
        It is too long.
    """
    reason = context.form.get("reason", "").strip()
    if len(reason) > LINE_LENGTH:
        raise Refused(400, f"the reason has {len(reason):,} characters; at most {LINE_LENGTH} do")
    return reason


def job_named(number: str, context: Context) -> QueuedJob | None:
    """Return the job of a number in an address, as who asks may see it; None: there is none."""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    job = context.store.jobs.job(int(number))
    return None if job is None else as_seen([job], context)[0]


def as_seen(jobs: Sequence[QueuedJob], context: Context) -> list[QueuedJob]:
    """Return jobs as who asks may see them: why another's preview failed tells of their draft."""
    own = context.reviewer.name
    return [
        replace(job, message="") if job.kind == "preview" and job.requested_by != own else job
        for job in jobs
    ]


def call_off(job: QueuedJob, context: Context) -> None:
    """Cancel a job that waits.

    Raises
    ------
    Refused
        It is another's and who asks is no planner, or it does not wait any more.
    """
    if not _is_theirs(job, context):
        raise Refused(403, f"job {job.job_id} is {job.requested_by}'s; a planner may call it off")
    if not context.store.jobs.cancel(job.job_id, context.now):
        raise Refused(409, f"job {job.job_id} does not wait any more; look at it again")


def asked_for(request: Request, context: Context) -> dict[str, Any]:
    """Return what the page of the runs shows of jobs."""
    found = as_seen(context.store.jobs.newest(SHOWN), context)
    joined = request.query_params.get("joined", "")
    return {
        "jobs": found,
        "joined": next((job for job in found if str(job.job_id) == joined and job.is_open), None),
        "has_worker": context.store.jobs.has_worker(),
        "may_plan": context.reviewer.may("plan"),
        "cancellable": {
            job.job_id for job in found if job.state == "queued" and _is_theirs(job, context)
        },
    }


def _is_theirs(job: QueuedJob, context: Context) -> bool:
    """Tell whether who asks may call a job off for as long as it waits."""
    own = job.requested_by == context.reviewer.name
    return context.reviewer.may("review" if own else "plan")
