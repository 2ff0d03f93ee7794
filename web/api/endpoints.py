"""What an address of the API is: how it is asked, what it answers, and what the gate calls.

One table of endpoints is both what is served and what the description says: the query, the body
and the answer are types, by which requests are checked and answers written.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from inspect import getdoc
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from groundswell.accounts import Permission
from reports.interchange import rounded
from web.guard import Context, Refused, Route

PREFIX = "/api/v1"
"""Before every path; a change that breaks programs takes another number."""


class Question(BaseModel):
    """What a program asks: a query, or the body of a change. What is not known is refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and checked."""

    context: Context
    parts: Mapping[str, str]
    """Of the path, by name."""
    query: Any
    """Of the endpoint's `query`."""
    body: Any
    """Of the endpoint's `body`; None without one."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One way to ask one address. The docstring of `answer` is its description."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    """Below `PREFIX`."""
    permission: Permission
    answer: Callable[[Call], Any]
    """The type that it returns is the form of the answer."""
    query: type[Question] = Question
    body: type[Question] | None = None
    status: int = 200

    @property
    def gives(self) -> Any:
        """Return the type of the answer."""
        return get_type_hints(self.answer)["return"]

    @property
    def summary(self) -> str:
        """Return what it does, in a sentence."""
        return (getdoc(self.answer) or "").partition("\n\n")[0].replace("\n", " ")

    @property
    def route(self) -> Route:
        """Return what the gate is given."""

        def answer(request: Request, context: Context) -> Response:
            return self._respond(request, context)

        return Route(PREFIX + self.path, (self.method,), self.permission, answer)

    def _respond(self, request: Request, context: Context) -> Response:
        query = _checked("query", self.query, _query(request, self.query))
        body = None if self.body is None else _read(self.body, request, context.body)
        found = self.answer(Call(context, request.path_params, query, body))
        text = written(self.gives, found)
        if self.method != "GET":
            return Response(text, self.status, media_type="application/json")
        tag = f'"{sha256(text).hexdigest()[:32]}"'
        known = request.headers.get("if-none-match", "")
        if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(text, headers={"ETag": tag}, media_type="application/json")


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return what writes and describes the values of a type."""
    return TypeAdapter(kind)


def written(kind: Any, value: Any) -> bytes:
    """Return a value as JSON, numbers as the report writes them."""
    values = rounded(adapter(kind).dump_python(value, mode="json"))
    return (json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _query(request: Request, kind: type[Question]) -> dict[str, Any]:
    """Return a query by name: a list where a list is asked for, else one value."""
    found, lists = request.query_params, _lists(kind)
    named = {name: found.getlist(name) for name in found}
    return {
        name: every if name in lists or len(every) > 1 else every[0]
        for name, every in named.items()
    }


@cache
def _lists(kind: type[Question]) -> frozenset[str]:
    """Return the names in a query that may stand there more than once."""
    described = kind.model_json_schema().get("properties", {})
    return frozenset(name for name, one in described.items() if one.get("type") == "array")


def _read(kind: type[Question], request: Request, body: bytes) -> Question:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != (
        "application/json"
    ):
        raise Refused(415, "expected a body of type application/json")
    try:
        return kind.model_validate_json(body, strict=True)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors()):
            raise Refused(400, "the body is no JSON document in UTF-8") from None
        raise _unfit("body", error) from None


def _checked(place: str, kind: type[Question], values: Mapping[str, Any]) -> Question:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise _unfit(place, error) from None


def _unfit(place: str, error: ValidationError) -> Refused:
    """Say what is wrong with each value, never the value itself: it may be a customer's."""
    wrong = [
        {"place": "/".join((place, *map(str, one["loc"]))), "detail": one["msg"]}
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    line = "; ".join(f"{one['place']}: {one['detail']}" for one in wrong[:3])
    more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return Refused(422, line + more, more={"errors": wrong[:50]})
