"""GitHub issues with their reactions, by the REST API.

https://docs.github.com/rest/issues/issues#list-repository-issues
"""

from ingest.apis.documents import items_at, moments, read_json
from ingest.apis.keyset import following, key_of
from ingest.apis.source import Answer, ApiSource, Connector, Position, Reply, Request

_PAGE = 100


def _ask(source: ApiSource, position: Position) -> Request:
    key = key_of(position)
    url = source.url or GITHUB.url
    params = {"sort": "updated", "direction": "asc", "per_page": str(_PAGE)}
    params |= {"page": str(key.page), "state": source.params.get("state", "all")}
    if key.since:
        params["since"] = f"{key.since:%Y-%m-%dT%H:%M:%SZ}"
    headers = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
    path = f"repos/{source.options['repository']}/issues"
    return Request(f"{url.rstrip('/')}/{path}", params, headers)


def _read(source: ApiSource, position: Position, reply: Reply) -> Answer:
    items = items_at(read_json(reply), "")
    times = moments(items, "updated_at")
    more = 'rel="next"' in reply.headers.get("link", "")
    # A pull request is listed as an issue too, but is written by those who build the product.
    issues = [item for item in items if not (isinstance(item, dict) and "pull_request" in item)]
    return Answer(issues, following(key_of(position), times, more), moments=times)


GITHUB = Connector(
    ask=_ask,
    read=_read,
    columns={
        "id": "id",
        "title": "title",
        "text": "body",
        "created_at": "created_at",
        "author": "user.login",
        "updated_at": "updated_at",
        "votes": "reactions.+1",
    },
    channel="issue",
    votes_exclude_author=True,
    url="https://api.github.com",
    options={"repository": "the owner and name, such as octo/app"},
    required=("repository",),
)
