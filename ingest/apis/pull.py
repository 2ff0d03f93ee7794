"""Asking politely: pace, patience, secrets and the bounds of one pull.

A pull is one visit to one source. It has a budget of time, bytes and repeated requests: a
server in trouble is asked at most three times as often as one in health.
"""

import base64
import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ssl import SSLContext
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import parse_qsl, urlencode

from groundswell.errors import IngestError, UnreachableError
from ingest.apis.addresses import WebAddress, follow, is_lifted, read_url, resolve
from ingest.apis.source import ApiSource, Reply, Request, Trouble, Unusable
from ingest.apis.waiting import asked_wait

if TYPE_CHECKING:
    from ingest.apis.wire import Resolver

T = TypeVar("T")
_MOVED = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529)
"""Statuses that another try may mend."""
_SHORTEST_SECRET = 8
"""A shorter one is not looked for in replies: it would be found by chance."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one pull."""

    pages: int = 10_000
    body_bytes: int = 50_000_000
    """Largest reply, unpacked."""
    total_bytes: int = 5_000_000_000
    request_seconds: float = 60.0
    """For one request from connecting to the last byte."""
    pull_seconds: float = 6 * 3600.0
    tries: int = 5
    """For one request, the first included."""
    wait_seconds: float = 3600.0
    """Longest wait that a server may ask for; beyond it the pull ends and says until when."""
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Client:
    """What all pulls share; tests put in clocks that need no time."""

    limits: Limits = Limits()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    """Where secrets are looked up by name, again if one is refused."""
    now: Callable[[], float] = time.time
    """Seconds since 1970."""
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default_factory=lambda: random.Random(0).random)  # noqa: S311
    """0 to 1; spreads the moments of trying again."""
    resolve: "Resolver" = resolve
    tls: SSLContext | None = None


