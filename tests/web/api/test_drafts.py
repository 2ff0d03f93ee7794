"""A draft in a program's way: staging, previews, publishing, and who comes second."""

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from groundswell.domain.staged import digest_of
from groundswell.report import DraftPreview, IdeaReport, PreviewedIdea, RankSpan
from groundswell.store import open_store
from reports import preview_json
from tests.web.api.test_deciding import decide, problem, wanted
from tests.web.pages.filling import Shown, config_in, fill
from tests.web.people import NOON, add_token, add_user, browser

DRAFT = "/api/v1/draft"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    shown = fill(config_in(tmp_path), report)
    for name in ("ann", "bob"):
        add_user(shown.config, name, "planner")
    return shown


def program(own: Shown, name: str = "ann", *scopes: Any) -> TestClient:
    made = browser(own.config)
    del made.headers["sec-fetch-site"]
    made.headers.update(add_token(own.config, name, *(scopes or ("read", "review"))))
    return made


@pytest.fixture
def ann(own: Shown) -> TestClient:
    return program(own)


def stage(client: TestClient, *decisions: dict[str, Any]) -> Response:
    return client.post(f"{DRAFT}/decisions", json={"decisions": decisions})


def publish(client: TestClient) -> Response:
    return client.post(f"{DRAFT}/publish", json={"digest": client.get(DRAFT).json()["digest"]})


def test_what_is_staged_counts_for_nobody_until_it_is_published(ann: TestClient) -> None:
    assert ann.get(DRAFT).json()["decisions"] == []
    merge = wanted("theme-1", "merge", changes={"merged_into": "theme-2"})
    staged = stage(ann, wanted(reason="Ours."), merge).json()["decisions"]
    assert [(one["position"], one["kind"], one["target"]) for one in staged] == [
        (1, "accept", "need-1"),
        (2, "merge", "theme-1"),
    ]
    assert stage(ann, wanted(reason="Ours.")).json()["decisions"] == staged  # said already
    assert ann.get("/api/v1/decisions").json()["decisions"] == []
    assert ann.get(DRAFT).json()["decisions"] == staged
    answer = publish(ann)
    assert answer.status_code == 201
    assert [one["number"] for one in answer.json()["decisions"]] == [1, 2]
    assert ann.get(DRAFT).json()["decisions"] == []


def test_several_are_staged_together_or_not_at_all(ann: TestClient) -> None:
    refused = problem(stage(ann, wanted(), wanted("need-2", "reject")), 422)
    assert "decisions/1: need-2: reject without a reason" in refused["detail"]
    assert ann.get(DRAFT).json()["decisions"] == []


def test_decisions_are_taken_out_one_by_one_and_all_together(ann: TestClient) -> None:
    stage(ann, wanted("need-1"), wanted("need-2"), wanted("need-3"))
    left = ann.delete(f"{DRAFT}/decisions/2").json()["decisions"]
    assert [one["position"] for one in left] == [1, 3]
    for unknown in ("2", "x", "0", "99999999999999999999"):
        problem(ann.delete(f"{DRAFT}/decisions/{unknown}"), 404)
    assert ann.delete(DRAFT).json()["decisions"] == []


def test_a_draft_is_published_as_it_was_read_or_not_at_all(ann: TestClient) -> None:
    stage(ann, wanted())
    digest = ann.get(DRAFT).json()["digest"]
    stage(ann, wanted("need-2"))
    refused = problem(ann.post(f"{DRAFT}/publish", json={"digest": digest}), 422)
    assert "was changed since it was shown" in refused["detail"]
    assert ann.get("/api/v1/decisions").json()["decisions"] == []


