"""How the guard says no: a status and one line, as text for a person, as JSON for a program."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import PlainTextResponse, Response

API = "/api/"
"""Below this path programs ask; they are answered as RFC 9457 says."""

PROBLEM = "application/problem+json"


class Refused(Exception):
    """A request is not answered; nothing was done.

    Parameters
    ----------
    more
        What a program is told besides: further members of the problem, as JSON has them.
    """

    def __init__(
        self,
        status: int,
        line: str,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(line)
        self.status = status
        self.headers = headers
        self.more = more or {}

    def response(self, path: str = "") -> Response:
        """Return the answer to a request for a path."""
        if is_for_programs(path):
            return problem(self.status, str(self), self.headers, self.more)
        return PlainTextResponse(f"{self}\n", self.status, self.headers)


def is_for_programs(path: str) -> bool:
    """Tell whether a path is asked by programs, known path or not."""
    return path.startswith(API)


def problem(
    status: int,
    line: str,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """Return a problem as a program reads it (RFC 9457): title, status, detail."""
    named = {"title": HTTPStatus(status).phrase, "status": status, "detail": line}
    body = json.dumps({**(more or {}), **named}, ensure_ascii=False, allow_nan=False)
    return Response(body.encode("utf-8", "replace"), status, headers, PROBLEM)
