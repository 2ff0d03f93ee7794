"""The pipelines as Prefect runs them: retries, a schedule, and a page to watch them on.

The only module that imports Prefect. The run ledger in the store is the truth about a run;
Prefect repeats, schedules and shows. It is given paths and counts, never what customers wrote:
tasks take no arguments, results are not persisted, and only the titles of the top ideas and
what changed become artifacts.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from prefect import flow, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.client.schemas.schedules import CronSchedule
from prefect.context import TaskRunContext
from prefect.flows import Flow
from prefect.logging import get_logger
from prefect.runner import Runner
from prefect.runtime import deployment
from prefect.schedules import Cron
from prefect.settings import PREFECT_LOGGING_EXTRA_LOGGERS
from prefect.tasks import Task
from prefect.types.entrypoint import EntrypointType

from flows import steps
from flows.context import Asked, Over, RunContext, RunKind, RunOutcome, Step
from flows.retraining import asked
from flows.webhooks import told_afterwards
from groundswell.config import ClusterConfig, Config, ScheduleConfig, load_config
from groundswell.domain import ModelKind
from groundswell.errors import ConfigError, UnreachableError
from groundswell.store import StepResult

DEPLOYMENT = "groundswell"
"""Name of both deployments, here and in prefect.yaml."""

SCHEDULER_SECONDS = 10
"""How long a Dask scheduler may take to answer."""

SHARDS_AT_ONCE = 64
"""Shards that are given to a cluster before those before them are stored: bounds the memory."""

SOURCE_RETRY_SECONDS = [10.0, 60.0, 300.0]
"""Waits before reading the sources again: a mounted folder may be away for minutes."""


@flow(persist_result=False)
def refresh(config_path: str) -> RunOutcome:
    """Bring the report up to date with the newest feedback."""
    return _run("refresh", steps.REFRESH, load_config(config_path))


@flow(persist_result=False)
def retrain(
    config_path: str, models: tuple[ModelKind, ...] = (), why: str = "", wait: bool = False
) -> RunOutcome:
    """Make challengers of `models` (none named: of all) and put in use what passes the gates.

    `why` is kept with them; with `wait` a person puts them in use.
    """
    given = asked(models, why=why, waits=wait)
    return _run("retrain", steps.RETRAIN, load_config(config_path), given)


def parameters_of(given: Asked) -> dict[str, Any]:
    """Return the parameters of a flow run that is asked for the same."""
    return {"models": given.kinds, "why": given.why, "wait": given.waits}


FLOWS: dict[str, Flow[..., RunOutcome]] = {"refresh": refresh, "retrain": retrain}
"""By the kind of run that the ledger records."""


def serve_deployments(config_path: Path, schedule: ScheduleConfig) -> None:
    """Run both deployments until interrupted: one run at a time, refresh by cron.

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


async def _serve(config_path: str, schedule: ScheduleConfig) -> None:
    # Paused on shutdown, the schedule would stay switched off after each restart.
    runner = Runner(name=DEPLOYMENT, pause_on_shutdown=False, limit=1)
    shared: dict[str, Any] = {
        "name": DEPLOYMENT,
        "parameters": {"config_path": config_path},
        "entrypoint_type": EntrypointType.MODULE_PATH,
    }
    cron = Cron(schedule.cron, timezone=schedule.timezone)
    await runner.aadd_deployment(await refresh.ato_deployment(schedule=cron, **shared))
    await runner.aadd_deployment(await retrain.ato_deployment(**shared))
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


