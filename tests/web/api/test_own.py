"""What is a program's user's own: saved views, the inbox, pairs."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from groundswell.report import IdeaReport
from tests.web.api.test_deciding import problem
from tests.web.pages.filling import Shown, config_in, fill
from tests.web.people import add_token, add_user, browser

VIEWS = "/api/v1/views"
PAIRS = "/api/v1/pairs"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    shown = fill(config_in(tmp_path), report)
    for name in ("ann", "bob"):
        add_user(shown.config, name, "reviewer")
    return shown


def program(own: Shown, name: str = "ann", *scopes: Any) -> TestClient:
    made = browser(own.config)
    del made.headers["sec-fetch-site"]
    made.headers.update(add_token(own.config, name, *(scopes or ("read", "review"))))
    return made


@pytest.fixture
def ann(own: Shown) -> TestClient:
    return program(own)


def saved(client: TestClient, name: str = "Retail", **more: Any) -> Any:
    asked = {"name": name, "query": "segment=retail&sort=-revenue&page=3", **more}
    answer = client.post(VIEWS, json=asked)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_view_is_saved_changed_opened_first_and_forgotten(ann: TestClient) -> None:
    view = saved(ann)
    assert (view["name"], view["owner"], view["shared"]) == ("Retail", "ann", False)
    assert view["query"] == "segment=retail&sort=-revenue"  # without the page, which passes
    address = f"{VIEWS}/{view['view_id']}"
    changed = ann.post(address, json={"name": "Shops", "shared": True, "first": True}).json()
    assert (changed["name"], changed["shared"]) == ("Shops", True)
    assert ann.get(VIEWS).json() == {"first": view["view_id"], "views": [changed]}
    ann.post(address, json={"first": False})
    assert ann.get(VIEWS).json()["first"] is None
    assert ann.delete(address).json()["views"] == []
    problem(ann.delete(address), 404)


def test_a_name_is_taken_once(ann: TestClient) -> None:
    first, second = saved(ann), saved(ann, "Shops")
    problem(ann.post(VIEWS, json={"name": "Retail", "query": ""}), 409)
    address = f"{VIEWS}/{second['view_id']}"
    problem(ann.post(address, json={"name": first["name"], "shared": True}), 409)
    assert not any(one["shared"] for one in ann.get(VIEWS).json()["views"])
    problem(ann.post(VIEWS, json={"name": " ", "query": ""}), 400)


def test_a_shared_view_is_seen_by_all_and_changed_by_its_owner_alone(own: Shown) -> None:
    view = saved(program(own), shared=True)
    bob = program(own, "bob")
    assert bob.get(VIEWS).json()["views"] == [view]
    address = f"{VIEWS}/{view['view_id']}"
    assert bob.post(address, json={"first": True}).status_code == 200
    for change in ({"name": "Mine"}, {"shared": False}):
        assert "ann's" in problem(bob.post(address, json=change), 403)["detail"]
    problem(bob.delete(address), 403)


def test_a_token_that_may_only_read_changes_nothing_not_even_its_own_users(own: Shown) -> None:
    reader = program(own, "ann", "read")
    problem(reader.post(VIEWS, json={"name": "Retail", "query": ""}), 403)
    problem(reader.post("/api/v1/inbox/seen", json={"run": 2}), 403)
    assert reader.get(VIEWS).json()["views"] == []


def test_the_inbox_tells_what_is_different_since_its_reader_looked(
    own: Shown, ann: TestClient
) -> None:
    found = ann.get("/api/v1/inbox").json()
    assert (found["run"], found["since"], found["since_run"], found["seen"]) == (2, "run", 1, None)
    moved = next(one for one in found["groups"] if one["heading"] == "Ideas that moved")
    known = {idea.candidate_id for idea in own.report.ideas}
    assert {one["target"] for one in moved["entries"]} <= known
    rising = next(one for one in found["groups"] if "rising" in one["heading"])
    assert all(one["target"].startswith("theme-") for one in rising["entries"])
    assert ann.post("/api/v1/inbox/seen", json={"run": 2}).json()["run_id"] == 2
    again = ann.get("/api/v1/inbox").json()
    assert (again["since"], again["since_run"]) == ("seen", 2)
    assert "Ideas that moved" not in [one["heading"] for one in again["groups"]]
    assert ann.get("/api/v1/inbox?since=run").json()["groups"] == found["groups"]
    assert program(own, "bob").get("/api/v1/inbox").json()["seen"] is None
    problem(ann.get("/api/v1/inbox?since=ever"), 422)
    problem(ann.post("/api/v1/inbox/seen", json={"run": 99}), 400)


def answer_to(asked: Any, said: str = "left", **more: Any) -> dict[str, Any]:
    left, right = (asked[side]["candidate_id"] for side in ("left", "right"))
    return {"run": asked["run"], "left": left, "right": right, "answer": said, **more}


def test_a_pair_is_asked_answered_once_and_taken_back(ann: TestClient) -> None:
    asked = ann.get(PAIRS).json()
    assert asked["left"]["candidate_id"] != asked["right"]["candidate_id"]
    assert not {"rank", "score", "tier"} & set(asked["left"])
    answer = ann.post(PAIRS, json=answer_to(asked, "right"))
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["decisions"]
    assert (answer.status_code, made["kind"], made["reviewer"]) == (201, "prefer", "ann")
    assert made["target"] == asked["right"]["candidate_id"]
    problem(ann.post(PAIRS, json=answer_to(asked)), 409)
    assert ann.get(PAIRS).json()["answered"] == 1
    assert ann.get(f"{PAIRS}/learnt").json()["learning"]["answers"] == 1
    undone = ann.post("/api/v1/decisions/1/undo", json={"expected_version": 0})
    assert undone.status_code == 201  # an answer leaves the version of its idea as it is
    assert ann.get(PAIRS).json() == asked


def test_a_skipped_pair_is_not_asked_again(ann: TestClient) -> None:
    asked = ann.get(PAIRS).json()
    both = [("skip", asked[side]["candidate_id"]) for side in ("left", "right")]
    other = ann.get(PAIRS, params=both).json()
    assert answer_to(other) != answer_to(asked)


def test_an_answer_that_does_not_fit_the_report_is_refused(ann: TestClient) -> None:
    asked = ann.get(PAIRS).json()
    for wrong in ({"run": 1}, {"left": "need-999"}, {"answer": "both"}, {"left": None}):
        problem(ann.post(PAIRS, json=answer_to(asked) | wrong), 422)
    same = asked["right"]["candidate_id"]
    problem(ann.post(PAIRS, json=answer_to(asked) | {"left": same}), 422)
    assert ann.get("/api/v1/decisions").json()["decisions"] == []
