"""The API: what the pages show and do, as JSON for programs, and its description."""

from functools import cache
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web.api import deciding, evidence, questions, reading
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
    Endpoint("GET", "/changes", "read", reading.changes),
    Endpoint("GET", "/plan", "read", reading.plan),
    Endpoint("GET", "/about", "read", reading.about),
    Endpoint("GET", "/records/{record_id}", "read", evidence.record),
    Endpoint("GET", "/search", "read", evidence.search, questions.SearchQuestion),
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
