"""The ranking of an earlier day."""

from datetime import datetime

import typer

from flows.context import Progress, Reading
from flows.encoders import serving
from flows.overview import reading
from flows.progress import shown_progress
from flows.ranking import proposed, ranked
from groundswell.config import Config
from groundswell.errors import GroundswellError
from groundswell.report import IdeaReport, RunStamp


def show(config: Config, moment: datetime) -> IdeaReport:
    """Return the ranking of an earlier day, and say where nobody knew it then."""
    with shown_progress() as progress:
        report, known = report_as_of(config, moment, progress)
    if not known:
        typer.echo(
            f"No run had begun by {moment:%Y-%m-%d}: this ranks what is now known of that day,"
            " by today's themes.",
            err=True,
        )
    return report


def report_as_of(config: Config, moment: datetime, progress: Progress) -> tuple[IdeaReport, bool]:
    """Return the ranking of an earlier day, and whether it is the one that was known then.

    It is the report of the newest run that had begun by then, as it was written: nothing that came
    later is in it. Before the first run there was none; then the evidence that is now known of
    that time is ranked with today's themes, and nothing is kept.

    Raises
    ------
    GroundswellError
        There is no store, or no feedback by then.
    """
    import reports

    with reading(config) as store:
        known = store.ideas.report_by(moment)
        if known is not None:
            return reports.from_json(known), True
        first = store.feedback.counts().first_created_at
        if first is not None and first > moment:
            raise GroundswellError(
                f"no feedback by {moment:%Y-%m-%d}: the first is of {first:%Y-%m-%d}"
            )
        context = Reading(serving(config, store), store, moment)
        candidates = proposed(context)[2]
        report, _ = ranked(context, candidates, RunStamp(0, moment, None), progress=progress)
    return report, False
