"""Flow runs whose process was killed: Prefect shows them as running until somebody says so.

Whoever holds the lease of the pipeline knows that nobody else is at work. What says ``Running``
then, for the same installation, and still does when our run ends, is dead: it was not merely
about to end.
"""

from collections.abc import Sequence

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.runtime import flow_run
from prefect.states import Crashed

OURS = ["refresh", "retrain", "promote"]


def running_beside() -> list[FlowRun]:
    """Return the flow runs of this installation that say that they are running, but for ours."""
    mine = flow_run.parameters.get("config_path")
    found = _running(FlowFilter(name=FlowFilterName(any_=OURS)))
    return [
        run
        for run in found
        if str(run.id) != str(flow_run.id) and run.parameters.get("config_path") == mine
    ]


def mark_dead(before: Sequence[FlowRun] | None) -> None:
    """Mark as crashed those that were running before and still are."""
    if not before:
        return
    still = _running(None, FlowRunFilterId(any_=[run.id for run in before]))
    told = "its process was killed; the next run carried on what it had begun"
    with get_client(sync_client=True) as client:
        for run in still:
            client.set_flow_run_state(run.id, Crashed(message=told), force=True)


def _running(flows: FlowFilter | None, ids: FlowRunFilterId | None = None) -> list[FlowRun]:
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING]))
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_filter=flows, flow_run_filter=FlowRunFilter(state=state, id=ids)
        )
