"""What became of the models in a run, and what they do not meet any more, in sentences."""

from collections.abc import Iterator

from flows.registry import NOTED
from groundswell.domain import ModelVersion
from groundswell.store import Store


def notes_on_models(store: Store, run_id: int) -> list[str]:
    """Return what a reader of the report of a run should know of its models."""
    made = [one for one in store.versions.made_in(run_id) if one.why not in NOTED and one.parents]
    told = (sentence for version in made for sentence in _fate(version))
    return [*told, *(f"{alarm}." for alarm in store.ledger.drift(run_id))]


def _fate(version: ModelVersion) -> Iterator[str]:
    look = f"'groundswell models show {version.name}' says more."
    if version.state == "refused":
        gates = ", ".join(gate.name for gate in version.failed)
        held = f"was held back by the gate{'s' if len(version.failed) > 1 else ''} {gates}"
        yield f"{version.name} ({version.why}) {held}; {look}"
    elif version.state == "challenger":
        promote = f"'groundswell models promote {version.name}' puts it in use."
        yield f"{version.name} ({version.why}) passed every gate and waits for a person; {promote}"
    elif version.promoted_in == version.run_id:
        yield f"{version.name} ({version.why}) passed every gate and is in use; {look}"
