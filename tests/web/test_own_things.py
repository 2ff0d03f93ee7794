"""What belongs to one reviewer stays theirs, whatever another one asks of any address.

Every route of the table is asked, by pages and by the API, in the name of somebody else who may
review, with the ids of what is not theirs. A route that is added later is asked by itself; where
its address names something new, or a program sends it a body, somebody has to say here what.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from groundswell.accounts import GRANTS, ApiToken
from groundswell.domain import Draft
from groundswell.domain.staged import digest_of
from groundswell.jobs import QueuedJob
from groundswell.personal import LastSeen, SavedView
from groundswell.report import DraftPreview, IdeaReport, PreviewedIdea, RankSpan
from groundswell.store import Store, open_store
from reports import preview_json
from tests.web.pages.filling import Shown
from tests.web.pages.planning import with_plan
from tests.web.pages.routes import EVERY, every_address
from tests.web.people import NOON, add_token, add_user, browser, sign_in
from web.api import ENDPOINTS
from web.guard import Route

MARK = "onlyforann"
"""Stands in everything that is hers; no answer to anybody else holds it."""
VIEW, TOKEN = "a" * 16, "tokenofann"
PARTS = {
    "idea_id": "need-1",
    "target": "need-1",
    "theme_id": "1",
    "number": "1",
    "position": "1",
    "view_id": VIEW,
    "token": TOKEN,
    "job_id": "2",
    "record_id": "x",
    "entry_id": "1-3",
    "form": "json",
    "name": "keys.js",
    "statement_id": "x",
    "version": "themes-2",
    "kind": "themes",
}
"""What is put where an address names something: hers, where it can be hers."""

UNSAFE = [(route, m) for route in EVERY for m in route.methods if m != "GET"]


@dataclass(frozen=True)
class Hers:
    """Everything that the store keeps of one reviewer alone."""

    staged: list[Any]
    preview: object
    views: list[SavedView]
    first: SavedView | None
    seen: LastSeen | None
    tokens: list[ApiToken]
    jobs: list[QueuedJob]
    password: str


def hers(store: Store, name: str = "ann") -> Hers:
    user = store.accounts.user(name)
    assert user is not None
    return Hers(
        staged=store.drafts.of(name),
        preview=store.drafts.preview(name),
        views=[view for view in store.personal.views(name) if view.owner == name],
        first=store.personal.default_view(name),
        seen=store.personal.last_seen(name),
        tokens=store.accounts.tokens([name]),
        jobs=[job for job in store.jobs.newest(99) if job.requested_by == name],
        password=user.password_hash,
    )


def give_her_everything(shown: Shown) -> None:
    with open_store(shown.config.store.database) as store:
        wish = Draft("reject", "need-1", "ann", NOON, reason=MARK)
        store.drafts.add_all([(wish, 0)])
        digest, run = digest_of(store.drafts.of("ann")), shown.report.run.run_id
        moved = PreviewedIdea("need-1", MARK, RankSpan(1, 1, 3), RankSpan(4, 2, 6), MARK)
        found = DraftPreview(digest, run, (moved,), (), 0, (MARK,), 9)
        with store.lease("jobs") as lease:
            store.jobs.request("preview", by="ann", at=NOON)
            store.jobs.take(lease, NOON)
            store.jobs.finish(lease, 1, "failed", at=NOON, message=MARK)
            store.drafts.save_preview(lease, "ann", preview_json(found), NOON)
        store.jobs.request("preview", by="ann", at=NOON)
        view = SavedView(VIEW, "ann", MARK, "q=" + MARK, shared=False, created_at=NOON)
        assert store.personal.add_view(view)
        store.personal.set_default_view("ann", VIEW)
        store.personal.mark_seen("ann", LastSeen(1, NOON))
        token = ApiToken(TOKEN, "0" * 64, "ann", MARK, ("read",), NOON, NOON.replace(year=2030))
        store.accounts.add_token(token)


@pytest.fixture(scope="module")
def report() -> IdeaReport:
    from tests.web.pages.filling import by_hand

    ideas = [by_hand.idea(n, words, len(by_hand.IDEAS)) for n, words in enumerate(by_hand.IDEAS, 1)]
    found: IdeaReport = by_hand.build(tuple(ideas))
    return found


def filled(report: IdeaReport, folder: Path) -> Shown:
    shown = with_plan(report, folder)
    for name in ("ann", "bob"):
        add_user(shown.config, name, "reviewer")
    give_her_everything(shown)
    return shown


@pytest.fixture(scope="module")
def lasting(report: IdeaReport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """A store for all that others ask: it must stay as it is."""
    yield filled(report, tmp_path_factory.mktemp("hers"))


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    return filled(report, tmp_path)


def as_browser(shown: Shown, name: str) -> TestClient:
    client = browser(shown.config)
    assert sign_in(client, name).status_code == 303
    return client


def as_program(shown: Shown, name: str) -> TestClient:
    client = browser(shown.config)
    client.headers.update(add_token(shown.config, name, *GRANTS["admin"]))
    return client


def address(route: Route) -> str:
    """Return an address of a route that names what is hers."""
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: PARTS[found[1]], route.path)


def forms(digest: str) -> list[dict[str, str]]:
    """Return what forms say that change something of one's own, hers in the hidden fields."""
    named = {"reviewer": "ann", "owner": "ann", "user": "ann", "name": "Mine", "who": "ann"}
    own = {"position": "1", "keep": "1:7", "seen": digest, "run": "2", "version": "0"}
    kinds = ("delete", "rename", "share", "keep to myself", "open all first")
    return [
        {},
        *({**named, **own, "do": do, "kind": "accept", "reason": "x"} for do in kinds),
        {**named, **own, "position": "all", "kind": "refresh"},
    ]


