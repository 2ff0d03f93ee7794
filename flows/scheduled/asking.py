"""A person is asked whether a version that passed its gates is to be put in use.

The question is a flow run that is suspended: no process waits, and nothing is held up. The same
decision is made by `groundswell models promote` and in the review app; the answer that comes first
counts, and where nobody answers nothing changes.
"""

from typing import Annotated, Any

from prefect import suspend_flow_run
from prefect.artifacts import create_link_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.deployments import run_deployment
from prefect.input import RunInput
from prefect.logging import get_logger
from prefect.runtime import deployment
from prefect.states import Cancelled
from pydantic import Field

from flows.scheduled.deploying import DEPLOYMENT
from groundswell.config import Config
from groundswell.domain import ModelVersion
from groundswell.store import open_store

ANSWER_SECONDS = 14 * 24 * 3600
"""How long an answer is taken; the version waits on in the registry."""


class Answer(RunInput):
    """What a person says of a version."""

    put_in_use: bool = Field(False, description="Whether the next reports are made with it.")
    name: Annotated[str, Field(min_length=1, max_length=64)] = Field(description="Who decides.")
    why: Annotated[str, Field(max_length=500)] = Field("", description="The reason, as you like.")


def ask_a_person(config_path: str, config: Config, run_id: int) -> None:
    """Ask about each version that a run left to a person; asks nobody of a run by hand."""
    if deployment.id is None:
        return
    with open_store(config.store.database) as store:
        waiting = waiting_for_a_person(store.versions.made_in(run_id))
    _take_back(config_path)
    for name in waiting:
        get_logger(DEPLOYMENT).info("%s passed its gates and waits for a person", name)
        run_deployment(
            f"promote/{DEPLOYMENT}",
            parameters={"config_path": config_path, "version": name},
            flow_run_name=f"is {name} to be put in use?",
            timeout=0,  # seconds; do not wait for the answer
            as_subflow=False,
        )


def waiting_for_a_person(made: list[ModelVersion]) -> list[str]:
    """Return what a person is asked about; an encoder goes with the themes made of its vectors."""
    waiting = [one for one in made if one.state == "challenger" and one.gates and not one.failed]
    kinds = {one.kind for one in waiting}
    return [one.name for one in waiting if one.kind != "encoder" or "themes" not in kinds]


def answered(config: Config, version: str) -> Answer:
    """Suspend the flow run until there is an answer, and return it."""
    page = f"{config.web.address}/models/{version}"
    create_link_artifact(page, f"what the gates say of {version}", key=version)
    told = f"**{version}** passed every gate and waits for a person: [what it would change]({page})"
    asked = Answer.with_initial_data(description=told)
    answer: Answer = suspend_flow_run(wait_for_input=asked, timeout=ANSWER_SECONDS, key=version)
    return answer


def _take_back(config_path: str) -> None:
    """Cancel the questions that newer versions have overtaken."""
    for run in _questions():
        if run.parameters.get("config_path") == config_path:
            with get_client(sync_client=True) as client:
                told: State[Any] = Cancelled(
                    message="there is a newer version; the old one stays listed"
                )
                client.set_flow_run_state(run.id, told, force=True)


def _questions() -> list[FlowRun]:
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED]))
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["promote"])),
            flow_run_filter=FlowRunFilter(state=state),
        )
