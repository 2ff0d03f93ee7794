"""Saved views: an address under a name, of one person or of the team."""

import csv
import io
import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundswell.accounts import Role
from groundswell.config import Config
from groundswell.domain import Draft
from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.filling import NOON, config_in, fill
from tests.web.people import HTML, add_token, add_user, browser, sign_in


@pytest.fixture
def config(report: IdeaReport, tmp_path: Path) -> Config:
    config = config_in(tmp_path)
    fill(config, report)
    people: list[tuple[str, Role]] = [("ann", "reviewer"), ("bob", "reviewer"), ("eve", "viewer")]
    for name, role in people:
        add_user(config, name, role)
    return config


@pytest.fixture
def ann(config: Config) -> TestClient:
    return of("ann", config)


def of(name: str, config: Config) -> TestClient:
    client = browser(config)
    assert sign_in(client, name).status_code == 303
    return client


def save(client: TestClient, name: str = "Small", **more: str) -> str:
    """Save a view; return where it leads."""
    form = {"name": name, "query": "sort=-voices&segment=small", **more}
    answer = client.post("/views", data=form)
    assert answer.status_code == 303
    return answer.headers["location"]


def change(client: TestClient, do: str, **more: str) -> int:
    """Change the only view there is; return the status of the answer."""
    (view_id,) = set(
        re.findall(r"/views/(\w+)", client.get("/ideas?segment=small&sort=-voices").text)
    )
    return client.post(f"/views/{view_id}", data={"do": do, **more}).status_code


def shown(client: TestClient, address: str = "/ideas?q=") -> list[str]:
    """Return the names of the saved views above the list."""
    nav = client.get(address).text.split('aria-label="Saved views"')[1].split("</nav>")[0]
    return re.findall(r"<a [^>]*><bdi>(.*?)</bdi>", nav)


def rows_of(text: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'name="ideas" value="([^"]*)"', text)]


def test_a_view_is_saved_shown_and_leads_to_the_same_ideas(ann: TestClient) -> None:
    place = save(ann)
    assert place == "/ideas?segment=small&sort=-voices"  # spelt in one way
    assert shown(ann) == ["Small"]
    page = ann.get(place).text
    assert 'aria-current="true"><bdi>Small' in page
    assert rows_of(page) == rows_of(ann.get("/ideas?sort=-voices&segment=small").text) != []


def test_the_page_and_the_marks_are_no_part_of_a_view(ann: TestClient) -> None:
    place = save(ann, query="q=export&page=2&compare=need-1&nonsense=1")
    assert place == "/ideas?q=export"


def test_a_view_is_its_owners_until_it_is_shared(ann: TestClient, config: Config) -> None:
    save(ann)
    bob = of("bob", config)
    assert shown(bob) == []
    assert change(ann, "share") == 303
    assert shown(bob) == ["Small"]
    assert change(bob, "rename", name="Mine") == 403
    assert change(bob, "delete") == 403
    assert change(ann, "keep to myself") == 303
    assert shown(bob) == []


def test_a_view_is_renamed_and_deleted(ann: TestClient) -> None:
    save(ann)
    assert change(ann, "rename", name="  Shops   only ") == 303
    assert shown(ann) == ["Shops only"]
    assert change(ann, "explode") == 400
    assert change(ann, "delete") == 303
    assert shown(ann) == []


def test_a_name_is_refused_that_is_taken_empty_or_long(ann: TestClient) -> None:
    save(ann)
    again = ann.post("/views", data={"name": "Small", "query": "q=x"})
    assert again.status_code == 409 and "choose another name" in again.text
    for name in ("", "   ", "x" * 81, "a\u202eb"):
        assert ann.post("/views", data={"name": name, "query": "q=x"}).status_code == 400
    save(ann, "Other", query="q=x")
    assert shown(ann) == ["Other", "Small"]


def test_the_list_opens_with_the_view_that_its_reader_chose(
    ann: TestClient, config: Config
) -> None:
    place = save(ann, shared="yes")
    bob = of("bob", config)
    assert ann.get("/ideas").status_code == 200
    assert change(ann, "open first") == 303
    answer = ann.get("/ideas")
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert ann.get("/ideas?q=").status_code == 200  # all of them, whatever the default is
    assert len(rows_of(ann.get("/ideas?q=").text)) > len(rows_of(ann.get(place).text))
    assert bob.get("/ideas").status_code == 200
    assert change(bob, "open first") == 303
    assert bob.get("/ideas").status_code == 303
    assert change(ann, "open all first") == 303
    assert ann.get("/ideas").status_code == 200
    assert change(ann, "delete") == 303
    assert bob.get("/ideas").status_code == 200


