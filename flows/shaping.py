"""Show the themes as reviewers shaped them, over what the fit found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from flows.context import Known, RunContext
from flows.registry import load_model
from flows.statements import encoder_id
from flows.theme_past import centroids, distinct_texts
from groundswell.domain import NOISE, NeedTheme, ThemeAssignment, Vectors
from groundswell.domain.drafts import FIRST_MADE
from groundswell.store import Shaped
from models.themes.learnt import learnt_by
from models.themes.lineage import Heirs
from models.themes.model import ThemeModel
from models.themes.shaped_tree import (
    ShapedThemes,
    describe_shape,
    heirs_of,
    living,
    tell_shape,
)
from models.themes.shaping import Shape, VectorsOf, middle, shape_statements, strongest
from models.themes.tree import Texts
from models.themes.wishes import Wishes, read_wishes

if TYPE_CHECKING:
    import pandas as pd


NOTHING: Mapping[int, Heirs] = MappingProxyType({})
"""No theme ended."""


@dataclass(frozen=True, slots=True)
class ShownBefore:
    """What was shown before a run."""

    places: Mapping[str, int]
    """Statement id to its strongest theme, where that is a theme that was shown, or none."""
    themes: Mapping[int, NeedTheme]
    """Every theme that was ever shown."""
    hidden: frozenset[int]
    """Those that are not shown because of a decision alone."""


def shown_before(context: RunContext) -> ShownBefore:
    """Return what is shown now, before this run changes it."""
    store = context.store
    if not store.shapes.any():
        return ShownBefore({}, {}, frozenset())
    themes = {one.theme_id: one for one in store.themes.themes(include_retired=True)}
    found = {one.theme_id for one in store.shapes.found_themes()}
    ended = {n for n, one in themes.items() if one.state == "retired"}
    first = strongest(store.shapes.shown_assignments())
    places = {
        statement: theme
        for statement, theme in zip(first["statement_id"], first["theme_id"].tolist(), strict=True)
        if theme not in ended  # placed just now, where a theme that is not shown had it
    }
    return ShownBefore(places, themes, frozenset(n for n in ended if n in found or n >= FIRST_MADE))


@dataclass(frozen=True, slots=True)
class FoundThemes:
    """What a fit found."""

    themes: Sequence[NeedTheme]
    """The living ones of all levels, by id."""
    placed: "pd.DataFrame"
    """As `models.themes.shaping.shape_statements` takes it."""
    middles: Mapping[int, Vectors]
    """Need to its centroid."""
    texts: "pd.DataFrame"
    """As `flows.theme_past.distinct_texts` gives it."""
    model: ThemeModel | None
    """The fit, with what it was taught."""


def wishes_of(
    context: Known, found: Sequence[NeedTheme], ended: Mapping[int, Heirs] = NOTHING
) -> Wishes:
    """Return what reviewers want the themes to be.

    Parameters
    ----------
    found
        The living themes of all levels as found.
    ended
        Themes that end with them and do not stand in the store as ended yet.
    """
    needs = {theme.theme_id for theme in found if theme.level == "need"}
    verdicts = context.store.decisions.themes(context.decided_by)
    return read_wishes(verdicts, needs, {**context.store.themes.retired_into(), **ended})


def as_placed(assignments: Sequence[ThemeAssignment], texts: "pd.DataFrame") -> "pd.DataFrame":
    """Return assignments as a table like `groundswell.store.shapes.Shapes.found_assignments`."""
    import pandas as pd

    rows = [(one.statement_id, one.theme_id, one.membership, one.variant_id) for one in assignments]
    names = ["statement_id", "theme_id", "membership", "variant_id"]
    table = pd.DataFrame.from_records(rows, columns=names)
    hashes = texts["statements"].explode().reset_index().set_index("statements")["text_hash"]
    table["text_hash"] = table["statement_id"].map(hashes)
    table = table.astype({"theme_id": "int64", "membership": "float64", "variant_id": "float64"})
    return table.sort_values(["statement_id", "theme_id"], ignore_index=True)


def shape_themes(context: RunContext) -> set[int]:
    """Show the stored themes as reviewers want them; return those whose statements changed."""
    store = context.store
    themes = store.shapes.found_themes()
    wishes = wishes_of(context, themes)
    if not wishes.any and not store.shapes.any():
        return set()
    before = shown_before(context)
    placed, texts = store.shapes.found_assignments(), distinct_texts(context)
    found = FoundThemes(themes, placed, centroids(context), texts, load_model(context))
    shaped, shape = shape_found(context, found, before, wishes)
    told = [*store.themes.changes(context.run.run_id), *shaped.changes]
    store.shapes.save(context.lease, context.run.run_id, replace(shaped, changes=tuple(told)))
    return _regrouped(shape, before)


def shape_found(
    context: RunContext, found: FoundThemes, before: ShownBefore, wishes: Wishes
) -> tuple[Shaped, Shape]:
    """Return what is shown over what was found, and where each statement is."""

    def vectors_of(hashes: Sequence[str]) -> Vectors:
        return context.store.vectors.load(encoder_id(context.config), hashes)

    def texts_of(hashes: Sequence[str]) -> list[str]:
        return [str(text) for text in found.texts["text"].loc[list(hashes)]]

    model = found.model
    learnt = None if model is None else learnt_by(model, vectors_of, texts_of)
    shape = shape_statements(found.placed, wishes, vectors_of, before.places, learnt)
    texts = _texts(found.texts, shape, wishes, vectors_of)
    now = describe_shape(shape, wishes, found.themes, texts, found.middles)
    whole = replace(now, retired={**now.retired, **_unmade(before, shape, now)})
    changes = tell_shape(before.themes, before.hidden, whole, found.themes)
    return Shaped(whole.themes, whole.retired, shape.assignments, changes), shape


def middles_shown(context: Known) -> dict[int, Vectors]:
    """Return the centroids of the needs that hold other statements than found."""
    store = context.store
    changed = store.shapes.changed()
    if not changed:
        return {}
    first = strongest(store.shapes.shown_assignments())
    texts = first[first["theme_id"].isin(changed)].groupby("theme_id")["text_hash"].unique()
    encoder = encoder_id(context.config)
    return {
        int(str(theme)): middle(store.vectors.load(encoder, sorted(hashes))).astype(np.float32)
        for theme, hashes in texts.items()
    }


def _texts(table: "pd.DataFrame", shape: Shape, wishes: Wishes, vectors_of: VectorsOf) -> Texts:
    """Return the texts of the touched needs, each under the place of its need."""
    needs = living(shape, wishes)
    inside = np.isin(shape.shown, needs)
    wanted = dict(zip(shape.statements[inside], shape.shown[inside].tolist(), strict=True))
    said = [[one for one in statements if one in wanted] for statements in table["statements"]]
    kept = [row for row, statements in enumerate(said) if statements]
    table, said = table.iloc[kept], [said[row] for row in kept]
    labels = np.searchsorted(needs, [wanted[one[0]] for one in said]).astype(np.int64)
    return Texts(
        texts=table["text"].tolist(),
        vectors=vectors_of(table.index.tolist()),
        statements=said,
        labels=labels,
        variants=np.full(len(table), NOISE, dtype=np.int64),
        polarity=table["polarity"].to_numpy(np.float64),
        satisfied=table["satisfied"].to_numpy(np.float64),
    )


def _unmade(before: ShownBefore, shape: Shape, now: ShapedThemes) -> dict[int, Heirs]:
    """Return the themes that a person had made and that are no more, with where it all went."""
    shown = {theme.theme_id for theme in now.themes}
    lost = [n for n in before.themes if n >= FIRST_MADE and n not in {*shown, *now.retired}]
    was = np.array([before.places.get(one, NOISE) for one in shape.statements.tolist()], np.int64)
    return {theme: heirs_of(shape.shown[was == theme]) for theme in sorted(lost)}


def _regrouped(shape: Shape, before: ShownBefore) -> set[int]:
    """Return the themes that statements left or came to, not counting what is new."""
    if not before.places:
        moved = shape.found != shape.shown
        return {*shape.found[moved].tolist(), *shape.shown[moved].tolist()}
    pairs = zip(shape.statements.tolist(), shape.shown.tolist(), strict=True)
    moved_to = {
        (before.places[one], theme)
        for one, theme in pairs
        if one in before.places and before.places[one] != theme
    }
    return {theme for pair in moved_to for theme in pair}
