from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from groundswell import accounts
from groundswell.accounts import needed_for
from groundswell.config import Config
from groundswell.store import open_store
from tests.web.people import add_token, add_user, browser, settings


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = settings(tmp_path)
    add_user(config, "ann", "reviewer")
    add_user(config, "vic", "viewer")
    return config


@pytest.fixture
def client(config: Config) -> TestClient:
    made = browser(config)
    del made.headers["sec-fetch-site"]  # a program says nothing of the kind
    made.headers.update(add_token(config, "ann", "read", "review"))
    return made


def wanted(target: str = "need-1", kind: str = "accept", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "target": target, "expected_version": 0, **more}


def decide(client: TestClient, *decisions: dict[str, Any]) -> Response:
    return client.post("/api/v1/decisions", json={"decisions": list(decisions)})


def problem(answer: Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return answer.json()


def numbers(config: Config) -> list[int]:
    with open_store(config.store.database) as store:
        return [one.number for one in store.decisions.log()]


@pytest.mark.parametrize(
    "asked",
    [
        wanted(),
        wanted(kind="reject", reason="Not ours."),
        wanted(kind="defer", changes={"until": "2027-01-01"}),
        wanted(kind="reopen"),
        wanted(kind="edit", changes={"title": "New", "brief": None}),
        wanted(kind="set_effort", changes={"effort_days": 5}),
        wanted(kind="set_fit", changes={"fit": 0.5}),
        wanted(kind="prefer", changes={"over": "need-2", "side": "left", "run": 1, "tie": False}),
        wanted(kind="comment", reason="Why?"),
        wanted("theme-1", "rename", changes={"label": "Named"}),
        wanted("theme-1", "pin", changes={"pinned": True}),
        wanted("theme-1", "merge", changes={"merged_into": "theme-2"}),
        wanted("theme-1", "retire", changes={"retired": True}),
        wanted(
            "theme-1000001",
            "split",
            changes={"split_from": "theme-1", "label": "Apart", "statement:s1": True},
        ),
        wanted("theme-1", "move", changes={"statement:s1": True, "statement:s2": None}),
        wanted(kind="link", changes={"same:item-RF-7": True}),
        wanted("statement-0f3a", "set_kind", changes={"kind": "praise"}),
    ],
    ids=lambda asked: asked["kind"],
)
def test_every_kind_of_decision_can_be_made_by_a_program(
    client: TestClient, asked: dict[str, Any]
) -> None:
    answer = decide(client, asked)
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()["decisions"]
    assert (made["number"], made["kind"], made["reviewer"]) == (1, asked["kind"], "ann")
    assert client.get("/api/v1/decisions").json()["decisions"] == [made]


def test_several_are_recorded_together_or_not_at_all(client: TestClient, config: Config) -> None:
    refused = problem(decide(client, wanted("need-1"), wanted("need-2", "reject")), 422)
    assert "decisions/1: need-2: reject without a reason" in refused["detail"]
    problem(decide(client, wanted("need-1"), wanted("need-1", "reopen")), 409)
    assert numbers(config) == []
    assert decide(client, wanted("need-1"), wanted("need-2")).status_code == 201
    assert numbers(config) == [1, 2]


def test_who_comes_second_is_told_both_versions_and_who_came_first(
    client: TestClient, config: Config
) -> None:
    decide(client, wanted(reason="Ours."))
    found = problem(decide(client, wanted(kind="reopen")), 409)
    assert (found["expected_version"], found["version"], found["target"]) == (0, 1, "need-1")
    assert found["now"]["status"] == "accepted"
    assert (found["decision"]["reviewer"], found["decision"]["reason"]) == ("ann", "Ours.")
    assert numbers(config) == [1]
    assert decide(client, wanted(kind="reopen", expected_version=1)).status_code == 201


def test_a_decision_is_undone_once(client: TestClient) -> None:
    decide(client, wanted())
    address = "/api/v1/decisions/1/undo"
    problem(client.post(address, json={"expected_version": 7}), 409)
    answer = client.post(address, json={"expected_version": 1, "reason": "Too soon."})
    assert answer.status_code == 201
    assert answer.json()["decisions"][0]["undoes"] == 1
    again = problem(client.post(address, json={"expected_version": 2}), 409)
    assert again["decision"]["kind"] == "undo"
    for unknown in ("9", "x", "0", "99999999999999999999"):
        body = {"expected_version": 0}
        problem(client.post(f"/api/v1/decisions/{unknown}/undo", json=body), 404)


def test_the_log_goes_on_after_a_number(client: TestClient) -> None:
    decide(client, *(wanted(f"need-{n}") for n in range(1, 6)))
    first = client.get("/api/v1/decisions?limit=3").json()
    assert ([one["number"] for one in first["decisions"]], first["next"]) == ([1, 2, 3], 3)
    rest = client.get(f"/api/v1/decisions?limit=3&after={first['next']}").json()
    assert ([one["number"] for one in rest["decisions"]], rest["next"]) == ([4, 5], None)
    about = client.get("/api/v1/decisions?target=need-4").json()
    assert [one["number"] for one in about["decisions"]] == [4]


@pytest.mark.parametrize(
    "asked",
    [
        wanted(kind="explode"),
        wanted(kind="undo"),
        wanted(changes={"status": "accepted"}),
        wanted(kind="set_fit", changes={"fit": "high"}),
        wanted(kind="set_fit", changes={"fit": 2}),
        wanted(kind="set_effort", changes={"effort_days": True}),
        wanted(kind="set_effort", changes={"effort_days": -1}),
        wanted(kind="edit", changes={"title": 5}),
        wanted(kind="edit"),
        wanted("theme-1", "pin", changes={"pinned": "yes"}),
        wanted("theme-1"),
        wanted("<script>"),
        wanted("item-\0"),
        wanted(reviewer="bob"),
        wanted(expected_version="0"),
        wanted(expected_version=-1),
        wanted(kind="defer", changes={"until": "2020-01-01"}),
        wanted(kind="edit", changes={"title": ["a"]}),
        {"kind": "accept", "target": "need-1"},
    ],
    ids=repr,
)
def test_what_cannot_be_decided_is_refused_and_not_kept(
    client: TestClient, config: Config, asked: dict[str, Any]
) -> None:
    found = problem(decide(client, asked), 422)
    assert "decisions/0" in found["detail"]
    assert numbers(config) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"decisions": NaN}', "application/json", 422),
        (b'{"decisions": []}', "application/json", 422),
        (b'{"decisions": [{}], "more": 1}', "application/json", 422),
        (b'["\\ud800"]', "application/json", 400),
        (b"kind=accept", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "text/xml", 415),
        (b" " * 300_000, "application/json", 413),
    ],
)
def test_a_body_that_is_none_is_refused(
    client: TestClient, body: bytes, kind: str, status: int
) -> None:
    answer = client.post("/api/v1/decisions", content=body, headers={"content-type": kind})
    problem(answer, status)


