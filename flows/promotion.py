"""A person puts a version in use, or goes back to the one before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows import steps
from flows.context import Clock, Progress, RunContext, RunOutcome, Step, utc_now
from flows.encoders import serving
from flows.ranking import IN_USE, load_report
from flows.registry import freshness
from flows.retraining import put_in_use
from flows.statements import encoder_id
from groundswell.config import Config
from groundswell.domain import GateResult, ModelKind, ModelVersion
from groundswell.domain.versions import UNUSABLE, against, one_before, version_named
from groundswell.errors import ConfigError
from groundswell.store import Store, open_store

AFTERWARDS: tuple[Step, ...] = (
    steps.embed_new,
    steps.place_themes,
    steps.watch_themes,
    steps.ask_names,
    steps.propose_candidates,
    steps.rank_ideas,
    steps.write_report,
)
"""From other models to another report, without asking the sources."""


@dataclass(frozen=True, slots=True)
class WentBack:
    """What going back left."""

    version: ModelVersion
    """In use now."""
    shown: int
    """The run whose report is shown."""
    run_id: int
    """The run that went back."""


def promote(
    config: Config,
    name: str,
    *,
    by: str,
    why: str = "",
    anyway: bool = False,
    progress: Progress | None = None,
    run_step: steps.Call | None = None,
    clock: Clock = utc_now,
) -> RunOutcome:
    """Put a version in use and make a new report.

    Parameters
    ----------
    name
        Of the version: ``themes-7``.
    by, why
        Who does it, and the reason.
    anyway
        In spite of gates that it did not pass; never in spite of what makes it unusable.

    Raises
    ------
    BusyError
        A run is at work.
    ConfigError
        There is no such version, it is in use, or a gate speaks against it.
    """
    call = run_step or steps.plainly
    with steps.opened_run(config, kind="promote", progress=progress, clock=clock) as context:
        version = find_version(context.store, name)
        if version.promoted_in != context.run.run_id:  # else this run did so, and was interrupted
            _check(context, version, anyway=anyway, why=why)
            put_in_use(context, _signed(version, by, why))
        return steps.finish(context, AFTERWARDS, call)


def roll_back(
    config: Config,
    kind: ModelKind,
    *,
    by: str,
    why: str = "",
    to: str = "",
    progress: Progress | None = None,
    run_step: steps.Call | None = None,
    clock: Clock = utc_now,
) -> WentBack:
    """Put the version before in use again, and its last report back in the place of those since.

    Nothing is fitted. Reports that were made since are withdrawn: they stay in the ledger and are
    shown no more. What came in since is kept, and the next run places it.

    Parameters
    ----------
    to
        The version that was seen to be the one before: ``themes-6``. Empty: whichever it is.

    Raises
    ------
    BusyError
        A run is at work.
    ConfigError
        There is none to go back to, or it is another one.
    """
    with steps.opened_run(config, kind="rollback", progress=progress, clock=clock) as context:
        before = _gone_back(context, kind, to, by=by, why=why)
        run_id = context.run.run_id
        runs = [run for run, _ in context.store.lookups.good_runs()]
        made_by_it = [run for run in runs if _rests_on(context.store, run, before)]
        if not made_by_it:
            steps.finish(context, AFTERWARDS, run_step or steps.plainly)
            return WentBack(before, run_id, run_id)
        shown = made_by_it[0]
        told = f"run {run_id} went back to {before.name}, so its report is not shown any more"
        later = [run for run in runs if run > shown]
        context.store.ledger.withdraw(context.lease, later, told)
        steps.write_report(replace(context, run=context.store.ledger.get(shown)))
        return WentBack(before, shown, run_id)


def confirm(config: Config) -> int:
    """Drop the vectors of encoders that are not in use, and return how many went.

    Going back to one of them stays possible, but embeds every text again.

    Raises
    ------
    BusyError
        A run is at work.
    """
    with open_store(config.store.database) as store, store.lease("pipeline") as lease:
        kept = {encoder_id(config), encoder_id(serving(config, store))}
        return store.vectors.forget(lease, kept)


def find_version(store: Store, name: str) -> ModelVersion:
    """Return a version by its name.

    Raises
    ------
    ConfigError
        There is none of this name.
    """
    named = version_named(name)
    found = None if named is None else store.versions.get(*named)
    if found is not None:
        return found
    raise ConfigError(
        f"{name}: there is no such version; 'groundswell models list' shows which there are"
    )


def _check(context: RunContext, version: ModelVersion, *, anyway: bool, why: str) -> None:
    if version.state == "champion":
        raise ConfigError(f"{version.name}: is in use already")
    failed = against(version, freshness(context, version))
    barred = [gate for gate in failed if gate.name in UNUSABLE]
    if barred:
        raise ConfigError(
            f"{version.name}: {_told(barred)}; 'groundswell retrain' makes one that can be used"
        )
    if failed and not (anyway and why):
        raise ConfigError(
            f"{version.name}: {_told(failed)}; to use it in spite of that, add --anyway and"
            " say --why"
        )


def _told(gates: Sequence[GateResult]) -> str:
    return ", ".join(f"the gate '{gate.name}' says: {gate.told}" for gate in gates)


def _signed(version: ModelVersion, by: str, why: str) -> ModelVersion:
    """Return a version with who put it in use and why."""
    return replace(version, settings={**version.settings, "put_in_use_by": by, "because": why})


def _gone_back(context: RunContext, kind: ModelKind, to: str, *, by: str, why: str) -> ModelVersion:
    """Put the version before in use and return it; a run that was interrupted did so already."""
    versions = context.store.versions
    champion = versions.champion(kind)
    if champion is not None and champion.promoted_in == context.run.run_id:
        return champion
    before = one_before(versions.all(kind), kind)
    if before is None:
        raise ConfigError(
            f"{kind}: there is no version before to go back to; 'groundswell models list' shows"
            " which there are"
        )
    if to and before.name != to:
        raise ConfigError(
            f"{kind}: {before.name} is the version before by now, not {to}; look at them again"
        )
    put_in_use(context, _signed(before, by, why))
    return before


def _rests_on(store: Store, run_id: int, version: ModelVersion) -> bool:
    """Tell whether a run's report was made with a version in use."""
    versions = dict(load_report(store, run_id).versions)
    return version.name in versions.get(IN_USE, "").split()
