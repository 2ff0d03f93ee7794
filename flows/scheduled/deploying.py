"""The deployments that `groundswell schedule` serves, until it is interrupted."""

import asyncio
import signal
from http.client import UNAUTHORIZED
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import PrefectHTTPStatusError
from prefect.logging import get_logger
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from groundswell.config import ScheduleConfig
from groundswell.errors import ConfigError

DEPLOYMENT = "groundswell"
"""Name of every deployment, here and in prefect.yaml."""

WATCH_CRON = "17 * * * *"
"""When it is looked whether something went quiet: hourly, and not at the hour."""


def serve_deployments(config_path: Path, schedule: ScheduleConfig) -> None:
    """Run the deployments until interrupted: one run at a time, refresh by cron.

    Needs a Prefect server: without one, cron never fires and nothing says so.
    """
    asyncio.run(_serve(str(config_path), schedule))


def check_schedule(schedule: ScheduleConfig) -> None:
    """Raise ConfigError unless Prefect accepts the cron line and the time zone."""
    try:
        CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    except ValueError:
        raise ConfigError(
            f"schedule.cron = {schedule.cron!r}, schedule.timezone = {schedule.timezone!r}:"
            " expected five cron fields such as '0 5 * * 1' and a name such as 'Europe/Berlin'"
        ) from None


def server_answers() -> bool:
    """Whether the server at PREFECT_API_URL is ready for requests."""
    with get_client(sync_client=True) as client:
        return client.api_healthcheck() is None


def lets_in(address: str) -> tuple[str, bool]:
    """Return the server's version, and whether it takes orders without its login."""
    with get_client(sync_client=True) as client:
        version = client.api_version()
    with SyncPrefectClient(address, auth_string="nobody:nothing") as stranger:
        try:
            stranger.read_flow_runs(limit=1)
        except PrefectHTTPStatusError as error:
            if error.response.status_code == UNAUTHORIZED:
                return version, False
            raise
    return version, True


async def _serve(config_path: str, schedule: ScheduleConfig) -> None:
    from flows.scheduled import DEPLOYED

    # Paused on shutdown, the schedule would stay switched off after each restart.
    runner = Runner(name=DEPLOYMENT, pause_on_shutdown=False, limit=1)
    shared: dict[str, Any] = {
        "name": DEPLOYMENT,
        "parameters": {"config_path": config_path},
        "entrypoint_type": EntrypointType.MODULE_PATH,
    }
    crons = {"refresh": schedule.cron, "watch": WATCH_CRON}
    for flow in DEPLOYED:
        cron = crons.get(flow.name)
        when = Cron(cron, timezone=schedule.timezone) if cron else None
        await runner.aadd_deployment(await flow.ato_deployment(schedule=when, **shared))
    await _until_interrupted(runner)


async def _until_interrupted(runner: Runner) -> None:
    serving = asyncio.create_task(runner.start())
    while not (runner.started or serving.done()):
        await asyncio.sleep(0.05)
    interrupted = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):  # the runner's own handler leaves runs behind
        asyncio.get_running_loop().add_signal_handler(ending, interrupted.set)
    get_logger(DEPLOYMENT).info("waiting for the schedule; Ctrl-C ends")
    waiting = asyncio.create_task(interrupted.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        await runner.astop()
    await serving
