"""The table of ideas: what a reader chose to see of them, as a page and as files."""

import json
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.report import IdeaReport
from reports import explanations
from reports.columns import Cell, Table
from web.guard import Context
from web.pages.columns import CHOICE
from web.pages.rendering import not_found, page
from web.pages.said import DECISIONS, what_is_said
from web.pages.view import PAGE, View, chosen_ideas, ranks_of, read_view, table_of
from web.pages.views import address_of_view, views_of
from web.reading import Reading, newest

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
"""Form of an export to its media type."""


def show(request: Request, context: Context) -> Response:
    """Answer with a page of the ideas chosen."""
    reading = newest(context.store)
    if reading is None:
        return page(request, context, "ideas_page.html", title="Ideas", report=None)
    default = context.store.personal.default_view(context.reviewer.name)
    if default is not None and not request.url.query:
        return RedirectResponse(address_of_view(default.query), 303)
    view = read_view(request.query_params)
    said = what_is_said(context.store)
    found = chosen_ideas(view, reading, said, context.now.date())
    last = max(1, -(-len(found) // PAGE))
    start = (min(view.page, last) - 1) * PAGE
    return page(
        request,
        context,
        "ideas_page.html",
        title="Ideas",
        report=reading.report,
        view=view,
        ideas=found[start : start + PAGE],
        total=len(found),
        last=last,
        ranks=ranks_of(view, reading),
        choice_of_columns=CHOICE,
        said=said,
        views=views_of(context, view),
        may_review=context.reviewer.may("review"),
        **_choices(reading),
    )


def export(request: Request, context: Context) -> Response:
    """Answer with the ideas chosen, those of all pages, as CSV, XLSX or JSON."""
    form = request.path_params["form"]
    reading = newest(context.store)
    if form not in KINDS:
        return not_found(request, context, "No such form", "There are csv, xlsx and json.")
    if reading is None:
        return not_found(request, context, "No report yet", "Type 'groundswell run' first.")
    view = read_view(request.query_params)
    table = table_of(view, reading, what_is_said(context.store), context.now.date())
    body = _written(form, table, view, reading)
    headers = {"Content-Disposition": f'attachment; filename="ideas.{form}"'}
    return Response(body, headers=headers, media_type=KINDS[form])


def _written(form: str, table: Table, view: View, reading: Reading) -> bytes:
    from reports.export import table_csv, table_xlsx

    if form == "csv":
        return table_csv(table)
    if form == "xlsx":
        return table_xlsx((table,), reading.report)
    return _as_json(table, view, reading.report)


def _as_json(table: Table, view: View, report: IdeaReport) -> bytes:
    from reports.interchange import significant

    def plain(cell: Cell) -> Cell:
        if isinstance(cell, date):
            return cell.isoformat()
        return significant(cell) if isinstance(cell, float) else cell

    names = [name for name, _ in table.headings]
    values = {
        "run": report.run.run_id,
        "as of": report.as_of.isoformat(),
        "view": view.query(compare=()),
        "ideas": [dict(zip(names, map(plain, row), strict=True)) for row in table.rows],
    }
    text = json.dumps(values, ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode()


def _choices(reading: Reading) -> dict[str, Any]:
    """Return what each filter can be set to: (value, what a reader sees)."""
    ideas = reading.report.ideas
    statuses = sorted({idea.status for idea in ideas})
    badges = sorted({badge for idea in ideas for badge in idea.badges})
    served = {theme for idea in ideas for theme in idea.theme_ids}
    needs = [need for need in reading.report.themes if need.theme_id in served]
    named = sorted((need.label, need.theme_id) for need in needs)
    return {
        "statuses": [(status, explanations.STATUSES[status]) for status in statuses],
        "segments": [(name, name) for name in reading.segments],
        "channels": [(name, name) for name in reading.channels],
        "badges": [(badge, badge) for badge in badges],
        "decisions": [(name, name) for name in DECISIONS],
        "needs": [(str(theme_id), label) for label, theme_id in named],
        "strategies": [(name, name) for name in reading.strategies[1:]],
    }
