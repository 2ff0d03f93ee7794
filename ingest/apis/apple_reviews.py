"""Reviews of an app in Apple's store: the public feed, as JSON.

A storefront shows its 500 newest reviews on ten pages and has no way to ask for changes, so
every pull reads all of them. One review on a page is an object and not a list; a page beyond the
last has none at all, and now and then so has one before it.
"""

import re
from collections.abc import Sequence

from ingest.apis.documents import at, read_json, text_at
from ingest.apis.source import (
    Answer,
    ApiSource,
    Connector,
    Position,
    Reply,
    Request,
    Trouble,
    Unusable,
)

_PAGES = 10


def _ask(source: ApiSource, position: Position) -> Request:
    front, page = _place(source, position)
    url = (source.url or APPLE_REVIEWS.url).rstrip("/")
    app = source.options["app"]
    return Request(f"{url}/{front}/rss/customerreviews/page={page}/id={app}/sortby=mostrecent/json")


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    document = read_json(reply)
    if not isinstance(at(document, "feed"), dict):
        raise Trouble("the reply has no feed")
    front, page = _place(source, position)
    entries = at(document, "feed.entry")
    listed = entries if isinstance(entries, list) else [entries]
    items = [
        {**entry, "storefront": front}
        for entry in listed
        if isinstance(entry, dict) and _is_review(entry)
    ]
    return Answer(items, _following(source, front, 0 if page >= _PAGES or not items else page))


def _is_review(entry: object) -> bool:
    """Whether an entry has a rating: some storefronts list the app itself first."""
    return bool(text_at(entry, "im:rating.label"))


def _storefronts(source: ApiSource) -> Sequence[str]:
    return list(dict.fromkeys(re.findall(r"[a-z]{2}", source.options.get("storefronts", "us"))))


def _place(source: ApiSource, position: Position) -> tuple[str, int]:
    fronts = _storefronts(source)
    if not fronts:
        raise Unusable("options.storefronts names no storefront; write some such as us,gb")
    token = position.token
    if isinstance(token, list) and len(token) == 2 and token[0] in fronts:
        return str(token[0]), int(token[1])
    return fronts[0], 1


def _following(source: ApiSource, front: str, page: int) -> object:
    """Return the place after a page, of which 0 is the last of its storefront."""
    if page:
        return [front, page + 1]
    fronts = _storefronts(source)
    after = fronts.index(front) + 1
    return [fronts[after], 1] if after < len(fronts) else None


APPLE_REVIEWS = Connector(
    ask=_ask,
    read=_read,
    columns={
        "id": "id.label",
        "title": "title.label",
        "text": "content.label",
        "created_at": "updated.label",
        "updated_at": "updated.label",
        "author": "author.name.label",
        "rating": "im:rating.label",
        "version": "im:version.label",
        "votes": "im:voteSum.label",
    },
    channel="review",
    url="https://itunes.apple.com",
    options={
        "app": "the number of the app, as in its address in the store",
        "storefronts": "countries, such as us,gb (us if left out)",
    },
    required=("app",),
)
