"""The plan's board in a program's way: what a move costs, making it, taking it back."""

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from groundswell.report import IdeaReport
from tests.web.api.test_deciding import problem
from tests.web.pages.filling import Shown
from tests.web.pages.planning import with_plan
from tests.web.people import add_token, add_user, browser

BOARD = "/api/v1/plan/board"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    shown = with_plan(report, tmp_path)
    add_user(shown.config, "ann", "planner")
    return shown


@pytest.fixture
def ann(own: Shown) -> TestClient:
    made = browser(own.config)
    del made.headers["sec-fetch-site"]
    made.headers.update(add_token(own.config, "ann", "read", "review", "plan"))
    return made


def ids(own: Shown) -> list[str]:
    return [idea.candidate_id for idea in own.report.ideas[:5]]


def move(client: TestClient, idea: str, release: str | None, **more: Any) -> Response:
    asked = {"version": client.get(BOARD).json()["version"], "release": release, **more}
    return client.post(f"/api/v1/plan/ideas/{idea}", json=asked)


def ships(client: TestClient) -> dict[str, str]:
    return {one["candidate_id"]: one["ships"] for one in client.get(BOARD).json()["plan"]["ideas"]}


def test_a_card_tells_every_place_and_what_each_costs(own: Shown, ann: TestClient) -> None:
    _, second, third = ids(own)[:3]
    card = ann.get(f"/api/v1/plan/ideas/{second}").json()
    assert (card["idea"]["candidate_id"], card["place"], card["version"]) == (second, "4.9", 0)
    assert [(one["item_id"], one["other_id"]) for one in card["links"]] == [(third, second)]
    here, later, out = card["moves"]
    assert (here["here"], later["release"], out["release"]) == (True, "4.10", "not planned")
    assert later["alone"]["broken"] and not later["together"]["broken"]
    assert [(one["item_id"], one["release"]) for one in later["companions"]] == [(third, "4.10")]
    assert later["together"]["value"] < 0
    problem(ann.get("/api/v1/plan/ideas/need-999"), 404)


def test_a_move_is_made_with_what_comes_along_and_taken_back(own: Shown, ann: TestClient) -> None:
    _, second, third = ids(own)[:3]
    before = ships(ann)
    answer = move(ann, second, "4.10", along=[{"target": third, "release": "4.10"}], reason="Late.")
    assert answer.status_code == 201
    assert [(one["kind"], one["target"]) for one in answer.json()["decisions"]] == [
        ("place", second),
        ("place", third),
    ]
    assert (ships(ann)[second], ships(ann)[third]) == ("4.10", "4.10")
    placed = ann.get(BOARD).json()["placed"]
    assert [(one["target"], one["release"]) for one in placed] == [
        (second, "4.10"),
        (third, "4.10"),
    ]
    assert move(ann, second, None).status_code == 201
    undone = ann.post("/api/v1/decisions/2/undo", json={"expected_version": 2})
    assert (undone.status_code, ships(ann)) == (201, before)


def test_who_moves_second_is_told_who_came_first(own: Shown, ann: TestClient) -> None:
    first = ids(own)[0]
    move(ann, first, "4.10", reason="Later.")
    found = problem(move(ann, first, "not planned", version=0), 409)
    assert (found["expected_version"], found["version"]) == (0, 1)
    assert found["decision"]["reason"] == "Later."


@pytest.mark.parametrize(
    "asked",
    [
        {"release": "9.9"},
        {"release": "4.10", "team": "Nobody"},
        {"release": "4.10", "along": [{"target": "need-999", "release": "4.10"}]},
        {"release": 4},
        {"place": "4.10"},
    ],
)
def test_what_the_plan_does_not_know_is_refused(
    own: Shown, ann: TestClient, asked: dict[str, Any]
) -> None:
    before = ships(ann)
    problem(ann.post(f"/api/v1/plan/ideas/{ids(own)[0]}", json={"version": 0, **asked}), 422)
    assert ships(ann) == before


def test_moving_needs_the_scope_of_planners(own: Shown) -> None:
    client = browser(own.config)
    client.headers.update(add_token(own.config, "ann", "read", "review"))
    problem(move(client, ids(own)[0], "4.10"), 403)
