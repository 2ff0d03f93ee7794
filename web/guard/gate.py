"""The gate: the one way from a request to a page.

In this order, and everything that is not let through is refused:

1. A request that changes something must come from a page of ours, or carry a token.
2. Its body is read, within bounds.
3. Who asks? Whoever is not known gets the same answer for every address, there or not: a browser
   that wants to see a page is sent to the login, a program is told to send a token (401), and
   everything else is refused with 403.
4. Whoever may not read gets 403 for every address; only to a reader is an unknown one "not
   found" (404), and a known one asked in a wrong way "not allowed" (405).
5. The route's permission is needed, else 403.
6. Changes are counted; too many are put off (429).
"""

from collections.abc import Callable
from datetime import datetime
from math import ceil
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from groundswell.accounts import Reviewer
from groundswell.config import Config
from groundswell.tracing import span
from web.accounts.asking import Asking, has_token, who_asks
from web.guard.bodies import read_body, read_form
from web.guard.headers import NONCE
from web.guard.origins import SAFE, is_ours
from web.guard.rates import WRITES_OF_ACCOUNT, WRITES_OF_ADDRESS, Limiter, address_key
from web.guard.refusals import Refused, is_for_programs
from web.guard.routes import PUBLIC, Context, Route, RoutingTable

NOBODY = Reviewer("", "viewer", frozenset())
"""Who asks where nobody needs to be known; may do nothing."""

LOGIN = "/login"

MOST_CHARACTERS = 2000
"""Of a path; the longest of ours has two ids in it."""


class Gate:
    """An ASGI application that lets requests through to the routes of a table."""

    def __init__(
        self,
        config: Config,
        table: RoutingTable,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        from groundswell.store.kept import KeptStore

        self._config = config
        self._wake = wake
        self._table = table
        self._clock = clock
        self._by_account = Limiter(WRITES_OF_ACCOUNT)
        self._by_address = Limiter(WRITES_OF_ADDRESS)
        self._store = KeptStore(config.store.database)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            _require_ours(request, https=self._config.web.https)
            body = await read_body(request)
            response = await run_in_threadpool(self._answer, request, body)
        except Refused as refused:
            response = refused.response(request.scope["path"])
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        now = self._clock()
        with self._store.use() as store:
            asking = who_asks(request, store, self._config.web, now)
            found = self._table.find(request.method, request.scope["path"])
            route = found[0] if found else None
            if asking is None and (route is None or route.permission != PUBLIC):
                return _sign_in_first(request)
            if asking is not None:
                self._require_permission(request, route, asking.reviewer)
            if found is None:  # only a reader comes as far as this
                raise ValueError("an unknown path was let through")
            request.scope["path_params"] = dict(found[1])
            self._count(request, asking, now)
            context = Context(
                store=store,
                config=self._config,
                reviewer=asking.reviewer if asking else NOBODY,
                nonce=request.scope[NONCE],
                form=read_form(request, body),
                body=body,
                now=now,
                session_hash=asking.session_hash if asking else None,
                wake=self._wake,
            )
            return _traced(found[0], request, context)

    def _require_permission(
        self, request: Request, route: Route | None, reviewer: Reviewer
    ) -> None:
        if route is not None and route.permission == PUBLIC:
            return
        if not reviewer.may("read"):
            raise Refused(403, "this token may not read")
        if route is None:
            methods = self._table.methods(request.scope["path"])
            if methods:
                allowed = ", ".join(methods)
                raise Refused(405, f"expected {allowed}", {"Allow": allowed})
            raise Refused(404, "no such page")
        if route.permission != PUBLIC and not reviewer.may(route.permission):
            raise Refused(
                403, f"this needs the permission {route.permission!r}; {reviewer.role}s lack it"
            )

    def _count(self, request: Request, asking: Asking | None, now: datetime) -> None:
        if request.method in SAFE:
            return
        wait = self._by_address.take(address_key(client_address(request)), now)
        if asking is not None:
            wait = wait or self._by_account.take(asking.reviewer.name, now)
        if wait:
            raise too_many(wait)


def client_address(request: Request) -> str:
    """Return where a request comes from; behind a proxy that is believed, what the proxy says."""
    return request.client.host if request.client else ""


def own_origin(request: Request) -> str:
    """Return scheme, host and port as the browser sees them; the host was checked before."""
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def too_many(wait: float) -> Refused:
    """Return the refusal of what was done too often."""
    seconds = ceil(wait)
    return Refused(429, f"too often; wait {seconds} s", {"Retry-After": str(seconds)})


def _traced(route: Route, request: Request, context: Context) -> Response:
    """Answer; a span has the pattern of the address, never what stands in its place."""
    names = {"http.request.method": request.method, "http.route": route.path}
    with span(f"{request.method} {route.path}", **names) as note:
        response = route.answer(request, context)
        note("http.response.status_code", response.status_code)
    return response


def _require_ours(request: Request, *, https: bool) -> None:
    if len(request.scope["path"]) > MOST_CHARACTERS:
        raise Refused(414, f"expected a path of at most {MOST_CHARACTERS:,} characters")
    if https and request.scope["scheme"] != "https":
        raise Refused(403, "this app is reached by https alone; come through its proxy")
    if "\0" in request.scope["path"] or b"%00" in request.scope.get("query_string", b""):
        raise Refused(400, "the address holds a NUL character")
    if request.method not in SAFE and not is_ours(
        fetch_site=request.headers.getlist("sec-fetch-site"),
        origin=request.headers.getlist("origin"),
        own=own_origin(request),
        token=has_token(request),
    ):
        raise Refused(
            403, "another site's page asked for a change; only pages of this app, or a token, may"
        )


def _sign_in_first(request: Request) -> Response:
    if is_for_programs(request.scope["path"]):
        line = "send a token that is still valid, as Authorization: Bearer gsw_..."
        raise Refused(401, line, {"WWW-Authenticate": "Bearer"})
    wants_page = request.method in ("GET", "HEAD") and not has_token(request)
    if wants_page and "text/html" in request.headers.get("accept", ""):
        query = request.scope["query_string"].decode("latin-1")
        wanted = quote(request.scope["path"]) + (f"?{query}" if query else "")
        return RedirectResponse(f"{LOGIN}?next={quote(wanted, safe='/')}", 303)
    raise Refused(403, f"sign in at {LOGIN}, or send a token that is still valid")
