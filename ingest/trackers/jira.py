"""Jira's issues, by version 3 of its interface (Cloud) or version 2 (Data Center).

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/: an issue is found
by a label that bears its mark, since labels are compared as a whole and texts are not. The
search of Jira Cloud sees a new issue only after a while.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from ingest.apis.documents import items_at, read_json, text_at
from ingest.apis.pull import Pull
from ingest.apis.source import Reply, Request, Trouble
from ingest.trackers.issue import Issue, Place, Sent, TrackerApi

_SETTLE_SECONDS = 60.0
"""The documentation gives no figure for the search's delay; reports speak of seconds."""
_SEARCH = {"2": "search", "3": "search/jql"}
_REMEDY = "check url, project, issue_type and labels in [jira]"


def _find(pull: Pull, place: Place, issue: Issue, _begun_at: datetime) -> Sent | None:
    jql = f'project = "{place.home}" AND labels = "{issue.mark}"'
    version = place.options["api_version"]
    asked = Request(
        _address(place, _SEARCH[version]),
        {"jql": jql, "fields": "summary", "maxResults": "1"},
        remedy=_REMEDY,
    )

    def read(reply: Reply) -> Sent | None:
        for item in items_at(read_json(reply), "issues"):
            return _sent(place, text_at(item, "key"))
        return None

    return pull.fetch(asked, read)


def _create(pull: Pull, place: Place, issue: Issue) -> Sent:
    fields: dict[str, Any] = {
        "project": {"key": place.home},
        "issuetype": {"name": place.options["issue_type"]},
        "summary": issue.title,
        "description": issue.body,
        "labels": [*place.labels, issue.mark],
    }
    asked = Request(_address(place, "issue"), body={"fields": fields}, once=True, remedy=_REMEDY)
    return pull.fetch(asked, lambda reply: _sent(place, text_at(read_json(reply), "key")))


def _sent(place: Place, key: str) -> Sent:
    if not key:
        raise Trouble("the reply names no issue")
    return Sent(key, f"{place.url.rstrip('/')}/browse/{quote(key)}")


def _address(place: Place, path: str) -> str:
    return f"{place.url.rstrip('/')}/rest/api/{place.options['api_version']}/{path}"


JIRA = TrackerApi(find=_find, create=_create, settle_seconds=_SETTLE_SECONDS)
