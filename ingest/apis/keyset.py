"""Pages by number of a list that grows while it is read: oldest change first.

An item that changes moves to the end, everything behind it moves up by one, and whoever asks
for page 2 after page 1 misses one. So each page is asked for by the time of the last item of
the page before. Only where one second has more items than a page are pages counted; the counted
pages are then read once more from the last to the first, which meets every item that moved up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.apis.documents import moment
from ingest.apis.source import Position

_SECOND = timedelta(seconds=1)
"""Coarsest unit of time of the APIs read so; a server may leave out the moment itself."""


@dataclass(frozen=True, slots=True)
class Key:
    """What to ask for: changes since a moment, and the number of the page among them."""

    since: datetime | None
    page: int = 1
    then: datetime | None = None
    """Set on the way back: where to go on after page 1."""
    back: bool = False

    @property
    def token(self) -> object:
        """As JSON."""
        since, then = (time and time.isoformat() for time in (self.since, self.then))
        return {"since": since, "page": self.page, "then": then, "back": self.back}


def key_of(position: Position) -> Key:
    """Return what to ask for at a position."""
    token = position.token
    if not isinstance(token, dict):
        return Key(position.since)
    page, back = int(token.get("page") or 1), bool(token.get("back"))
    return Key(moment(token.get("since")), page, moment(token.get("then")), back)


def following(key: Key, times: Sequence[datetime], more: bool) -> object:
    """Return the token of the page after one whose items changed at `times`; None at the end."""
    if key.back:
        if key.page > 1:
            return Key(key.since, key.page - 1, key.then, True).token
        return key.then and Key(key.then).token
    then = max(times) - _SECOND if times else None
    beyond = then is not None and then > min(times) and (key.since is None or then > key.since)
    if not more:
        return Key(key.since, key.page - 1, None, True).token if key.page > 1 else None
    if not beyond:
        return Key(key.since, key.page + 1).token
    if key.page > 1:
        return Key(key.since, key.page - 1, then, True).token
    return Key(then).token
