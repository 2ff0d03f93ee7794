"""Zendesk tickets, by the cursor-based incremental export.

It lists every ticket changed since a moment, oldest change first, and leaves out the last
minute.
https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

from ingest.apis.documents import at, items_at, moments, read_json, text_at
from ingest.apis.source import Answer, ApiSource, Connector, Position, Reply, Request, Trouble

_PATH = "/api/v2/incremental/tickets/cursor.json"


def _ask(source: ApiSource, position: Position) -> Request:
    if position.token is not None:
        params = {"cursor": str(position.token)}
    else:
        params = {"start_time": str(int(position.since.timestamp()) if position.since else 1)}
    return Request(source.url.rstrip("/") + _PATH, params)


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    document = read_json(reply)
    items = items_at(document, "tickets")
    times = moments(items, "updated_at")
    if at(document, "end_of_stream") is True:
        return Answer(items, moments=times)
    after = text_at(document, "after_cursor")
    if not after:
        raise Trouble("the reply has neither a cursor nor the end of the list")
    return Answer(items, after, moments=times)


ZENDESK = Connector(
    ask=_ask,
    read=_read,
    columns={
        "id": "id",
        "title": "subject",
        "text": "description",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "author": "requester_id",
        "account": "organization_id",
    },
    channel="ticket",
    auth="basic",
    requests_per_minute=10,
)
