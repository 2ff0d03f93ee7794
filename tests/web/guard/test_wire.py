"""What the server says of itself, over real sockets: with the headers of every answer."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.web.serving import served
from web.guard.crowd import Crowd
from web.guard.headers import ALWAYS, Headers

MOST = 4
GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def greet(scope: Scope, receive: Receive, send: Send) -> None:
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    await PlainTextResponse("hello")(scope, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(Headers(Crowd(greet, 99, MOST))) as found:
        yield found


def read_to_the_end(wire: socket.socket) -> bytes:
    found = b""
    while piece := wire.recv(65536):
        found += piece
    return found


def read_one(wire: socket.socket) -> bytes:
    """Read an answer with its body, after which the connection stays open."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += wire.recv(65536)
    head, _, body = found.partition(b"\r\n\r\n")
    while len(body) < int(headers_of(head)[1]["content-length"]):
        body += wire.recv(65536)
    return head + b"\r\n\r\n" + body


def headers_of(answer: bytes) -> tuple[int, dict[str, str]]:
    head = answer.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    return int(head[0].split()[1]), dict(line.lower().split(": ", 1) for line in head[1:])


def protected(headers: dict[str, str]) -> bool:
    always = all(headers[name.lower()] == value.lower() for name, value in ALWAYS.items())
    policy = headers["content-security-policy"]
    return always and headers["cache-control"] == "no-store" and "default-src 'none'" in policy


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"no request at all\r\n\r\n",
        b"GET / HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000,
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=range(7),
)
def test_what_is_no_request_is_refused_with_all_headers(port: int, request_bytes: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
        wire.sendall(request_bytes)
        answer = read_to_the_end(wire)
    status, headers = headers_of(answer)
    assert (status, headers["connection"]) == (400, "close")
    assert protected(headers)
    assert answer.partition(b"\r\n\r\n")[2].startswith(b"this is no HTTP request")
    assert "server" not in headers


def test_the_policy_of_a_refusal_is_another_one_each_time(port: int) -> None:
    policies = set()
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
            wire.sendall(b"?\r\n\r\n")
            policies.add(headers_of(read_to_the_end(wire))[1]["content-security-policy"])
    assert len(policies) == 3


def test_a_body_that_breaks_off_gets_one_answer_at_most(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
        wire.sendall(head + b"5\r\nhello\r\nno chunk\r\n")
        answer = read_to_the_end(wire)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert protected(headers_of(answer)[1])


def test_after_an_answer_what_is_no_request_still_has_all_headers(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
        wire.sendall(GET)
        assert headers_of(read_one(wire))[0] == 200
        wire.sendall(b"?\r\n\r\n")
        status, headers = headers_of(read_to_the_end(wire))
    assert status == 400
    assert protected(headers)


def test_more_connections_than_may_be_open_are_told_to_come_back_and_end(port: int) -> None:
    with ExitStack() as stack:
        open_ones = []
        for _ in range(MOST):
            wire = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            wire.sendall(GET)
            assert headers_of(read_one(wire))[0] == 200
            open_ones.append(wire)
        with socket.create_connection(("127.0.0.1", port), timeout=5) as late:
            late.sendall(GET)
            status, headers = headers_of(read_to_the_end(late))
        assert (status, headers["retry-after"], headers["connection"]) == (503, "1", "close")
        assert protected(headers)
        open_ones[0].sendall(GET)  # there is room again
        assert headers_of(read_one(open_ones[0]))[0] == 200


def test_so_are_requests_that_come_while_too_many_are_under_way() -> None:
    with ExitStack() as stack:
        found = stack.enter_context(served(Headers(Crowd(greet, 0, MOST))))
        wire = stack.enter_context(socket.create_connection(("127.0.0.1", found), timeout=5))
        wire.sendall(GET.replace(b"GET /", b"GET /api/v1/ideas"))
        status, headers = headers_of(read_one(wire))
    assert (status, headers["retry-after"]) == (503, "1")
    assert headers["content-type"] == "application/problem+json"
    assert protected(headers)
