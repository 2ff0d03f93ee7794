"""Walking through the pages of an API without passing over anything.

The cursor is JSON text that the caller commits together with the rows. It reaches back by the
overlap at the beginning of every pull, so that an item which came late, or has the same time
as the last one, is read again rather than missed: the store merges by key.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from groundswell.domain import content_id
from groundswell.errors import IngestError
from ingest.apis.documents import moment, to_row
from ingest.apis.pull import Client, Pull
from ingest.apis.source import (
    Answer,
    ApiSource,
    Connector,
    Page,
    Position,
    Reply,
    Trouble,
    Unusable,
)

_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "host", "content-length")
_DOUBTS = 2
"""How often an empty page is not believed: Apple, for one, sends some by mistake."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What the cursor remembers."""

    of: str
    """Which source it belongs to."""
    base: datetime | None = None
    """Newest item of the last pull that came to its end."""
    high: datetime | None = None
    """Newest item of this pull so far."""
    token: object = None
    keep: object = None
    began: datetime | None = None
    """When this pull began; nothing counts as read that claims to be newer."""
    rows: int = 0
    last: str = ""
    """Hash of the last page, to know it if it comes again."""


def walk(source: ApiSource, connector: Connector, cursor: str, client: Client) -> Iterator[Page]:
    """Yield the pages after `cursor`, see `ingest.apis.read_pages`."""
    check_source(source, connector)
    place = _resume(source, cursor, datetime.fromtimestamp(client.now(), UTC))
    url = source.url or connector.url
    pace = source.requests_per_minute or connector.requests_per_minute
    seen = {_key(place.token)} if place.token is not None else set()
    with Pull(client, source, url, source.auth or connector.auth, pace) as pull:
        for _ in range(client.limits.pages):
            answer = _ask(pull, source, connector, place, seen)
            rows = [to_row(place.rows + n, item) for n, item in enumerate(answer.items, 1)]
            place = _after(place, answer, connector.newest_first, _since(source, place))
            yield Page(rows, _written(place))
            if place.token is None:
                return
            seen.add(_key(place.token))
    raise IngestError(
        f"{source.name}: over {client.limits.pages:,} pages in one go;"
        " run again, it goes on from here"
    )


def check_source(source: ApiSource, connector: Connector) -> None:
    """Raise `IngestError` unless the settings of a source make sense to its connector."""
    where = f"[[sources]] {source.name}"
    if not (source.url or connector.url):
        raise IngestError(f"{where}: {source.api} has no url; write the address of the API")
    for name in source.options:
        if name not in connector.options:
            known = ", ".join(connector.options) or "none"
            raise IngestError(f"{where}: {source.api} has no option {name!r}; it has {known}")
    for name in connector.required:
        if not source.options.get(name):
            meaning = connector.options[name]
            raise IngestError(f"{where}: options.{name} is missing; write {meaning}")
    kind, _, header = source.auth.partition(":")
    if source.auth and not (
        source.auth in ("bearer", "basic") or (kind == "header" and _HEADER.fullmatch(header))
    ):
        raise IngestError(
            f"{where}: auth {source.auth!r} is not known; write bearer, basic or header:NAME"
        )
    for name, value in source.headers.items():
        if not _HEADER.fullmatch(name) or not (value.isascii() and value.isprintable()):
            raise IngestError(f"{where}: header {name!r} cannot be sent; use plain text")
        if name.lower() in _SECRET_HEADERS:
            raise IngestError(f"{where}: header {name!r} is not taken; use token_env and auth")


def _ask(
    pull: Pull, source: ApiSource, connector: Connector, place: _Place, seen: set[str]
) -> Answer:
    position = Position(_since(source, place), place.token, place.keep)
    doubts = _DOUBTS if place.token is not None or place.keep is None else 0

    def read(reply: Reply) -> Answer:
        nonlocal doubts
        answer = connector.read(source, position, reply)
        if answer.following is not None and _key(answer.following) in seen:
            raise Trouble("the next page would be one that was already read")
        if answer.items and _print(answer) == place.last:
            raise Trouble("the page before was sent again")
        if not (answer.items or answer.moments) and doubts and reply.status != 304:
            doubts -= 1
            raise Trouble("an empty page where items were read before")
        return answer

    try:
        request = connector.ask(source, position)
    except Unusable as error:
        raise IngestError(f"[[sources]] {source.name}: {error}") from None
    return pull.fetch(request, read)


def _after(place: _Place, answer: Answer, newest_first: bool, since: datetime | None) -> _Place:
    high = max(filter(None, (place.high, *answer.moments)), default=None)
    token = answer.following
    if newest_first and since and answer.moments and max(answer.moments) < since:
        token = None
    rows = place.rows + len(answer.items)
    if token is not None:
        return replace(place, high=high, token=token, rows=rows, last=_print(answer))
    if high and place.began:
        high = min(high, place.began)
    base = max(filter(None, (place.base, high)), default=None)
    return _Place(place.of, base, keep=answer.keep)


def _since(source: ApiSource, place: _Place) -> datetime | None:
    if place.base is None:
        return None
    return place.base - timedelta(minutes=source.overlap_minutes)


def _resume(source: ApiSource, cursor: str, now: datetime) -> _Place:
    told = (*sorted(source.options.items()), *sorted(source.params.items()), source.since)
    of = content_id(source.api, source.url, *map(str, told))
    first = None
    if source.since:
        first = datetime(source.since.year, source.since.month, source.since.day, tzinfo=UTC)
    start = _Place(of, base=first, began=now)
    if not cursor:
        return start
    try:
        kept = json.loads(cursor)
    except ValueError:
        raise _bad_cursor(source) from None
    if not isinstance(kept, dict):
        raise _bad_cursor(source)
    if kept.get("of") != of:
        return start  # the settings lead elsewhere now: what was read there says nothing here
    return _Place(
        of,
        base=moment(kept.get("base")) or first,
        high=moment(kept.get("high")),
        token=kept.get("token"),
        keep=kept.get("keep"),
        began=moment(kept.get("began")) or now,
        rows=int(kept.get("rows") or 0),
        last=str(kept.get("last") or ""),
    )


def _written(place: _Place) -> str:
    kept = {
        "of": place.of,
        "base": place.base and place.base.isoformat(),
        "high": place.high and place.high.isoformat(),
        "token": place.token,
        "keep": place.keep,
        "began": place.began and place.began.isoformat(),
        "rows": place.rows,
        "last": place.last,
    }
    return json.dumps({key: value for key, value in kept.items() if value}, sort_keys=True)


def _bad_cursor(source: ApiSource) -> IngestError:
    return IngestError(
        f"{source.name}: the place where reading stopped cannot be understood;"
        " delete it to read from the beginning, nothing is stored twice"
    )


def _key(token: object) -> str:
    return json.dumps(token, sort_keys=True)


def _print(answer: Answer) -> str:
    return content_id(json.dumps(answer.items, sort_keys=True, default=str))
