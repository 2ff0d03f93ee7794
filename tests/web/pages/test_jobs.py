"""Asking for runs in the app: who may, what is said of them, and who may call one off."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.filling import NOON, Shown, config_in, fill
from tests.web.people import add_user, browser, sign_in

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    shown = fill(config_in(tmp_path), report)
    for name, role in (("ann", "planner"), ("bob", "admin"), ("cem", "reviewer")):
        add_user(shown.config, name, role)  # type: ignore[arg-type]
    return shown


def signed_in(own: Shown, name: str) -> TestClient:
    client = browser(own.config)
    sign_in(client, name)
    return client


def post(client: TestClient, path: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data=fields, follow_redirects=True)
    return answer.status_code, answer.text


def test_a_planner_asks_for_a_run_and_the_next_one_joins(own: Shown) -> None:
    ann, bob = signed_in(own, "ann"), signed_in(own, "bob")
    status, page = post(ann, "/jobs", kind="refresh", reason="the release is out")
    assert status == 200
    assert "the release is out" in page and "Waiting for its turn" in page
    assert "queued already" not in page
    _, page = post(bob, "/jobs", kind="refresh", reason="me too")
    assert "That is queued already, for <bdi>ann</bdi>: job 1 serves both of you." in page
    _, page = post(bob, "/models/retrain", then="wait")
    assert "Retraining, what passes waits" in page
    with open_store(own.config.store.database) as store:
        assert [job.kind for job in store.jobs.newest(9)] == ["retrain", "refresh"]


def test_who_may_not_plan_sees_what_was_asked_for_and_asks_for_nothing(own: Shown) -> None:
    post(signed_in(own, "ann"), "/jobs", kind="refresh")
    cem = signed_in(own, "cem")
    page = cem.get("/runs").text
    assert "Waiting for its turn" in page
    assert "Run now" not in page and "Cancel" not in page
    assert post(cem, "/jobs", kind="refresh")[0] == 403
    assert post(cem, "/jobs/1/cancel")[0] == 403
    with open_store(own.config.store.database) as store:
        assert [job.state for job in store.jobs.newest(9)] == ["queued"]


def test_a_queued_job_is_called_off_by_whoever_may(own: Shown) -> None:
    post(signed_in(own, "ann"), "/jobs", kind="refresh")
    _, page = post(signed_in(own, "bob"), "/jobs/1/cancel")
    assert "cancelled" in page and 'action="/jobs/1/cancel"' not in page
    assert post(signed_in(own, "bob"), "/jobs/9/cancel")[0] == 404
    assert post(signed_in(own, "bob"), "/jobs/x/cancel")[0] == 404


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "preview"},
        {"kind": "retrain"},
        {"kind": "rm"},
        {"kind": "refresh", "reason": "x" * 201},
    ],
)
def test_what_is_no_run_is_refused(own: Shown, fields: dict[str, str]) -> None:
    assert post(signed_in(own, "ann"), "/jobs", **fields)[0] == 400


def test_how_far_a_job_is_can_be_read_without_scripts(own: Shown) -> None:
    ann = signed_in(own, "ann")
    post(ann, "/jobs", kind="refresh", reason=HOSTILE)
    with open_store(own.config.store.database) as store:
        with store.lease("jobs") as lease:
            store.jobs.take(lease, NOON)
            store.jobs.tell(lease, 1, "embedding, 512 of 3,000", 1, 8)
            page = ann.get("/runs").text
            assert '<progress max="8" value="1"' in page
            assert "Step 2 of 8: embedding, 512 of 3,000" in page
            assert '<a href="/runs">Look again</a>' in page
            assert "<script>alert" not in page and "\u202e" not in page
        assert "Its worker has ended" in ann.get("/runs").text
        with store.lease("jobs") as lease:
            store.jobs.finish(lease, 1, "failed", at=NOON, message=f"survey.csv: {HOSTILE}")
    page = ann.get("/runs").text
    assert "survey.csv" in page and "<script>alert" not in page
    assert "data-open" not in page
