"""The pages of the models: what is in use, what speaks against the others, and asking for more."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundswell.config import Config
from groundswell.domain import ModelVersion
from groundswell.domain.drift import DriftAlarm, as_detail
from groundswell.domain.versions import ASSIGNMENTS
from groundswell.jobs import QueuedJob
from groundswell.model_files import ModelFiles
from groundswell.report import IdeaReport, Measure, ModelReport
from groundswell.store import StepResult, open_store
from reports import model_json
from tests.web.pages.filling import NOON, Shown, config_in, fill
from tests.web.people import add_user, browser, settings, sign_in

BUTTONS = ('action="/models/retrain"', "/promote", "/rollback")


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    config = config_in(tmp_path)
    models = config.models.model_copy(update={"registry": str(tmp_path / "registry")})
    shown = fill(config.model_copy(update={"models": models}), report)
    for name, role in (
        ("ann", "planner"),
        ("bob", "admin"),
        ("cem", "reviewer"),
        ("vic", "viewer"),
    ):
        add_user(shown.config, name, role)  # type: ignore[arg-type]
    return replace(shown, client=signed_in(shown, "ann"))


def signed_in(own: Shown, name: str) -> TestClient:
    client = browser(own.config)
    sign_in(client, name)
    return client


def post(own: Shown, path: str, name: str = "ann", **fields: str) -> tuple[int, str]:
    answer = signed_in(own, name).post(path, data=fields, follow_redirects=True)
    return answer.status_code, answer.text


def jobs(own: Shown) -> list[QueuedJob]:
    with open_store(own.config.store.database) as store:
        return store.jobs.newest(9)


def change(config: Config, number: int, **changes: object) -> ModelVersion:
    """Change what the store knows of a version."""
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        before = store.versions.get("themes", number)
        assert before is not None
        store.versions.keep(lease, replace(before, **changes))  # type: ignore[arg-type]
        found = store.versions.get("themes", number)
        assert found is not None
        return found


def judged(own: Shown, number: int) -> ModelReport:
    """Write a report of a version into the registry."""
    with open_store(own.config.store.database) as store:
        version = store.versions.get("themes", number)
    assert version is not None
    measures = (
        Measure("needs", "count", 12.0, 11.0),
        Measure("foretold", "nats per tie", 1.31, 1.25, 0.02, 0.1, more_is_better=True),
    )
    found = replace(ModelReport.of(version), measures=measures)
    part = ModelFiles(own.config.models.registry)
    digest = part.put("themes", "report.json", model_json(found).encode())
    change(own.config, number, files={"report.json": digest})
    return found


def test_before_the_first_run_the_page_says_what_makes_a_model(tmp_path: Path) -> None:
    page = browser(settings(tmp_path)).get("/models").text
    assert "No model was made yet" in page and "groundswell run" in page


def test_each_version_stands_with_its_state_and_what_held_it_back(own: Shown) -> None:
    page = signed_in(own, "vic").get("/models").text
    for number in range(1, 6):
        assert f'href="/models/themes-{number}"' in page
    for words in ("in use", "was in use", "waits for a person", "held back"):
        assert words in page
    assert "<b>churn</b>: 40% of the statements move; 25% may" in page
    assert "<b>whole</b>: centroids are not all finite" in page
    assert not any(one in page for one in BUTTONS)


def test_a_version_is_shown_with_its_report_and_what_differs(own: Shown) -> None:
    judged(own, 4)
    page = own.text("/models/themes-4")
    for words in ("Measured on both", "0.02 to 0.1", "better", "What differs from", "90,000"):
        assert words in page
    assert own.client.get("/models/themes-4.json").json()["measures"][0]["name"] == "needs"


def test_of_a_report_that_is_gone_the_page_says_where_it_was(own: Shown) -> None:
    judged(own, 3)
    for path in Path(own.config.models.registry).iterdir():
        path.write_bytes(b"{}")
    page = own.text("/models/themes-3")
    assert "was changed; &#39;groundswell retrain&#39; makes it anew" in page
    assert "Measured on both" not in page
    assert "all arrays fit together" in page  # the store knows what the gates said


@pytest.mark.parametrize(
    "name", ["themes-9", "themes-", "themes-x", "themes-²", "nonsense-1", "-1"]
)
def test_a_version_that_is_not_there_is_not_found(own: Shown, name: str) -> None:
    assert own.client.get(f"/models/{name}").status_code == 404
    assert own.client.get(f"/models/{name}.json").status_code == 404
    assert post(own, f"/models/{name}/promote")[0] == 404


def test_who_may_not_plan_asks_for_nothing(own: Shown) -> None:
    for number in (2, 3, 4, 5):
        page = signed_in(own, "cem").get(f"/models/themes-{number}").text
        assert not any(one in page for one in BUTTONS)
    for path in ("retrain", "themes-3/promote", "themes/rollback"):
        assert post(own, f"/models/{path}", "cem")[0] == 403
    assert jobs(own) == []


def test_a_planner_has_challengers_made_and_looks_at_them_first(own: Shown) -> None:
    assert 'value="gates" checked' in signed_in(own, "ann").get("/models").text
    status, page = post(own, "/models/retrain", then="wait", reason="a new market")
    assert status == 200 and "Retraining, what passes waits" in page
    (job,) = jobs(own)
    assert (job.kind, job.subject, job.manner, job.reason) == (
        *("retrain", "", "wait"),
        "a new market",
    )
    assert "Retraining, what passes waits" in own.text("/models")
    _, page = post(own, "/models/retrain", "bob", then="gates", model="themes")
    assert "Retraining of themes" in page
    assert [(one.subject, one.manner) for one in jobs(own)] == [("themes", ""), ("", "wait")]


def test_where_the_settings_leave_it_to_a_person_it_is_not_asked(own: Shown) -> None:
    models = own.config.models.model_copy(update={"promote": "person"})
    shown = replace(own, config=own.config.model_copy(update={"models": models}))
    assert 'name="then"' not in signed_in(shown, "ann").get("/models").text
    post(shown, "/models/retrain")
    assert [one.manner for one in jobs(own)] == ["wait"]


@pytest.mark.parametrize(
    "fields", [{"then": "at once"}, {"model": "weather"}, {"reason": "x" * 201}]
)
def test_what_is_no_retraining_is_refused(own: Shown, fields: dict[str, str]) -> None:
    assert post(own, "/models/retrain", **fields)[0] == 400
    assert jobs(own) == []


def test_what_waits_is_put_in_use_by_a_button(own: Shown) -> None:
    assert "Use it" not in own.text("/models/themes-3")
    assert "Put in use" in own.text("/models/themes-3")
    assert 'href="/models/themes-3#use"' in own.text("/models")
    status, page = post(own, "/models/themes-3/promote", reason="fits better")
    assert status == 200 and "themes-3 put in use" in page
    (job,) = jobs(own)
    assert (job.kind, job.subject, job.manner) == ("promote", "themes-3", "")


def test_what_was_held_back_takes_a_reason(own: Shown) -> None:
    page = own.text("/models/themes-4")
    assert "Use it in spite of churn" in page and "required" in page
    for fields in ({}, {"reason": "x"}, {"anyway": "yes"}, {"anyway": "yes", "reason": " "}):
        status, page = post(own, "/models/themes-4/promote", **fields)
        assert status == 409 and "40% of the statements move; 25% may" in page
    assert jobs(own) == []
    post(own, "/models/themes-4/promote", anyway="yes", reason="we moved to another market")
    (job,) = jobs(own)
    assert (job.subject, job.manner) == ("themes-4", "anyway")


def test_what_cannot_be_used_is_never_offered(own: Shown) -> None:
    page = own.text("/models/themes-5")
    assert "It cannot be used" in page and "/promote" not in page
    status, page = post(own, "/models/themes-5/promote", anyway="yes", reason="I want it")
    assert status == 409 and "centroids are not all finite" in page
    assert jobs(own) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"parents": (("themes", 1),)}, "version 2 is in use now"),
        ({"snapshot": {"statements": 1}}, "came after it was made"),
        ({"encoder_id": "another"}, "an encoder that is not in use"),
    ],
)
def test_what_is_out_of_date_is_never_offered(
    own: Shown, changes: dict[str, object], told: str
) -> None:
    change(own.config, 3, **changes)
    page = own.text("/models/themes-3")
    assert told in page and "/promote" not in page
    assert "out of date" in own.text("/models")
    assert "themes-3" not in own.text("/")
    assert post(own, "/models/themes-3/promote", anyway="yes", reason="x")[0] == 409


def test_the_one_in_use_is_not_put_in_use(own: Shown) -> None:
    assert "cannot be used" not in own.text("/models/themes-2")
    status, page = post(own, "/models/themes-2/promote")
    assert status == 409 and "in use already" in page


def test_there_is_no_way_back_where_no_version_was_kept_as_it_was(own: Shown) -> None:
    assert "Go back" not in own.text("/models")
    assert post(own, "/models/themes/rollback", to="themes-1")[0] == 409
    assert post(own, "/models/weather/rollback", to="themes-1")[0] == 404


def test_going_back_says_where_to_and_what_becomes_of_reports(own: Shown) -> None:
    change(own.config, 1, files={ASSIGNMENTS: "0" * 64})
    page = own.text("/models")
    assert "Go back to themes-1" in page and "all reports made since are withdrawn" in page
    assert "Go back to themes-1" in own.text("/models/themes-2")
    status, page = post(own, "/models/themes/rollback", to="themes-9")
    assert status == 409 and "themes-1 is the version before" in page
    status, page = post(own, "/models/themes/rollback", to="themes-1", reason="it was better")
    assert status == 200 and "Back to themes-1" in page
    (job,) = jobs(own)
    assert (job.kind, job.subject, job.reason) == ("rollback", "themes-1", "it was better")


def test_the_inbox_tells_of_what_waits_and_of_what_changed_since(own: Shown) -> None:
    page = own.text("/")
    assert 'href="/models/themes-3#use"' in page
    assert "themes-4" not in page  # it was held back before the report that is compared with
    change(own.config, 4, run_id=2)
    with open_store(own.config.store.database) as store, store.lease("pipeline") as lease:
        version = store.versions.get("themes", 3)
        assert version is not None
        who = {"put_in_use_by": "ann", "because": "fits better"}
        store.versions.promote(lease, 2, replace(version, settings=who))
    page = own.text("/")
    assert "churn: 40% of the statements move; 25% may" in page
    assert "put in use by ann: fits better" in page
    assert "themes-3#use" not in page
    assert "put in use by <bdi>ann</bdi>: <q" in own.text("/models/themes-3")


def test_drift_is_told_of_where_one_retrains(own: Shown) -> None:
    assert "something else" not in own.text("/models")
    alarm = DriftAlarm("left out", "14% of 400 new statements belong to no theme", "fit <again>")
    with open_store(own.config.store.database) as store, store.lease("pipeline") as lease:
        result = StepResult("update_themes", 0, 0, 0, 0.0, as_detail((alarm,)))
        store.ledger.step_done(lease, 2, result)
    assert "14% of 400 new statements belong to no theme; fit &lt;again&gt;" in own.text("/models")
    assert 'href="/models#of-themes"' in own.text("/")


def test_a_withdrawn_run_says_why(own: Shown) -> None:
    with open_store(own.config.store.database) as store, store.lease("pipeline") as lease:
        told = "run 3 went back to themes-1, so its report is not shown any more"
        store.ledger.withdraw(lease, [2], told)
    page = own.text("/runs")
    assert "withdrawn" in page and told in page


def test_many_versions_are_shown_when_asked_for(own: Shown) -> None:
    with open_store(own.config.store.database) as store, store.lease("pipeline") as lease:
        first = store.versions.get("themes", 4)
        assert first is not None
        for number in range(6, 30):
            store.versions.keep(lease, replace(first, version=number))
    page = own.text("/models")
    assert "/models/themes-29" in page and "/models/themes-4" not in page
    assert "All 29 versions" in page
    assert "/models/themes-4" in own.text("/models?all=1")
    assert NOON.strftime("%Y-%m-%d") in page
