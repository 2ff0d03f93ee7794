"""Linear's issues, by its GraphQL interface.

https://linear.app/developers/graphql: whoever makes an issue may say its id. Ours is made of the
mark, so that Linear itself refuses to make the same issue twice.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from groundswell.errors import IngestError
from ingest.apis.documents import at, items_at, read_json, text_at
from ingest.apis.pull import Pull
from ingest.apis.source import Reply, Request, Trouble, Unusable
from ingest.trackers.issue import Issue, Place, Sent, TrackerApi

_TEAM = "query($key: String!) { teams(filter: {key: {eq: $key}}) { nodes { id } } }"
_LABELS = """
query($key: String!, $names: [String!]) {
  issueLabels(first: 100, filter: {
    name: {in: $names}, or: [{team: {key: {eq: $key}}}, {team: {null: true}}]
  }) { nodes { id name } }
}
"""
_ISSUE = """
query($id: ID!) {
  issues(filter: {id: {eq: $id}}, includeArchived: true) { nodes { identifier url } }
}
"""
_CREATE = """
mutation($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { identifier url } }
}
"""


def _check(pull: Pull, place: Place) -> None:
    _team(pull, place)
    _label_ids(pull, place)


def _find(pull: Pull, place: Place, issue: Issue, _begun_at: datetime) -> Sent | None:
    found = _ask(pull, place, _ISSUE, {"id": _id(issue.mark)}, "issues.nodes")
    for item in found if isinstance(found, list) else []:
        return _sent(item)
    return None


def _create(pull: Pull, place: Place, issue: Issue) -> Sent:
    told = {
        "id": _id(issue.mark),
        "teamId": _team(pull, place),
        "title": issue.title,
        "description": issue.body,
        "labelIds": _label_ids(pull, place),
    }
    made = _ask(pull, place, _CREATE, {"input": told}, "issueCreate.issue", once=True)
    return _sent(made)


def _team(pull: Pull, place: Place) -> str:
    found = text_at(_ask(pull, place, _TEAM, {"key": place.home}, "teams.nodes"), "0.id")
    if not found:
        raise _refused(place, f"there is no team {place.home}; set team in [linear]")
    return found


def _label_ids(pull: Pull, place: Place) -> list[str]:
    if not place.labels:
        return []
    variables = {"key": place.home, "names": list(place.labels)}
    found = items_at(_ask(pull, place, _LABELS, variables, "issueLabels.nodes"), "")
    ids = {text_at(label, "name"): text_at(label, "id") for label in found}
    for name in place.labels:
        if name not in ids:
            remedy = "make it there, or take it out of labels in [handover]"
            raise _refused(place, f"team {place.home} has no label {name}; {remedy}")
    return [ids[name] for name in place.labels]


def _ask(
    pull: Pull,
    place: Place,
    query: str,
    variables: Mapping[str, object],
    path: str,
    *,
    once: bool = False,
) -> object:
    remedy = f"check the secret in {place.token_variable}, and team in [linear]"

    def read(reply: Reply) -> object:
        document = read_json(reply)
        if at(document, "errors"):
            raise _error(document, remedy)
        found = at(document, f"data.{path}")
        if found is None:
            raise Trouble("the reply holds no data")
        return found

    body = {"query": query, "variables": dict(variables)}
    asked = Request(place.url, body=body, once=once, judged=(400,), remedy=remedy)
    return pull.fetch(asked, read)


def _error(document: object, remedy: str) -> Exception:
    """Return what an error of GraphQL means; its words may repeat what was sent."""
    code = text_at(document, "errors.0.extensions.code")
    if code in ("RATELIMITED", "INTERNAL_SERVER_ERROR"):
        return Trouble("the query was put off", undone=code == "RATELIMITED")
    word = code if re.fullmatch(r"[A-Z_]{1,40}", code) else "an error"
    return Unusable(f"the query gave {word}; {remedy}")


def _refused(place: Place, found: str) -> IngestError:
    return IngestError(f"{place.tracker}: {found}")


def _sent(item: object) -> Sent:
    key, url = text_at(item, "identifier"), text_at(item, "url")
    if not key or not url:
        raise Trouble("the reply names no issue")
    return Sent(key, url)


def _id(mark: str) -> str:
    return str(UUID(bytes=sha256(mark.encode()).digest()[:16], version=4))


LINEAR = TrackerApi(check=_check, find=_find, create=_create)
