"""One question to the provider and its answer, within bounds of time and size.

It goes over the same connection as a connector's (`ingest.apis.wire`): redirects are not followed,
certificates are checked, and one deadline holds for connecting, headers and body. The provider may
stand inside the own network: the operator named it.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode

from groundswell.errors import GroundswellError, IngestError
from groundswell.web_config import is_private_way

MOST_BYTES = 512 * 1024
"""Of an answer; key sets and tokens take a few kilobytes."""

AT_ONCE = 8
"""Questions under way: a slow provider must not keep all of the app's threads waiting."""


class ProviderError(GroundswellError):
    """The provider cannot be asked, or says what cannot be believed; one line that says what."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, in the form in which Authlib reads it."""

    status_code: int
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON; raises ValueError."""
        return json.loads(self.body)

    def raise_for_status(self) -> None:
        """Refuse an answer that is no JSON object; Authlib asks for this."""
        raise ProviderError(f"answers with status {self.status_code}")


class Session:
    """Asks; what Authlib takes for an HTTP session."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._turn = BoundedSemaphore(AT_ONCE)

    def get(self, url: str) -> dict[str, Any]:
        """Return the JSON object at a URL.

        Raises
        ------
        ProviderError
            It cannot be had.
        """
        answer = self._exchange(url, {}, None)
        if answer.status_code != 200:
            raise ProviderError(f"answers with status {answer.status_code}")
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ProviderError("answers with what is no JSON object")
        return found

    def post(
        self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any
    ) -> Answer:
        """Send a form, with what makes this client known to the provider."""
        given = {"Accept": headers.get("Accept", "application/json")}
        _, prepared, body = auth.prepare("POST", url, given, urlencode(data))
        return self._exchange(url, prepared, body)

    def _exchange(self, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        from ingest.apis.addresses import read_url, resolve
        from ingest.apis.source import Trouble
        from ingest.apis.wire import Wire

        if not is_private_way(url):
            raise ProviderError("names an address that is not https")
        if not self._turn.acquire(blocking=False):
            raise ProviderError("is being asked by many at once; try again in a moment")
        wire = Wire(resolve, lambda _host, _port: True, time.monotonic)
        until = time.monotonic() + self._seconds
        try:
            reply = wire.exchange(
                read_url(url, "provider"), list(headers.items()), body, until, MOST_BYTES
            )
        except Trouble as trouble:
            raise ProviderError(f"cannot be asked: {trouble}") from None
        except IngestError as error:
            raise ProviderError(f"cannot be asked: {error}") from None
        finally:
            wire.close()
            self._turn.release()
        return Answer(reply.status, reply.body)
