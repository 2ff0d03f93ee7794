"""Challengers: made beside the models in use, judged by the gates, and put in use if they pass.

What is shown changes with the last of the three alone. A run that was interrupted goes on where it
was: what was made is not made again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from flows.context import Asked, RunContext
from flows.encoders import another_is_asked_for, beside, keep_encoder, train_encoder
from flows.judging import judge
from flows.kind_models import train_kinds
from flows.match_models import train_matches
from flows.registry import NOTED, kinds_named
from flows.statements import tell_kinds
from flows.theme_fits import fit_version, install, keep_state
from flows.weight_models import adopt, train_weights
from groundswell.domain import MODEL_KINDS, ModelKind, ModelVersion, VersionState
from groundswell.errors import ConfigError
from groundswell.store import StepResult, Store
from models.themes.state import THEMES

log = logging.getLogger(__name__)

Trainer = Callable[[RunContext, str], ModelVersion | None]
"""Makes a challenger, given why; None: there is nothing to learn, or nothing new."""

ASKED_FOR = "asked for"
"""Why a version is made where a person gave no reason."""

TRAINERS: Mapping[ModelKind, Trainer] = {
    "encoder": train_encoder,
    "kinds": train_kinds,
    "themes": fit_version,
    "matches": train_matches,
    "weights": train_weights,
}
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
    keep_encoder(context)
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
    wanted = context.asked.kinds
    if "encoder" in wanted and another_is_asked_for(
        context
    ):  # which is judged by the themes that are made of its vectors
        wanted = (*wanted, "themes")
    return tuple(kind for kind in TRAINERS if kind in wanted)


def _train(context: RunContext, kinds: Sequence[ModelKind], reason: str) -> list[ModelVersion]:
    for kind in kinds:
        if not _made_here(context, (kind,)):
            here = beside(context, _made_here(context, ("encoder",)))
            version = TRAINERS[kind](here, reason)
            if version is not None:
                context.store.versions.keep(context.lease, version)
    return _made_here(context, kinds)


def _made_here(context: RunContext, kinds: Sequence[ModelKind]) -> list[ModelVersion]:
    """Return the challengers that this run made, whatever became of them since."""
    versions = context.store.versions.made_in(context.run.run_id)
    mine = [one for one in versions if one.kind in kinds and one.why not in NOTED]
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
        if version.kind == "encoder" and any(one.kind == "themes" for one in made):
            continue  # it goes with its themes
        first = version.kind == "themes" and context.store.versions.champion("themes") is None
        person = waits or version.kind == "weights"  # whose views they are, people say
        if version.state == "challenger" and (first or not person):
            put_in_use(context, version)
    return [one for one in _made_here(context, sorted({v.kind for v in made})) if one.promoted_in]


def put_in_use(context: RunContext, version: ModelVersion) -> None:
    """Put a version in the place of the one in use, which is kept as it is by now.

    Raises
    ------
    ModelError
        One of its files is gone or was changed.
    """
    if version.kind in ("themes", "encoder"):
        keep_state(context)
        install(context, *_together(context.store, version))
    elif version.kind == "weights":
        adopt(context, version)
    else:
        context.store.versions.promote(context.lease, context.run.run_id, version)
        if version.kind == "kinds":
            tell_kinds(context)
    log.info("%s is in use", version.name)


def _together(store: Store, version: ModelVersion) -> tuple[ModelVersion, ModelVersion | None]:
    """Return themes and, where it is not in use, the encoder whose vectors they are of."""
    if version.kind == "encoder":
        themes = [one for one in store.versions.all("themes") if _goes_with(one, version)]
        if not themes:
            raise ConfigError(f"{version.name}: no themes were made of its vectors; retrain both")
        return themes[-1], version
    encoders = store.versions.all("encoder")
    mine = [one for one in encoders if one.encoder_id == version.encoder_id]
    return version, mine[-1] if mine and mine[-1].state != "champion" else None


def _goes_with(themes: ModelVersion, encoder: ModelVersion) -> bool:
    return themes.encoder_id == encoder.encoder_id and THEMES in themes.files


def _counted(
    step: str, context: RunContext, made: Sequence[ModelVersion], passed: int
) -> StepResult:
    detail = {one.name: one.state for one in made}
    return StepResult(step, len(made), passed, len(made) - passed, 0.0, detail)