class Pull:
    """One visit to one source; a context that closes its connections."""

    def __init__(self, client: Client, source: ApiSource, url: str, auth: str, pace: float) -> None:
        from ingest.apis.wire import Wire

        self._client = client
        self._source = source
        self._auth = auth
        self._gap_seconds = 60 / pace if pace else 0.0
        self._home = read_url(url, source.settings)
        self._secret = self._read_secret()
        self._started = client.monotonic()
        self._last_sent = self._started - self._gap_seconds
        self._bytes = self._answered = self._repeats = 0
        self._wire = Wire(client.resolve, self._lifted, client.monotonic, client.tls)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wire.close()

    def fetch(self, request: Request, read: Callable[[Reply], T]) -> T:
        """Return what `read` makes of the reply, asking again while it or the server is in trouble.

        Raises
        ------
        IngestError
            The reply cannot be had: says where, why, and what would do.
        """
        address = self._address(request)
        tried = 0
        while True:
            tried += 1
            try:
                found = read(self._useful(address, request))
            except Trouble as trouble:
                if request.once and not trouble.undone:
                    raise UnreachableError(
                        f"{self._name(address)}: {trouble}, and nobody can tell whether it was"
                        " done; run again, it is looked for first"
                    ) from None
                self._wait_out(trouble, tried, address)
            except Unusable as error:
                raise IngestError(f"{self._name(address)}: {error}") from None
            else:
                self._answered += 1
                return found

    def _address(self, request: Request) -> WebAddress:
        """Return the URL: its own query stands before the settings', and `params` before both."""
        address = follow(self._home, request.url, f"{self._place}: the next page")
        path, _, query = address.target.partition("?")
        own = [pair for pair in parse_qsl(query, True) if pair[0] not in request.params]
        known = {name for name, _ in own} | set(request.params)
        told = [pair for pair in self._source.params.items() if pair[0] not in known]
        query = urlencode([*own, *told, *request.params.items()])
        address = replace(address, target=f"{path}?{query}" if query else path)
        if address.origin != self._home.origin:
            raise IngestError(
                f"{self._place}: the next page is on {address.authority} and not on"
                f" {self._home.authority}; pages on another host are not followed"
            )
        return address

    def _useful(self, address: WebAddress, request: Request) -> Reply:
        """Return a reply of status 2xx or 304, after the redirects it takes to get there."""
        secret = self._secret
        reply, place = self._exchange(address, request)
        for _ in range(self._client.limits.redirects):
            if reply.status not in _MOVED or "location" not in reply.headers:
                break
            if request.body is not None and reply.status not in (307, 308):
                break
            following = self._next_place(place, reply.headers["location"])
            if request.once and following.origin != place.origin:
                break
            reply, place = self._exchange(following, request)
        if 200 <= reply.status < 300 or reply.status in (304, *request.judged):
            return reply
        if reply.status in (401, 403) and self._secret_changed(secret):
            raise Trouble("the secret was refused and has been read anew", 0.0, undone=True)
        raise self._refusal(reply, place, request.remedy)

    def _exchange(self, address: WebAddress, request: Request) -> tuple[Reply, WebAddress]:
        limits, lifted = self._client.limits, self._lifted(address.host, address.port)
        if address.scheme != "https" and not lifted:
            raise IngestError(
                f"{self._name(address)}: only https is used; write https://, or name"
                f" {address.host}:{address.port} in allow_hosts"
            )
        self._pause(self._last_sent + self._gap_seconds - self._client.monotonic(), address)
        now = self._last_sent = self._client.monotonic()
        until = min(now + limits.request_seconds, self._started + limits.pull_seconds)
        headers = self._headers(request) if address.origin == self._home.origin else []
        most = min(limits.body_bytes, limits.total_bytes - self._bytes)
        reply = self._wire.exchange(address, headers, request.body, until, most)
        self._bytes += len(reply.body)
        return self._without_secret(reply), address

    def _next_place(self, place: WebAddress, link: str) -> WebAddress:
        found = follow(place, link, f"{self._name(place)}: redirected")
        if place.scheme == "https" and found.scheme != "https":
            raise IngestError(
                f"{self._name(place)}: redirected from https to http; this is not followed"
            )
        return found

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        named = {"accept": "application/json", **self._source.headers, **request.headers}
        named = {"user-agent": "groundswell", **{k.lower(): v for k, v in named.items()}}
        kind, _, name = self._auth.partition(":")
        if self._secret and kind == "basic":
            packed = base64.b64encode(self._secret.encode()).decode()
            named["authorization"] = f"Basic {packed}"
        elif self._secret and kind == "header":
            named[name.lower()] = self._secret
        elif self._secret:
            named["authorization"] = f"Bearer {self._secret}"
        return list(named.items())

    def _wait_out(self, trouble: Trouble, tried: int, address: WebAddress) -> None:
        """Wait before another try; raise `IngestError` if there is none left."""
        limits = self._client.limits
        if tried >= limits.tries or self._repeats >= 2 * (self._answered + 1):
            raise UnreachableError(
                f"{self._name(address)}: {trouble}, {tried} times in a row; run again later,"
                " it goes on where it stopped"
            )
        self._repeats += 1
        seconds = trouble.wait_seconds
        if seconds is None:
            seconds = min(60.0, 2.0 ** (tried - 1)) * (0.5 + self._client.chance())
        self._pause(seconds, address)

    def _pause(self, seconds: float, address: WebAddress) -> None:
        limits, end = self._client.limits, self._started + self._client.limits.pull_seconds
        late = self._client.monotonic() + max(0.0, seconds) >= end
        if seconds > limits.wait_seconds or late:
            raise IngestError(f"{self._name(address)}: {self._deferral(seconds)}")
        if seconds > 0:
            self._client.sleep(seconds)

    def _deferral(self, seconds: float) -> str:
        try:
            moment = datetime.fromtimestamp(self._client.now() + max(0.0, seconds), UTC)
            until = f"deferred until {moment:%Y-%m-%d %H:%M} UTC"
        except (ValueError, OverflowError, OSError):
            until = "deferred"
        return f"{until}; run again then, it goes on from here"

    def _refusal(self, reply: Reply, place: WebAddress, remedy: str) -> Exception:
        wait = asked_wait(reply.headers, self._client.now())
        limited = reply.status == 403 and (
            wait is not None or reply.headers.get("x-ratelimit-remaining") == "0"
        )
        if reply.status in _PASSING or limited:
            undone = limited or reply.status == 429
            return Trouble(f"answered {reply.status}", wait, undone=undone)
        if reply.status in (401, 403):
            remedy = f"check the secret in {self._source.token_env} and what it may do"
            if not self._source.token_env:
                remedy = "set token_env to the variable that holds a secret"
        elif reply.status in _MOVED:
            remedy = "write the address that it leads to in url"
        return IngestError(f"{self._name(place)}: answered {reply.status}; {remedy}")

    def _read_secret(self) -> str:
        name = self._source.token_env
        if not name:
            return ""
        secret = self._client.environ.get(name, "").strip()
        if not secret or not (secret.isascii() and secret.isprintable()):
            found = "holds no plain text" if secret else "is not set"
            raise IngestError(
                f"{self._source.settings}: the environment variable {name} {found};"
                " put the secret of this source there"
            )
        return secret

    def _secret_changed(self, refused: str) -> bool:
        self._secret = self._read_secret()
        return self._secret != refused

    def _without_secret(self, reply: Reply) -> Reply:
        """Take out a secret that a server sends back, so that it is stored nowhere."""
        secret = self._secret
        if len(secret) < _SHORTEST_SECRET:
            return reply
        packed = base64.b64encode(secret.encode()).decode()
        headers, body = dict(reply.headers), reply.body
        for word in (secret, packed):
            headers = {name: value.replace(word, "[secret]") for name, value in headers.items()}
            body = body.replace(word.encode(), b"[secret]")
        return Reply(reply.status, headers, body)

    @property
    def _place(self) -> str:
        return f"{self._source.name}: {self._home.shown}"

    def _name(self, address: WebAddress) -> str:
        return f"{self._source.name}: {address.shown}"

    def _lifted(self, host: str, port: int) -> bool:
        return is_lifted(host, port, self._source.allow_hosts)
