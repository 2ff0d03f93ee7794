"""A person puts a version in use, or goes back to the one before."""

from dataclasses import replace
from typing import get_args

from flows import steps
from flows.context import Clock, Progress, RunContext, RunOutcome, Step, utc_now
from flows.ranking import IN_USE, load_report
from flows.registry import freshness
from flows.retraining import put_in_use
from groundswell.config import Config
from groundswell.domain import GateResult, ModelKind, ModelVersion
from groundswell.errors import ConfigError
from groundswell.store import Store
from models.themes.state import ASSIGNMENTS

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


UNUSABLE = frozenset({"whole", "fresh"})
"""Gates that nobody can overrule: what they hold back cannot be used."""


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
        _check(context, version, anyway=anyway, why=why)
        put_in_use(context, _signed(version, by, why))
        return steps.finish(context, AFTERWARDS, call)


def roll_back(
    config: Config,
    kind: ModelKind,
    *,
    by: str,
    why: str = "",
    progress: Progress | None = None,
    clock: Clock = utc_now,
) -> tuple[ModelVersion, int]:
    """Put the version before in use again, and its last report back in the place of those since.

    Nothing is fitted. Reports that were made since are withdrawn: they stay in the ledger and are
    shown no more. What came in since is kept, and the next run places it.

    Returns
    -------
    (ModelVersion, int)
        The version that is in use now, and the run whose report is shown.

    Raises
    ------
    BusyError
        A run is at work.
    ConfigError
        There is none to go back to.
    """
    with steps.opened_run(config, kind="rollback", progress=progress, clock=clock) as context:
        store = context.store
        before = _before(store, kind)
        put_in_use(context, _signed(before, by, why))
        runs = [run_id for run_id, _ in store.lookups.good_runs()]
        made_by_it = [run_id for run_id in runs if _rests_on(store, run_id, before)]
        if not made_by_it:
            steps.finish(context, AFTERWARDS)
            return before, context.run.run_id
        shown = made_by_it[0]
        store.ledger.withdraw(context.lease, [run_id for run_id in runs if run_id > shown])
        steps.write_report(replace(context, run=store.ledger.get(shown)))
        return before, shown


def differences(before: ModelVersion, now: ModelVersion) -> list[tuple[str, str, str]]:
    """Return (what, before, now) of everything in which two versions differ."""
    rows = []
    for name in ("encoder_id", "code_version", "state", "why", "run_id"):
        rows.append((name, str(getattr(before, name)), str(getattr(now, name))))
    for name in ("snapshot", "settings", "metrics", "files"):
        one, other = getattr(before, name), getattr(now, name)
        rows += [
            (f"{name}: {key}", str(one.get(key, "")), str(other.get(key, "")))
            for key in sorted({*one, *other})
        ]
    return [row for row in rows if row[1] != row[2]]


def find_version(store: Store, name: str) -> ModelVersion:
    """Return a version by its name.

    Raises
    ------
    ConfigError
        There is none of this name.
    """
    kind, _, number = name.rpartition("-")
    if kind in get_args(ModelKind) and number.isdigit():
        found = store.versions.get(kind, int(number))  # type: ignore[arg-type]
        if found is not None:
            return found
    raise ConfigError(
        f"{name}: there is no such version; 'groundswell models list' shows which there are"
    )


def _check(context: RunContext, version: ModelVersion, *, anyway: bool, why: str) -> None:
    if version.state == "champion":
        raise ConfigError(f"{version.name}: is in use already")
    gates = [gate for gate in version.judged if gate.name != "fresh"]
    if version.state != "retired":
        gates.append(freshness(context, version))
    barred = [gate for gate in gates if not gate.passed and gate.name in UNUSABLE]
    if barred:
        raise ConfigError(
            f"{version.name}: {_told(barred)}; 'groundswell retrain' makes one that can be used"
        )
    failed = [gate for gate in gates if not gate.passed]
    if failed and not (anyway and why):
        raise ConfigError(
            f"{version.name}: {_told(failed)}; to use it in spite of that, add --anyway and"
            " say --why"
        )


def _told(gates: list[GateResult]) -> str:
    return ", ".join(f"the gate '{gate.name}' says: {gate.told}" for gate in gates)


def _signed(version: ModelVersion, by: str, why: str) -> ModelVersion:
    """Return a version with who put it in use and why."""
    return replace(version, settings={**version.settings, "put_in_use_by": by, "because": why})


def _before(store: Store, kind: ModelKind) -> ModelVersion:
    """Return the last version before the one in use that can be put in use again."""
    champion = store.versions.champion(kind)
    older = [
        one
        for one in store.versions.all(kind)
        if one.state == "retired"
        and champion is not None
        and one.version < champion.version
        and (kind != "themes" or ASSIGNMENTS in one.files)
    ]
    if not older:
        raise ConfigError(
            f"{kind}: there is no version before to go back to; 'groundswell models list' shows"
            " which there are"
        )
    return older[-1]


def _rests_on(store: Store, run_id: int, version: ModelVersion) -> bool:
    """Tell whether a run's report was made with a version in use."""
    versions = dict(load_report(store, run_id).versions)
    return version.name in versions.get(IN_USE, "").split()
