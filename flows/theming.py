"""The step that keeps the need themes: place new statements, open themes, or fit anew."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from flows.context import RunContext
from flows.opening import open_themes, sizes_shown, tell_growth
from flows.shaping import (
    FoundThemes,
    as_placed,
    shape_found,
    shape_themes,
    shown_before,
    wishes_of,
)
from flows.statements import annotator_id, encoder_id
from flows.theme_models import fingerprint, keep_model, load_model
from flows.theme_past import distinct_texts, earlier, found_before, past
from groundswell.domain import NOISE, ThemeAssignment, Vectors
from groundswell.store import Shaped, StepResult
from models.themes.drift import Baseline, why_refit
from models.themes.fitting import ThemeFit
from models.themes.fitting import fit_themes as fit
from models.themes.model import Placement, ThemeModel, renamed
from models.themes.placement import assign_themes
from models.themes.tree import Texts, ThemeTree, grow_tree

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

ASKED_FOR = "asked for"
"""Why a person's retrain fits: it may choose another detail, too."""


def update_themes(context: RunContext) -> StepResult:
    """Place the statements that are new; fit anew only where the old fit no longer serves."""
    reason = _why_refit(context)
    if reason:
        log.info("themes are fitted: %s", reason)
        _refit(context, reason)
        open_themes(context)
        shape_themes(context)
    else:
        before = sizes_shown(context)
        _place_new(context)
        open_themes(context)
        tell_growth(context, before, but=shape_themes(context))
    return _counts(context, "update_themes")


def fit_themes(context: RunContext) -> StepResult:
    """Fit the themes anew from all statements."""
    model = context.store.themes.current_model()
    if model is None or model.settings.get("fitted_in") != context.run.run_id:
        _refit(context, ASKED_FOR)
        open_themes(context)
    shape_themes(context)
    return _counts(context, "fit_themes")


def _why_refit(context: RunContext) -> str:
    model = context.store.themes.current_model()
    if model is None:
        return "there are none yet"
    if model.fingerprint != fingerprint(context):
        return "the encoder or the settings of [themes] changed"
    counts = context.store.feedback.counts(annotator_id(context.config))
    placed, nowhere = context.store.themes.placed_after(int(model.settings["fitted_in"]))
    return why_refit(
        Baseline(model.statements, float(model.settings["left_out"])),
        counts.statements - counts.uninformative,
        placed=placed,
        placed_nowhere=nowhere,
        growth=context.config.themes.refit_growth,
        left_out=context.config.themes.refit_left_out,
    )


def _counts(context: RunContext, step: str) -> StepResult:
    sizes = context.store.themes.sizes()
    total, noise = sum(sizes.values()), sizes.get(NOISE, 0)
    levels = [theme.level for theme in context.store.themes.themes()]
    detail = {f"{level}s": levels.count(level) for level in ("area", "need", "variant")}
    return StepResult(step, total, total - noise, noise, 0.0, detail)


def _place_new(context: RunContext) -> None:
    waiting = context.store.themes.unassigned_statements(annotator_id(context.config))
    if len(waiting) == 0:
        return
    model = load_model(context)
    if model is None:
        raise ValueError("statements can be placed only after a fit")
    context.progress.start("placing new statements", len(waiting))
    placement = assign_themes(
        model,
        context.store.vectors.load(encoder_id(context.config), waiting["text_hash"].tolist()),
        waiting["text"].tolist(),
        min_membership=context.config.ranking.min_membership,
        advance=context.progress.advance,
    )
    context.progress.finish()
    assignments = assignments_of([[one] for one in waiting["statement_id"]], placement)
    context.store.themes.add_assignments(context.lease, assignments)


