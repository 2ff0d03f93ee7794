"""How the guard says no: a status and one line of plain text."""

from collections.abc import Mapping

from starlette.responses import PlainTextResponse, Response


class Refused(Exception):
    """A request is not answered; nothing was done."""

    def __init__(self, status: int, line: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(line)
        self.status = status
        self.headers = headers

    def response(self) -> Response:
        """Return the answer."""
        return PlainTextResponse(f"{self}\n", self.status, self.headers)
