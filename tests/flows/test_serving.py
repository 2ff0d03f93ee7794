"""`groundswell schedule`, for real: a child process, its Prefect server, a one-minute cron."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.serving import START_SECONDS, login_of, run_as_flow, serve
from groundswell.config import load_config
from groundswell.errors import BusyError, ConfigError
from groundswell.store import open_store
from tests.promises.harness import Place
from tests.promises.settled import settled

CANARY = "zyxophone"
NEEDS = (
    "Please let us work offline when the train has no network",
    "Exporting invoices to a spreadsheet fails with large files",
    "A dark theme would help my eyes at night",
)
SETTINGS = """
[store]
path = "groundswell.db"
[report]
folder = "report"
[themes]
min_statements = 5

[ranking]
draws = 100
[embedding]
backend = "torch"
[[sources]]
name = "survey"
path = "survey.csv"
[schedule]
cron = "* * * * *"
port = {port}
home = "prefect"
"""


WITHOUT_PREFECT = {n: v for n, v in os.environ.items() if not n.startswith("PREFECT_")}


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[bytes]
    config_path: Path
    api: str

    @property
    def home(self) -> Path:
        return self.config_path.parent / "prefect"

    @property
    def login(self) -> tuple[str, str]:
        """Name and password, as the file beside the server's database has them."""
        name, _, password = login_of(self.home).partition(":")
        return name, password

    @property
    def for_clients(self) -> dict[str, str]:
        """Environment of a program that may order there."""
        login = ":".join(self.login)
        settings = {"PREFECT_API_URL": self.api, "PREFECT_API_AUTH_STRING": login}
        return settings | {"PREFECT_HOME": str(self.home)}

    def output(self) -> str:
        """Return what the process has printed."""
        return (self.config_path.parent / "output").read_text()

    def runs(self, state: str, flow: str = "re") -> list[dict[str, object]]:
        """Return the runs of flows in a state, newest first; none while no server answers."""
        query = {
            "flow_runs": {"state": {"type": {"any_": [state]}}},
            "flows": {"name": {"like_": flow}},
            "sort": "EXPECTED_START_TIME_DESC",
        }
        found: list[dict[str, object]] = self.post("/flow_runs/filter", query) or []
        return found

    def post(self, path: str, body: object) -> Any:
        """Ask the server as one who may; None while none answers."""
        if not (self.home / "login").exists():
            return None
        with httpx.Client(base_url=self.api, auth=self.login, timeout=60) as client:
            try:
                token = client.get("/csrf-token", params={"client": "test"}).json()["token"]
            except httpx.TransportError:  # it is away, or busy
                return None
            headers = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test"}
            return client.post(path, json=body, headers=headers).raise_for_status().json()

    def start(self, flow: str, **parameters: object) -> str:
        """Ask for a run of a deployment and return its id."""
        deployments = self.post("/deployments/filter", {"flows": {"name": {"any_": [flow]}}})
        given = {"parameters": {"config_path": str(self.config_path), **parameters}}
        run = self.post(f"/deployments/{deployments[0]['id']}/create_flow_run", given)
        return str(run["id"])


