"""What is in deploy/: its form, and that its settings are those that the program knows.

What cannot be started here (containers, a cluster, systemd) is at least read.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.scheduled import DEPLOYMENT
from flows.serving import CLIENT_SETTINGS, server_settings
from groundswell.config import Config, ScheduleConfig

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
SECRET = {"PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"}
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())
MANIFESTS: list[dict[str, Any]] = list(
    yaml.safe_load_all((DEPLOY / "kubernetes/groundswell.yaml").read_text())
)
POOL: dict[str, Any] = json.loads((DEPLOY / "kubernetes/work-pool.json").read_text())
UNITS = sorted((DEPLOY / "systemd").iterdir())


def settings_of(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def is_known(variable: str) -> bool:
    """Tell whether a variable overrides a setting that there is."""
    section, _, key = variable.removeprefix("GROUNDSWELL__").lower().partition("__")
    field = Config.model_fields.get(section)
    return field is not None and key in getattr(field.annotation, "model_fields", {})


def test_a_server_of_ones_own_has_the_settings_of_the_one_that_is_started() -> None:
    here = settings_of(DEPLOY / "prefect.env")
    ours = server_settings(ScheduleConfig(), "") | CLIENT_SETTINGS
    left_out = SECRET | {"PREFECT_HOME"}
    assert here == {name: value for name, value in ours.items() if name not in left_out}


def test_containers_have_them_too_but_for_where_the_server_is() -> None:
    server = COMPOSE["services"]["prefect"]["environment"]
    ours = server_settings(ScheduleConfig(), "") | CLIENT_SETTINGS
    elsewhere = {"PREFECT_HOME", "PREFECT_API_URL", "PREFECT_SERVER_API_HOST"}
    for name in ours.keys() - SECRET - elsewhere:
        assert str(server[name]) == ours[name], name


@pytest.mark.parametrize("environment", ["compose", "kubernetes"])
def test_every_setting_that_is_overridden_exists(environment: str) -> None:
    named = COMPOSE["x-program"]["environment"]
    if environment == "kubernetes":
        (named,) = [m["data"] for m in MANIFESTS if m["kind"] == "ConfigMap"]
    ours = [name for name in named if name.startswith("GROUNDSWELL__")]
    assert ours
    assert [name for name in ours if not is_known(name)] == []


def test_what_runs_in_a_container_is_nobody_in_particular_and_writes_nowhere() -> None:
    program = COMPOSE["x-program"]
    assert program["read_only"] is True
    assert program["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in program["security_opt"]
    dockerfile = (DEPLOY / "docker/Dockerfile").read_text()
    assert re.search(r"^USER 10001:10001$", dockerfile, re.MULTILINE)
    (deployment,) = [m for m in MANIFESTS if m["kind"] == "Deployment"]
    job = POOL["job_configuration"]["job_manifest"]
    for template in (deployment["spec"]["template"], job["spec"]["template"]):
        assert template["spec"]["securityContext"]["runAsUser"] == 10001
        (container,) = template["spec"]["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_only_the_proxy_is_reached_from_elsewhere() -> None:
    open_to_all = [
        name
        for name, service in COMPOSE["services"].items()
        for port in service.get("ports", ())
        if not port.startswith("127.0.0.1:")
    ]
    assert set(open_to_all) == {"proxy"}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["services"]["database"]["networks"] == ["inside"]


def test_the_image_holds_every_package_of_ours() -> None:
    dockerfile = (DEPLOY / "docker/Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE))
    kept = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert copied == {"flows", "groundswell", "ingest", "models", "reports", "web"}
    assert copied <= kept


def test_the_work_pool_fills_in_nothing_that_it_does_not_know() -> None:
    known = set(POOL["variables"]["properties"])
    used = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(POOL["job_configuration"])))
    assert used == known
    assert POOL["job_configuration"]["job_manifest"]["spec"]["backoffLimit"] == 0


def test_every_manifest_is_of_a_kind_and_in_our_namespace() -> None:
    for manifest in MANIFESTS:
        assert {"apiVersion", "kind", "metadata"} <= set(manifest)
        name = manifest["metadata"].get("namespace", manifest["metadata"]["name"])
        assert name == "groundswell"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in UNITS:  # the programs that they start are not here
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.M)
        (tmp_path / unit.name).write_text(text)
    command = ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "groundswell" in line]
    assert complaints == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_service_may_write_in_its_own_folder_alone(unit: Path) -> None:
    if unit.suffix == ".timer":
        return
    text = unit.read_text()
    for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet="):
        assert f"\n{line}\n" in text
    assert re.findall(r"^ReadWritePaths=(.*)$", text, re.MULTILINE) == ["/srv/groundswell"]


def test_the_script_is_one_that_bash_understands_and_starts_what_the_units_start() -> None:
    script = (DEPLOY / "team.sh").read_text()
    subprocess.run(["bash", "-n", str(DEPLOY / "team.sh")], check=True)
    for name in ("prefect", "worker", "app"):
        unit = (DEPLOY / f"systemd/groundswell-{name}.service").read_text()
        (started,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        assert f'[{name}]="{started.replace("/opt/groundswell", "$PROGRAM")}"' in script
    assert f"refresh/{DEPLOYMENT}" in script


def test_the_automation_of_the_page_is_one_that_prefect_takes() -> None:
    from prefect.events.schemas.automations import AutomationCore

    page = (ROOT / "docs/prefect.md").read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    automation = AutomationCore.model_validate(yaml.safe_load(block))
    assert automation.name == "groundswell alerts"
