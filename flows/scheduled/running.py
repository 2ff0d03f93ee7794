"""One run as a flow: its steps as tasks, how far it is, what it left, and nobody's words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import deployment
from prefect.settings import PREFECT_LOGGING_EXTRA_LOGGERS
from prefect.tasks import Task

from flows import promotion, steps
from flows.context import Asked, RunContext, RunKind, RunOutcome, Step
from flows.scheduled.dead import mark_dead, running_beside
from flows.scheduled.sharing import shared_by
from flows.scheduled.showing import Shown, show_outcome
from flows.scheduled.telling import Stopped, emit_alerts, emit_failure, without_words
from flows.webhooks import told_afterwards
from groundswell.config import Config
from groundswell.errors import UnreachableError
from groundswell.store import StepResult
from groundswell.tracing import start_tracing

SOURCE_RETRY_SECONDS = [10.0, 60.0, 300.0]
"""Waits before reading the sources again: a mounted folder may be away for minutes."""


def run_shown(
    kind: RunKind,
    pipeline: tuple[Step, ...],
    config: Config,
    *,
    given: Asked = Asked(),  # noqa: B008  # a frozen value
    as_of: datetime | None = None,
) -> RunOutcome:
    """Run a pipeline within a flow and show it.

    Raises
    ------
    Stopped
        It did not end well; `Stopped.error` says why in full.
    """
    with _told(config), shared_by(config.cluster) as over:
        take = _Taking(Shown(kind, len(pipeline)))
        try:
            outcome = steps.run(
                pipeline, config, kind=kind, run_step=take, as_of=as_of, asked=given, over=over
            )
        finally:
            mark_dead(take.beside)
        show_outcome(outcome, config)
        return outcome


def put_in_use(config: Config, version: str, *, by: str, why: str) -> RunOutcome:
    """Put a version in use within a flow and show the new report; raises as `run_shown`."""
    with _told(config):
        take = _Taking(Shown("promote", len(promotion.AFTERWARDS)))
        outcome = promotion.promote(config, version, by=by, why=why, run_step=take)
        show_outcome(outcome, config)
        return outcome


class _Taking:
    """Takes each step as a task; the first one finds the lease held, so nobody else is at work."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self.beside: list[Any] | None = None

    def __call__(self, step: Step, context: RunContext) -> StepResult:
        if self.beside is None:
            self.beside = running_beside()
        result = _as_task(step, context)
        self._shown.step_done(step.__name__)
        return result


@contextmanager
def _told(config: Config) -> Iterator[None]:
    for name in PREFECT_LOGGING_EXTRA_LOGGERS.value():
        logging.getLogger(name).setLevel(logging.INFO)  # Prefect passes on warnings only
    start_tracing()
    try:
        with told_afterwards(config):
            yield
            emit_alerts(config)
    except Exception as error:
        emit_failure(error)
        raise without_words(error) from None


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
        try:
            return step(context)
        except Exception as error:
            raise Stopped(error) from None

    try:
        return run_one()
    except Stopped as stopped:
        raise stopped.error from None  # the ledger is told in full


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether waiting can help: a file that is away may come back, a wrong column stays wrong."""
    stopped = state.result(raise_on_failure=False)
    return isinstance(stopped, Stopped) and isinstance(stopped.error, UnreachableError)