def write_project(folder: Path) -> Path:
    rows = [f"{n},{NEEDS[n % 3]} (case {n}),2026-03-{n + 1:02}T09:00:00Z" for n in range(30)]
    rows.append(f"30,{CANARY},2026-03-31T09:00:00Z")
    (folder / "survey.csv").write_text("\n".join(["id,text,created_at", *rows]) + "\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = folder / "config.toml"
    path.write_text(SETTINGS.format(port=port))
    return path


def serving(config_path: Path) -> list[str]:
    """Return the command that serves the deployments until it is interrupted."""
    return [sys.executable, "-c", f"from flows.serving import serve; serve({str(config_path)!r})"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    config_path = write_project(tmp_path_factory.mktemp("served"))
    environment = WITHOUT_PREFECT | {"PREFECT_RUNNER_POLL_FREQUENCY": "2"}
    port = load_config(config_path).schedule.port
    with (config_path.parent / "output").open("wb") as output:
        process = subprocess.Popen(
            serving(config_path), env=environment, stdout=output, stderr=output
        )
    try:
        yield Served(process, config_path, f"http://127.0.0.1:{port}/api")
    finally:
        process.kill()
        process.wait()


def test_a_one_minute_cron_fires_and_its_run_completes(served: Served) -> None:
    assert within(START_SECONDS, lambda: served.runs("SCHEDULED")), served.output()
    assert within(150, lambda: served.runs("COMPLETED")), served.output()
    run = served.runs("COMPLETED")[-1]
    assert run["auto_scheduled"] is True
    assert run["parameters"] == {"config_path": str(served.config_path)}
    with open_store(load_config(served.config_path).store.database) as store:
        assert store.feedback.counts().records == 31
        assert store.ledger.last_run() is not None


def test_a_run_by_hand_is_a_flow_run_on_that_server(served: Served) -> None:
    script = (
        "from flows.serving import run_as_flow;"
        f"print(run_as_flow({str(served.config_path)!r}, 'retrain').report_folder)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | served.for_clients,
        capture_output=True,
        text=True,
        check=True,
    )
    folder = load_config(served.config_path).report.folder
    assert done.stdout == f"{folder}\n"
    assert done.stderr == ""
    assert any(run["auto_scheduled"] is False for run in served.runs("COMPLETED"))


def test_what_a_customer_wrote_stays_out_of_prefect(served: Served) -> None:
    kept = {path.name: path.read_bytes() for path in served.home.rglob("*") if path.is_file()}
    assert str(served.config_path).encode() in kept["prefect.db"] + kept["prefect.db-wal"]
    for word in (CANARY, "invoices", "spreadsheet"):  # the last two are in a title, too
        assert [name for name, data in kept.items() if word.encode() in data] == []


def test_a_person_answers_the_question_whether_a_version_is_to_be_put_in_use(
    served: Served,
) -> None:
    database = load_config(served.config_path).store.database
    made: list[str] = []
    assert within(120, lambda: leave_a_version(database, made)), "there was always a run at work"
    (waiting,) = made
    question = served.start("promote", version=waiting)
    assert within(90, lambda: served.runs("PAUSED", "promote")), served.output()
    answer = {"put_in_use": True, "name": "ann", "why": "it reads well"}
    served.post(f"/flow_runs/{question}/resume", {"run_input": answer})
    assert within(120, lambda: served.runs("COMPLETED", "promote")), served.output()
    with open_store(database) as store:
        now = store.versions.champion("themes")
    assert now is not None
    assert now.name == waiting
    assert now.settings["put_in_use_by"] == "ann"
    assert now.settings["because"] == "it reads well"


def test_what_prefect_keeps_is_for_its_owner_alone(served: Served) -> None:
    assert served.home.stat().st_mode & 0o777 == 0o700
    assert served.home.joinpath("prefect.db").stat().st_mode & 0o777 == 0o600
    assert served.home.joinpath("login").stat().st_mode & 0o777 == 0o600


def test_the_server_takes_no_orders_from_whoever_does_not_know_its_login(served: Served) -> None:
    for address in (f"{served.api}/admin/version", f"{served.api}/csrf-token?client=test"):
        assert httpx.get(address).status_code == 401
        assert httpx.get(address, auth=("groundswell", "guess")).status_code == 401
        assert httpx.get(address, auth=served.login).status_code == 200
    answer = httpx.post(f"{served.api}/flow_runs/filter", json={})
    assert answer.status_code in (401, 403)


def test_doctor_asks_the_server_whom_it_lets_in(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", "doctor", "--json"],
        cwd=served.config_path.parent,
        env=os.environ | served.for_clients,
        capture_output=True,
        text=True,
        check=False,
    )
    (check,) = [one for one in json.loads(done.stdout) if one["name"] == "prefect"]
    assert check["state"] == "ok"
    assert "asks for a login" in check["found"]


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://attacker.example"}])
def test_the_server_takes_no_orders_from_another_site(
    served: Served, headers: dict[str, str]
) -> None:
    address = f"{served.api}/flow_runs/filter"
    answer = httpx.post(address, json={}, headers=headers, auth=served.login)
    assert answer.status_code == 403
    assert answer.headers.get("access-control-allow-origin") is None


def test_a_taken_port_is_told_in_one_line(served: Served) -> None:
    done = subprocess.run(
        serving(served.config_path), env=WITHOUT_PREFECT, capture_output=True, text=True
    )
    assert re.search(r"ConfigError: schedule\.port = \d+: Address already in use", done.stderr)


def test_interrupted_it_ends_its_server_and_leaves_the_schedule_on(served: Served) -> None:
    group = os.getpgid(server_of(served.process))
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    assert served.runs("COMPLETED") == []
    output = served.output()  # a scheduled run may have met the one by hand, and said so
    met = re.findall(r"^flows\.scheduled\.telling\.Stopped: .* is owned by", output, re.MULTILINE)
    assert output.count("Traceback") == len(met), output


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ('cron = "every monday"', "schedule.cron = 'every monday'.*expected five cron fields"),
        ('timezone = "Mars/Base"', "schedule.timezone = 'Mars/Base'.*'Europe/Berlin'"),
        ('home = "survey.csv"', "schedule.home = .*survey.csv: File exists; name a folder"),
    ],
)
def test_wrong_settings_are_told_in_one_line_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, line: str
) -> None:
    path = write_project(tmp_path)
    key = change.split(" ", maxsplit=1)[0]
    lines = [text for text in path.read_text().splitlines() if not text.startswith(key)]
    path.write_text("\n".join([*lines, change]))
    monkeypatch.setattr(os, "environ", os.environ.copy())
    with pytest.raises(ConfigError, match=f"^[^\n]*{line}[^\n]*$"):
        serve(path)
    assert not (tmp_path / "prefect" / "server.log").exists()