def test_a_conflict_names_each_decision_in_the_way_and_loses_nothing(
    own: Shown, ann: TestClient
) -> None:
    stage(ann, *(wanted(f"need-{n}") for n in (1, 2, 3)))
    bob = program(own, "bob")
    decide(bob, *(wanted(f"need-{n}", "reject", reason=f"Not {n}.") for n in (1, 3)))
    assert [one["stale"] for one in ann.get(DRAFT).json()["decisions"]] == [True, False, True]
    found = problem(publish(ann), 409)
    told = [(one["target"], one["position"], one["version"]) for one in found["conflicts"]]
    assert told == [("need-1", 1, 1), ("need-3", 3, 2)]
    assert [one["decision"]["reason"] for one in found["conflicts"]] == ["Not 1.", "Not 3."]
    assert (found["target"], found["expected_version"], found["version"]) == ("need-1", 0, 1)
    assert found["conflicts"][0]["now"]["status"] == "rejected"
    ann.post(f"{DRAFT}/decisions/1/keep", json={"version": 1})
    ann.delete(f"{DRAFT}/decisions/3")
    assert publish(ann).status_code == 201
    log = ann.get("/api/v1/decisions?after=2").json()["decisions"]
    assert [(one["target"], one["reviewer"]) for one in log] == [
        ("need-1", "ann"),
        ("need-2", "ann"),
    ]


def test_an_answer_about_a_pair_and_a_comment_are_in_nobodys_way(
    own: Shown, ann: TestClient
) -> None:
    said = {"over": "need-2", "side": "left", "run": 2, "tie": False}
    stage(ann, wanted(kind="prefer", changes=said), wanted(kind="comment", reason="Why?"))
    decide(program(own, "bob"), wanted())
    assert [one["stale"] for one in ann.get(DRAFT).json()["decisions"]] == [False, False]
    assert publish(ann).status_code == 201


def test_what_planners_decide_is_neither_staged_nor_published_without_their_permission(
    own: Shown, ann: TestClient
) -> None:
    place = wanted(kind="place", changes={"release": "4.9", "team": None})
    problem(stage(ann, place), 403)
    assert stage(program(own, "ann", "read", "review", "plan"), place).status_code == 200
    assert "needs the permission 'plan'" in problem(publish(ann), 403)["detail"]
    page = browser(own.config)
    page.post("/login", data={"name": "ann", "password": "correct horse battery"})
    with open_store(own.config.store.database) as store:
        store.accounts.set_role("ann", "reviewer")
        digest = digest_of(store.drafts.of("ann"))
    assert page.post("/draft/publish", data={"seen": digest}).status_code == 403
    assert ann.get("/api/v1/decisions").json()["decisions"] == []


def test_a_preview_is_asked_for_and_read_when_it_is_there(own: Shown, ann: TestClient) -> None:
    preview = f"{DRAFT}/preview"
    problem(ann.post(preview), 400)  # nothing is staged
    stage(ann, wanted())
    assert ann.get(preview).json() == {
        "job": None,
        "preview": None,
        "made_at": None,
        "outdated": "",
    }
    answer = ann.post(preview)
    assert (answer.status_code, answer.json()["job"]["state"]) == (202, "queued")
    with open_store(own.config.store.database) as store:
        digest, run = digest_of(store.drafts.of("ann")), own.report.run.run_id
        moved = PreviewedIdea("need-1", "Export", RankSpan(1, 1, 3), RankSpan(4, 2, 6), "dearer")
        found = DraftPreview(digest, run, (moved,), (), 0, ("A need ended.",), 9)
        with store.lease("jobs") as lease:
            store.jobs.take(lease, NOON)
            store.drafts.save_preview(lease, "ann", preview_json(found), NOON)
            store.jobs.finish(lease, 1, "done", at=NOON)
    told = ann.get(preview).json()
    assert (told["job"]["state"], told["outdated"]) == ("done", "")
    assert told["preview"]["moves"][0]["after"] == {"rank": 4, "low": 2, "high": 6}
    stage(ann, wanted("need-2"))
    assert ann.get(preview).json()["outdated"] == "the draft has changed since"


def test_who_may_only_read_has_no_draft(own: Shown) -> None:
    reader = program(own, "ann", "read")
    problem(reader.get(DRAFT), 403)
    problem(stage(reader, wanted()), 403)
