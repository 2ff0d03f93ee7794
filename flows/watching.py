"""The step that watches for rises, and tells of each once."""

from datetime import datetime
from typing import TYPE_CHECKING

from flows.context import Known, RunContext
from groundswell.report import Rise
from groundswell.store import StepResult

if TYPE_CHECKING:
    import pandas as pd

    from models.evidence.inputs import Evidence
    from models.trends.emerging import EmergingParameters, Reading


_WATCHED = (
    *("statement_id", "record_id", "theme_id", "membership", "created_at"),
    *("author", "account_id", "rating", "nps", "version"),
)
"""What a rise is seen by of a mention."""


def watch_themes(context: RunContext) -> StepResult:
    """Raise an alert for each need that began to rise, and end those whose rise is over.

    A run as of a past day raises none: what is told now was not told then.
    """
    from models.evidence.voices import usable
    from models.trends.alerts import new_alerts

    mentions = context.store.feedback.mentions(only=_WATCHED)
    newest = context.store.feedback.counts().last_created_at
    if context.known_at is not None or newest is None:
        return StepResult("watch_themes", 0, 0, 0, 0.0)
    earlier = context.store.themes.alerts()
    readings = _read(context, usable(mentions, newest), newest)
    changes = new_alerts(readings, earlier, newest.date(), emerging_parameters(context))
    if changes.raised or changes.ended:
        context.store.themes.save_alerts(context.lease, [*changes.ended, *changes.raised])
    detail = {"raised": len(changes.raised), "ended": len(changes.ended)}
    watched = len({reading.theme_id for reading in readings})
    return StepResult("watch_themes", watched, watched, 0, 0.0, detail)


def rising(context: Known, evidence: "Evidence") -> dict[int, tuple[Rise, ...]]:
    """Return the rises of each need at the report's moment."""
    from models.evidence.voices import usable_mentions
    from models.trends.emerging import rises_by_theme

    return rises_by_theme(_read(context, usable_mentions(evidence), evidence.as_of))


def emerging_parameters(context: Known) -> "EmergingParameters":
    """Return the settings of the search for rises."""
    from models.trends.emerging import EmergingParameters

    return EmergingParameters(
        **context.config.emerging.model_dump(), interval=context.config.ranking.interval
    )


def _read(context: Known, mentions: "pd.DataFrame", as_of: datetime) -> "list[Reading]":
    from models.trends.emerging import read_themes

    return read_themes(mentions, as_of, emerging_parameters(context))
