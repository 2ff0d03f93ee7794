"""A receiver of webhooks on the loopback, which breaks as it is told to; settings that name it."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from groundswell.config import Config, ReportConfig, StoreConfig
from groundswell.domain import Draft
from groundswell.store import open_store
from groundswell.web_config import WebConfig
from groundswell.webhook_config import WebhookConfig
from tests.groundswell.samples import START

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The key of the examples of Standard Webhooks."""


@dataclass
class Receiver:
    """What arrived, and what is answered next."""

    answers: list[Callable[["Handler"], None]] = field(default_factory=list)
    """One for each request to come; none left: 204."""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.got.append((headers | {":path": self.path}, body))
        answer = self.receiver.answers.pop(0) if self.receiver.answers else status(204)
        answer(self)

    def log_message(self, *words: object) -> None:
        pass


def status(code: int, **headers: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def reset(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def echo(handler: Handler) -> None:
    """An error page that tells all it was sent."""
    body = str(handler.receiver.got[-1]).encode()
    handler.send_response(500)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def stall(handler: Handler) -> None:
    time.sleep(1.5)
    handler.close_connection = True


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is part of the tests."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    handler = type("Bound", (Handler,), {"receiver": receiver})
    with Quiet(("127.0.0.1", 0), handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def hook(receiver: Receiver, name: str = "roadmap", **more: Any) -> WebhookConfig:
    host = f"127.0.0.1:{receiver.port}"
    given = {
        "url": f"http://{host}/hooks/T0/B0",
        "secret_variable": "HOOK_KEY",
        "allow_hosts": (host,),
    }
    return WebhookConfig(name=name, **(given | more))


def config_with(folder: Path, *hooks: WebhookConfig, **web: Any) -> Config:
    return Config(
        store=StoreConfig(path=folder / "groundswell.db"),
        report=ReportConfig(folder=folder / "report"),
        webhooks=hooks,
        web=WebConfig(**web),
    )


def decide(config: Config, target: str = "need-1", reason: str = "") -> None:
    with open_store(config.store.database) as store:
        store.decisions.record(Draft("accept", target, "ann", START, reason=reason))
