"""The step that keeps the need themes: place new statements, open themes, or fit anew."""

import logging
from dataclasses import replace

from flows.context import RunContext
from flows.drifting import find_drift, why_retrain
from flows.encoders import another_is_asked_for, keep_encoder
from flows.opening import open_themes, sizes_shown, tell_growth
from flows.registry import load_model
from flows.retraining import retrain
from flows.shaping import shape_themes
from flows.shards import placed
from flows.statements import annotator_id, encoder_id
from flows.theme_fits import assignments_of, fit_version, install
from flows.theme_past import is_made_anew
from groundswell.domain import NOISE, ModelKind
from groundswell.domain.drift import as_detail
from groundswell.store import StepResult

log = logging.getLogger(__name__)


DUE: tuple[ModelKind, ...] = ("kinds", "themes", "matches")
"""What is made anew where much is new; an encoder and weights wait for a person."""

AFTER_ERASURE = "an erasure took out those before"
"""Why models are made where those that rested on an erased person are gone."""


def update_themes(context: RunContext) -> StepResult:
    """Place the statements that are new; fit anew where the themes in use no longer serve.

    A new fit has to pass the gates (`flows.retraining`), the first one aside. What is told of drift
    in the end is what the themes then in use do not meet.
    """
    keep_encoder(context)
    if context.store.versions.champion("themes") is None:
        _fit_first(context)
    else:
        _fit_anew(context, why_retrain(context))
    if another_is_asked_for(context):
        log.warning(
            "config.toml asks for the encoder %s; %s is in use until 'groundswell retrain' has"
            " compared them",
            context.wanted.embedding.model,
            context.config.embedding.model,
        )
    counts = place_themes(context)
    alarms = find_drift(context)
    if alarms and _fit_anew(context, why_retrain(context, alarms)):
        counts = place_themes(context)
        alarms = find_drift(context)
    for alarm in alarms:
        log.warning("%s", alarm)
    return replace(counts, detail={**counts.detail, **as_detail(alarms)})


def place_themes(context: RunContext) -> StepResult:
    """Place the statements that are new among the themes in use, and open themes for the rest."""
    before = sizes_shown(context)
    _place_new(context)
    open_themes(context)
    tell_growth(context, before, but=shape_themes(context))
    return _counts(context)


def _fit_first(context: RunContext) -> None:
    anew = is_made_anew(context)
    first = fit_version(context, AFTER_ERASURE if anew else "there are none yet")
    if first is not None:
        install(context, first)
    if anew:
        retrain(context, ("kinds", "matches"), AFTER_ERASURE)


def _fit_anew(context: RunContext, reason: str) -> bool:
    """Make a challenger if there is a reason, and return whether there was."""
    if reason:
        log.info("themes are fitted: %s", reason)
        retrain(context, DUE, reason)
    return bool(reason)


def _counts(context: RunContext) -> StepResult:
    sizes = context.store.themes.sizes()
    total, noise = sum(sizes.values()), sizes.get(NOISE, 0)
    levels = [theme.level for theme in context.store.themes.themes()]
    detail = {f"{level}s": levels.count(level) for level in ("area", "need", "variant")}
    return StepResult("update_themes", total, total - noise, noise, 0.0, detail)


def _place_new(context: RunContext) -> None:
    waiting = context.store.themes.unassigned_statements(annotator_id(context))
    if len(waiting) == 0:
        return
    model = load_model(context)
    if model is None:
        raise ValueError("statements can be placed only after a fit")
    context.progress.start("placing new statements", len(waiting))
    placement = placed(
        context,
        model,
        context.store.vectors.load(encoder_id(context.config), waiting["text_hash"].tolist()),
        waiting["text"].tolist(),
        min_membership=context.config.ranking.min_membership,
    )
    context.progress.finish()
    assignments = assignments_of([[one] for one in waiting["statement_id"]], placement)
    context.store.themes.add_assignments(context.lease, assignments)
