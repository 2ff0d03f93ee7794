"""What a fit goes on from: the distinct texts, and the themes as they were found before."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from flows.context import RunContext
from flows.decisions import themes_to_keep
from flows.registry import fingerprint, load_model
from flows.statements import annotator_id, encoder_id
from groundswell.domain import Vectors
from groundswell.errors import ModelError
from models.evidence.voices import satisfaction
from models.themes.fitting import NEW, Earlier
from models.themes.shaping import strongest
from models.themes.tree import Past

if TYPE_CHECKING:
    import pandas as pd


_TOLD = ("statement_id", "text_hash", "text", "rating", "nps", "kind", "polarity")
"""What a fit heeds of a statement."""


def distinct_texts(context: RunContext) -> "pd.DataFrame":
    """Return what is known of each distinct text, by its hash, in its order."""
    annotator = annotator_id(context)
    said = context.store.feedback.statements(annotator, informative_only=True, only=_TOLD)
    satisfied = said.assign(satisfied=satisfaction(said)).groupby("text_hash")["satisfied"].mean()
    table = by_text(said, ["text", "kind", "polarity"])
    return table.assign(satisfied=satisfied.reindex(table.index))


def by_text(said: "pd.DataFrame", known: list[str]) -> "pd.DataFrame":
    """Return what is known of each distinct text, by its hash, and the statements that say it.

    Parameters
    ----------
    said
        A row per statement, or several of the same, with text_hash, statement_id and what is known
        of the text, the same in all rows.
    """
    ordered = said.sort_values("text_hash", kind="stable", ignore_index=True)
    first = ~ordered["text_hash"].duplicated()
    starts = [*np.flatnonzero(first).tolist(), len(ordered)]
    ids = ordered["statement_id"].tolist()
    found = ordered[first].set_index("text_hash")[known].copy()
    found["statements"] = [ids[start:end] for start, end in pairwise(starts)]
    return found


def found_before(context: RunContext) -> "pd.DataFrame":
    """Return each statement's strongest theme and variant as found, by statement id."""
    first = strongest(context.store.shapes.found_assignments()).set_index("statement_id")
    return first[["theme_id", "variant_id"]]


def earlier(
    context: RunContext, table: "pd.DataFrame", first: "pd.DataFrame", *, same_detail: bool
) -> Earlier | None:
    """Return the themes that this fit is to continue, text by text; their detail, if wanted."""
    row = context.store.versions.champion("themes")
    if row is None:
        return None
    statements = [one[0] for one in table["statements"]]
    known = first["theme_id"].reindex(statements, fill_value=NEW).to_numpy(np.int64)
    same = same_detail and row.fingerprint == fingerprint(context)
    return Earlier(known, float(row.settings["resolution"]) if same else None)


def is_made_anew(context: RunContext) -> bool:
    """Tell whether the themes that were there went with somebody who was erased.

    Then nothing is known of them but their numbers and which statements belong to them.
    """
    none = context.store.versions.champion("themes") is None
    return none and context.store.themes.next_theme_id() > 0


def past(context: RunContext, first: "pd.DataFrame") -> Past:
    """Return the themes as they were found before."""
    themes = context.store.shapes.found_themes()
    if is_made_anew(context):
        themes = [replace(one, x=nan, y=nan) for one in themes]
    variants = first["variant_id"].dropna().astype(np.int64)
    return Past(
        themes=themes,
        needs=dict(zip(first.index, first["theme_id"].tolist(), strict=True)),
        variants=dict(zip(variants.index, variants.tolist(), strict=True)),
        centroids=centroids(context),
        next_id=context.store.themes.next_theme_id(),
        chosen=themes_to_keep(context),
    )


def centroids(context: RunContext) -> Mapping[int, Vectors]:
    """Return the centroid of each earlier need; none where the old model cannot be read."""
    row = context.store.versions.champion("themes")
    if row is None or row.encoder_id != encoder_id(context.config):
        return {}
    try:
        model = load_model(context)
    except ModelError:
        return {}
    return (
        {} if model is None else dict(zip(model.theme_ids.tolist(), model.centroids, strict=True))
    )