def test_who_may_only_read_decides_nothing(client: TestClient, config: Config) -> None:
    client.headers.update(add_token(config, "vic", "read", "review"))
    assert "permission 'review'" in problem(decide(client, wanted()), 403)["detail"]
    client.headers.update(add_token(config, "ann", "read"))
    problem(decide(client, wanted()), 403)
    assert client.get("/api/v1/about").json()["may"] == ["read"]
    assert numbers(config) == []


def test_what_planners_decide_reviewers_neither_make_nor_undo(
    client: TestClient, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {needed_for("place"), needed_for("adopt"), needed_for("accept")} == {"plan", "review"}
    decide(client, wanted())
    client.post("/api/v1/decisions/1/undo", json={"expected_version": 1})
    monkeypatch.setattr(accounts, "PLANNED", frozenset({"accept"}))
    told = problem(decide(client, wanted("need-2", "reopen"), wanted("need-3")), 403)
    assert told["detail"] == "accept needs the permission 'plan'"
    for number in (1, 2):  # undoing the undo would make it again
        address = f"/api/v1/decisions/{number}/undo"
        problem(client.post(address, json={"expected_version": 2}), 403)
    assert numbers(config) == [1, 2]


@pytest.mark.parametrize("path", ["/api/v1/ideas", "/api/v1/nowhere", "/api/"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_program_that_is_not_known_is_told_to_send_a_token(
    config: Config, path: str, accept: str
) -> None:
    stranger = browser(config)
    answer = stranger.get(path, headers={"accept": accept})
    assert "token" in problem(answer, 401)["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"
    wrong = stranger.get(path, headers={"authorization": "Bearer gsw_wrong"})
    assert wrong.content == answer.content


def test_the_gate_speaks_to_programs_in_problems(client: TestClient) -> None:
    problem(client.get("/api/v1/nowhere"), 404)
    wrong = client.delete("/api/v1/ideas")
    problem(wrong, 405)
    assert wrong.headers["allow"] == "GET, HEAD"
    problem(client.get(f"/api/v1/{'a' * 3000}"), 414)
    problem(client.get("/api/v1/ideas?q=%00"), 400)


def test_a_page_of_another_site_decides_nothing(config: Config) -> None:
    stranger = browser(config)
    stranger.headers["sec-fetch-site"] = "cross-site"
    problem(decide(stranger, wanted()), 403)


def test_who_decides_too_often_is_told_when_to_come_again(client: TestClient) -> None:
    answers = [decide(client, wanted("nothing")) for _ in range(241)]
    assert problem(answers[-1], 429)
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_store_that_cannot_be_used_is_a_problem_of_503(tmp_path: Path) -> None:
    config = settings(tmp_path)
    config.store.path.write_bytes(b"this is no database" * 100)
    problem(browser(config).get("/api/v1/ideas"), 503)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (wanted(kind="link", changes={"same:need-2": True}), "nothing to compare an idea with"),
        (wanted(kind="link", changes={"same:item-1": "yes"}), "expected a truth value"),
        (wanted(kind="link"), "compares an idea with 0 others"),
        (wanted("statement-1", "set_kind", changes={"kind": "rant"}), "expected one of problem"),
        (wanted("statement-1", "set_kind"), "set_kind sets"),
    ],
)
def test_a_correction_that_cannot_be_made_is_refused(
    client: TestClient, asked: dict[str, Any], told: str
) -> None:
    assert told in problem(decide(client, asked), 422)["detail"]
