"""A server on the loopback that answers as a fake API does, and breaks as it is told to."""

import json
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.ingest.apis.fake_apis import START, Answered, Call, Fake, Item

NOW = START + 400 * 86_400
"""What the clocks of client and server say at first, seconds since 1970."""
BOMB = 3_000_000
"""Bytes that a packed reply grows to."""


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return NOW + self.passed

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.passed += seconds


@dataclass(slots=True)
class Api:
    """What the server serves now, and what it was asked."""

    fake: Fake
    world: list[Item]
    clock: Clock = field(default_factory=Clock)
    faults: dict[int, str] = field(default_factory=dict)
    """Number of the request, from 0, to what goes wrong."""
    before: Callable[[int], None] = lambda number: None
    """Called with the number of the request before it is answered."""
    calls: list[Call] = field(default_factory=list)
    first: Answered | None = None
    good: Answered | None = None
    """The last reply without a fault."""
    base: str = ""

    def answer(self, call: Call) -> Answered:
        self.good = self.fake(self.world, call)
        self.first = self.first or self.good
        return self.good


class Server(ThreadingHTTPServer):
    daemon_threads = True
    api: Api

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # two writes a reply: waiting for each other costs 40 ms
    server: Server

    def do_GET(self) -> None:
        self._handle(None)

    def do_POST(self) -> None:
        self._handle(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *words: object) -> None:
        pass

    def _handle(self, body: object) -> None:
        api = self.server.api
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(
            url.path, dict(parse_qsl(url.query)), headers, body, int(api.clock.now()), api.base
        )
        number = len(api.calls)
        api.calls.append(call)
        api.before(number)
        fault = api.faults.get(number)
        if fault is None:
            self._send(api.answer(call))
        else:
            FAULTS[fault](self, api, call)

    def _send(self, answered: Answered, length: int | None = None) -> None:
        self.send_response(answered.status)
        for name, value in answered.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answered.body) if length is None else length))
        self.end_headers()
        self.wfile.write(answered.body)

    def break_off(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


Fault = Callable[[_Handler, Api, Call], None]


def _reset(handler: _Handler, api: Api, call: Call) -> None:
    whole = api.fake(api.world, call).body
    handler._send(Answered(whole[: len(whole) // 2]), length=len(whole))
    handler.break_off()


def _wrong_length(handler: _Handler, api: Api, call: Call) -> None:
    whole = api.fake(api.world, call).body
    handler._send(Answered(whole), length=len(whole) + 300)
    handler.close_connection = True


def _truncated(handler: _Handler, api: Api, call: Call) -> None:
    handler._send(Answered(api.fake(api.world, call).body[:-9]))


def _stalled(handler: _Handler, api: Api, call: Call) -> None:
    whole = api.fake(api.world, call).body
    handler._send(Answered(whole[:10]), length=len(whole) + 10)
    handler.rfile.read(1)  # until the client has had enough
    handler.close_connection = True


def _status(code: int, headers: Mapping[str, str] | None = None) -> Fault:
    def send(handler: _Handler, api: Api, call: Call) -> None:
        handler._send(Answered(b"{}", headers or {}, code))

    return send


def _wait_until(handler: _Handler, api: Api, call: Call) -> None:
    moment = format_datetime(datetime.fromtimestamp(api.clock.now() + 90, UTC), usegmt=True)
    handler._send(Answered(b"", {"Retry-After": moment}, 503))


def _html(handler: _Handler, api: Api, call: Call) -> None:
    page = b"<!DOCTYPE html><html><body><form action='/login'></form></body></html>"
    handler._send(Answered(page, {"Content-Type": "text/html"}))


def _again(handler: _Handler, api: Api, call: Call) -> None:
    """The page before once more."""
    handler._send(api.good or Answered(b"", {}, 500))


def _first(handler: _Handler, api: Api, call: Call) -> None:
    handler._send(api.first or Answered(b"", {}, 500))


def _empty(handler: _Handler, api: Api, call: Call) -> None:
    handler._send(api.fake([], call))


def _bomb(handler: _Handler, api: Api, call: Call) -> None:
    packer = zlib.compressobj(9, wbits=31)
    body = packer.compress(b"[" * BOMB) + packer.flush()
    handler._send(Answered(body, {"Content-Encoding": "gzip"}))


def _redirect(handler: _Handler, api: Api, call: Call) -> None:
    handler._send(Answered(b"", {"Location": handler.path}, 307))


def _elsewhere(handler: _Handler, api: Api, call: Call) -> None:
    handler._send(Answered(b"", {"Location": "http://127.0.0.1:1/secrets"}, 307))


def _echo(handler: _Handler, api: Api, call: Call) -> None:
    """An error that tells what was sent, the secret among it."""
    sent = json.dumps({"error": dict(call.headers), "next": call.headers})
    handler._send(Answered(sent.encode(), {"X-Sent": call.headers.get("authorization", "")}, 500))


FAULTS: Mapping[str, Fault] = {
    "reset": _reset,
    "wrong length": _wrong_length,
    "truncated": _truncated,
    "stalled": _stalled,
    "500": _status(500),
    "502": _status(502),
    "404": _status(404),
    "401": _status(401),
    "403": _status(403),
    "wait seconds": _status(429, {"Retry-After": "7"}),
    "wait until": _wait_until,
    "wait negative": _status(429, {"Retry-After": "-30"}),
    "wait absurd": _status(429, {"Retry-After": "1000000000"}),
    "html": _html,
    "again": _again,
    "first": _first,
    "empty": _empty,
    "bomb": _bomb,
    "redirect": _redirect,
    "elsewhere": _elsewhere,
    "echo": _echo,
}
PASSING = ("reset", "wrong length", "truncated", "500", "502", "wait seconds", "wait until", "echo")
"""Faults that another try mends, whatever the API."""


@contextmanager
def serving() -> Iterator[Server]:
    """Yield a server on a free port of the loopback; set its `api` before asking it."""
    server = Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serve(server: Server, fake: Fake, world: Sequence[Item], **faults: Any) -> Api:
    """Let the server answer as `fake` does about `world` from now on."""
    api = Api(fake, list(world), **faults)
    api.base = f"http://127.0.0.1:{server.server_port}"
    server.api = api
    return api