def test_a_server_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_project(tmp_path)
    nobody = f"http://127.0.0.1:{load_config(path).schedule.port}/api"
    monkeypatch.setenv("PREFECT_API_URL", nobody)
    with (
        temporary_settings({PREFECT_API_URL: nobody}),  # Prefect read its own at import
        pytest.raises(ConfigError, match=f"^PREFECT_API_URL = {nobody}: no Prefect server"),
    ):
        run_as_flow(path, "refresh")


def test_a_server_that_cannot_start_is_told_in_one_line(tmp_path: Path) -> None:
    path = write_project(tmp_path)
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"this is not a database" * 1000)
    done = subprocess.run(serving(path), env=WITHOUT_PREFECT, capture_output=True, text=True)
    log = re.escape(str(tmp_path / "prefect" / "server.log"))
    assert re.search(rf"ConfigError: the Prefect server ended with .*{log} says why", done.stderr)


def test_a_server_does_not_outlive_a_killed_parent() -> None:
    script = (
        "import subprocess, time; from flows.serving import _end_with_parent;"
        "print(subprocess.Popen(['sleep', '60'], preexec_fn=_end_with_parent).pid, flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    assert within(10, lambda: not is_running(child))


def test_a_run_whose_server_is_killed_is_carried_on_without_one(tmp_path: Path) -> None:
    place = made(tmp_path / "place")
    assert ended(place, "refresh(CONFIG)") == 0
    expected = settled(place)
    place.clear()
    place = made(tmp_path / "place")
    port = load_config(place.files / "config.toml").schedule.port
    log, home = tmp_path / "points", tmp_path / "prefect"
    away = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    address = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "uvicorn", "prefect.server.api.server:create_app"]
    command += ["--factory", "--port", str(port), "--log-level", "critical"]
    environment = {**away, "PREFECT_API_URL": address, "GROUNDSWELL_FAILPOINT_LOG": str(log)}
    environment["PREFECT_CLIENT_MAX_RETRIES"] = "1"  # by itself it asks again for minutes
    server = subprocess.Popen(command, env=WITHOUT_PREFECT | away)
    try:
        assert within(START_SECONDS, lambda: answers(address))
        run = begun(place, "on_prefect(CONFIG)", **environment)
        embedding = within(
            60, lambda: log.exists() and "vectors.batch" in log.read_text(), pause=0.1
        )
    finally:
        server.kill()
        server.wait()
    assert run.wait(120) != 0
    assert embedding
    assert ended(place, "refresh(CONFIG)") == 0
    assert settled(place) == expected


def made(folder: Path) -> Place:
    """Return a place with a project whose files do not differ by time or key."""
    place = Place(lambda folder: str(folder / "files" / "groundswell.db"), folder)
    write_project(place.files)
    (place.files / "data").mkdir()
    (place.files / "data" / "pseudonym.key").touch(mode=0o600)
    (place.files / "data" / "pseudonym.key").write_text("the same key in every place")
    return place


RUNS = """
from datetime import UTC, datetime
from pathlib import Path
from flows import serving, steps
from groundswell.config import load_config
CONFIG, DAY = Path("config.toml").absolute(), datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
def refresh(path):
    steps.run(steps.REFRESH, load_config(path), kind="refresh", as_of=DAY)
def on_prefect(path):
    serving.run_as_flow(path, "refresh", as_of=DAY)
"""


def begun(place: Place, call: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RUNS + call],
        cwd=place.files,
        env=WITHOUT_PREFECT | environment,
        stderr=subprocess.DEVNULL,
    )


def ended(place: Place, call: str) -> int:
    with begun(place, call) as run:
        return run.wait()


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").is_success
    except httpx.TransportError:
        return False


def leave_a_version(database: str, made: list[str]) -> bool:
    """Leave a version of the themes to a person; not while a scheduled run is at work."""
    with open_store(database) as store:
        try:
            with store.lease("pipeline") as lease:
                champion = store.versions.champion("themes")
                assert champion is not None
                waiting = replace(
                    champion,
                    version=store.versions.next_number("themes"),
                    state="challenger",
                    gates=(("whole", True, "all is there"),),
                    parents=(("themes", champion.version),),
                    promoted_in=None,
                )
                store.versions.keep(lease, waiting)
        except BusyError:
            return False
    made.append(waiting.name)
    return True


def within(seconds: float, found: Callable[[], object], *, pause: float = 1.0) -> bool:
    """Ask once a pause until there is something or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return True
        time.sleep(pause)
    return False


def server_of(process: subprocess.Popen[bytes]) -> int:
    """Return the process id of the Prefect server that a process started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    (server,) = [pid for pid in children if b"server" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return int(server)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", maxsplit=1)[1][0]
    except FileNotFoundError:
        return False
    return state != "Z"  # ended, and its parent has not asked yet
