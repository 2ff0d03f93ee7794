"""Any API that lists its items as JSON, described by settings alone.

With ``since_param`` only changes are asked for. Without it every pull reads the whole list,
so what one pull misses, because the list moved while it was read, the next one finds.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ingest.apis.documents import items_at, moments, read_json, text_at
from ingest.apis.keyset import following, key_of
from ingest.apis.source import Answer, ApiSource, Connector, Position, Reply, Request, Unusable

_LINK = re.compile(r'<([^<>]{1,4000})>\s*;[^,<]*\brel="?next"?')
_OPTIONS = {
    "style": "none, page, offset, cursor, next_url or link: how the next page is found",
    "items": "where the list stands in the reply, such as data.items",
    "next": "where the cursor or the address of the next page stands, such as meta.next",
    "page_param": "the parameter for the page, the offset or the cursor",
    "first_page": "the number of the first page",
    "size_param": "the parameter for the number of items on a page",
    "page_size": "the number of items on a page",
    "updated": "where an item says when it last changed",
    "since_param": "the parameter for the oldest change; the oldest must then come first",
    "since_format": "iso or unix",
}
_SIZE = "100"


def _ask(source: ApiSource, position: Position) -> Request:
    options, style, since = source.options, _style(source.options), position.since
    if style in ("next_url", "link") and isinstance(position.token, str):
        return Request(position.token)
    params: dict[str, str] = {}
    if style in ("page", "offset"):
        key = key_of(position)
        since = key.since
        number = _number(options, "first_page", "1") + key.page - 1
        skip = (key.page - 1) * _number(options, "page_size", _SIZE)
        params[options.get("page_param", style)] = str(number if style == "page" else skip)
    elif style == "cursor" and position.token is not None:
        params[options.get("page_param", "cursor")] = str(position.token)
    if "size_param" in options:
        params[options["size_param"]] = str(_number(options, "page_size", _SIZE))
    if since and "since_param" in options:
        unix = options.get("since_format") == "unix"
        moment = str(int(since.timestamp())) if unix else f"{since:%Y-%m-%dT%H:%M:%SZ}"
        params[options["since_param"]] = moment
    return Request(source.url, params)


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    options, style = source.options, _style(source.options)
    document = read_json(reply)
    items = items_at(document, options.get("items", ""))
    changes = "since_param" in options
    times = moments(items, options.get("updated", "updated_at")) if changes else ()
    after: object = None
    if style in ("page", "offset"):
        after = _counted(options, position, items, times)
    elif style in ("cursor", "next_url"):
        after = text_at(document, options.get("next", "next")) or None
    elif style == "link" and (link := _LINK.search(reply.headers.get("link", ""))):
        after = link[1]
    return Answer(items, after, moments=times)


def _counted(
    options: Mapping[str, str],
    position: Position,
    items: Sequence[object],
    times: Sequence[datetime],
) -> object:
    key = key_of(position)
    if "since_param" not in options:
        return {"page": key.page + 1} if items else None
    # Oldest first, so ending early loses nothing: the next pull goes on from here.
    full = _number(options, "page_size", "1") if "size_param" in options else 1
    return following(key, times, more=len(items) >= full)


def _style(options: Mapping[str, str]) -> str:
    style = options.get("style", "none")
    if style not in _OPTIONS["style"].partition(":")[0].replace(",", "").split():
        raise Unusable(f"options.style {style!r} is not known; write {_OPTIONS['style']}")
    return style


def _number(options: Mapping[str, str], name: str, default: str) -> int:
    text = options.get(name, default)
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise Unusable(f"options.{name} is {text!r}; write a whole number")
    return int(text)


REST = Connector(
    ask=_ask,
    read=_read,
    columns={"id": "id", "title": "title", "text": "text", "created_at": "created_at"},
    channel="",
    options=_OPTIONS,
)
