"""prefect.yaml, as Prefect itself reads it."""

import inspect
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.flows import Flow, load_flow_from_entrypoint
from rich.console import Console

from flows import scheduled
from flows.context import Asked
from flows.scheduled.deploying import WATCH_CRON
from flows.serving import CLIENT_SETTINGS
from groundswell.config import ScheduleConfig

FILE = Path(__file__).parents[2] / "prefect.yaml"
CONSOLE = Console(record=True)
DEPLOYMENTS, ACTIONS = _load_deploy_configs_and_actions(FILE, console=CONSOLE)


def test_prefect_has_nothing_to_say_against_the_file() -> None:
    # A mistake makes its loader print a complaint and pass the file over.
    assert CONSOLE.export_text() == ""
    assert len(DEPLOYMENTS) == len(scheduled.DEPLOYED)
    assert ACTIONS["pull"] == []


def test_the_same_flows_are_deployed_as_are_served() -> None:
    flows = [load(deployment["entrypoint"]) for deployment in DEPLOYMENTS]
    assert flows == list(scheduled.DEPLOYED)
    assert {deployment["name"] for deployment in DEPLOYMENTS} == {scheduled.DEPLOYMENT}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["entrypoint"])
def test_a_deployment_fits_the_flow_it_names(deployment: dict[str, Any]) -> None:
    assert ".py:" not in deployment["entrypoint"], "a path is loaded outside its package"
    flow = load(deployment["entrypoint"])
    signature = inspect.signature(flow.fn)
    signature.bind_partial(**deployment["parameters"])
    left = {name for name, one in signature.parameters.items() if one.default is one.empty}
    assert left - set(deployment["parameters"]) <= {"version"}  # which retrain fills in
    environment = deployment["work_pool"]["job_variables"]["env"]
    assert environment.items() <= CLIENT_SETTINGS.items()


def test_what_is_scheduled_is_so_as_the_settings_say_by_default() -> None:
    schedules = {d["entrypoint"].split(":")[1]: d.get("schedules", []) for d in DEPLOYMENTS}
    default = ScheduleConfig()
    assert schedules["retrain"] == schedules["promote"] == []
    (schedule,), (watching,) = schedules["refresh"], schedules["watch"]
    assert watching["cron"] == WATCH_CRON
    assert (schedule["cron"], schedule["timezone"]) == (default.cron, default.timezone)
    scheduled.check_schedule(default)


def test_what_is_asked_for_by_hand_are_parameters_of_the_flow() -> None:
    asked = Asked(("themes",), "new year", waits=True)
    day = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
    given = scheduled.parameters_of(asked, day)
    assert given["refresh"] == {"as_of": date(2026, 6, 30)}
    assert given["retrain"] == {"models": ("themes",), "why": "new year", "wait": True}
    for kind, flow in scheduled.FLOWS.items():
        inspect.signature(flow.fn).bind("/srv/config.toml", **given[kind])


def load(entrypoint: str) -> Flow[..., Any]:
    flow: Flow[..., Any] = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    return flow
