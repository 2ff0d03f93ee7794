"""GitHub's issues, by the REST API.

https://docs.github.com/rest/issues/issues: an issue is found by the mark in its text, among
those that changed since it may have been made. The list is asked and not the search, which sees
new issues late; and not by label, since GitHub drops the labels of those who may not set them.
"""

from datetime import datetime, timedelta

from groundswell.domain import marks_in
from groundswell.errors import IngestError
from ingest.apis.documents import at, items_at, read_json, text_at
from ingest.apis.pull import Pull
from ingest.apis.source import Reply, Request, Trouble
from ingest.trackers.issue import Issue, Place, Sent, TrackerApi

_PAGE = 100
_CLOCKS_APART = timedelta(hours=1)
"""How far this machine's clock may be ahead of GitHub's."""
_HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
_REMEDY = "check url and repository in [github], and that the repository has issues"
_REQUESTS_PER_MINUTE = 60.0
"""GitHub asks for a second between requests that make something."""


def _check(pull: Pull, place: Place) -> None:
    asked = Request(_address(place, ""), headers=_HEADERS, remedy=_REMEDY)
    public = pull.fetch(asked, lambda reply: at(read_json(reply), "private") is not True)
    if public and place.private:
        raise IngestError(
            f"[github] {place.home} is public, and an issue would name accounts and revenue;"
            " set accounts = false in [handover]"
        )


def _find(pull: Pull, place: Place, issue: Issue, begun_at: datetime) -> Sent | None:
    since = f"{begun_at - _CLOCKS_APART:%Y-%m-%dT%H:%M:%SZ}"
    params = {"state": "all", "since": since, "per_page": str(_PAGE)}
    page, more = 0, True
    while more:
        page += 1
        asked = Request(
            _address(place, "/issues"), params | {"page": str(page)}, _HEADERS, remedy=_REMEDY
        )
        found, more = pull.fetch(asked, lambda reply: _marked(reply, issue.mark))
        if found is not None:
            return found
    return None


def _marked(reply: Reply, mark: str) -> tuple[Sent | None, bool]:
    """Return the issue with the mark, and whether there are more pages."""
    for item in items_at(read_json(reply), ""):
        if mark in marks_in(text_at(item, "body")):
            return _sent(item), False
    return None, 'rel="next"' in reply.headers.get("link", "")


def _create(pull: Pull, place: Place, issue: Issue) -> Sent:
    body = {"title": issue.title, "body": issue.body, "labels": list(place.labels)}
    asked = Request(
        _address(place, "/issues"), headers=_HEADERS, body=body, once=True, remedy=_REMEDY
    )
    return pull.fetch(asked, lambda reply: _sent(read_json(reply)))


def _sent(item: object) -> Sent:
    number, url = text_at(item, "number"), text_at(item, "html_url")
    if not number or not url:
        raise Trouble("the reply names no issue")
    return Sent(f"#{number}", url)


def _address(place: Place, path: str) -> str:
    return f"{place.url.rstrip('/')}/repos/{place.home}{path}"


GITHUB = TrackerApi(
    check=_check, find=_find, create=_create, requests_per_minute=_REQUESTS_PER_MINUTE
)
