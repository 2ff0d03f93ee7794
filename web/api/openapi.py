"""The description of the API (OpenAPI 3.1), built from the table of what is served."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

from groundswell import __version__, domain, report, store
from groundswell import jobs as of_jobs
from groundswell import personal as of_persons
from models.planning import board as planning_board
from models.planning import moves as planning_moves
from reports.interchange import described
from web.api import answers, deciding, drafts, evidence, jobs, moving, pairs, personal
from web.api.endpoints import PREFIX, Endpoint, Question, adapter
from web.guard.refusals import PROBLEM
from web.pages import groups

PARTS = {
    "idea_id": "Id of an idea, such as `need-12`; a slash in it is written `%2F`.",
    "theme_id": "Number of a need.",
    "record_id": "Id of a record.",
    "number": "Number of a decision.",
    "position": "Of a staged decision.",
    "job_id": "Number of a job.",
    "view_id": "Id of a saved view.",
    "version": "Name of a version of a model, such as `themes-7`.",
    "kind": "Kind of a model, such as `themes`.",
}
"""What stands in a path."""

REFUSALS = (400, 401, 403, 404, 414, 422, 429, 500, 503)
OF_CHANGES = (408, 409, 413, 415)

_PROBLEM = {
    "type": "object",
    "description": "Why nothing was done (RFC 9457); it may have further members.",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was found and what would do."},
        "errors": {
            "type": "array",
            "description": "Of 422: each value that does not fit.",
            "items": {
                "type": "object",
                "required": ["place", "detail"],
                "properties": {"place": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "target": {"type": "string", "description": "Of 409: what was decided about."},
        "expected_version": {
            "type": ["integer", "null"],
            "description": "Of 409: the version that was seen.",
        },
        "version": {"type": "integer", "description": "Of 409: the version that is there."},
        "now": {"type": "object", "description": "Of 409: the verdict that is there."},
        "decision": {"type": ["object", "null"], "description": "Of 409: what came first."},
        "conflicts": {
            "type": "array",
            "description": "Of 409, publishing a draft: each of its decisions that is in the way.",
            "items": {"type": "object"},
        },
    },
}


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the description of all endpoints as an OpenAPI document."""
    schemas, definitions = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        asked = paths.setdefault(path_of(one), {})
        asked[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Groundswell",
            "version": __version__,
            "description": "What the review app shows and does, for programs.",
        },
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`groundswell tokens add NAME --scope review` prints one.",
                }
            },
            "schemas": {**definitions, "Problem": _PROBLEM},
        },
    }


def path_of(endpoint: Endpoint) -> str:
    """Return an endpoint's path as OpenAPI spells it."""
    return PREFIX + endpoint.path.replace(":path}", "}")


def _schemas(endpoints: Sequence[Endpoint]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Return the schema of each (type, mode), and what they share by name."""
    wanted: dict[Any, tuple[Any, Any, TypeAdapter[Any]]] = {}
    for one in endpoints:
        wanted[one.gives, "serialization"] = (one.gives, "serialization", adapter(one.gives))
        if one.body is not None:
            wanted[one.body, "validation"] = (one.body, "validation", TypeAdapter(one.body))
    found, shared = TypeAdapter.json_schemas(
        list(wanted.values()), ref_template="#/components/schemas/{model}"
    )
    definitions = shared.get("$defs", {})
    told = {name: described(_type(name), definitions[name]) for name in sorted(definitions)}
    return dict(found), told


def _type(name: str) -> object:
    """Return the dataclass that a definition is of; None: it is no dataclass of ours."""
    own = (answers, deciding, drafts, evidence, jobs, moving, pairs, personal, groups)
    places = (*own, domain, report, store, of_jobs, of_persons, planning_board, planning_moves)
    return next((getattr(place, name) for place in places if hasattr(place, name)), None)


def _operation(endpoint: Endpoint, schemas: dict[Any, Any]) -> dict[str, Any]:
    answer = {"schema": schemas[endpoint.gives, "serialization"]}
    responses: dict[str, Any] = {
        str(endpoint.status): {
            "description": HTTPStatus(endpoint.status).phrase,
            "content": {"application/json": answer},
        }
    }
    if endpoint.method == "GET":
        responses["200"]["headers"] = {"ETag": {"schema": {"type": "string"}}}
        responses["304"] = {"description": "As `If-None-Match` says, it is known already."}
    for status in (*REFUSALS, *(OF_CHANGES if endpoint.method != "GET" else ())):
        responses[str(status)] = _refusal(status)
    told: dict[str, Any] = {
        "operationId": endpoint.answer.__name__,
        "summary": endpoint.summary,
        "description": f"Needs the permission `{endpoint.permission}`.",
        "parameters": [*_of_path(endpoint), *_of_query(endpoint.query)],
        "responses": responses,
    }
    if endpoint.body is not None:
        body = {"schema": schemas[endpoint.body, "validation"]}
        told["requestBody"] = {"required": True, "content": {"application/json": body}}
    return told


def _refusal(status: int) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": HTTPStatus(status).phrase, "content": {PROBLEM: problem}}


def _of_path(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PARTS[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in re.findall(r"\{(\w+)(?::path)?\}", endpoint.path)
    ]


def _of_query(kind: type[Question]) -> list[dict[str, Any]]:
    schema = kind.model_json_schema()
    needed = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "description": found.pop("description", ""),
            "schema": found,
        }
        for name, found in schema.get("properties", {}).items()
    ]