def bodies(digest: str) -> dict[str, dict[str, Any]]:
    """Return what a program sends to each address that takes a body."""
    wish = {"kind": "accept", "target": "need-1", "expected_version": 0}
    return {
        "/decisions": {"decisions": [wish]},
        "/decisions/{number}/undo": {"expected_version": 0},
        "/draft/decisions": {"decisions": [{**wish, "kind": "comment", "reason": "x"}]},
        "/draft/decisions/{position}/keep": {"version": 7},
        "/draft/publish": {"digest": digest},
        "/plan/ideas/{idea_id:path}": {"version": 0, "release": "4.10"},
        "/jobs": {"kind": "refresh"},
        "/models/retrain": {"models": ["themes"]},
        "/models/{version}/promote": {"reason": "x", "anyway": True},
        "/models/{kind}/rollback": {"to": "themes-1"},
        "/views": {"name": MARK[:4], "query": ""},
        "/views/{view_id}": {"name": "Mine", "shared": True, "first": True},
        "/inbox/seen": {"run": 2},
        "/pairs": {"run": 2, "left": "need-1", "right": "need-2", "answer": "left"},
    }


def change(client: TestClient, route: Route, method: str, digest: str) -> Iterator[Response]:
    """Ask for a change in every way there is."""
    if route.path.startswith("/api/"):
        yield client.request(method, address(route))
        body = bodies(digest).get(route.path.removeprefix("/api/v1"))
        if body is not None:
            yield client.request(method, address(route), json=body)
            yield client.request(method, address(route), json={**body, "reviewer": "ann"})
        return
    for form in forms(digest):
        yield client.request(method, address(route), data=form)


def digest_in(shown: Shown) -> str:
    with open_store(shown.config.store.database) as store:
        return digest_of(store.drafts.of("ann"))


def test_something_stands_for_every_part_of_an_address_and_every_body() -> None:
    named = {name for route in EVERY for name in re.findall(r"\{(\w+)", route.path)}
    assert named <= set(PARTS)
    assert {one.path for one in ENDPOINTS if one.body is not None} == set(bodies(""))


@pytest.mark.parametrize("reader", [as_browser, as_program], ids=["page", "token"])
def test_nobody_else_reads_what_is_hers_at_any_address(lasting: Shown, reader: Any) -> None:
    bob, ann = reader(lasting, "bob"), reader(lasting, "ann")
    mine = {address(route) for route in EVERY if "GET" in route.methods}
    asked = sorted(mine | set(every_address(lasting)))
    assert len(asked) > len(mine) > 40
    hers = [one for one in asked if MARK in ann.get(one, follow_redirects=True).text]
    assert {"/draft", "/runs", "/ideas", "/api/v1/draft", "/api/v1/views"} <= set(hers)
    assert {"/api/v1/draft/preview", "/api/v1/jobs", "/api/v1/jobs/1"} <= set(hers)
    assert [one for one in asked if MARK in bob.get(one, follow_redirects=True).text] == []


@pytest.mark.parametrize(
    ("route", "method"), UNSAFE, ids=[f"{method} {route.path}" for route, method in UNSAFE]
)
def test_nobody_else_changes_what_is_hers_at_any_address(
    lasting: Shown, route: Route, method: str
) -> None:
    with open_store(lasting.config.store.database) as store:
        before = hers(store)
    digest = digest_of(before.staged)
    asking = as_program if route.path.startswith("/api/") else as_browser
    for answer in change(asking(lasting, "bob"), route, method, digest):
        assert MARK not in answer.text
        assert answer.status_code < 500
    with open_store(lasting.config.store.database) as store:
        assert hers(store) == before
        assert not any(one.reviewer == "ann" for one in store.decisions.log())


TOUCHING = {
    ("POST", "/seen"): "seen",
    ("POST", "/views/{view_id}"): "views",
    ("POST", "/draft/remove"): "staged",
    ("POST", "/draft/keep"): "staged",
    ("POST", "/draft/publish"): "staged",
    ("POST", "/jobs/{job_id}/cancel"): "jobs",
    ("POST", "/account/tokens/{token}/revoke"): "tokens",
    ("DELETE", "/api/v1/draft"): "staged",
    ("DELETE", "/api/v1/draft/decisions/{position}"): "staged",
    ("POST", "/api/v1/draft/decisions/{position}/keep"): "staged",
    ("POST", "/api/v1/draft/publish"): "preview",
    ("POST", "/api/v1/jobs/{job_id}/cancel"): "jobs",
    ("POST", "/api/v1/views/{view_id}"): "views",
    ("DELETE", "/api/v1/views/{view_id}"): "views",
    ("POST", "/api/v1/inbox/seen"): "seen",
}
"""What the same requests change of hers when she sends them: so the matrix can fail."""


@pytest.mark.parametrize(("call", "what"), TOUCHING.items(), ids=[" ".join(c) for c in TOUCHING])
def test_the_same_requests_change_it_when_she_sends_them(
    own: Shown, call: tuple[str, str], what: str
) -> None:
    method, path = call
    route = next(one for one in EVERY if one.path == path and method in one.methods)
    with open_store(own.config.store.database) as store:
        before = hers(store)
    asking = as_program if path.startswith("/api/") else as_browser
    list(change(asking(own, "ann"), route, method, digest_in(own)))
    with open_store(own.config.store.database) as store:
        assert getattr(hers(store), what) != getattr(before, what)
