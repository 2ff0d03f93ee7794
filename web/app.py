"""The review app: pages behind a gate, served on this machine or behind a proxy.

It runs no model in a request: it shows what runs left in the store and in the report folder.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from socket import AF_INET, AF_INET6, IPPROTO_TCP, TCP_NODELAY, create_server, socket
from threading import Thread
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from groundswell.config import Config
from groundswell.errors import ConfigError, GroundswellError, StoreError
from groundswell.web_config import WebConfig
from web.accounts.pages import AccountPages
from web.accounts.passwords import Passwords
from web.accounts.provider_pages import sign_in_routes
from web.api import ROUTES as API
from web.guard.crowd import Crowd
from web.guard.gate import Gate
from web.guard.headers import Headers
from web.guard.refusals import Refused
from web.guard.routes import Route, RoutingTable
from web.pages import ROUTES as PAGES

if TYPE_CHECKING:
    from uvicorn import Server

ROUTES = (*PAGES, *API)
"""Every address behind the gate, apart from the login's."""

MOST_REQUESTS = 256
"""Under way at once; more are told to come back (503)."""

MOST_CONNECTIONS = 2 * MOST_REQUESTS
"""Open at once, with those that wait; on one more a request gets 503, and the connection ends."""


TURN_SECONDS = 0.0005
"""How long a page may compute before another one's turn. By Python's own 5 ms, a page of twenty
queries waited 100 ms beside one that computed: after each query it has to be given a turn again."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def create_app(
    config: Config,
    *,
    pages: Iterable[Route] = ROUTES,
    passwords: Passwords | None = None,
    clock: Callable[[], datetime] = utc_now,
    wake: Callable[[], None] = lambda: None,
) -> ASGIApp:
    """Build the application around one installation's store.

    Parameters
    ----------
    wake
        Is called when a job was queued: a worker, if there is one, should look at the queue.

    Raises
    ------
    ValueError
        A route has no permission, or two have the same address.
    """
    accounts = (*AccountPages(passwords or Passwords()).routes(), *sign_in_routes(config.web.oidc))
    table = RoutingTable((*accounts, *pages))
    hosts = Middleware(
        TrustedHostMiddleware, allowed_hosts=list(config.web.names), www_redirect=False
    )
    inner = Starlette(
        middleware=[hosts],
        exception_handlers={GroundswellError: _unusable, Exception: _broken},
    )
    inner.router.default = Gate(config, table, clock, wake)  # of its own it has no route at all
    app = Headers(Crowd(inner, MOST_REQUESTS, MOST_CONNECTIONS))
    return _behind_proxy(app, config.web.proxies) if config.web.https else app


def serve(
    config: Config,
    host: str | None = None,
    port: int | None = None,
    *,
    say: Callable[[str], None] = lambda _line: None,
    wake: Callable[[], None] = lambda: None,
) -> None:
    """Serve the pages until interrupted.

    Parameters
    ----------
    config
        All settings.
    host, port
        Go before those of the settings.
    say
        Is told, when it listens, where that is and what to mind.
    wake
        As for `create_app`; also called at the start if jobs wait.

    Raises
    ------
    ConfigError
        Others could reach it and nobody has an account yet, or the port is taken.
    """
    config = listening_on(config, host, port)
    _require_users(config)
    with _listen(config.web.host, config.web.port) as listener:
        for line in _greeting(config.web):
            say(line)
        Thread(target=_begin, args=(config, wake), daemon=True).start()
        sys.setswitchinterval(TURN_SECONDS)
        server_of(create_app(config, wake=wake)).run(sockets=[listener])


def server_of(app: ASGIApp, log_level: str = "warning") -> "Server":
    """Return what serves an application; its own words are of `log_level` and above."""
    import uvicorn

    from web.guard.wire import Wire

    settings = uvicorn.Config(
        app,
        http=Wire,
        log_level=log_level,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,  # ours believes only the proxies of the settings
        server_header=False,
        log_config=_log_config(),
    )
    return uvicorn.Server(settings)


def listening_on(config: Config, host: str | None, port: int | None) -> Config:
    """Return the settings with another address to listen on, where one is named."""
    changed = {"host": host, "port": port}
    changed = {name: value for name, value in changed.items() if value is not None}
    return config.model_copy(update={"web": config.web.model_copy(update=changed)})


def _log_config() -> dict[str, Any] | None:
    """Leave uvicorn's lines to whoever has said how lines are to be written."""
    from uvicorn.config import LOGGING_CONFIG

    return None if logging.getLogger().handlers else LOGGING_CONFIG


def _begin(config: Config, wake: Callable[[], None]) -> None:
    """Go on with what waits, and read the newest report before somebody has to wait for it."""
    from groundswell.store import open_store
    from web.pages.rendering import compile_templates
    from web.reading import warm

    with suppress(StoreError), open_store(config.store.database) as store:  # pages will say it
        if store.jobs.any_open():
            wake()
        warm(store)
    compile_templates()


def _greeting(web: WebConfig) -> list[str]:
    name = f"[{web.host}]" if ":" in web.host else web.host
    lines = [f"The review app is at http://{name}:{web.port}; Ctrl-C ends."]
    if not web.is_loopback and not web.https:
        lines.append(
            "Passwords travel this network unencrypted; a proxy that speaks https mends that"
            " (docs/review-app.md)."
        )
    return lines


def _behind_proxy(app: ASGIApp, proxies: Iterable[str]) -> ASGIApp:
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    return ProxyHeadersMiddleware(app, list(proxies))  # type: ignore[arg-type, return-value]


def _require_users(config: Config) -> None:
    from groundswell.store import open_store

    if config.web.is_for_one or config.web.oidc.newcomers:
        return
    with open_store(config.store.database) as store:
        if not store.accounts.any_users():
            raise ConfigError(
                f"host {config.web.host}: others could reach it and nobody has an account yet;"
                " make one with 'groundswell users add NAME --role admin', or listen on 127.0.0.1"
                " without [web] hosts and https"
            )


def _unusable(request: Request, error: Exception) -> Response:
    return Refused(503, str(error)).response(request.scope["path"])


def _broken(request: Request, _error: Exception) -> Response:
    return Refused(500, "internal error; the terminal shows it").response(request.scope["path"])


def _listen(host: str, port: int) -> socket:
    try:
        listener = create_server((host, port), family=AF_INET6 if ":" in host else AF_INET)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"port {port} on {host}: {reason}; choose another with --port") from None
    # Connections take it over. Without it the body of an answer waits 40 ms for an
    # acknowledgement of the headers; asyncio would set it only on sockets that it made itself.
    listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    return listener
