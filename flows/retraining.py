"""Challengers: made beside the models in use, judged by the gates, and put in use if they pass.

What is shown changes with the last of the three alone. A run that was interrupted goes on where it
was: what was made is not made again.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from flows.context import Asked, RunContext
from flows.judging import judge
from flows.opening import OPENED
from flows.registry import kinds_named
from flows.theme_fits import fit_version, install, keep_state
from groundswell.domain import MODEL_KINDS, ModelKind, ModelVersion, VersionState
from groundswell.store import StepResult

log = logging.getLogger(__name__)

ASKED_FOR = "asked for"
"""Why a version is made where a person gave no reason."""

TRAINED: tuple[ModelKind, ...] = ("themes",)
"""In the order in which one may rest on another."""


def asked(models: Sequence[str], *, why: str = "", waits: bool = False) -> Asked:
    """Return what a retraining is asked for.

    Parameters
    ----------
    models
        Kinds of models; empty: all.
    why
        In the words of who asks; empty: ``asked for``.

    Raises
    ------
    ConfigError
        There is no such kind.
    """
    return Asked(kinds_named(models) or MODEL_KINDS, why or ASKED_FOR, waits)


def train_challengers(context: RunContext) -> StepResult:
    """Make a new version of every model that was asked for, beside the one in use."""
    reason = context.asked.why or ASKED_FOR
    made = _train(context, _asked(context), reason)
    return _counted("train_challengers", context, made, len(made))


def judge_challengers(context: RunContext) -> StepResult:
    """Compare each with the version in use, and write down what the gates say."""
    judged = _judge(context, _made_here(context, _asked(context)))
    passed = [one for one in judged if one.state != "refused"]
    return _counted("judge_challengers", context, judged, len(passed))


def promote_challengers(context: RunContext) -> StepResult:
    """Put in use what passed, unless a person is to."""
    made = _made_here(context, _asked(context))
    promoted = _promote(context, made)
    return _counted("promote_challengers", context, made, len(promoted))


def retrain(context: RunContext, kinds: Sequence[ModelKind], reason: str) -> None:
    """Do all three within another step."""
    _train(context, kinds, reason)
    _promote(context, _judge(context, _made_here(context, kinds)))


def _asked(context: RunContext) -> tuple[ModelKind, ...]:
    return tuple(kind for kind in TRAINED if kind in context.asked.kinds)


def _train(context: RunContext, kinds: Sequence[ModelKind], reason: str) -> list[ModelVersion]:
    for kind in kinds:
        if not _made_here(context, (kind,)):
            version = fit_version(context, reason)
            if version is not None:
                context.store.versions.keep(context.lease, version)
    return _made_here(context, kinds)


def _made_here(context: RunContext, kinds: Sequence[ModelKind]) -> list[ModelVersion]:
    """Return the challengers that this run made, whatever became of them since."""
    versions = context.store.versions.made_in(context.run.run_id)
    mine = [one for one in versions if one.kind in kinds and one.why != OPENED]
    return sorted(mine, key=lambda one: (kinds.index(one.kind), one.version))


def _judge(context: RunContext, made: Sequence[ModelVersion]) -> list[ModelVersion]:
    waiting = [one for one in made if one.state == "challenger" and not one.gates]
    for version in judge(context, waiting):
        state: VersionState = "refused" if version.failed else "challenger"
        context.store.versions.keep(context.lease, replace(version, state=state))
        for gate in version.failed:
            log.warning("%s is not put in use: %s: %s", version.name, gate.name, gate.told)
    return _made_here(context, sorted({one.kind for one in made}))


def _promote(context: RunContext, made: Sequence[ModelVersion]) -> list[ModelVersion]:
    waits = context.asked.waits or context.config.models.promote == "person"
    for version in made:
        first = context.store.versions.champion(version.kind) is None
        if version.state == "challenger" and (first or not waits):
            put_in_use(context, version)
    return [one for one in _made_here(context, sorted({v.kind for v in made})) if one.promoted_in]


def put_in_use(context: RunContext, version: ModelVersion) -> None:
    """Put a version in the place of the one in use, which is kept as it is by now.

    Raises
    ------
    ModelError
        One of its files is gone or was changed.
    """
    if version.kind == "themes":
        keep_state(context)
        install(context, version)
    else:
        context.store.versions.promote(context.lease, context.run.run_id, version)
    log.info("%s is in use", version.name)


def _counted(
    step: str, context: RunContext, made: Sequence[ModelVersion], passed: int
) -> StepResult:
    detail = {one.name: one.state for one in made}
    return StepResult(step, len(made), passed, len(made) - passed, 0.0, detail)
