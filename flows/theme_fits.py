"""Fit the themes to all statements, and put a fit in use, or back in use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from flows.context import RunContext
from flows.decisions import themes_to_keep
from flows.drifting import to_compare
from flows.encoders import with_encoder
from flows.lessons import with_lesson
from flows.registry import WORDS, files_of, keep_themes, read_model, read_state
from flows.shaping import FoundThemes, as_placed, shape_found, shown_before, wishes_of
from flows.shards import placed
from flows.statements import encoder_id
from flows.theme_past import distinct_texts, earlier, found_before, is_made_anew, past
from groundswell.domain import NOISE, ModelVersion, ThemeAssignment, Vectors, content_id
from groundswell.store import Shaped
from models.themes.fitting import ThemeFit
from models.themes.fitting import fit_themes as fit
from models.themes.keeping import keep_decided
from models.themes.lineage import Heirs
from models.themes.model import Placement, ThemeModel, renamed
from models.themes.shaping import strongest
from models.themes.state import ThemeState, as_table, to_parts
from models.themes.tree import Texts, ThemeTree, grow_tree

if TYPE_CHECKING:
    import pandas as pd


def fit_version(context: RunContext, reason: str) -> ModelVersion | None:
    """Fit the themes anew and return the version, whose files are written; None: nothing is said.

    Nothing of what is shown changes.
    """
    table = distinct_texts(context)
    if len(table) == 0:
        return None
    vectors = context.store.vectors.load(encoder_id(context.config), table.index.tolist())
    first = found_before(context)
    found, placement = _fitted(context, table, vectors, first)
    said = _said(table, vectors, placement)
    context.progress.start("naming themes", None)
    tree = grow_tree(
        found,
        said,
        past(context, first),
        certified_stability=context.config.themes.certified_stability,
    )
    context.progress.finish()
    model = renamed(found.model, tree.need_ids, tree.variant_ids)
    model = with_lesson(context, model, found.core, said, tree, table.index.tolist())
    compared = to_compare(found, table)
    return _as_version(context, model, said, placement, tree, reason, compared)


def install(
    context: RunContext, version: ModelVersion, encoder: ModelVersion | None = None
) -> None:
    """Put a version of the themes in use, in one transaction.

    Statements that are new since it was made stay unplaced; what reviewers made of the themes is
    laid over it as it stands now.

    Parameters
    ----------
    encoder
        That is put in use with it; None: its vectors are of the one in use.

    Raises
    ------
    ModelError
        One of its files is gone or was changed.
    """
    state = read_state(context.config, version)
    model = read_model(context.config, version)
    if encoder is not None:
        context = replace(context, config=with_encoder(context.wanted, encoder))
    anew, table = is_made_anew(context), distinct_texts(context)
    known = {one for statements in table["statements"] for one in statements}
    assignments = state.placed(known)
    ended = _ended(context, state)
    shaped = _shaped(context, state, assignments, ended, model, table)
    context.store.themes.save_fit(
        context.lease,
        context.run.run_id,
        version,
        state.themes,
        assignments,
        ended,
        state.changes,
        replace(shaped, changes=()) if anew else shaped,
        () if encoder is None else (encoder,),
    )


def keep_state(context: RunContext) -> None:
    """Write down what the themes in use are by now, so that they can be put back in use."""
    champion = context.store.versions.champion("themes")
    if champion is None:
        return
    found = context.store.shapes.found_assignments()
    state = ThemeState(tuple(context.store.shapes.found_themes()), found)
    files = files_of(context.config)
    written = {part: files.put("themes", part, data) for part, data in to_parts(state).items()}
    kept = replace(champion, files={**champion.files, **written})
    context.store.versions.keep(context.lease, kept)


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


def _fitted(
    context: RunContext,
    table: "pd.DataFrame",
    vectors: Vectors,
    first: "pd.DataFrame",
) -> tuple[ThemeFit, Placement]:
    """Find themes; a person's retraining may choose another detail, too.

    What people decided about is kept, where nothing takes it over.
    """
    settings, texts = context.config.themes, table["text"].tolist()
    before = earlier(context, table, first, same_detail=context.run.kind != "retrain")
    context.progress.start("finding themes", None)
    found = fit(
        vectors,
        texts,
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
        before=before,
        advance=context.progress.advance,
    )
    context.progress.finish()
    context.progress.start("placing statements", len(table))
    least = context.config.ranking.min_membership
    placement = placed(context, found.model, vectors, texts, min_membership=least)
    context.progress.finish()
    if before is None:
        return found, placement
    decided = themes_to_keep(context)
    return keep_decided(found, placement, vectors, texts, before=before.labels, decided=decided)


def _as_version(
    context: RunContext,
    model: ThemeModel,
    said: Texts,
    placement: Placement,
    tree: ThemeTree,
    reason: str,
    compared: tuple[dict[str, Any], bytes],
) -> ModelVersion:
    placed = assignments_of(said.statements, _renamed_placement(placement, tree))
    # What became of themes of which nothing is known any more, nobody can tell.
    changes = () if is_made_anew(context) else tree.changes
    state = ThemeState(tuple(tree.themes), as_table(placed), tree.retired, changes)
    settings = {
        "run": context.run.run_id,
        "fitted_in": context.run.run_id,
        "resolution": model.resolution,
        "worth": model.worth,
        "left_out": round(float((said.labels == NOISE).mean()), 6),
        **compared[0],
    }
    statements = sorted(one for same in said.statements for one in same)
    snapshot = {"statements": len(statements), "ids": content_id(*statements)}
    parts = {**to_parts(state), WORDS: compared[1]}
    return keep_themes(context, model, settings, snapshot=snapshot, why=reason, parts=parts)


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


def _shaped(
    context: RunContext,
    state: ThemeState,
    assignments: Sequence[ThemeAssignment],
    ended: Mapping[int, Heirs],
    model: ThemeModel,
    table: "pd.DataFrame",
) -> Shaped:
    """Return what reviewers want shown otherwise than the fit finds it."""
    wishes = wishes_of(context, state.themes, ended)
    if not wishes.any and not context.store.shapes.any():
        return Shaped()
    middles = dict(zip(model.theme_ids.tolist(), model.centroids, strict=True))
    found = FoundThemes(state.themes, as_placed(assignments, table), middles, table, model)
    return shape_found(context, found, shown_before(context), wishes)[0]


def _ended(context: RunContext, state: ThemeState) -> dict[int, Heirs]:
    """Return the themes that end with a state; what it does not know itself goes by statements."""
    living = {theme.theme_id for theme in state.themes}
    others = {one.theme_id for one in context.store.shapes.found_themes()} - living
    missing = others - set(state.retired)
    ended = {theme: heirs for theme, heirs in state.retired.items() if theme in others}
    if not missing:
        return ended
    now = strongest(state.assignments).set_index("statement_id")["theme_id"]
    before = found_before(context)["theme_id"]
    for theme in sorted(missing):
        theirs = now.reindex(before.index[before == theme]).dropna().astype(int)
        shares = theirs[theirs != NOISE].value_counts() / max(len(theirs), 1)
        heirs = [(int(str(heir)), float(share)) for heir, share in shares.items()]
        ended[theme] = tuple(sorted(heirs, key=lambda heir: (-heir[1], heir[0])))
    return ended


def _renamed_placement(placement: Placement, tree: ThemeTree) -> Placement:
    needs, variants = {NOISE: NOISE, **tree.need_ids}, {NOISE: NOISE, **tree.variant_ids}
    return replace(
        placement,
        theme_ids=np.array([needs[one] for one in placement.theme_ids.tolist()], np.int64),
        variant_ids=np.array([variants[one] for one in placement.variant_ids.tolist()], np.int64),
    )
