"""Shards given to the workers of a Dask cluster, each as a task of Prefect's."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from itertools import islice
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.context import TaskRunContext
from prefect.tasks import Task

from flows.context import Over
from flows.scheduled.telling import Stopped
from groundswell.config import ClusterConfig
from groundswell.errors import ConfigError

SCHEDULER_SECONDS = 10
"""How long a Dask scheduler may take to answer."""

SHARDS_AT_ONCE = 64
"""Shards that are given to a cluster before those before them are stored: bounds the memory."""


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
            try:
                return work(shard)
            except Exception as error:
                raise Stopped(error) from None

        return compute

    @flow(name=name, task_runner=runner, persist_result=False)
    def compute_all() -> list[Any]:
        futures = [as_task(shard).submit() for shard in shards]
        return [future.result() for future in futures]

    # Prefect would send the task that this is a part of along, and with it the open store.
    try:
        return copy_context().run(_outside_of_tasks, compute_all)
    except Stopped as stopped:
        raise stopped.error from None


def _outside_of_tasks(run: Callable[[], list[Any]]) -> list[Any]:
    current: ContextVar[Any] = TaskRunContext.__var__
    current.set(None)
    return run()
