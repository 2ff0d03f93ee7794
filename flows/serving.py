"""Schedules that run by themselves, with the Prefect server they need.

Imports no Prefect until something is served: the settings below are read when it is imported.
"""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from groundswell.config import ScheduleConfig, load_config
from groundswell.errors import ConfigError
from groundswell.files import write_whole

if TYPE_CHECKING:
    from flows.context import Asked, Progress, RunOutcome

HOST = "127.0.0.1"
LOGIN_FILE = "login"
PR_SET_PDEATHSIG = 1
"""Linux, prctl(2)."""

START_SECONDS = 120
"""How long a server may take to answer: a first start, which builds its database, took 76 s."""

STOP_SECONDS = 10
"""How long a server may take to leave before it is killed."""

CLIENT_SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",  # one that nobody started schedules nothing
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",  # not pickle
    # our own log lines (counts and ids) on a run's page
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,groundswell,ingest,models,reports",
}

CONSOLE_SETTINGS = {"text": {}, "json": {"PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json"}}
"""How Prefect writes its own lines, by ``[logging] format``."""


def serve(config_path: str | Path, *, progress: "Progress | None" = None) -> None:
    """Serve refresh (by the cron line of config.toml) and retrain (on demand) until interrupted.

    Where PREFECT_API_URL is set, that server schedules; otherwise one is started on the
    loopback interface and ended again, however this process ends.

    Raises
    ------
    ConfigError
        The settings are wrong, the port is taken, or the server does not start or ends early.
    """
    config_path = Path(config_path).absolute()
    config = load_config(config_path)
    schedule = config.schedule
    outside = "PREFECT_API_URL" in os.environ
    os.environ |= CLIENT_SETTINGS | CONSOLE_SETTINGS[config.logging.format]
    _private_folder(schedule.home)
    # Prefect's runner keeps a folder under this one; in /tmp, another user may own it already.
    tempfile.tempdir = str(schedule.home)
    if not outside:
        os.environ |= server_settings(schedule, login_of(schedule.home))
    from flows import scheduled

    scheduled.check_schedule(schedule)
    signal.signal(signal.SIGTERM, _leave)
    if outside:
        _require_server(os.environ["PREFECT_API_URL"])
        scheduled.serve_deployments(config_path, schedule)
    else:
        with _server(schedule, progress):
            scheduled.serve_deployments(config_path, schedule)


def run_as_flow(
    config_path: str | Path,
    kind: str,
    asked: "Asked | None" = None,
    as_of: datetime | None = None,
) -> "RunOutcome":
    """Run a pipeline (refresh or retrain) as a flow run on the server at PREFECT_API_URL.

    Raises
    ------
    ConfigError
        No server answers there; whatever a step raises comes through unchanged.
    """
    os.environ |= CLIENT_SETTINGS | {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
    from flows import scheduled
    from flows.context import Asked

    _require_server(os.environ["PREFECT_API_URL"])
    given = scheduled.parameters_of(asked or Asked(), as_of)[kind]
    try:
        outcome: RunOutcome = scheduled.FLOWS[kind](str(Path(config_path).absolute()), **given)
    except scheduled.Stopped as stopped:
        raise stopped.error from None  # Prefect was not told in full; whoever typed it is
    return outcome


def server_settings(schedule: ScheduleConfig, login: str) -> dict[str, str]:
    """Return the environment of a server for this machine alone, and of its clients."""
    address = f"http://{HOST}:{schedule.port}"
    return {
        "PREFECT_SERVER_API_AUTH_STRING": login,
        "PREFECT_API_AUTH_STRING": login,
        "PREFECT_HOME": str(schedule.home),
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(schedule.port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": address,
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",  # else it only grows
    }


@contextmanager
def _server(schedule: ScheduleConfig, progress: "Progress | None") -> Iterator[None]:
    log = schedule.home / "server.log"
    server = _start(schedule, log)
    stopping = threading.Event()
    try:
        _wait_until_ready(server, log, progress)
        threading.Thread(target=_leave_with, args=(server, stopping), daemon=True).start()
        yield
        if server.poll() is not None:
            raise _ended(server, log)
    finally:
        stopping.set()
        _stop(server)


def _start(schedule: ScheduleConfig, log: Path) -> subprocess.Popen[bytes]:
    _require_free_port(schedule.port)
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C ends the runs first, and can end its group
            umask=0o077,
            preexec_fn=_end_with_parent,
        )


def _wait_until_ready(
    server: subprocess.Popen[bytes], log: Path, progress: "Progress | None"
) -> None:
    from flows.scheduled import server_answers

    if progress:
        progress.start("starting the Prefect server (seconds)", START_SECONDS)
    for _ in range(START_SECONDS):
        if server_answers():
            break
        if server.poll() is not None:
            raise _ended(server, log)
        time.sleep(1)
        if progress:
            progress.advance(1)
    else:
        raise ConfigError(
            f"the Prefect server gave no answer in {START_SECONDS} s; {log} says why; try again"
        )
    if progress:
        progress.finish()


def _leave_with(server: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    server.wait()
    if not stopping.is_set():
        os.kill(os.getpid(), signal.SIGTERM)  # a schedule without its server runs nothing


def _stop(server: subprocess.Popen[bytes]) -> None:
    for ending, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, ending)
        with suppress(subprocess.TimeoutExpired):
            server.wait(seconds)
            return


def _ended(server: subprocess.Popen[bytes], log: Path) -> ConfigError:
    return ConfigError(
        f"the Prefect server ended with status {server.returncode}; {log} says why; start again"
    )


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _require_server(address: str) -> None:
    from flows.scheduled import server_answers

    if not server_answers():
        raise ConfigError(
            f"PREFECT_API_URL = {address}: no Prefect server answers there;"
            " start it, or unset PREFECT_API_URL to do without"
        )


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigError(
                f"schedule.port = {port}: {error.strerror} on {HOST}; choose another port, or set"
                " PREFECT_API_URL to use a Prefect server that runs already"
            ) from None


def login_of(home: Path) -> str:
    """Return ``name:password`` of the server, made at its first start, for its owner alone."""
    kept = home / LOGIN_FILE
    if not kept.exists():
        write_whole(kept, f"groundswell:{secrets.token_urlsafe(24)}\n".encode(), mode=0o600)
    return kept.read_text().strip()


def _private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            f"schedule.home = {folder}: {error.strerror}; name a folder that can be written"
        ) from None
