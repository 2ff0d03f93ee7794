import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib import metadata
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import Artifact, FlowRun, TaskRun
from prefect.client.schemas.sorting import ArtifactSort, FlowRunSort
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    PREFECT_SERVER_ANALYTICS_ENABLED,
    temporary_settings,
)
from prefect.states import Running, Suspended
from prefect.testing.utilities import prefect_test_harness

from flows import scheduled, steps
from flows.context import RunContext, RunOutcome
from flows.scheduled import asking, running
from groundswell.config import load_config
from groundswell.errors import ConfigError, IngestError
from groundswell.store import StepResult, open_store

NEEDS = (
    "Please let us work offline when the train has no network",
    "Exporting invoices to a spreadsheet fails with large files",
    "A dark theme would help my eyes at night",
)


@pytest.fixture(scope="module", autouse=True)
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    settings = {
        PREFECT_HOME: tmp_path_factory.mktemp("prefect"),
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,  # holds up the end of each run by a second
        PREFECT_SERVER_ANALYTICS_ENABLED: False,
    }
    with temporary_settings(settings), prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def client() -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def config_path(tmp_path: Path) -> Path:
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(60)]
    rows = [f"{n},{NEEDS[n % 3]} (case {n}),{day}T09:00:00Z" for n, day in enumerate(days)]
    (tmp_path / "survey.csv").write_text("\n".join(["id,text,created_at", *rows]) + "\n")
    path = tmp_path / "config.toml"
    path.write_text(
        "[store]\npath = 'groundswell.db'\n[report]\nfolder = 'report'\n"
        "[themes]\nmin_statements = 5\n\n"
        "[ranking]\ndraws = 100\n"
        "[embedding]\nbackend = 'torch'\n"
        "[[sources]]\nname = 'survey'\npath = 'survey.csv'\n"
    )
    return path


def test_every_step_is_a_task_and_the_end_is_on_show(
    client: SyncPrefectClient, config_path: Path
) -> None:
    outcome = scheduled.refresh(str(config_path))
    run = newest_run(client)
    assert run.state is not None
    assert run.state.is_completed()
    assert run.parameters["config_path"] == str(config_path)
    tasks = tasks_of(client, run, len(steps.REFRESH))
    assert [task.name.rsplit("-")[0] for task in tasks] == [s.__name__ for s in steps.REFRESH]
    assert all(task.task_inputs == {} for task in tasks)
    assert artifact(client, "refresh-progress").data == 100.0
    assert outcome.top
    shown = json.loads(str(artifact(client, "top-ideas").data))
    assert [row["idea"] for row in shown] == list(outcome.top_ids)
    assert [row["voices"] for row in shown] == [row["voices"] for row in outcome.top]
    assert shown[0]["page"] == f"http://127.0.0.1:8765/ideas/{outcome.top_ids[0]}"
    assert str(artifact(client, "what-changed").data).startswith("First run: 60 new records")
    assert "8765/models" in str(artifact(client, "models").data)


def test_retrain_runs_its_own_steps(client: SyncPrefectClient, config_path: Path) -> None:
    outcome = scheduled.retrain(str(config_path), why="new product area")
    run = newest_run(client)
    given = {"config_path": str(config_path), "why": "new product area"}
    assert run.parameters == {**given, "models": [], "wait": False}
    assert tasks_of(client, run, len(steps.RETRAIN))
    assert outcome.report_folder.is_dir()


def test_bad_settings_fail_the_run_with_their_one_line(
    client: SyncPrefectClient, config_path: Path
) -> None:
    config_path.write_text("[themes]\nmin_statments = 5\n")
    with pytest.raises(ConfigError, match="did you mean min_statements"):
        scheduled.refresh(str(config_path))
    run = newest_run(client)
    assert run.state is not None
    assert run.state.is_failed()
    assert re.search("min_statments.*did you mean min_statements", run.state.message or "")
    assert tasks_of(client, run, 0) == []


@pytest.mark.parametrize(
    ("deployment", "change", "attempts"),
    [
        ("a-deployment", "away", 1 + 3),
        ("a-deployment", "without a column", 1),
        ("", "away", 1),  # by hand
    ],
)
def test_only_a_scheduled_run_waits_and_only_for_a_file_that_is_away(
    client: SyncPrefectClient,
    config_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deployment: str,
    change: str,
    attempts: int,
) -> None:
    monkeypatch.setattr(running, "SOURCE_RETRY_SECONDS", [0.01, 0.01, 0.01])
    if deployment:
        monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", deployment)
    source = config_path.with_name("survey.csv")
    source.unlink() if change == "away" else source.write_text("id,colour\n1,red\n")
    with pytest.raises(scheduled.Stopped, match="'groundswell status' says why") as stopped:
        scheduled.refresh(str(config_path))
    assert isinstance(stopped.value.error, IngestError)
    (task,) = tasks_of(client, newest_run(client), 1)
    assert task.name.startswith("ingest_sources")
    assert task.run_count == attempts


