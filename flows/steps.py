"""The pipeline, one plain function a step: load, compute, save.

Every step takes the run's context, leaves its result in the store and returns counts that
describe the store as it then is, so it can be repeated after a crash, run twice, or run alone.
Prefect is not known here.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from time import perf_counter

from flows.context import (
    Asked,
    Clock,
    Over,
    Progress,
    RunContext,
    RunKind,
    RunOutcome,
    Silence,
    Step,
    utc_now,
)
from flows.encoders import renewed, serving
from flows.evidence import check_strategies
from flows.gathering import ingest_sources
from flows.naming import ask_names
from flows.ranking import propose_candidates, rank_ideas, write_report
from flows.retraining import judge_challengers, promote_challengers, train_challengers
from flows.statements import embed_new
from flows.theming import place_themes, update_themes
from flows.upkeep.erasing import settle
from flows.watching import watch_themes
from groundswell import __version__
from groundswell.collector import collected_seldom
from groundswell.config import Config
from groundswell.domain import content_id
from groundswell.errors import GroundswellError
from groundswell.store import Run, StepResult, open_store
from groundswell.tracing import span

__all__ = [
    "REFRESH",
    "RETRAIN",
    "Progress",
    "RunContext",
    "RunOutcome",
    "Step",
    "ask_names",
    "embed_new",
    "ingest_sources",
    "judge_challengers",
    "place_themes",
    "promote_challengers",
    "propose_candidates",
    "rank_ideas",
    "run",
    "train_challengers",
    "update_themes",
    "watch_themes",
    "write_report",
]

REFRESH: tuple[Step, ...] = (
    ingest_sources,
    embed_new,
    update_themes,
    watch_themes,
    ask_names,
    propose_candidates,
    rank_ideas,
    write_report,
)
"""From new feedback to a new report, in this order."""

RETRAIN: tuple[Step, ...] = (
    ingest_sources,
    embed_new,
    train_challengers,
    judge_challengers,
    promote_challengers,
    update_themes,
    watch_themes,
    ask_names,
    propose_candidates,
    rank_ideas,
    write_report,
)
"""The same, with challengers of the models in between."""

log = logging.getLogger(__name__)

Call = Callable[[Step, RunContext], StepResult]
"""Takes a step: plainly, or as a task of Prefect's."""


def run(
    steps: tuple[Step, ...],
    config: Config,
    *,
    kind: RunKind,
    progress: Progress | None = None,
    run_step: Call | None = None,
    as_of: datetime | None = None,
    asked: Asked = Asked(),  # noqa: B008  # a frozen value
    clock: Clock = utc_now,
    over: Over | None = None,
) -> RunOutcome:
    """Run the steps in order under one lease and one entry of the ledger.

    An interrupted run is carried on under its own number by the next call.

    Parameters
    ----------
    run_step
        Wraps each step, for instance in a task of Prefect's; calls it.
    as_of
        Leave out evidence after this moment.
    asked
        What a retraining was asked for.
    clock
        Gives the time, aware.
    over
        Gives shards of a step to the workers of a cluster; None: there are none.

    Raises
    ------
    GroundswellError
        What the operator can mend; the run is marked ``failed``.
    """
    with opened_run(
        config, kind=kind, progress=progress, as_of=as_of, asked=asked, clock=clock, over=over
    ) as context:
        return finish(context, steps, run_step or plainly)


@contextmanager
def opened_run(
    config: Config,
    *,
    kind: RunKind,
    progress: Progress | None = None,
    as_of: datetime | None = None,
    asked: Asked = Asked(),  # noqa: B008  # a frozen value
    clock: Clock = utc_now,
    over: Over | None = None,
) -> Iterator[RunContext]:
    """Hold the lease and an entry of the ledger for the length of a ``with`` block.

    Parameters are those of `run`. If the block raises, the run is marked ``failed``; settings that
    cannot be used are refused before, and an erasure that was interrupted is finished.
    """
    check_strategies(config)
    with (
        collected_seldom(),
        span(f"run {kind}", kind=kind) as note,
        open_store(config.store.database) as store,
        store.lease("pipeline") as lease,
    ):
        settle(config, store, lease, clock)
        started = store.ledger.begin_run(
            lease,
            kind=kind,
            started_at=clock(),
            config_hash=_entry(config, kind, as_of, asked),
            versions={"groundswell": __version__},
        )
        note("run", started.run_id)
        _log(started, "begins")
        try:
            shown = progress or Silence()
            used = serving(config, store)
            yield RunContext(used, store, lease, started, shown, as_of, config, asked, over)
        except Exception as error:
            told = str(error) if isinstance(error, GroundswellError) else type(error).__name__
            store.ledger.finish_run(
                lease, started.run_id, state="failed", finished_at=clock(), message=told
            )
            _log(started, "failed", reason=type(error).__name__)
            raise
        store.ledger.finish_run(lease, started.run_id, state="ok", finished_at=clock())
        _log(started, "is ok")


def plainly(step: Step, context: RunContext) -> StepResult:
    """Take a step and nothing more."""
    return step(context)


def do(
    step: Step,
    context: RunContext,
    call: Call = plainly,
) -> StepResult:
    """Take one step and enter it in the ledger."""
    begun = perf_counter()
    with span(step.__name__, run=context.run.run_id) as note:
        result = replace(call(step, context), seconds=round(perf_counter() - begun, 3))
        note("items_in", result.items_in)
        note("rejected", result.rejected)
    context.store.ledger.step_done(context.lease, context.run.run_id, result)
    counted = {"step": result.step, "run": context.run.run_id, "seconds": result.seconds}
    counted |= {name: getattr(result, name) for name in ("items_in", "items_out", "rejected")}
    told = (result.step, result.items_out, result.items_in, result.seconds)
    log.info("%s: %d of %d in %.1f s", *told, extra=counted)
    return result


def finish(context: RunContext, steps: tuple[Step, ...], call: Call = plainly) -> RunOutcome:
    """Take steps in order and return what the run leaves."""
    counts = {step.__name__: do(step, renewed(context), call) for step in steps}
    return _outcome(renewed(context), counts)


def _entry(config: Config, kind: RunKind, as_of: datetime | None, asked: Asked) -> str:
    """Return what a run and one that carries it on have in common."""
    return content_id(
        config.model_dump_json(exclude={"store", "cluster"}),
        as_of.isoformat() if as_of else "",
        repr(asked) if kind == "retrain" else "",
    )


def _log(run: Run, became: str, **more: str) -> None:
    told = {"run": run.run_id, "kind": run.kind, **more}
    log.info("run %d (%s) %s", run.run_id, run.kind, became, extra=told)


def _outcome(context: RunContext, counts: dict[str, StepResult]) -> RunOutcome:
    import reports
    from flows.ranking import changes_since_last_run, load_report

    report = load_report(context.store, context.run.run_id)
    changes = changes_since_last_run(context, report)
    top = reports.top_table_rows(report)
    return RunOutcome(
        context.run.run_id,
        counts,
        context.config.report.folder,
        top,
        tuple(idea.candidate_id for idea in report.ideas[: len(top)]),
        reports.changes_markdown(changes, report),
    )
