"""The step that keeps the need themes: place new statements, or fit anew."""

import logging
from collections.abc import Sequence
from hashlib import sha256

from flows.context import RunContext
from flows.statements import annotator_id, encoder_id
from groundswell.domain import NOISE, ThemeAssignment, content_id
from groundswell.errors import ModelError
from groundswell.files import write_whole
from groundswell.store import ModelRow, StepResult
from models.theme_model import Placement, ThemeModel, from_bytes, renamed, to_bytes
from models.theme_tree import Texts, ThemeTree, grow_tree
from models.themes import assign_themes
from models.themes import fit_themes as fit

FIT_VERSION = 1
"""Raised when the same statements and settings would give other themes."""

log = logging.getLogger(__name__)


def update_themes(context: RunContext) -> StepResult:
    """Place the statements that are new; fit anew only where the old fit no longer serves."""
    reason = _why_refit(context)
    if reason:
        log.info("themes are fitted: %s", reason)
        _refit(context)
    else:
        _place_new(context)
    return _counts(context, "update_themes")


def fit_themes(context: RunContext) -> StepResult:
    """Fit the themes anew from all statements."""
    model = context.store.themes.current_model()
    if model is None or model.settings.get("run") != context.run.run_id:
        _refit(context)
    return _counts(context, "fit_themes")


def load_model(context: RunContext) -> ThemeModel | None:
    """Return the fitted model that is in use, or None before the first fit.

    Raises
    ------
    ModelError
        Its file is gone or was changed.
    """
    row = context.store.themes.current_model()
    if row is None:
        return None
    path = context.config.embedding.cache / row.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path}: {error.strerror}; fit it again with 'groundswell retrain'"
        ) from None
    if sha256(data).hexdigest() != row.sha256:
        raise ModelError(f"{path}: was changed; fit it again with 'groundswell retrain'")
    return from_bytes(data)


def theme_events(context: RunContext) -> list[str]:
    """Say what became of the themes in this run; nothing if they were not fitted in it."""
    model = context.store.themes.current_model()
    if model is None or model.settings.get("run") != context.run.run_id:
        return []
    return [str(event) for event in model.settings.get("events", [])]


def _why_refit(context: RunContext) -> str:
    model = context.store.themes.current_model()
    if model is None:
        return "there are none yet"
    if model.fingerprint != _fingerprint(context):
        return "the encoder or the settings of [themes] changed"
    counts = context.store.feedback.counts(annotator_id(context.config))
    now = counts.statements - counts.uninformative
    if now > model.statements * (1.0 + context.config.themes.refit_growth):
        return f"{now} statements, {model.statements} at the last fit"
    return ""


def _fingerprint(context: RunContext) -> str:
    settings = context.config.themes.model_dump_json(exclude={"refit_growth"})
    return content_id(annotator_id(context.config), settings, str(FIT_VERSION))


def _counts(context: RunContext, step: str) -> StepResult:
    mentions = context.store.feedback.mentions()
    total = int(mentions["statement_id"].nunique())
    noise = int((mentions["theme_id"] == NOISE).sum())
    themes = context.store.themes.themes()
    needs = sum(theme.parent_id is not None for theme in themes)
    detail = {"themes": needs, "areas": len(themes) - needs}
    return StepResult(step, total, total - noise, noise, 0.0, detail)


def _place_new(context: RunContext) -> None:
    waiting = context.store.themes.unassigned_statements(annotator_id(context.config))
    if len(waiting) == 0:
        return
    model = load_model(context)
    if model is None:
        raise ValueError("statements can be placed only after a fit")
    context.progress.start("placing new statements", len(waiting))
    hashes = waiting["text_hash"].tolist()
    vectors = context.store.vectors.load(encoder_id(context.config), hashes)
    placement = assign_themes(
        model,
        vectors,
        min_membership=context.config.ranking.min_membership,
        advance=context.progress.advance,
    )
    context.progress.finish()
    assignments = _assignments([[one] for one in waiting["statement_id"]], placement)
    context.store.themes.add_assignments(context.lease, assignments)


def _assignments(
    statements: Sequence[Sequence[str]], placement: Placement
) -> list[ThemeAssignment]:
    return [
        ThemeAssignment(statement, theme, membership)
        for row, theme, membership in zip(
            placement.rows.tolist(),
            placement.theme_ids.tolist(),
            placement.memberships.round(4).tolist(),
            strict=True,
        )
        for statement in statements[row]
    ]


def _refit(context: RunContext) -> None:
    said = _distinct_texts(context)
    if not said.texts:
        return
    settings, store = context.config.themes, context.store
    context.progress.start("finding themes", None)
    found = fit(
        said.vectors,
        neighbours=settings.neighbours,
        min_statements=settings.min_statements,
        resamples=settings.resamples,
        seed=settings.seed,
        advance=context.progress.advance,
    )
    tree = grow_tree(
        found,
        said,
        before=_primary_themes(context),
        earlier=store.themes.themes(),
        next_id=store.themes.next_theme_id(),
        certified_stability=settings.certified_stability,
        seed=settings.seed,
    )
    context.progress.finish()
    _save(context, said, renamed(found.model, tree.ids), tree)


def _distinct_texts(context: RunContext) -> Texts:
    said = context.store.feedback.statements(annotator_id(context.config), informative_only=True)
    groups = said.groupby("text_hash", sort=True)
    texts = groups["text"].first()
    vectors = context.store.vectors.load(encoder_id(context.config), texts.index.tolist())
    return Texts(texts.tolist(), vectors, groups["statement_id"].agg(list).tolist())


def _primary_themes(context: RunContext) -> dict[str, int]:
    mentions = context.store.feedback.mentions()
    order = mentions.sort_values(["membership", "theme_id"], ascending=[False, True])
    first = order.drop_duplicates("statement_id")
    return dict(zip(first["statement_id"].tolist(), first["theme_id"].tolist(), strict=True))


def _save(context: RunContext, said: Texts, model: ThemeModel, tree: ThemeTree) -> None:
    """Write the file of arrays, then the rows that point to it."""
    current = context.store.themes.current_model()
    version = 1 if current is None else current.version + 1
    data = to_bytes(model)
    # Named by its content: another store may keep its models in the same folder.
    name = f"themes-{sha256(data).hexdigest()[:16]}.safetensors"
    placement = assign_themes(
        model, said.vectors, min_membership=context.config.ranking.min_membership
    )
    row = ModelRow(
        version=version,
        encoder_id=encoder_id(context.config),
        fingerprint=_fingerprint(context),
        settings={
            "run": context.run.run_id,
            "events": list(tree.events),
            "resolution": model.resolution,
            "agreement": model.agreement,
        },
        file=name,
        sha256=write_whole(context.config.embedding.cache / name, data),
        statements=sum(map(len, said.statements)),
    )
    context.store.themes.save_fit(
        context.lease,
        context.run.run_id,
        row,
        tree.themes,
        _assignments(said.statements, placement),
        tree.retired,
    )