def _refit(context: RunContext, reason: str) -> None:
    table = distinct_texts(context)
    if len(table) == 0:
        return
    settings, store = context.config.themes, context.store
    vectors = store.vectors.load(encoder_id(context.config), table.index.tolist())
    first = found_before(context)
    context.progress.start("finding themes", None)
    found = fit(
        vectors,
        table["text"].tolist(),
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
        before=earlier(context, table, first, same_detail=reason != ASKED_FOR),
        advance=context.progress.advance,
    )
    context.progress.finish()
    context.progress.start("placing statements", len(table))
    placement = assign_themes(
        found.model,
        vectors,
        table["text"].tolist(),
        min_membership=context.config.ranking.min_membership,
        advance=context.progress.advance,
    )
    context.progress.finish()
    said = _said(table, vectors, placement)
    context.progress.start("naming themes", None)
    tree = grow_tree(
        found, said, past(context, first), certified_stability=settings.certified_stability
    )
    context.progress.finish()
    _save(context, found, said, table, placement, tree, reason)


def _said(table: "pd.DataFrame", vectors: Vectors, placement: Placement) -> Texts:
    labels = placement.primary(len(table))
    own = placement.theme_ids == labels[placement.rows]
    variants = np.full(len(table), NOISE, dtype=np.int64)
    variants[placement.rows[own]] = placement.variant_ids[own]
    return Texts(
        texts=table["text"].tolist(),
        vectors=vectors,
        statements=table["statements"].tolist(),
        labels=labels,
        variants=variants,
        polarity=table["polarity"].to_numpy(np.float64),
        satisfied=table["satisfied"].to_numpy(np.float64),
    )


def _save(
    context: RunContext,
    found: ThemeFit,
    said: Texts,
    table: "pd.DataFrame",
    placement: Placement,
    tree: ThemeTree,
    reason: str,
) -> None:
    """Write the file of arrays, then the rows that point to it."""
    model = renamed(found.model, tree.need_ids, tree.variant_ids)
    row = keep_model(
        context,
        model,
        sum(map(len, said.statements)),
        {
            "fitted_in": context.run.run_id,
            "why": reason,
            "resolution": model.resolution,
            "worth": model.worth,
            "left_out": round(float((said.labels == NOISE).mean()), 6),
        },
    )
    assignments = assignments_of(said.statements, _renamed_placement(placement, tree))
    context.store.themes.save_fit(
        context.lease,
        context.run.run_id,
        row,
        tree.themes,
        assignments,
        tree.retired,
        tree.changes,
        _shaped(context, model, tree, assignments, table),
    )


def _shaped(
    context: RunContext,
    model: ThemeModel,
    tree: ThemeTree,
    assignments: Sequence[ThemeAssignment],
    table: "pd.DataFrame",
) -> Shaped:
    """Return what reviewers want shown otherwise than this fit finds it."""
    wishes = wishes_of(context, tree.themes, tree.retired)
    if not wishes.any and not context.store.shapes.any():
        return Shaped()
    middles = dict(zip(model.theme_ids.tolist(), model.centroids, strict=True))
    found = FoundThemes(tree.themes, as_placed(assignments, table), middles, table)
    return shape_found(context, found, shown_before(context), wishes)[0]


def assignments_of(
    statements: Sequence[Sequence[str]], placement: Placement
) -> list[ThemeAssignment]:
    """Return the assignments of the statements that say each placed text."""
    return [
        ThemeAssignment(statement, theme, membership, None if variant == NOISE else variant)
        for row, theme, membership, variant in zip(
            placement.rows.tolist(),
            placement.theme_ids.tolist(),
            placement.memberships.round(4).tolist(),
            placement.variant_ids.tolist(),
            strict=True,
        )
        for statement in statements[row]
    ]


def _renamed_placement(placement: Placement, tree: ThemeTree) -> Placement:
    needs, variants = {NOISE: NOISE, **tree.need_ids}, {NOISE: NOISE, **tree.variant_ids}
    return replace(
        placement,
        theme_ids=np.array([needs[one] for one in placement.theme_ids.tolist()], np.int64),
        variant_ids=np.array([variants[one] for one in placement.variant_ids.tolist()], np.int64),
    )
