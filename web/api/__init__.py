"""The API: what the pages show and do, as JSON for programs, and its description."""

from functools import cache
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web.api import (
    alike,
    cutting,
    deciding,
    drafts,
    evidence,
    jobs,
    models,
    moving,
    pairs,
    personal,
    questions,
    reading,
    wishes,
)
from web.api.endpoints import PREFIX, Endpoint, Question
from web.api.openapi import describe, path_of
from web.guard import Context, Route
from web.pages.rendering import page

ENDPOINTS = (
    Endpoint("GET", "/ideas", "read", reading.ideas, questions.IdeasQuestion),
    Endpoint("GET", "/ideas/{idea_id:path}", "read", reading.idea),
    Endpoint("GET", "/compare", "read", reading.compare, questions.CompareQuestion),
    Endpoint("GET", "/needs", "read", reading.needs, questions.NeedsQuestion),
    Endpoint("GET", "/needs/{theme_id}", "read", reading.need),
    Endpoint("GET", "/needs/{theme_id}/cut", "read", cutting.cut),
    Endpoint("GET", "/changes", "read", reading.changes),
    Endpoint("GET", "/plan", "read", reading.plan),
    Endpoint("GET", "/about", "read", reading.about),
    Endpoint("GET", "/records/{record_id}", "read", evidence.record),
    Endpoint("GET", "/search", "read", evidence.search, questions.SearchQuestion),
    Endpoint("GET", "/alike", "read", alike.alike, questions.AlikeQuestion),
    Endpoint("GET", "/runs", "read", evidence.runs, questions.RunsQuestion),
    Endpoint("GET", "/quarantine", "read", evidence.quarantine, questions.RefusedRowsQuestion),
    Endpoint("GET", "/decisions", "read", evidence.log, questions.LogQuestion),
    Endpoint("POST", "/decisions", "review", deciding.decide, body=questions.Together, status=201),
    Endpoint(
        "POST",
        "/decisions/{number}/undo",
        "review",
        deciding.undo,
        body=questions.Undoing,
        status=201,
    ),
    Endpoint("GET", "/draft", "review", drafts.draft),
    Endpoint("DELETE", "/draft", "review", drafts.clear_draft),
    Endpoint("POST", "/draft/decisions", "review", drafts.stage, body=questions.Together),
    Endpoint("DELETE", "/draft/decisions/{position}", "review", drafts.unstage),
    Endpoint(
        "POST",
        "/draft/decisions/{position}/keep",
        "review",
        drafts.keep_staged,
        body=wishes.Keeping,
    ),
    Endpoint("GET", "/draft/preview", "review", drafts.preview),
    Endpoint("POST", "/draft/preview", "review", drafts.ask_for_preview, status=202),
    Endpoint(
        "POST", "/draft/publish", "review", drafts.publish, body=wishes.Publishing, status=201
    ),
    Endpoint("GET", "/plan/board", "read", moving.board),
    Endpoint("GET", "/plan/ideas/{idea_id:path}", "read", moving.card),
    Endpoint(
        "POST", "/plan/ideas/{idea_id:path}", "plan", moving.place, body=wishes.Placing, status=201
    ),
    Endpoint("GET", "/jobs", "read", jobs.jobs, questions.JobsQuestion),
    Endpoint("POST", "/jobs", "plan", jobs.ask_for_run, body=wishes.AskedRun, status=202),
    Endpoint("GET", "/jobs/{job_id}", "read", jobs.job),
    Endpoint("POST", "/jobs/{job_id}/cancel", "review", jobs.cancel),
    Endpoint("GET", "/models", "read", models.models),
    Endpoint("GET", "/models/{version}", "read", models.model),
    Endpoint("POST", "/models/retrain", "plan", models.retrain, body=wishes.Retraining, status=202),
    Endpoint(
        "POST",
        "/models/{version}/promote",
        "plan",
        models.promote,
        body=wishes.Promotion,
        status=202,
    ),
    Endpoint(
        "POST",
        "/models/{kind}/rollback",
        "plan",
        models.roll_back,
        body=wishes.Return,
        status=202,
    ),
    Endpoint("GET", "/views", "read", personal.views),
    Endpoint("POST", "/views", "review", personal.save_view, body=wishes.NewView, status=201),
    Endpoint("POST", "/views/{view_id}", "review", personal.change_view, body=wishes.ViewChange),
    Endpoint("DELETE", "/views/{view_id}", "review", personal.remove_view),
    Endpoint("GET", "/inbox", "read", personal.inbox, questions.InboxQuestion),
    Endpoint("POST", "/inbox/seen", "review", personal.mark_seen, body=wishes.SeenReport),
    Endpoint("GET", "/pairs", "review", pairs.next_pair, questions.PairsQuestion),
    Endpoint("POST", "/pairs", "review", pairs.answer_pair, body=wishes.PairAnswer, status=201),
    Endpoint("GET", "/pairs/learnt", "read", pairs.learnt),
)
"""Everything that is served and described."""


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document of `ENDPOINTS`."""
    return describe(ENDPOINTS)


def _describe(_request: Request, _context: Context) -> Response:
    return JSONResponse(description())


def _show(request: Request, context: Context) -> Response:
    return page(
        request,
        context,
        "api.html",
        title="For programs",
        crumbs=[("/about", "About")],
        endpoints=[(one, path_of(one)) for one in ENDPOINTS],
        paths=description()["paths"],
        rows_of=_rows,
        prefix=PREFIX,
    )


def _rows(endpoint: Endpoint) -> list[tuple[str, str]]:
    """Return (name, what it means) of everything that an endpoint is asked."""
    asked = description()["paths"][path_of(endpoint)][endpoint.method.lower()]["parameters"]
    rows = [(one["name"], one["description"]) for one in asked]
    return rows + (_fields(endpoint.body) if endpoint.body else [])


def _fields(kind: type[Question], before: str = "") -> list[tuple[str, str]]:
    """Return (name, what it means) of a body, of what stands in a list with the list's name."""
    rows = []
    for name, field in kind.model_fields.items():
        inner = next(iter(get_args(field.annotation)), None)
        if isinstance(inner, type) and issubclass(inner, Question):
            rows += _fields(inner, f"{name}[].")
        else:
            rows.append((before + name, field.description or ""))
    return rows


ROUTES = (
    Route("/api", ("GET",), "read", _show),
    Route(f"{PREFIX}/openapi.json", ("GET",), "read", _describe),
    *(endpoint.route for endpoint in ENDPOINTS),
)
