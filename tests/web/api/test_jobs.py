"""Jobs in a program's way: asking for a run, how far it is, calling it off."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from groundswell.config import Config
from groundswell.store import open_store
from tests.web.api.test_deciding import problem
from tests.web.people import NOON, add_token, add_user, browser, settings

JOBS = "/api/v1/jobs"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = settings(tmp_path)
    for name, role in (("ann", "planner"), ("bob", "planner"), ("cem", "reviewer")):
        add_user(config, name, role)  # type: ignore[arg-type]
    return config


def program(config: Config, name: str, **more: Any) -> TestClient:
    made = browser(config, **more)
    del made.headers["sec-fetch-site"]
    made.headers.update(add_token(config, name, "read", "review", "plan"))
    return made


def test_a_run_is_asked_for_joined_followed_and_called_off(config: Config) -> None:
    woken: list[int] = []
    ann = program(config, "ann", wake=lambda: woken.append(1))
    answer = ann.post(JOBS, json={"kind": "refresh", "reason": "the release is out"})
    assert (answer.status_code, answer.json()["joined"]) == (202, False)
    assert answer.json()["job"]["reason"] == "the release is out"
    joined = program(config, "bob").post(JOBS, json={"kind": "refresh"}).json()
    assert (joined["joined"], joined["job"]["requested_by"]) == (True, "ann")
    assert woken == [1]
    with open_store(config.store.database) as store, store.lease("jobs") as lease:
        store.jobs.take(lease, NOON)
        store.jobs.tell(lease, 1, "embedding", 1, 8)
        far = ann.get(f"{JOBS}/1").json()
        assert (far["state"], far["step"], far["done"], far["total"]) == (
            "running",
            "embedding",
            1,
            8,
        )
        assert ann.get(JOBS).json()["has_worker"]
    problem(ann.post(f"{JOBS}/1/cancel"), 409)  # it does not wait any more
    ann.post(JOBS, json={"kind": "retrain"})
    assert ann.post(f"{JOBS}/2/cancel").json()["state"] == "cancelled"
    assert [one["kind"] for one in ann.get(JOBS).json()["jobs"]] == ["retrain", "refresh"]


def test_who_may_not_plan_asks_for_no_run_and_calls_none_off(config: Config) -> None:
    program(config, "ann").post(JOBS, json={"kind": "refresh"})
    cem = program(config, "cem")
    problem(cem.post(JOBS, json={"kind": "refresh"}), 403)
    assert "ann's" in problem(cem.post(f"{JOBS}/1/cancel"), 403)["detail"]
    assert cem.get(f"{JOBS}/1").json()["state"] == "queued"


def test_what_is_no_run_and_no_job_is_refused(config: Config) -> None:
    ann = program(config, "ann")
    for body in ({}, {"kind": "preview"}, {"kind": "refresh", "reason": "x" * 201}):
        problem(ann.post(JOBS, json=body), 422)
    for unknown in ("9", "x", "99999999999999999999"):
        problem(ann.get(f"{JOBS}/{unknown}"), 404)
        problem(ann.post(f"{JOBS}/{unknown}/cancel"), 404)


def test_why_a_preview_failed_is_told_to_whose_draft_it_is_alone(config: Config) -> None:
    with open_store(config.store.database) as store, store.lease("jobs") as lease:
        store.jobs.request("preview", by="cem", at=NOON)
        store.jobs.take(lease, NOON)
        store.jobs.finish(lease, 1, "failed", at=NOON, message="need-1: bob came first")
    assert program(config, "cem").get(f"{JOBS}/1").json()["message"] == "need-1: bob came first"
    ann = program(config, "ann")
    assert ann.get(f"{JOBS}/1").json()["message"] == ""
    assert ann.get(JOBS).json()["jobs"][0]["message"] == ""
    assert "bob came first" not in ann.get("/runs").text
    assert "bob came first" in program(config, "cem").get("/runs").text
