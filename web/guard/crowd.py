"""How many requests are under way at once; whoever comes on top is told to come back."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Crowd:
    """Passes on at most `most` requests at a time; more get 503 and try again in a second."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] == "http" and self._under_way >= self._most:
            busy = PlainTextResponse("too many at once; come back\n", 503, {"Retry-After": "1"})
            await busy(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
