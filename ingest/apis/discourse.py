"""Posts of a Discourse forum, newest first.

https://docs.discourse.org/#tag/Posts/operation/listPosts
"""

from ingest.apis.documents import at, items_at, moments, read_json
from ingest.apis.source import Answer, ApiSource, Connector, Position, Reply, Request


def _ask(source: ApiSource, position: Position) -> Request:
    params = {} if position.token is None else {"before": str(position.token)}
    return Request(source.url.rstrip("/") + "/posts.json", params)


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    items = items_at(read_json(reply), "latest_posts")
    numbers = [number for item in items if isinstance(number := at(item, "id"), int)]
    following = min(numbers) if numbers else None
    return Answer(items, following, moments=moments(items, "created_at"))


DISCOURSE = Connector(
    ask=_ask,
    read=_read,
    columns={
        "id": "id",
        "title": "topic_title",
        "text": "cooked",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "author": "username",
    },
    channel="forum",
    auth="header:Api-Key",
    newest_first=True,
)
