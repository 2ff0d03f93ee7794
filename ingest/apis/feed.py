"""News feeds: RSS 2.0 and 1.0 and Atom, such as a competitor's changelog.

A feed that has not changed since the last pull is not sent again (ETag, Last-Modified). One
that breaks off in the middle is an error: half a feed must not pass for a whole one.
"""

from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NAMES: Mapping[str, Sequence[str]] = {
    "id": ("guid", "id"),
    "title": ("title",),
    "text": ("encoded", "content", "description", "summary"),
    "published": ("published", "pubDate", "date", "updated", "modified"),
    "updated": ("updated", "modified"),
    "author": ("creator", "author"),
}
"""Our name to the local names of elements, the best first."""
_BLOCKS = {"br", "div", "h1", "h2", "h3", "h4", "li", "p", "pre", "tr"}
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
_MARK_CHARS = 500


def _ask(source: ApiSource, position: Position) -> Request:
    headers = {"accept": _ACCEPT}
    if isinstance(position.token, dict):
        return Request(str(position.token.get("url")), headers=headers)
    if isinstance(position.keep, dict):
        marks = {"if-none-match": "etag", "if-modified-since": "last-modified"}
        known = {name: str(position.keep.get(mark) or "") for name, mark in marks.items()}
        headers |= {name: mark for name, mark in known.items() if mark}
    return Request(source.url, headers=headers)


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    if reply.status == 304:
        return Answer((), keep=position.keep)
    root = _parsed(reply.body)
    entries = [element for element in root.iter() if _name(element) in ("item", "entry")]
    items = [_item(entry) for entry in entries]
    marks = {name: _mark(reply, name) for name in ("etag", "last-modified")}
    if isinstance(position.token, dict):  # the marks of the first page stand for the whole
        marks = position.token.get("marks") or {}
    url = _next(root)
    return Answer(items, url and {"url": url, "marks": marks}, keep=marks)


def _parsed(body: bytes) -> "Element":
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(body)
    except DefusedXmlException:
        raise Unusable("the feed defines entities, as an attack would; it is not read") from None
    except (ParseError, ValueError, LookupError):
        if b"<html" in body[:2000].lower():
            raise _html() from None
        raise Trouble("the feed is not whole") from None
    if _name(root).lower() == "html":
        raise _html()
    if _name(root) not in ("rss", "feed", "RDF"):
        raise Unusable("neither RSS nor Atom; check that url leads to a feed")
    return root


def _html() -> Unusable:
    return Unusable(
        "answered with a page of HTML where a feed was expected;"
        " check url, and the secret if it needs one"
    )


def _item(entry: "Element") -> dict[str, object]:
    children = list(entry)
    item: dict[str, object] = {}
    for ours, names in _NAMES.items():
        texts = (_text(child) for name in names for child in children if _name(child) == name)
        item[ours] = next(filter(None, texts), None)
    item["link"] = _link(children)
    item["id"] = item["id"] or item["link"] or item["title"]
    categories = (child for child in children if _name(child) == "category")
    item["categories"] = [child.get("term") or _text(child) for child in categories]
    for name in ("published", "updated"):
        item[name] = _iso(item[name])
    return item


def _link(children: Sequence["Element"]) -> str | None:
    for child in children:
        if _name(child) == "link" and child.get("rel", "alternate") == "alternate":
            return child.get("href") or _text(child) or None
    return None


def _next(root: "Element") -> str | None:
    """Return the address of the next page (RFC 5005); of most feeds there is none."""
    for holder in (root, *root):
        for child in holder:
            if _name(child) == "link" and child.get("rel") == "next":
                return child.get("href") or None
    return None


def _text(element: "Element") -> str:
    return "".join(_pieces(element)).strip()


def _pieces(element: "Element") -> Iterator[str]:
    """Yield all text inside, with a line break before every block of XHTML."""
    ends: list[tuple[Iterator[Element], str]] = [(iter(element), "")]
    yield element.text or ""
    while ends:
        child = next(ends[-1][0], None)
        if child is None:
            yield ends.pop()[1]
            continue
        yield ("\n" if _name(child) in _BLOCKS else "") + (child.text or "")
        ends.append((iter(child), child.tail or ""))


def _name(element: "Element") -> str:
    return str(element.tag).rpartition("}")[2]


def _iso(value: object) -> str | None:
    """Return a time of RFC 822, as RSS has it, in ISO 8601; anything else as it is."""
    if not isinstance(value, str):
        return None
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError):
        return value


def _mark(reply: Reply, name: str) -> str:
    text = reply.headers.get(name, "")
    return text if text.isascii() and text.isprintable() and len(text) <= _MARK_CHARS else ""


FEED = Connector(
    ask=_ask,
    read=_read,
    columns={
        "id": "id",
        "title": "title",
        "text": "text",
        "created_at": "published",
        "updated_at": "updated",
        "author": "author",
    },
    channel="news",
)