def _run(
    kind: RunKind, pipeline: tuple[Step, ...], config: Config, given: Asked | None = None
) -> RunOutcome:
    for name in PREFECT_LOGGING_EXTRA_LOGGERS.value():
        logging.getLogger(name).setLevel(logging.INFO)  # Prefect passes on warnings only
    shown = cast(UUID, create_progress_artifact(0.0, key=f"{kind}-progress", description=kind))
    done = 0

    def run_step(step: Step, context: RunContext) -> StepResult:
        nonlocal done
        result = _as_task(step, context)
        done += 1
        percent = 100.0 * done / len(pipeline)
        update_progress_artifact(shown, percent, description=f"{kind}: {step.__name__} done")
        return result

    with told_afterwards(config), shared_by(config.cluster) as over:
        outcome = steps.run(
            pipeline, config, kind=kind, run_step=run_step, asked=given or Asked(), over=over
        )
    create_table_artifact(outcome.top, key="top-ideas", description="The best ideas now")
    create_markdown_artifact(outcome.changes_markdown, key="what-changed")
    return outcome


def _as_task(step: Step, context: RunContext) -> StepResult:
    # Whoever runs it by hand would rather be told at once.
    patient = step is steps.ingest_sources and deployment.id is not None
    waits = SOURCE_RETRY_SECONDS if patient else []

    # Made anew for each run around its context: Prefect would store what a task is given.
    @task(
        name=step.__name__,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=len(waits),
        retry_delay_seconds=waits,
        retry_jitter_factor=0.5,
        retry_condition_fn=_may_pass,
    )
    def run_one() -> StepResult:
        return step(context)

    return run_one()


@contextmanager
def shared_by(cluster: ClusterConfig) -> Iterator[Over | None]:
    """Give what lets workers of a Dask cluster compute shards, as tasks of a flow run each.

    Raises
    ------
    ConfigError
        The packages for it are not installed, or no scheduler answers at the address.
    """
    if not cluster.scheduler:
        yield None
        return
    try:
        from distributed import LocalCluster
        from prefect_dask import DaskTaskRunner
    except ImportError:
        raise ConfigError(
            f"cluster.scheduler = {cluster.scheduler!r} needs more packages;"
            " pip install 'groundswell[cluster]', or leave it empty"
        ) from None
    logging.getLogger("distributed").setLevel(logging.WARNING)  # it tells of every connection
    if cluster.scheduler != "local":
        _require_scheduler(cluster.scheduler)
        yield _over(lambda: DaskTaskRunner(address=cluster.scheduler))
        return
    with LocalCluster(
        n_workers=cluster.workers, threads_per_worker=1, dashboard_address=None
    ) as own:
        address = own.scheduler_address
        yield _over(lambda: DaskTaskRunner(address=address))


def _require_scheduler(address: str) -> None:
    from distributed import Client

    try:
        Client(address, timeout=SCHEDULER_SECONDS).close()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"cluster.scheduler = {address!r}: no Dask scheduler answers there"
            f" ({type(error).__name__}); start it, or leave it empty to do without"
        ) from None


def _over(runner: Callable[[], Any]) -> Over:
    """Return what maps a work over shards on a task runner, `SHARDS_AT_ONCE` at a time."""

    def over(work: Callable[[Any], Any], shards: Iterable[Any]) -> Iterator[Any]:
        waiting = iter(shards)
        while some := list(islice(waiting, SHARDS_AT_ONCE)):
            yield from _mapped(runner(), work, some)

    return over


def _mapped(runner: Any, work: Callable[[Any], Any], shards: Sequence[Any]) -> list[Any]:
    name = type(work).__name__.lower()

    def as_task(shard: Any) -> Task[[], Any]:
        @task(name=name, cache_policy=NO_CACHE, persist_result=False)
        def compute() -> Any:
            return work(shard)

        return compute

    @flow(name=name, task_runner=runner, persist_result=False)
    def compute_all() -> list[Any]:
        futures = [as_task(shard).submit() for shard in shards]
        return [future.result() for future in futures]

    # Prefect would send the task that this is a part of along, and with it the open store.
    return copy_context().run(_outside_of_tasks, compute_all)


def _outside_of_tasks(run: Callable[[], list[Any]]) -> list[Any]:
    TaskRunContext.__var__.set(None)
    return run()


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether waiting can help: a file that is away may come back, a wrong column stays wrong."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, UnreachableError)
