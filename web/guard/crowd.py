"""How many requests are under way at once; whoever comes on top is told to come back."""

from starlette.types import ASGIApp, Receive, Scope, Send

from web.guard.refusals import Refused

CONNECTIONS = "groundswell.connections"
"""Where the server says in the state of a request which connections are open."""

BUSY = Refused(503, "too many at once; come back in a second", {"Retry-After": "1"})
FULL = Refused(
    503,
    "too many connections at once; come back in a second",
    {"Retry-After": "1", "Connection": "close"},
)


class Crowd:
    """Passes on at most `most` requests at a time; more get 503 and try again in a second.

    The same is told to each that comes while more than `most_connections` are open, of which most
    may be waiting; its connection ends with the answer.
    """

    def __init__(self, app: ASGIApp, most: int, most_connections: int) -> None:
        self._app = app
        self._most = most
        self._most_connections = most_connections
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        refused = self._refusal(scope) if scope["type"] == "http" else None
        if refused is not None:
            await refused.response(scope["path"])(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1

    def _refusal(self, scope: Scope) -> Refused | None:
        if len(scope.get("state", {}).get(CONNECTIONS, ())) > self._most_connections:
            return FULL
        return BUSY if self._under_way >= self._most else None
