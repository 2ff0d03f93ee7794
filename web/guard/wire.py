"""What the server does of itself: it refuses bytes that are no request, and counts connections."""

from secrets import token_urlsafe
from typing import Any

import h11
from starlette.datastructures import MutableHeaders
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.guard.crowd import CONNECTIONS
from web.guard.headers import complete

LINE = "this is no HTTP request that can be read; the connection ends\n"


class Wire(H11Protocol):
    """The server's side of a connection; what it says itself has the headers of every answer."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.app_state = {**self.app_state, CONNECTIONS: self.connections}

    def send_400_response(self, _msg: str) -> None:
        """Say that it cannot be read, unless an answer is under way already, and hang up."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = MutableHeaders({"Content-Type": "text/plain; charset=utf-8"})
            headers["Content-Length"] = str(len(LINE))
            headers["Connection"] = "close"
            complete(headers, token_urlsafe(16))
            start = h11.Response(status_code=400, headers=headers.raw, reason=b"Bad Request")
            for event in (start, h11.Data(data=LINE.encode()), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
