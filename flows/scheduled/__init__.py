"""The pipelines as Prefect runs them: retries, a schedule, and a page to watch them on.

The only package that imports Prefect. The run ledger in the store is the truth about a run;
Prefect repeats, schedules and shows. It is given paths, numbers and ids, never a word of what
customers wrote, nor a title that is made of their words: tasks take no arguments, results are not
persisted, and what goes wrong is told by its kind (`telling`).
"""

from datetime import UTC, date, datetime, time
from typing import Any

from prefect import flow
from prefect.flows import Flow

from flows import steps
from flows.context import Asked, RunOutcome
from flows.retraining import asked
from flows.scheduled.asking import answered, ask_a_person
from flows.scheduled.deploying import (
    DEPLOYMENT,
    check_schedule,
    lets_in,
    serve_deployments,
    server_answers,
)
from flows.scheduled.running import put_in_use, run_shown
from flows.scheduled.telling import Stopped, emit_alerts
from groundswell.config import load_config
from groundswell.domain import ModelKind

__all__ = [
    "DEPLOYED",
    "DEPLOYMENT",
    "FLOWS",
    "Stopped",
    "check_schedule",
    "lets_in",
    "parameters_of",
    "promote",
    "refresh",
    "retrain",
    "serve_deployments",
    "server_answers",
    "watch",
]


@flow(persist_result=False)
def refresh(config_path: str, as_of: date | None = None) -> RunOutcome:
    """Bring the report up to date with the newest feedback; with `as_of`, as that day ended."""
    config = load_config(config_path)
    moment = None if as_of is None else datetime.combine(as_of, time.max, UTC)
    outcome = run_shown("refresh", steps.REFRESH, config, as_of=moment)
    ask_a_person(config_path, config, outcome.run_id)
    return outcome


@flow(persist_result=False)
def retrain(
    config_path: str, models: tuple[ModelKind, ...] = (), why: str = "", wait: bool = False
) -> RunOutcome:
    """Make challengers of `models` (none named: of all) and put in use what passes the gates.

    `why` is kept with them; with `wait` a person puts them in use, and is asked to.
    """
    config = load_config(config_path)
    given = asked(models, why=why, waits=wait)
    outcome = run_shown("retrain", steps.RETRAIN, config, given=given)
    ask_a_person(config_path, config, outcome.run_id)
    return outcome


@flow(persist_result=False)
def promote(config_path: str, version: str) -> RunOutcome | None:
    """Ask a person whether a version that passed its gates is to be put in use, and heed that.

    Waits without a process. Whoever answers on the command line or in the review app decides as
    well; an answer that comes after that changes nothing.
    """
    config = load_config(config_path)
    answer = answered(config, version)
    if not answer.put_in_use:
        return None
    return put_in_use(config, version, by=answer.name, why=answer.why)


@flow(persist_result=False)
def watch(config_path: str) -> list[str]:
    """Look whether something went quiet, and tell webhooks and Prefect's automations."""
    return emit_alerts(load_config(config_path))


FLOWS: dict[str, Flow[..., RunOutcome]] = {"refresh": refresh, "retrain": retrain}
"""By the kind of run that the ledger records."""

DEPLOYED: tuple[Flow[..., Any], ...] = (refresh, retrain, promote, watch)
"""All that are served, in the order of prefect.yaml."""


def parameters_of(given: Asked, as_of: datetime | None) -> dict[str, dict[str, Any]]:
    """Return the parameters of a flow run that is asked for the same, by the kind of run."""
    return {
        "refresh": {} if as_of is None else {"as_of": as_of.date()},
        "retrain": {"models": given.kinds, "why": given.why, "wait": given.waits},
    }
