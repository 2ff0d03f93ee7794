"""The release plan that was made last, as it lies beside the report."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from reports.plan_page import load_bars
from web import reading as store_reading
from web.guard import Context
from web.pages.rendering import address_of, page


def show(request: Request, context: Context) -> Response:
    """Answer with the plan, or with how to make one."""
    reading = store_reading.newest(context.store)
    plan = store_reading.plan(context.config.report.folder)
    if reading is None or plan is None:
        return page(request, context, "plan_page.html", title="Release plan", plan=None)
    return page(
        request,
        context,
        "plan_page.html",
        title="Release plan",
        report=reading.report,
        plan=plan,
        links={one: address_of("ideas", one) for one in reading.ideas},
        load_bar=load_bars(plan),
    )


def show_file(_request: Request, _context: Context) -> Response:
    """Lead from where the report's page says the plan is to where it is here."""
    return RedirectResponse("/plan", 303)
