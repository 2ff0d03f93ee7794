"""Intercom conversations, by search, oldest change first.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/searchconversations
"""

from ingest.apis.documents import items_at, moments, read_json, text_at
from ingest.apis.source import Answer, ApiSource, Connector, Position, Reply, Request

_PAGE = 150


def _ask(source: ApiSource, position: Position) -> Request:
    since = int(position.since.timestamp()) - 1 if position.since else 0
    pagination: dict[str, object] = {"per_page": _PAGE}
    if position.token is not None:
        pagination["starting_after"] = position.token
    query = {"field": "updated_at", "operator": ">", "value": since}
    sort = {"field": "updated_at", "order": "ascending"}
    url = (source.url or INTERCOM.url).rstrip("/") + "/conversations/search"
    body = {"query": query, "sort": sort, "pagination": pagination}
    return Request(url, headers={"intercom-version": "2.11"}, body=body)


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    document = read_json(reply)
    items = items_at(document, "conversations")
    after = text_at(document, "pages.next.starting_after") or None
    return Answer(items, after, moments=moments(items, "updated_at"))


INTERCOM = Connector(
    ask=_ask,
    read=_read,
    columns={
        "id": "id",
        "title": "title",
        "text": "source.body",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "author": "source.author.id",
        "rating": "conversation_rating.rating",
    },
    channel="chat",
    date_format="unix",
    url="https://api.intercom.io",
)
