"""Asking for a run, and what became of what was asked for.

Nothing is run here: a job is queued, and a worker process does it.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.domain.drafts import LINE_LENGTH
from groundswell.jobs import QueuedJob
from web.guard import Context, Refused
from web.pages.rendering import not_found

SHOWN = 8
"""Jobs on the page of the runs, the newest."""

RUNS = ("refresh", "retrain")
"""What can be asked for there; previews are asked for from a draft."""


def ask(request: Request, context: Context) -> Response:
    """Queue a run, or join the one that is queued already."""
    kind, reason = context.form.get("kind", ""), context.form.get("reason", "").strip()
    if kind not in RUNS:
        raise Refused(400, f"no such run: {kind[:20]!r}; expected {' or '.join(RUNS)}")
    if len(reason) > LINE_LENGTH:
        raise Refused(400, f"the reason has {len(reason):,} characters; at most {LINE_LENGTH} do")
    job, joined = context.store.jobs.request(
        kind,  # type: ignore[arg-type]
        by=context.reviewer.name,
        at=context.now,
        reason=reason,
    )
    context.wake()
    return RedirectResponse(f"/runs?joined={job.job_id}" if joined else "/runs", 303)


def cancel(request: Request, context: Context) -> Response:
    """Call off a job that is not begun."""
    job = _named(request, context)
    if job is None:
        return not_found(request, context, "No such job", "The page of the runs lists the newest.")
    if not _may_cancel(job, context):
        raise Refused(403, f"job {job.job_id} is {job.requested_by}'s; a planner may call it off")
    context.store.jobs.cancel(job.job_id, context.now)
    return RedirectResponse("/draft" if job.kind == "preview" else "/runs", 303)


def asked_for(request: Request, context: Context) -> dict[str, Any]:
    """Return what the page of the runs shows of jobs."""
    found = context.store.jobs.newest(SHOWN)
    joined = request.query_params.get("joined", "")
    return {
        "jobs": found,
        "joined": next((job for job in found if str(job.job_id) == joined and job.is_open), None),
        "has_worker": context.store.jobs.has_worker(),
        "may_plan": context.reviewer.may("plan"),
        "cancellable": {job.job_id for job in found if _may_cancel(job, context)},
    }


def _named(request: Request, context: Context) -> QueuedJob | None:
    number = request.path_params["job_id"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return context.store.jobs.job(int(number))


def _may_cancel(job: QueuedJob, context: Context) -> bool:
    own = job.requested_by == context.reviewer.name
    return job.state == "queued" and context.reviewer.may("review" if own else "plan")
