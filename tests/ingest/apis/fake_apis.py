"""What the APIs would answer: their real paging over items made up here.

Shapes follow the public documentation of each API; the items are invented. Every fake is a
pure function of the items and the request.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from ingest.apis.source import ApiSource

START = 1_780_000_000
"""Seconds since 1970 of the first item: May 2026."""
PAGE = 5


@dataclass(slots=True)
class Item:
    number: int
    created: int
    updated: int
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    now: int
    """Seconds since 1970."""
    base: str
    """``http://127.0.0.1:port``."""


@dataclass(frozen=True, slots=True)
class Answered:
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


Fake = Callable[[Sequence[Item], Call], Answered]


def items(count: int, *, gap: int = 3600, tied: range = range(0)) -> list[Item]:
    """Return items `gap` seconds apart; those numbered in `tied` changed at one moment."""
    moments = [START + gap * (tied.start if number in tied else number) for number in range(count)]
    return [
        Item(number, moment, moment, f"Wish {number}: please add export number {number}.")
        for number, moment in enumerate(moments, start=1)
    ]


def iso(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def packed(value: object) -> str:
    return b64encode(json.dumps(value).encode()).decode()


def unpacked(text: str) -> Any:
    return json.loads(b64decode(text))


def oldest_first(world: Sequence[Item]) -> list[Item]:
    return sorted(world, key=lambda item: (item.updated, item.number))


def newest_first(world: Sequence[Item]) -> list[Item]:
    return sorted(world, key=lambda item: (-item.updated, -item.number))


def reply(document: object, **headers: str) -> Answered:
    return Answered(json.dumps(document).encode(), headers)


def github(world: Sequence[Item], call: Call) -> Answered:
    since = seconds(call.query["since"]) if "since" in call.query else 0
    assert (call.query["sort"], call.query["direction"]) == ("updated", "asc")
    found = [item for item in oldest_first(world) if item.updated >= since]
    page = int(call.query["page"])
    link = f'<{call.base}{call.path}?page={page + 1}>; rel="next", <{call.base}/x>; rel="last"'
    headers = {"Link": link} if len(found) > page * PAGE else {}
    return reply([_issue(item) for item in found[(page - 1) * PAGE : page * PAGE]], **headers)


def _issue(item: Item) -> dict[str, object]:
    return {
        "id": item.number,
        "title": f"Export {item.number}",
        "body": item.text,
        "user": {"login": f"user{item.number}"},
        "labels": [{"id": 7, "name": "feature"}, {"id": 8, "name": "export"}],
        "reactions": {"total_count": 4, "+1": 3, "-1": 1},
        "created_at": iso(item.created),
        "updated_at": iso(item.updated),
    }


def github_discussions(world: Sequence[Item], call: Call) -> Answered:
    after = call.body["variables"]["after"]
    found = newest_first(world)
    if after:
        place = tuple(unpacked(after))
        found = [item for item in found if (item.updated, item.number) < place]
    page = found[:PAGE]
    nodes = [
        {
            "id": f"D_{item.number}",
            "title": f"Export {item.number}",
            "body": item.text,
            "createdAt": iso(item.created),
            "updatedAt": iso(item.updated),
            "upvoteCount": 2,
            "author": {"login": f"user{item.number}"},
        }
        for item in page
    ]
    end = packed([page[-1].updated, page[-1].number]) if page else None
    info = {"endCursor": end, "hasNextPage": len(found) > PAGE}
    return reply({"data": {"repository": {"discussions": {"nodes": nodes, "pageInfo": info}}}})


def zendesk(world: Sequence[Item], call: Call) -> Answered:
    ready = [item for item in oldest_first(world) if item.updated <= call.now - 60]
    if "cursor" in call.query:
        place = tuple(unpacked(call.query["cursor"]))
        ready = [item for item in ready if (item.updated, item.number) > place]
    else:
        place = (int(call.query["start_time"]), 0)
        ready = [item for item in ready if item.updated >= place[0]]
    page = ready[:PAGE]
    after = (page[-1].updated, page[-1].number) if page else place
    tickets = [
        {
            "id": item.number,
            "subject": f"Export {item.number}",
            "description": item.text,
            "created_at": iso(item.created),
            "updated_at": iso(item.updated),
            "via": {"channel": "email"},
            "requester_id": 900 + item.number,
            "organization_id": 70,
            "tags": ["export", "pdf"],
        }
        for item in page
    ]
    return reply(
        {"tickets": tickets, "after_cursor": packed(after), "end_of_stream": len(ready) <= PAGE}
    )


def intercom(world: Sequence[Item], call: Call) -> Answered:
    query, pagination = call.body["query"], call.body["pagination"]
    assert (query["field"], query["operator"]) == ("updated_at", ">")
    found = [item for item in oldest_first(world) if item.updated > query["value"]]
    if "starting_after" in pagination:
        place = tuple(unpacked(pagination["starting_after"]))
        found = [item for item in found if (item.updated, item.number) > place]
    page = found[:PAGE]
    pages: dict[str, object] = {"type": "pages", "per_page": PAGE}
    if len(found) > PAGE:
        after = packed((page[-1].updated, page[-1].number))
        pages["next"] = {"page": 2, "starting_after": after}
    conversations = [
        {
            "id": str(item.number),
            "created_at": item.created,
            "updated_at": item.updated,
            "title": None,
            "source": {"type": "email", "body": f"<p>{item.text}</p>", "author": {"id": "a1"}},
            "conversation_rating": {"rating": 4},
        }
        for item in page
    ]
    return reply({"type": "conversation.list", "conversations": conversations, "pages": pages})


def apple_reviews(world: Sequence[Item], call: Call) -> Answered:
    found = re.fullmatch(
        r"/(\w\w)/rss/customerreviews/page=(\d+)/id=123/sortby=mostrecent/json", call.path
    )
    assert found
    number = int(found[2])
    mine = [item for item in newest_first(world) if (item.number % 4 == 0) == (found[1] == "gb")]
    entries = [
        {
            "id": {"label": str(item.number)},
            "title": {"label": f"Export {item.number}"},
            "content": {"label": item.text, "attributes": {"type": "text"}},
            "author": {"name": {"label": f"user{item.number}"}},
            "updated": {"label": iso(item.updated)},
            "im:rating": {"label": "4"},
            "im:version": {"label": "2.1.0"},
            "im:voteSum": {"label": "6"},
        }
        for item in mine[(number - 1) * PAGE : number * PAGE]
    ]
    feed: dict[str, object] = {"author": {"name": {"label": "iTunes Store"}}}
    if entries:
        feed["entry"] = entries[0] if len(entries) == 1 else entries
    return reply({"feed": feed})


def discourse(world: Sequence[Item], call: Call) -> Answered:
    before = int(call.query.get("before", 10**9))
    found = sorted((i for i in world if i.number < before), key=lambda item: -item.number)
    posts = [
        {
            "id": item.number,
            "username": f"user{item.number}",
            "topic_title": f"Export {item.number}",
            "created_at": iso(item.created),
            "updated_at": iso(item.updated),
            "cooked": f"<p>{item.text}</p>",
            "actions_summary": [{"id": 2, "count": 3}],
        }
        for item in found[:PAGE]
    ]
    return reply({"latest_posts": posts})


def feed(world: Sequence[Item], call: Call) -> Answered:
    """Atom, its older entries on further pages as RFC 5005 describes."""
    shown = newest_first(world)
    page = int(call.query.get("page", 1))
    etag = f'"{sha256(repr(shown).encode()).hexdigest()[:16]}"'
    if page == 1 and call.headers.get("if-none-match") == etag:
        return Answered(b"", {"ETag": etag}, 304)
    entries = "".join(
        f"<entry><id>urn:wish:{item.number}</id><title>Release {item.number}</title>"
        f"<updated>{iso(item.updated)}</updated><published>{iso(item.created)}</published>"
        f"<content type='html'>&lt;p&gt;{item.text}&lt;/p&gt;</content></entry>"
        for item in shown[(page - 1) * PAGE : page * PAGE]
    )
    more = f"<link rel='next' href='/feed.atom?page={page + 1}'/>"
    more = more if len(shown) > page * PAGE else ""
    text = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{more}{entries}</feed>"
    return Answered(text.encode(), {"ETag": etag, "Content-Type": "application/atom+xml"})


def rest_changes(world: Sequence[Item], call: Call) -> Answered:
    """Pages by number of what changed since a moment, oldest change first."""
    since = int(call.query.get("changed_after", 0))
    found = [item for item in oldest_first(world) if item.updated >= since]
    page = int(call.query["page"])
    return reply({"data": [_wish(item) for item in found[(page - 1) * PAGE : page * PAGE]]})


def rest_cursor(world: Sequence[Item], call: Call) -> Answered:
    """A cursor in the reply; the list cannot be asked for changes."""
    after = int(call.query.get("after", 0))
    found = [item for item in world if item.number > after]
    following = str(found[PAGE - 1].number) if len(found) > PAGE else None
    wishes = [_wish(item) for item in found[:PAGE]]
    return reply({"data": wishes, "meta": {"next": following}})


def rest_link(world: Sequence[Item], call: Call) -> Answered:
    """A ``Link`` header to the next page, its address relative to the host."""
    after = int(call.query.get("after", 0))
    found = [item for item in world if item.number > after]
    link = f'<{call.path}?after={found[PAGE - 1].number}>; rel="next"' if len(found) > PAGE else ""
    return reply([_wish(item) for item in found[:PAGE]], Link=link)


def rest_pages(world: Sequence[Item], call: Call) -> Answered:
    """Pages by number of a list that cannot be asked for changes."""
    page = int(call.query["p"])
    found = newest_first(world)[page * PAGE : (page + 1) * PAGE]
    return reply({"data": [_wish(item) for item in found]})


def _wish(item: Item) -> dict[str, object]:
    return {
        "id": item.number,
        "text": item.text,
        "created_at": iso(item.created),
        "changed": iso(item.updated),
    }


@dataclass(frozen=True, slots=True)
class Case:
    """One connector, its fake, and how it is set up to read it."""

    fake: Fake
    api: str
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    id_field: str = "id"
    changes: bool = True
    """Whether a second pull asks for changes only."""

    def source(self, base: str, **more: Any) -> ApiSource:
        host = base.removeprefix("http://")
        told = {"url": base + self.path, "options": self.options, "allow_hosts": (host,)}
        token = {"token_env": "WISHES_TOKEN", "overlap_minutes": 30.0}
        return ApiSource("wishes", self.api, **{**told, **token, **more})


_REPOSITORY = {"repository": "octo/app"}
_LIST = {"items": "data"}
CASES: Mapping[str, Case] = {
    "github": Case(github, "github", options=_REPOSITORY),
    "github_discussions": Case(github_discussions, "github_discussions", options=_REPOSITORY),
    "zendesk": Case(zendesk, "zendesk"),
    "intercom": Case(intercom, "intercom"),
    "apple_reviews": Case(
        apple_reviews,
        "apple_reviews",
        options={"app": "123", "storefronts": "us,gb"},
        id_field="id.label",
        changes=False,
    ),
    "discourse": Case(discourse, "discourse"),
    "feed": Case(feed, "feed", "/feed.atom"),
    "rest_changes": Case(
        rest_changes,
        "rest",
        "/v1/wishes",
        {
            **_LIST,
            **{"style": "page", "since_param": "changed_after", "since_format": "unix"},
            "updated": "changed",
        },
    ),
    "rest_cursor": Case(
        rest_cursor,
        "rest",
        "/v1/wishes",
        {**_LIST, "style": "cursor", "next": "meta.next", "page_param": "after"},
        changes=False,
    ),
    "rest_link": Case(rest_link, "rest", "/v1/wishes", {"style": "link"}, changes=False),
    "rest_pages": Case(
        rest_pages,
        "rest",
        "/v1/wishes",
        {**_LIST, "style": "page", "page_param": "p", "first_page": "0"},
        changes=False,
    ),
}
