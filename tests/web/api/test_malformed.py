"""What comes over the wire may be no HTTP at all; the app answers or hangs up, and goes on."""

import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import get

from tests.web.people import PASSWORDS, Clock, add_user, settings
from tests.web.serving import served
from web.app import create_app

CASES = 500
SEED = 20260301


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    config = settings(Path(tmp_path_factory.mktemp("wire")))
    add_user(config)
    with served(create_app(config, passwords=PASSWORDS, clock=Clock())) as found:
        yield found


def said(port: int, request: bytes, *, seconds: float = 3.0) -> bytes:
    """Send bytes, say that no more come, and return what is answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as wire:
        found = bytearray()
        try:
            wire.sendall(request)
            wire.shutdown(socket.SHUT_WR)
            while piece := wire.recv(65536):
                found += piece
        except (ConnectionError, TimeoutError):
            pass  # hanging up is an answer
        return bytes(found)


WHOLE = (
    b"POST /api/v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer gsw_x\r\nContent-Length: 20\r\nConnection: close\r\n\r\n"
    b'{"decisions": [1,2]}'
)


def case(number: int) -> bytes:
    """Return a request that is broken in some way; the same for the same number."""
    chance = random.Random(SEED + number)
    at = chance.randrange(len(WHOLE))
    junk = chance.randbytes(chance.randrange(1, 40))
    line, _, rest = WHOLE.partition(b"\r\n")
    flipped = bytearray(WHOLE)
    flipped[at] ^= 1 << chance.randrange(8)
    length = chance.choice([b"-1", b"1e9", b"99999999999999999999", b"2 0"])
    ending = chance.choice([b"\n", b"\r", b"\r\r\n", b"\0"])
    version = chance.choice([b"HTTP/9.9", b"HTTP", b"HTTP/1.1 HTTP/1.1"])
    path = chance.choice([b"*", b"http://evil/", b"%", b"/%zz", b"//"])
    long = b"a" * chance.choice([100, 70_000])
    kinds = (
        WHOLE[:at],
        WHOLE[:at] + junk + WHOLE[at:],
        WHOLE[:at] + junk,
        bytes(flipped),
        WHOLE.replace(b"20\r\n", length + b"\r\n"),
        WHOLE.replace(b"\r\n", ending),
        WHOLE.replace(b"Content-Length: 20", b"Content-Length: 20\r\nTransfer-Encoding: chunked"),
        b"GET /" + long + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        line + b"\r\nX-A: " + long + b"\r\n" + rest,
        line.replace(b"POST", junk[:9]) + b"\r\n" + rest,
        line.replace(b"HTTP/1.1", version) + b"\r\n" + rest,
        line.replace(b"/api/v1/decisions", path) + b"\r\n" + rest,
        junk,
    )
    return kinds[number % len(kinds)]


def test_five_hundred_malformed_requests_bring_no_error_and_no_silence(port: int) -> None:
    statuses: dict[str, int] = {}
    for number in range(CASES):
        answer = said(port, case(number))
        status = answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "hung up"
        assert not status.startswith("5"), (number, case(number)[:80], answer[:200])
        assert b"Traceback" not in answer
        statuses[status] = statuses.get(status, 0) + 1
    assert len(statuses) > 2, statuses
    healthy = get(f"http://127.0.0.1:{port}/api/v1/about")
    assert (healthy.status_code, healthy.json()["status"]) == (401, 401)


def test_a_request_that_never_ends_is_given_up(port: int) -> None:
    """Its body does not come: the time runs out (15 s) without holding anybody else up."""
    head, _, _ = WHOLE.partition(b"\r\n\r\n")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as slow:
        slow.sendall(head + b"\r\n\r\n{")
        begun = time.monotonic()
        assert get(f"http://127.0.0.1:{port}/api/v1/about").status_code == 401
        assert time.monotonic() - begun < 5
