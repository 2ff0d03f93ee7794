"""What a reviewer's draft would change, found by doing it: on a copy that is thrown away.

Of the real installation nothing is touched: no source is asked, no report is written.
"""

from collections.abc import Callable
from datetime import datetime

from flows import steps
from flows.context import Progress, RunContext, Step, utc_now
from flows.copies import copied
from flows.ranking import changes_since_last_run, load_report
from groundswell.config import Config
from groundswell.domain.staged import digest_of
from groundswell.errors import DecisionError
from groundswell.report import DraftPreview
from groundswell.store import StepResult, Store, open_store

PREVIEWED: tuple[Step, ...] = (
    steps.embed_new,
    steps.place_themes,
    steps.watch_themes,
    steps.propose_candidates,
    steps.rank_ideas,
)
"""The next run's steps but for what reaches outside of the store, and without a new fit."""


def preview_draft(
    config: Config,
    store: Store,
    reviewer: str,
    *,
    progress: Progress | None = None,
    run_step: Callable[[Step, RunContext], StepResult] = lambda step, context: step(context),
    clock: Callable[[], datetime] = utc_now,
) -> DraftPreview:
    """Publish a draft in a copy of the store, make the next report there, and compare.

    Raises
    ------
    BusyError
        A run is at work on the store.
    DecisionError
        The draft is empty or cannot be published as it is.
    GroundswellError
        There is no report yet to compare with.
    """
    from models.ranking.preview import preview_of

    before = load_report(store)
    with copied(config, store, "preview") as twin:
        with open_store(twin.store.database) as copy:
            staged = copy.drafts.of(reviewer)
            if not staged:
                raise DecisionError(f"the draft of {reviewer} is empty; stage decisions first")
            digest = digest_of(staged)
            copy.drafts.publish(reviewer, seen=digest, at=clock())
        with steps.opened_run(twin, kind="refresh", progress=progress, clock=clock) as context:
            for step in PREVIEWED:
                steps.do(step, context, run_step)
            after = load_report(context.store, context.run.run_id)
            changes = changes_since_last_run(context, after)
    return preview_of(before, after, changes, digest=digest)
