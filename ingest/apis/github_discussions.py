"""GitHub discussions with their upvotes, by the GraphQL API.

https://docs.github.com/graphql/guides/using-the-graphql-api-for-discussions
"""

import re

from ingest.apis.documents import at, items_at, moments, read_json, text_at
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

_QUERY = """
query($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    discussions(first: 50, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes {
        id number title body url createdAt updatedAt upvoteCount
        author { login } category { name } reactions { totalCount }
      }
      pageInfo { endCursor hasNextPage }
    }
  }
}
"""
_LIST = "data.repository.discussions"


def _ask(source: ApiSource, position: Position) -> Request:
    owner, _, name = source.options["repository"].partition("/")
    variables = {"owner": owner, "name": name, "after": position.token}
    url = (source.url or GITHUB_DISCUSSIONS.url).rstrip("/") + "/graphql"
    return Request(url, body={"query": _QUERY, "variables": variables})


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    document = read_json(reply)
    if at(document, "errors"):
        kind = text_at(document, "errors.0.type")
        if kind in ("RATE_LIMITED", "SERVICE_UNAVAILABLE", ""):
            raise Trouble("the query was put off")
        word = kind if re.fullmatch(r"[A-Z_]{1,40}", kind) else "an error"
        raise Unusable(f"the query gave {word}; check options.repository and the secret")
    items = items_at(document, f"{_LIST}.nodes")
    after = text_at(document, f"{_LIST}.pageInfo.endCursor")
    more = at(document, f"{_LIST}.pageInfo.hasNextPage") is True
    return Answer(items, after if more and after else None, moments=moments(items, "updatedAt"))


GITHUB_DISCUSSIONS = Connector(
    ask=_ask,
    read=_read,
    columns={
        "id": "id",
        "title": "title",
        "text": "body",
        "created_at": "createdAt",
        "author": "author.login",
        "updated_at": "updatedAt",
        "votes": "upvoteCount",
    },
    channel="forum",
    url="https://api.github.com",
    options={"repository": "the owner and name, such as octo/app"},
    required=("repository",),
    newest_first=True,
)