@pytest.mark.parametrize("kind", [IngestError, RuntimeError])
def test_what_goes_wrong_is_told_to_prefect_by_its_kind_alone(
    client: SyncPrefectClient, config_path: Path, kind: type[Exception]
) -> None:
    def quoting(_context: RunContext) -> StepResult:
        raise kind("line 3 says: my zyxophone is broken")

    @flow
    def failing() -> RunOutcome:
        return running.run_shown("refresh", (quoting,), load_config(config_path))

    with pytest.raises(scheduled.Stopped, match=kind.__name__):
        failing()
    run = newest_run(client)
    tasks = tasks_of(client, run, 1)
    assert run.state is not None
    time.sleep(2.5)  # log lines leave in batches, every two seconds
    logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id])))
    kept = [run.model_dump_json(), *(one.model_dump_json() for one in (*tasks, *logs))]
    assert kind.__name__ in kept[0]
    assert [text for text in kept if "zyxophone" in text] == []
    with open_store(load_config(config_path).store.database) as store:
        (entry,) = store.ledger.runs(1)
    assert entry.state == "failed"
    assert ("zyxophone" in entry.message) == (kind is IngestError)


def test_a_flow_run_whose_process_was_killed_is_marked_by_the_next_one(
    client: SyncPrefectClient, config_path: Path
) -> None:
    given = {"config_path": str(config_path)}
    elsewhere = {"config_path": "/elsewhere/config.toml"}
    killed = client.create_flow_run(scheduled.refresh, parameters=given, state=Running())
    of_others = client.create_flow_run(scheduled.refresh, parameters=elsewhere, state=Running())
    scheduled.refresh(str(config_path))
    state = client.read_flow_run(killed.id).state
    assert state is not None
    assert state.is_crashed()
    state = client.read_flow_run(of_others.id).state
    assert state is not None
    assert state.is_running()


def test_a_person_is_asked_of_what_a_deployed_run_left_to_one_and_the_last_question_counts(
    client: SyncPrefectClient, config_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = scheduled.refresh(str(config_path))
    config = load_config(config_path)
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        champion = store.versions.champion("themes")
        assert champion is not None
        for number, gates in ((2, (("whole", True, "well"),)), (3, (("whole", False, "bad"),))):
            version = replace(champion, version=number, state="challenger", gates=gates)
            store.versions.keep(lease, replace(version, promoted_in=None))
    flow_id = client.create_flow(scheduled.promote)
    client.create_deployment(flow_id, scheduled.DEPLOYMENT)
    asking.ask_a_person(str(config_path), config, outcome.run_id)
    assert questions(client) == []  # by hand, nobody is asked
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")
    asking.ask_a_person(str(config_path), config, outcome.run_id)
    (first,) = questions(client)
    assert first.parameters == {"config_path": str(config_path), "version": "themes-2"}
    client.set_flow_run_state(first.id, Suspended(), force=True)
    asking.ask_a_person(str(config_path), config, outcome.run_id)
    states = [run.state.name for run in questions(client) if run.state]
    assert states == ["Scheduled", "Cancelled"]


def questions(client: SyncPrefectClient) -> list[FlowRun]:
    """Return the questions about versions, the newest first."""
    only = FlowFilter(name=FlowFilterName(any_=["promote"]))
    return client.read_flow_runs(flow_filter=only, sort=FlowRunSort.EXPECTED_START_TIME_DESC)


def test_a_server_that_takes_orders_from_anybody_is_known_as_one() -> None:
    version, anybody = scheduled.lets_in(str(PREFECT_API_URL.value()))
    assert (version, anybody) == (metadata.version("prefect"), True)


def newest_run(client: SyncPrefectClient) -> FlowRun:
    (run,) = client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=1)
    return run


def tasks_of(client: SyncPrefectClient, run: FlowRun, count: int) -> list[TaskRun]:
    """Return the run's tasks in their order; the server hears of them a moment late."""
    only_this = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    for _ in range(100):
        tasks = client.read_task_runs(flow_run_filter=only_this)
        if len(tasks) == count and all(task.state and task.state.is_final() for task in tasks):
            return sorted(tasks, key=lambda task: str(task.start_time))
        time.sleep(0.1)
    pytest.fail(f"not {count} finished tasks within 10 s: {[task.name for task in tasks]}")


def artifact(client: SyncPrefectClient, key: str) -> Artifact:
    (newest,) = client.read_artifacts(
        artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])),
        sort=ArtifactSort.CREATED_DESC,
        limit=1,
    )
    return newest
