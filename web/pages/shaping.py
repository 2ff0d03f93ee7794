"""Where a person changes what a need holds: merge, split, move statements, retire."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from groundswell.domain import IntArray
from groundswell.domain.drafts import FIRST_MADE, theme_of
from groundswell.store import Said
from web.guard import Context
from web.pages.needs import number_of, unknown
from web.pages.rendering import page
from web.reading import Reading, newest

LOOKED_AT = 4_000
"""Statements of a need that a cut is sought among; the others follow the side they are like."""

SHOWN = 120
"""Statements that are shown for a person to sort."""


@dataclass(frozen=True, slots=True)
class Part:
    """One side of a proposed cut: the statements that are shown, the surest first."""

    statements: tuple[Said, ...]
    total: int
    """Of those looked at."""


def show(request: Request, context: Context) -> Response:
    """Answer with a need's statements, sorted into two parts by a proposed cut."""
    number = request.path_params["theme_id"]
    reading, theme_id = newest(context.store), number_of(number)
    need = None if reading is None else reading.needs.get(theme_id)
    if reading is None or need is None:
        return unknown(request, context, number)
    said = context.store.lookups.statements_of(theme_id, LOOKED_AT)
    stays, goes = propose_parts(context, said)
    verdict = context.store.decisions.verdicts().of(f"theme-{theme_id}")
    return page(
        request,
        context,
        "shape.html",
        title=f"Change what “{need.label}” holds",
        crumbs=[("/needs", "Needs"), (f"/needs/{theme_id}", need.label)],
        report=reading.report,
        need=need,
        target=f"theme-{theme_id}",
        verdict=verdict,
        stays=stays,
        goes=goes,
        others=_others(reading, theme_id),
        made=next_made(context),
        may_review=context.reviewer.may("review"),
    )


def propose_parts(context: Context, said: Sequence[Said]) -> tuple[Part, Part]:
    """Return what would stay and what would go, as a first proposal."""
    from models.themes.cut import propose_cut

    model = context.store.versions.champion("themes")
    if model is None or not said:
        return Part((), 0), Part((), 0)
    vectors = context.store.vectors.load(model.encoder_id, [one.text_hash for one in said])
    goes, lead = propose_cut(vectors)
    order = np.argsort(-lead, kind="stable")
    return _part(said, order[~goes[order]]), _part(said, order[goes[order]])


def next_made(context: Context) -> int:
    """Return the first id that no theme made by a person has had, nor has in the draft."""
    staged = context.store.drafts.of(context.reviewer.name)
    decided = {
        *context.store.decisions.themes(),
        *(theme_of(one.draft.target) or 0 for one in staged),
    }
    return 1 + max((theme for theme in decided if theme >= FIRST_MADE), default=FIRST_MADE - 1)


def _part(said: Sequence[Said], rows: IntArray) -> Part:
    # The surest show what a part is about, the least sure are where a person is needed.
    surest, unsure = rows[: SHOWN // 3], rows[SHOWN // 3 :][-(SHOWN // 6) :]
    chosen = [*surest.tolist(), *unsure.tolist()]
    return Part(tuple(said[row] for row in chosen), len(rows))


def _others(reading: Reading, theme_id: int) -> list[tuple[str, str]]:
    """Return the other needs as (target, label), by label."""
    needs = [need for need in reading.report.themes if need.theme_id != theme_id]
    labelled = sorted((need.label.casefold(), need.theme_id, need.label) for need in needs)
    return [(f"theme-{number}", label) for _, number, label in labelled]
