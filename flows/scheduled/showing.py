"""What a run's page shows: progress, the best ideas by their ids, and where to read on.

Ideas are called by the words of customers. Here they have their ids and lead to the review app,
so that whoever is erased there need not be looked for here.
"""

from typing import cast
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.context import RunOutcome
from flows.telling import link_to
from groundswell.config import Config


class Shown:
    """The progress of one run."""

    def __init__(self, kind: str, of: int) -> None:
        made = create_progress_artifact(0.0, key=f"{kind}-progress", description=kind)
        self._artifact = cast(UUID, made)
        self._kind, self._of, self._done = kind, of, 0

    def step_done(self, name: str) -> None:
        """Count a step."""
        self._done += 1
        percent = 100.0 * self._done / self._of
        update_progress_artifact(self._artifact, percent, description=f"{self._kind}: {name} done")


def show_outcome(outcome: RunOutcome, config: Config) -> None:
    """Leave the table of the best ideas, what is new in figures, and the way to the models."""
    create_table_artifact(top_ideas(outcome, config), key="top-ideas", description=_TOP)
    create_markdown_artifact(_what_changed(outcome, config), key="what-changed")
    models = f"{config.web.address}/models"
    create_link_artifact(models, "the versions of the models and what the gates say", key="models")


def top_ideas(outcome: RunOutcome, config: Config) -> list[dict[str, str]]:
    """Return the table of the best ideas with the id in place of the title."""
    return [
        {**row, "idea": idea, "page": link_to(idea, config)}
        for row, idea in zip(outcome.top, outcome.top_ids, strict=True)
    ]


_TOP = "The best ideas now, by their ids"


def _what_changed(outcome: RunOutcome, config: Config) -> str:
    address = config.web.address
    return f"{outcome.changes}\n\n[What moved]({address}/) · [all ideas]({address}/ideas)\n"