def test_a_viewer_saves_and_does_not_share(config: Config) -> None:
    eve = of("eve", config)
    assert eve.post("/views", data={"name": "V", "query": "q=x", "shared": "y"}).status_code == 403
    save(eve)
    assert "Share with the team" not in eve.get("/ideas?segment=small&sort=-voices").text
    assert change(eve, "share") == 403


def test_a_token_saves_nothing(config: Config) -> None:
    headers = add_token(config, "ann", "read", "review")
    answer = browser(config).post("/views", data={"name": "V", "query": "q=x"}, headers=headers)
    assert answer.status_code == 403
    with open_store(config.store.database) as store:
        assert store.personal.views("ann") == []


def test_what_a_view_is_called_is_only_text(ann: TestClient) -> None:
    save(ann, "<script>alert(1)</script>")
    page = ann.get("/ideas?q=", headers=HTML).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def decide(config: Config, kind: str, target: str, reviewer: str, reason: str = "") -> None:
    with open_store(config.store.database) as store:
        draft = Draft(kind, target, reviewer, NOON, reason=reason)  # type: ignore[arg-type]
        store.decisions.record(draft)


def test_the_list_is_narrowed_to_what_was_decided(
    ann: TestClient, config: Config, report: IdeaReport
) -> None:
    one, two, three, *rest = (idea.candidate_id for idea in report.ideas)
    decide(config, "accept", one, "ann")
    decide(config, "accept", two, "ann")
    decide(config, "reject", two, "bob", "Not our market.")
    expected = {
        "accepted": [one],
        "rejected": [two],
        "disputed": [two],
        "undecided": [three, *rest],
        "deferred": [],
    }
    for decision, ids in expected.items():
        assert rows_of(ann.get(f"/ideas?decision={decision}").text) == ids
    assert ann.get("/ideas").text.count(">disputed</a>") == 1


def test_exports_tell_who_decided_what_and_why(
    ann: TestClient, config: Config, report: IdeaReport
) -> None:
    one, two = (idea.candidate_id for idea in report.ideas[:2])
    decide(config, "reject", one, "bob", "=Not our market.")
    query = "columns=decision&sort=-decision"
    body = ann.get(f"/export/ideas.csv?{query}").content.decode("utf-8-sig")
    first, *others = list(csv.DictReader(io.StringIO(body)))
    assert (first["idea id"], first["decision"], first["decided by"]) == (one, "rejected", "bob")
    assert (first["decided on"], first["decision reason"]) == ("2026-03-01", "'=Not our market.")
    assert {row["decision"] for row in others} == {""}
    told = ann.get(f"/export/ideas.json?{query}").json()["ideas"]
    assert told[0]["decision reason"] == "=Not our market."
    assert two in {row["idea id"] for row in told[1:]}


def test_an_idea_shows_who_disagrees_and_why(
    ann: TestClient, config: Config, report: IdeaReport
) -> None:
    name = report.ideas[0].candidate_id
    decide(config, "accept", name, "ann", "Three deals.")
    assert "Reviewers disagree" not in ann.get(f"/ideas/{name}").text
    decide(config, "reject", name, "bob", "Not our market.")
    text = ann.get(f"/ideas/{name}").text
    box = text.split("Reviewers disagree")[1].split("</ul>")[0]
    words = ("bob", "rejected", "Not our market.", "ann", "accepted", "Three deals.")
    places = [box.index(word) for word in words]
    assert places == sorted(places)  # the latest first


def test_the_brief_of_an_idea_is_markdown_with_what_the_team_says(
    ann: TestClient, config: Config, report: IdeaReport
) -> None:
    idea = report.ideas[0]
    with open_store(config.store.database) as store:
        changes = {"brief": "For drivers.\nNot for planners @all.", "title": None}
        store.decisions.record(Draft("edit", idea.candidate_id, "ann", NOON, changes=changes))
    decide(config, "accept", idea.candidate_id, "bob", "Three deals.")
    assert f"/export/brief/{idea.candidate_id}" in ann.get(f"/ideas/{idea.candidate_id}").text
    answer = ann.get(f"/export/brief/{idea.candidate_id}")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# ")
    assert "## What the team says\n\nFor drivers.\n\nNot for planners @\u200ball." in answer.text
    assert "Accepted by bob on 2026-03-01: Three deals." in answer.text
    assert "groundswell/" not in answer.text and "last line" not in answer.text
    assert ann.get("/export/brief/need-99999").status_code == 404
