"""After placing: open themes where enough is left out, and tell what became of the themes."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flows.context import RunContext
from flows.naming import called
from flows.registry import OPENED, WORDS, keep_themes, load_model, read_state
from flows.shards import placed
from flows.statements import annotator_id, encoder_id
from flows.theme_fits import assignments_of
from flows.theme_past import by_text
from groundswell.domain import NOISE, ModelVersion, NeedTheme, ThemeAssignment
from groundswell.domain.versions import GROWN_FROM, compared_with
from groundswell.errors import ModelError
from models.evidence.voices import name_voices
from models.themes.fitting import CORE_ROWS
from models.themes.growth import changes_of_size
from models.themes.model import ThemeModel
from models.themes.openings import open_branches
from models.themes.placement import describe
from models.themes.provisional import Opening, extended, find_new_themes

if TYPE_CHECKING:
    import pandas as pd


_WHO_SAID = ("statement_id", "record_id", "theme_id", "text_hash", "author", "account_id")
"""What is needed of every mention to know whose the left-out ones are."""


def open_themes(context: RunContext) -> None:
    """Open a provisional theme for each group of left-out statements that belong together.

    Of very many they are looked for in a fair sample; the others are placed among them.
    """
    model, row = load_model(context), context.store.versions.champion("themes")
    all_left_out = _left_out(context)
    left_out = all_left_out.iloc[:CORE_ROWS]  # in the order of their hashes, so a fair sample
    if model is None or row is None or len(left_out) == 0 or len(model.theme_ids) == 0:
        return
    settings = context.config.themes
    vectors = context.store.vectors.load(encoder_id(context.config), left_out.index.tolist())
    said = describe(model, vectors, left_out["text"].tolist())
    opening = find_new_themes(
        model,
        said,
        left_out["voice"].tolist(),
        neighbours=settings.neighbours,
        min_voices=settings.min_statements,
    )
    if len(opening.centroids):
        first = _next_theme_id(context, row)
        ids = range(first, first + len(opening.centroids))
        grown = extended(model, opening, ids, said)
        themes = open_branches(
            opening,
            left_out["text"].tolist(),
            vectors,
            left_out["statements"].tolist(),
            ids,
            earlier=[one for one in context.store.shapes.found_themes() if one.level == "need"],
            centroids=grown.centroids,
        )
        assignments = _assignments(left_out, opening, ids)
        assignments += _joining(context, grown, all_left_out.iloc[CORE_ROWS:], first)
        _save(context, row, grown, themes, assignments)


def sizes_shown(context: RunContext) -> dict[int, int]:
    """Return the statements of each need as they were last counted."""
    themes = context.store.themes.themes()
    return {theme.theme_id: theme.size for theme in themes if theme.level == "need"}


def tell_growth(context: RunContext, before: Mapping[int, int], *, but: Collection[int]) -> None:
    """Keep each need's new size, and tell which grew or shrank since the last run.

    Parameters
    ----------
    before
        Statements of each need then.
    but
        Needs that reviewers changed meanwhile: what they gave and took is no growth.
    """
    themes = context.store.themes
    sizes = themes.sizes()
    needs = {theme.theme_id: theme for theme in themes.themes() if theme.level == "need"}
    before = {n: before.get(n, theme.size) for n, theme in needs.items() if n not in but}
    now = {n: sizes.get(n, 0) for n in needs if n not in but}
    stale = [n for n, theme in needs.items() if theme.size != sizes.get(n, 0)]
    if before == now and not stale:
        return
    told = themes.changes(context.run.run_id)
    labels = {theme.theme_id: theme.label for theme in called(context, list(needs.values()))}
    grown = [replace(needs[theme_id], size=sizes.get(theme_id, 0)) for theme_id in stale]
    changes = [*told, *changes_of_size(before, now, labels)]
    themes.save_changes(context.lease, context.run.run_id, changes, grown)


def _left_out(context: RunContext) -> "pd.DataFrame":
    """Return text, voice and statement ids of each distinct text in no theme, by its hash.

    What a person retired is left out. Who speaks is told by all that was said.
    """
    feedback, covered = context.store.feedback, context.store.shapes.covered()
    said = feedback.mentions(annotator_id(context), informative_only=True, only=_WHO_SAID)
    said = said.assign(voice=name_voices(said))
    said = said[(said["theme_id"] == NOISE) & ~said["statement_id"].isin(covered)]
    texts = feedback.statement_text(said["statement_id"].tolist())
    return by_text(said.assign(text=said["statement_id"].map(texts)), ["text", "voice"])


def _assignments(
    left_out: "pd.DataFrame", opening: Opening, ids: Sequence[int]
) -> list[ThemeAssignment]:
    return [
        ThemeAssignment(statement, ids[label], 1.0)
        for label, statements in zip(opening.labels.tolist(), left_out["statements"], strict=True)
        if label != NOISE
        for statement in statements
    ]


def _joining(
    context: RunContext, model: ThemeModel, others: "pd.DataFrame", first: int
) -> list[ThemeAssignment]:
    """Return those of the others whose place is in a theme that opened: `first` and above."""
    if len(others) == 0:
        return []
    placement = placed(
        context,
        model,
        context.store.vectors.load(encoder_id(context.config), others.index.tolist()),
        others["text"].tolist(),
        min_membership=context.config.ranking.min_membership,
    )
    joins = placement.primary(len(others)) >= first
    new = joins[placement.rows] & (placement.theme_ids >= first)
    return assignments_of(others["statements"].tolist(), placement.some(new))


def _save(
    context: RunContext,
    row: ModelVersion,
    model: ThemeModel,
    themes: Sequence[NeedTheme],
    assignments: Sequence[ThemeAssignment],
) -> None:
    """Write the file of arrays, then the rows that point to it; the fit stays the one it was."""
    now = {theme.theme_id: theme.size for theme in themes}
    labels = {theme.theme_id: theme.label for theme in themes}
    told = context.store.themes.changes(context.run.run_id)
    born = changes_of_size({}, now, labels, new_ids=list(now))
    grown = keep_themes(
        context,
        model,
        {**_of_the_fit(row), "run": context.run.run_id, GROWN_FROM: row.fit},
        snapshot={"statements": row.statements},
        why=OPENED,
    )
    words = {part: row.files[part] for part in (WORDS,) if part in row.files}
    grown = replace(
        grown,
        fingerprint=row.fingerprint,
        snapshot=row.snapshot,  # it heeds what the fit heeded
        files={**grown.files, **words},
    )
    context.store.themes.open_themes(
        context.lease, context.run.run_id, grown, themes, assignments, [*told, *born]
    )


def _next_theme_id(context: RunContext, row: ModelVersion) -> int:
    """Return the first id that no theme has, nor one of a version that may yet be put in use."""
    every = context.store.versions.all("themes")
    firsts = [context.store.themes.next_theme_id()]
    for one in every:
        waits = one.state in ("challenger", "refused")
        if waits and compared_with(one, every) == row.version:
            with suppress(ModelError):  # its files are gone, so nobody can put it in use
                state = read_state(context.config, one)
                firsts += [theme.theme_id + 1 for theme in state.themes]
    return max(firsts)


def _of_the_fit(row: ModelVersion) -> dict[str, Any]:
    """Return what a version was made with, without who put it in use."""
    who = ("put_in_use_by", "because")
    return {name: value for name, value in row.settings.items() if name not in who}
