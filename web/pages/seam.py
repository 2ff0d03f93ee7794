"""What a page is given and how it is reached: the one place to change when the app around changes.

A page is a `Route` whose answer reads the store and makes a response; who may see it, headers
and sessions are the business of the app around it. `pages_app` is the smallest such app: it
answers everything, for tests and measurements on this machine.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from groundswell.config import Config

if TYPE_CHECKING:
    from groundswell.store import Store

Permission = Literal["read", "public"]
"""``public`` is what a sign-in page needs too: style sheets and scripts."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who looks at a page."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a page may use beside the request."""

    store: "Store"
    """Open for reading."""
    settings: Config
    reviewer: Reviewer
    nonce: str
    """Of this response's policy."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address: what it needs and what answers."""

    path: str
    methods: tuple[str, ...]
    permission: Permission
    answer: Callable[[Request, Context], Response]


POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What the pages can do with."""


def pages_app(settings: Config) -> Starlette:
    """Serve the pages alone, to anybody who can reach the address: not for use."""
    from web.pages import ROUTES

    app = Starlette(
        routes=[
            StarletteRoute(route.path, _endpoint(route, settings), methods=route.methods)
            for route in ROUTES
        ]
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(route: Route, settings: Config) -> Callable[[Request], Response]:
    from groundswell.store import open_store

    def endpoint(request: Request) -> Response:
        with open_store(settings.store.database) as store:
            reviewer = Reviewer("reader", "viewer")
            context = Context(store, settings, reviewer, secrets.token_urlsafe(16))
            response = route.answer(request, context)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return endpoint
