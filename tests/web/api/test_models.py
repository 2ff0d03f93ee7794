"""Models in a program's way: which versions there are, and asking for another one in use."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.api.test_deciding import problem
from tests.web.pages.filling import Shown, config_in, fill
from tests.web.people import add_token, add_user, browser

MODELS = "/api/v1/models"


@pytest.fixture
def shown(report: IdeaReport, tmp_path: Path) -> Shown:
    shown = fill(config_in(tmp_path), report)
    add_user(shown.config, "ann", "planner")
    add_user(shown.config, "cem", "reviewer")
    return shown


def program(shown: Shown, name: str = "ann", *scopes: Any) -> TestClient:
    made = browser(shown.config)
    del made.headers["sec-fetch-site"]
    made.headers.update(add_token(shown.config, name, *(scopes or ("read", "plan"))))
    return made


def test_versions_are_listed_and_told_with_what_speaks_against_each(shown: Shown) -> None:
    ann = program(shown, "ann", "read")
    (themes,) = ann.get(MODELS).json()["models"]
    assert (themes["kind"], themes["in_use"], themes["goes_back_to"]) == (
        "themes",
        "themes-2",
        None,
    )
    assert [one["version"] for one in themes["versions"]] == [5, 4, 3, 2, 1]
    found = {n: ann.get(f"{MODELS}/themes-{n}").json() for n in (2, 3, 4, 5)}
    assert [found[n]["can_be_used"] for n in found] == [False, True, True, False]
    assert [gate["name"] for gate in found[4]["against"]] == ["churn"]
    assert found[3]["against"] == []
    assert found[3]["report"]["kind"] == "themes"
    told = {one["what"]: one["now"] for one in found[3]["differences"]}
    assert told["snapshot: statements"] == "90000"
    problem(ann.get(f"{MODELS}/themes-9"), 404)


def test_a_promotion_a_return_and_a_retraining_are_asked_for_as_jobs(shown: Shown) -> None:
    ann = program(shown)
    answer = ann.post(f"{MODELS}/retrain", json={"models": ["themes"], "wait": True})
    assert (answer.status_code, answer.json()["job"]["manner"]) == (202, "wait")
    answer = ann.post(f"{MODELS}/themes-3/promote", json={"reason": "fits better"})
    assert (answer.status_code, answer.json()["job"]["subject"]) == (202, "themes-3")
    assert ann.post(f"{MODELS}/themes-3/promote", json={}).json()["joined"]
    body = {"anyway": True, "reason": "another market"}
    assert ann.post(f"{MODELS}/themes-4/promote", json=body).json()["job"]["manner"] == "anyway"
    with open_store(shown.config.store.database) as store:
        kinds = [(job.kind, job.subject) for job in store.jobs.newest(9)[::-1]]
    assert kinds == [("retrain", "themes"), ("promote", "themes-3"), ("promote", "themes-4")]


def test_what_cannot_be_done_is_refused(shown: Shown) -> None:
    ann = program(shown)
    problem(ann.post(f"{MODELS}/retrain", json={"models": ["weather"]}), 400)
    problem(ann.post(f"{MODELS}/themes-9/promote", json={}), 404)
    problem(ann.post(f"{MODELS}/themes-2/promote", json={}), 409)
    assert "churn" in problem(ann.post(f"{MODELS}/themes-4/promote", json={}), 409)["detail"]
    problem(ann.post(f"{MODELS}/themes-5/promote", json={"anyway": True, "reason": "x"}), 409)
    problem(ann.post(f"{MODELS}/themes/rollback", json={"to": "themes-1"}), 409)
    problem(ann.post(f"{MODELS}/themes/rollback", json={}), 422)
    with open_store(shown.config.store.database) as store:
        assert store.jobs.newest(9) == []


@pytest.mark.parametrize(
    ("name", "scopes"), [("ann", ("read", "review")), ("cem", ("read", "review", "plan"))]
)
def test_without_the_permission_to_plan_nothing_is_asked_for(
    shown: Shown, name: str, scopes: tuple[str, ...]
) -> None:
    reader = program(shown, name, *scopes)
    for path, body in (
        ("retrain", {}),
        ("themes-3/promote", {}),
        ("themes/rollback", {"to": "themes-1"}),
    ):
        problem(reader.post(f"{MODELS}/{path}", json=body), 403)
