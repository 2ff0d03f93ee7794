"""The needs: map and tree of all, and a page for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from groundswell.domain import ThemeVerdict
from groundswell.report import ThemeSummary
from web.guard import Context
from web.pages.correcting import kinds_of_quotes
from web.pages.deciding import decided
from web.pages.rendering import environment, not_found, page
from web.reading import KEPT, Reading, newest

if TYPE_CHECKING:
    from markupsafe import Markup

STATES = ("certified", "provisional", "rising")
"""What the list can be narrowed to; rising is a state beside the other two."""

MOST_OF_AREA = 25
"""Needs of an area on the page of all; that of the area alone has them all."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area with those of its needs that are shown, most voices first."""

    name: str
    needs: tuple[ThemeSummary, ...]

    @property
    def voices(self) -> int:
        """Return the sum over its needs; who voices two of them counts twice."""
        return sum(need.voices for need in self.needs)


def show_all(request: Request, context: Context) -> Response:
    """Answer with the map, and the tree of areas, needs and the ways they are put."""
    from reports.theme_map import legend

    reading = newest(context.store)
    if reading is None:
        return page(request, context, "needs.html", title="Needs", report=None)
    themes, query = reading.report.themes, request.query_params
    wanted = [query.get(name, "") for name in ("q", "state", "area")]
    areas = areas_of([need for need in themes if matches(need, *wanted)])
    return page(
        request,
        context,
        "needs.html",
        title="Needs",
        report=reading.report,
        maps=reading.maps,
        legend=legend(themes),
        areas=areas,
        rows=_rows(reading),
        states=[(state, state) for state in STATES],
        area_names=[(name, name) for name in sorted({need.area for need in themes} - {""})],
        narrowed=any(wanted),
        most=MOST_OF_AREA,
    )


def areas_of(needs: list[ThemeSummary]) -> list[Area]:
    """Group needs by area, the area with most voices first, needs of no area last."""
    by_area: dict[str, list[ThemeSummary]] = {}
    for need in sorted(needs, key=lambda one: (-one.voices, one.theme_id)):
        by_area.setdefault(need.area, []).append(need)
    areas = [Area(name, tuple(found)) for name, found in by_area.items()]
    return sorted(areas, key=lambda area: (not area.name, -area.voices, area.name))


def matches(need: ThemeSummary, q: str, state: str, area: str) -> bool:
    """Tell whether a need has all the words, is in the state and lies in the area; '': any."""
    folded = "\n".join((need.label, *need.keywords)).casefold()
    return (
        all(word in folded for word in q.casefold().split())
        and (not area or need.area == area)
        and (not state or (bool(need.rises) if state == "rising" else need.state == state))
    )


def show(request: Request, context: Context) -> Response:
    """Answer with the page of one need, or say where a retired one went."""
    number = request.path_params["theme_id"]
    reading, theme_id = newest(context.store), number_of(number)
    if reading is None or theme_id < 0:
        return unknown(request, context, number)
    need = reading.needs.get(theme_id)
    if need is None:
        return _retired(request, context, theme_id)
    return page(
        request,
        context,
        "need.html",
        title=need.label,
        crumbs=[("/needs", "Needs")],
        report=reading.report,
        need=need,
        idea=reading.ideas.get(need.candidate_id or ""),
        history=context.store.lookups.theme_history(theme_id),
        labels={need.theme_id: need.label for need in reading.report.themes},
        splits=splits_of(context, theme_id),
        kinds=kinds_of_quotes((*need.quotes, *need.counter_quotes), context),
        **decided(context, f"theme-{theme_id}"),
    )


@lru_cache(KEPT)
def _rows(reading: Reading) -> Mapping[int, "Markup"]:
    """Return each need's line of the list: all it says stands in the report."""
    row = environment().get_template("need_row.html").module.row  # type: ignore[attr-defined]
    return {need.theme_id: row(need) for need in reading.report.themes}


def _retired(request: Request, context: Context, theme_id: int) -> Response:
    themes = {theme.theme_id: theme for theme in context.store.themes.themes(include_retired=True)}
    theme = themes.get(theme_id)
    if theme is None or theme.level != "need" or theme.state != "retired":
        return unknown(request, context, str(theme_id))
    heirs = context.store.themes.retired_into()[theme_id]
    return page(
        request,
        context,
        "need_retired.html",
        title=theme.label,
        crumbs=[("/needs", "Needs")],
        label=theme.label,
        heirs=[(themes[heir], share) for heir, share in heirs if heir in themes],
        history=context.store.lookups.theme_history(theme_id),
    )


def splits_of(context: Context, theme_id: int) -> list[ThemeVerdict]:
    """Return what was split off a need by decisions that stand."""
    made = context.store.decisions.themes().values()
    return [one for one in made if one.split_from == f"theme-{theme_id}"]


def number_of(text: str) -> int:
    """Return the number of a need as it stands in an address; -1: it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def unknown(request: Request, context: Context, number: str) -> Response:
    """Say that there is no such need."""
    advice = "The newest report has no need of this number; the list of needs has all of them."
    return not_found(request, context, f"No need {number}", advice)
