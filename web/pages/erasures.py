"""Who was erased and what went with them: the receipts, which name nobody."""

from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response

from web.guard import Context
from web.pages.rendering import page


def show(request: Request, context: Context) -> Response:
    """Answer with every erasure, the newest first."""
    return page(
        request,
        context,
        "erasures.html",
        title="Erasures",
        crumbs=[("/about", "About")],
        erasures=context.store.erasures.all()[::-1],
        receipts=PurePath(context.config.privacy.receipts).name,
        kept=[(one.name, one.keep_days) for one in context.config.sources if one.keep_days],
    )
