"""Learn from what people sorted where the statements like it belong."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from flows.context import RunContext
from flows.shaping import shown_before, wishes_of
from groundswell.domain import NOISE, IntArray
from models.themes.model import ThemeModel
from models.themes.placement import describe
from models.themes.teaching import FEWEST_SPLITS, Lesson, teach
from models.themes.tree import Texts, ThemeTree


def with_lesson(
    context: RunContext,
    model: ThemeModel,
    core: IntArray,
    said: Texts,
    tree: ThemeTree,
    hashes: Sequence[str],
) -> ThemeModel:
    """Return a fitted model with what people's sorting teaches; itself where that is nothing.

    Parameters
    ----------
    model
        Under permanent ids.
    core
        Rows of its references.
    said
        The distinct texts, labelled as the fit numbers its themes.
    hashes
        Of these texts.
    """
    wishes = wishes_of(context, tree.themes, tree.retired)
    if len(wishes.cuts) < FEWEST_SPLITS:
        return model
    ids = {NOISE: NOISE, **tree.need_ids}
    context.progress.start("learning from what people sorted", None)
    lesson = Lesson(
        said=describe(model, said.vectors, said.texts),
        core=core,
        statements=said.statements,
        hashes=hashes,
        found=np.array([ids[one] for one in said.labels.tolist()], np.int64),
        wishes=wishes,
        before=shown_before(context).places,
    )
    taught = teach(lesson)
    context.progress.finish()
    return replace(model, taught=taught)
