"""What a reviewer's draft would change, found by doing it: on a copy that is thrown away.

The copy lies in a folder of its own beside the store, since it holds what customers wrote. Of the
real installation nothing is touched: fitted models are read through links, no source is asked, no
report is written.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flows import steps
from flows.context import Progress, RunContext, Step, utc_now
from flows.ranking import changes_since_last_run, load_report
from groundswell.config import Config, StoreConfig
from groundswell.domain import content_id
from groundswell.domain.staged import digest_of
from groundswell.errors import DecisionError
from groundswell.report import DraftPreview
from groundswell.store import StepResult, Store, open_store

LEFT_OUT: tuple[Step, ...] = (steps.ingest_sources, steps.ask_names, steps.write_report)
"""What reaches outside of the store."""

PREVIEWED: tuple[Step, ...] = tuple(step for step in steps.REFRESH if step not in LEFT_OUT)


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
    with _copied(config, store) as copied:
        with open_store(copied.store.database) as copy:
            staged = copy.drafts.of(reviewer)
            if not staged:
                raise DecisionError(f"the draft of {reviewer} is empty; stage decisions first")
            digest = digest_of(staged)
            copy.drafts.publish(reviewer, seen=digest, at=clock())
        with steps.opened_run(copied, kind="refresh", progress=progress, clock=clock) as context:
            for step in PREVIEWED:
                steps.do(step, context, run_step)
            after = load_report(context.store, context.run.run_id)
            changes = changes_since_last_run(context, after)
    return preview_of(before, after, changes, digest=digest)


def sweep(config: Config) -> None:
    """Remove the copies that a worker left behind which was killed."""
    for left in config.store.path.absolute().parent.glob(f"{_prefix(config)}*"):
        shutil.rmtree(left)


@contextmanager
def _copied(config: Config, store: Store) -> Iterator[Config]:
    """Give the settings of an installation that is a copy of this one."""
    beside = config.store.path.absolute().parent
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)  # with PostgreSQL there may be none
    with TemporaryDirectory(prefix=_prefix(config), dir=beside) as name:
        folder = Path(name)
        store.copy_to(folder / "groundswell.db")
        models = folder / "models"
        models.mkdir()
        for known in config.embedding.cache.absolute().iterdir():
            (models / known.name).symlink_to(known)
        changes = {
            "store": StoreConfig(path=folder / "groundswell.db"),
            "report": config.report.model_copy(update={"folder": folder / "report"}),
            "embedding": config.embedding.model_copy(update={"cache": models}),
            "webhooks": (),
        }
        yield config.model_copy(update=changes)


def _prefix(config: Config) -> str:
    """Return how the copies of this store are called: others may lie in the same folder."""
    return f"preview-{content_id(config.store.database)[:12]}-"
