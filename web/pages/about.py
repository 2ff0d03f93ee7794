"""How the ranking comes about: method, weights, versions, and the store it rests on."""

from starlette.requests import Request
from starlette.responses import Response

from web.guard import Context
from web.pages.rendering import page
from web.reading import newest


def show(request: Request, context: Context) -> Response:
    """Answer with method, weights and versions."""
    reading = newest(context.store)
    return page(
        request,
        context,
        "about.html",
        title="About",
        report=reading.report if reading else None,
        facts=list(context.store.facts().items()),
    )
