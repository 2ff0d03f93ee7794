"""The review app: shows the newest report to whoever sits at this machine.

It has no accounts yet, so it listens on the loopback interface alone, answers reads and nothing
else, and refuses any name but its own (a page elsewhere could point one at this address). It
runs no model: it hands out what the last run left in the store and in the report folder.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6, create_server, socket
from typing import TYPE_CHECKING, Literal

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundswell.config import Config
from groundswell.errors import ConfigError, GroundswellError

if TYPE_CHECKING:
    from groundswell.store import Store

HOSTS = ["127.0.0.1", "localhost", "[::1]"]
METHODS = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every response, errors too; a page of ours has a wider policy for its own style sheet."""

Permission = Literal["read"]
GRANTED: frozenset[Permission] = frozenset({"read"})
"""What the person at this machine may do; a page that needs more is refused."""


@dataclass(frozen=True, slots=True)
class Page:
    """One address: what it needs and what answers."""

    path: str
    permission: Permission
    answer: Callable[["Store"], Response]


def report_page(store: "Store") -> Response:
    """Show the page of the newest report, if its file is still the one that was written."""
    document = store.ideas.report()
    if document is None:
        return _notice(
            "No report yet", "The first run makes one. In a terminal, type", "groundswell run"
        )
    run_id = json.loads(document)["run"]["run_id"]
    for file in store.ideas.files(run_id):
        if file.name == "report.html":
            html = _read_unchanged(Path(file.folder, file.name), file.sha256)
            if html is not None:
                return _html(html)
    return _notice(
        f"The page of run {run_id} is not there",
        "A run may be replacing it: reload in a minute. If it was moved or changed, type",
        "groundswell report",
    )


def ideas_json(store: "Store") -> Response:
    """Hand out the newest report without loss."""
    document = store.ideas.report()
    if document is None:
        return JSONResponse({"error": "no report yet; type: groundswell run"}, 404)
    return Response(document, media_type="application/json")


def health(store: "Store") -> Response:
    """Say that the store can be read, and what the last run came to."""
    runs = store.ledger.runs(limit=1)
    return JSONResponse({"status": "ok", "last_run": runs[0].state if runs else None})


PAGES = (
    Page("/", "read", report_page),
    Page("/ideas.json", "read", ideas_json),
    Page("/healthz", "read", health),
)
"""Every address there is; any other is not found."""


def create_app(config: Config) -> Starlette:
    """Build the application around one installation's store."""
    app = Starlette(
        routes=[Route(page.path, _endpoint(page, config), methods=METHODS) for page in PAGES],
        middleware=[
            Middleware(_ReadOnly),
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
        ],
        exception_handlers={GroundswellError: _unusable, Exception: _broken},
    )
    app.router.redirect_slashes = False
    return app


def serve(config: Config, host: str = "127.0.0.1", port: int = 8080) -> None:
    """Serve the pages on this machine until interrupted.

    Raises
    ------
    ConfigError
        `host` is not a loopback address, or the port is taken.
    """
    import uvicorn

    with _listen(host, port) as listener:
        settings = uvicorn.Config(
            create_app(config),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
        uvicorn.Server(settings).run(sockets=[listener])


def _endpoint(page: Page, config: Config) -> Callable[[Request], Response]:
    from groundswell.store import open_store

    def endpoint(_request: Request) -> Response:
        if page.permission not in GRANTED:
            return PlainTextResponse("not allowed\n", 403)
        with open_store(config.store.database) as store:
            return page.answer(store)

    return endpoint


class _ReadOnly:
    """Refuses every method but GET and HEAD, and sets the headers of each response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = scope["type"] == "http" and scope["method"] not in METHODS
        app = _not_a_read if refused else self._app
        await app(scope, receive, send_with_headers)


_not_a_read = PlainTextResponse("only GET and HEAD\n", 405, {"Allow": ", ".join(METHODS)})


def _unusable(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", 503)


def _broken(_request: Request, _error: Exception) -> Response:
    # Answered outside of all middleware, so it brings the headers itself.
    return PlainTextResponse("internal error; the terminal shows it\n", 500, HEADERS)


def _html(body: bytes, status: int = 200) -> HTMLResponse:
    styles = re.findall(rb"<style>(.*?)</style>", body, re.DOTALL)
    hashes = (b64encode(sha256(style).digest()).decode() for style in styles)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    policy = f"style-src {allowed}; img-src data:; base-uri 'none'; form-action 'none'"
    policy = f"{HEADERS['Content-Security-Policy']}; {policy}"
    return HTMLResponse(body, status, {"Content-Security-Policy": policy})


def _notice(heading: str, advice: str, command: str) -> HTMLResponse:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
    )
    notice = templates.get_template("notice.html")
    page = notice.render(heading=heading, advice=advice, command=command)
    return _html(page.encode(), 404)


def _read_unchanged(path: Path, digest: str) -> bytes | None:
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return None
    return body if sha256(body).hexdigest() == digest else None


def _listen(host: str, port: int) -> socket:
    if host != "localhost" and not _is_loopback(host):
        raise ConfigError(
            f"host {host}: the review app has no accounts, so it listens on this machine alone;"
            " use 127.0.0.1, and an SSH tunnel from elsewhere"
        )
    try:
        return create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"port {port} on {host}: {reason}; choose another with --port") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
