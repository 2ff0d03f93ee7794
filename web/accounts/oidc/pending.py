"""Sign-ins on their way: begun in a browser, and not yet back from the provider.

Kept in memory: there is one process, and a restart costs somebody another click. Each is bound to
the browser by a cookie and to its own state, and is taken once.
"""

from datetime import datetime, timedelta
from threading import Lock

from web.accounts.oidc.provider import Attempt
from web.accounts.secrets import hash_of

LASTS = timedelta(minutes=10)
"""From the click to the return."""
MOST = 2_000
"""On their way at once; of more, the oldest are forgotten."""


class Pending:
    """The attempts, by the browser's secret and the state."""

    def __init__(self) -> None:
        self._attempts: dict[str, Attempt] = {}
        self._lock = Lock()

    def keep(self, browser: str, attempt: Attempt) -> None:
        """Remember an attempt of a browser."""
        with self._lock:
            self._attempts[_key(browser, attempt.state)] = attempt
            for old in list(self._attempts)[:-MOST]:
                del self._attempts[old]

    def take(self, browser: str, state: str, now: datetime) -> Attempt | None:
        """Return the attempt of this browser with this state, this once; None: there is none."""
        with self._lock:
            found = self._attempts.pop(_key(browser, state), None)
        return found if found is not None and now - found.began_at < LASTS else None


def _key(browser: str, state: str) -> str:
    return hash_of(f"{browser}\0{state}")
