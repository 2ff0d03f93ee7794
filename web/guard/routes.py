"""The routing table: every address, and what one must be allowed to get an answer there.

A route without a permission cannot be registered, so a page that somebody forgot to protect
stops the program at its start.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from groundswell.accounts import PERMISSIONS, Permission, Reviewer
from groundswell.config import Config

if TYPE_CHECKING:
    from groundswell.store import Store

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
"""GET answers HEAD, too."""

PUBLIC: Literal["public"] = "public"
"""In place of a permission: answered before anybody is known. Meant for the login alone."""

Form = ImmutableMultiDict[str, str]
"""The fields of a form: ``form["title"]``, ``form.get("title")``, ``form.getlist("idea")``."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a page is given besides the request."""

    store: "Store"
    config: Config
    reviewer: Reviewer
    nonce: str
    """Of this answer; ``<style nonce="...">`` and ``<script nonce="...">`` need it."""
    form: Form
    """Of a body of type application/x-www-form-urlencoded, else empty."""
    body: bytes
    """As it was sent, of type application/json or a form."""
    now: datetime
    session_hash: str | None = None
    """Of the browser's session; None for a token and where no login is needed."""
    wake: Callable[[], None] = lambda: None
    """To be called when a job was queued."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address: how it is asked, what that needs, and what answers.

    `answer` runs in a thread. The store is closed when it returns, so a response that is sent
    bit by bit must not read from it. An id is best taken as text: of a number the size is unknown.
    """

    path: str
    """Such as ``/ideas/{idea}``; ``request.path_params["idea"]`` holds no slash."""
    methods: tuple[Method, ...]
    permission: Permission | Literal["public"]
    answer: Callable[[Request, Context], Response]


class RoutingTable:
    """All routes.

    Raises
    ------
    ValueError
        A route names no permission or no known method, or answers what another one answers.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        seen: set[tuple[str, str]] = set()
        for route in self.routes:
            _check(route)
            mine = {(route.path, method) for method in route.methods}
            if seen & mine:
                raise ValueError(f"two routes answer {route.path} {sorted(route.methods)}")
            seen |= mine
        self._patterns = [(*compile_path(route.path), route) for route in self.routes]

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, Any]] | None:
        """Return the first route for this request and the parts of its path."""
        asked = "GET" if method == "HEAD" else method
        for pattern, _, convertors, route in self._patterns:
            found = pattern.fullmatch(path)
            if found and asked in route.methods:
                parts = found.groupdict()
                return route, {name: convertors[name].convert(parts[name]) for name in parts}
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """Return what can be asked of a path, nothing if there is no such path."""
        named = {
            method
            for pattern, _, _, route in self._patterns
            if pattern.fullmatch(path)
            for method in route.methods
        }
        return tuple(sorted(named | {"HEAD"} if "GET" in named else named))


def _check(route: Route) -> None:
    if route.permission not in (*PERMISSIONS, PUBLIC):
        raise ValueError(
            f"route {route.path}: permission is {route.permission!r};"
            f" expected one of {', '.join(PERMISSIONS)}"
        )
    if not route.methods or set(route.methods) - set(get_args(Method)):
        raise ValueError(f"route {route.path}: methods are {route.methods}")
    if not route.path.startswith("/"):
        raise ValueError(f"route {route.path}: a path starts with /")
