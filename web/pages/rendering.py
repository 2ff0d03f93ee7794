"""How a page is made: our layout around the templates and drawings of the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from groundswell.accounts import Permission
from web.guard import Context

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parents[1] / "templates"
_STATIC = Path(__file__).parents[1] / "static"
_REPORT_TEMPLATES = Path(__file__).parents[2] / "reports" / "templates"


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    address: str
    name: str
    key: str
    """Pressed after ``g`` it leads there."""
    permission: Permission = "read"
    """Who lacks it is not shown the way."""


PLACES = (
    Place("/", "Inbox", "h"),
    Place("/ideas", "Ideas", "i"),
    Place("/pairs", "Pairs", "w", "review"),
    Place("/needs", "Needs", "n"),
    Place("/search", "Search", "s"),
    Place("/plan", "Plan", "p"),
    Place("/models", "Models", "m"),
    Place("/log", "Log", "l"),
    Place("/runs", "Runs", "r"),
    Place("/quarantine", "Quarantine", "q"),
    Place("/about", "About", "a"),
)

Crumbs = Sequence[tuple[str, str]]
"""(address, name) of the pages above this one, the topmost first."""

STATIC: Mapping[str, tuple[Path, str]] = {
    "report.css": (_REPORT_TEMPLATES / "report.css", "text/css; charset=utf-8"),
    "plan.css": (_REPORT_TEMPLATES / "plan.css", "text/css; charset=utf-8"),
    "model.css": (_REPORT_TEMPLATES / "model.css", "text/css; charset=utf-8"),
    "review.css": (_STATIC / "review.css", "text/css; charset=utf-8"),
    "board.css": (_STATIC / "board.css", "text/css; charset=utf-8"),
    "plan.js": (_STATIC / "plan.js", "text/javascript; charset=utf-8"),
    "keys.js": (_STATIC / "keys.js", "text/javascript; charset=utf-8"),
    "live.js": (_STATIC / "live.js", "text/javascript; charset=utf-8"),
}
"""Every file that is handed out as it is, by its name in the address."""


def page(
    request: Request,
    context: Context,
    template: str,
    *,
    title: str,
    crumbs: Crumbs = (),
    status: int = 200,
    **values: Any,
) -> Response:
    """Render a template of ours as a whole page."""
    found = environment().get_template(template)
    html = found.render(
        title=title,
        crumbs=crumbs,
        here=_place_of(request, crumbs),
        places=[place for place in PLACES if context.reviewer.may(place.permission)],
        reviewer=context.reviewer,
        nonce=context.nonce,
        query=request.query_params,
        staged_count=_staged_count(context),
        **values,
    )
    return HTMLResponse(html, status)


def not_found(request: Request, context: Context, what: str, advice: str) -> Response:
    """Say that something is not there, and where to go on."""
    return page(request, context, "missing.html", title=what, status=404, advice=advice)


def static_file(request: Request, _context: Context) -> Response:
    """Hand out a style sheet or a script; its address changes with its content."""
    found = STATIC.get(request.path_params["name"])
    if found is None:
        return Response("not found\n", 404, media_type="text/plain")
    path, kind = found
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(path.read_bytes(), headers=headers, media_type=kind)


def address_of(kind: str, name: object) -> str:
    """Return the address of one thing: an idea, a need, a record."""
    # A dot alone would be taken for a folder, and an id is somebody else's text.
    spelt = quote(str(name), safe="")
    return f"/{kind}/" + (spelt.replace(".", "%2E") if set(spelt) == {"."} else spelt)


def with_query(address: str, query: Mapping[str, object]) -> str:
    """Return an address with those of the values that say something."""
    said = {key: value for key, value in query.items() if value not in (None, "", ())}
    return f"{address}?{urlencode(said)}" if said else address


@cache
def environment() -> "Environment":
    """Return the engine of the report, which escapes whatever it is given, with our templates."""
    from jinja2 import ChoiceLoader, FileSystemLoader

    from reports import plan_words
    from reports.page import environment as of_reports

    loaders = [FileSystemLoader(folder) for folder in (_TEMPLATES, _REPORT_TEMPLATES)]
    found = of_reports().overlay(loader=ChoiceLoader(loaders))
    found.globals = {
        **found.globals,
        "static": {name: _versioned(name) for name in STATIC},
        "address_of": address_of,
        "with_query": with_query,
        "words": plan_words,
    }
    return found


def compile_templates() -> None:
    """Compile what pages are made of, so that nobody waits for it."""
    for path in _TEMPLATES.glob("*.html"):
        environment().get_template(path.name)


def _staged_count(context: Context) -> int:
    """Return how many decisions wait in the draft of who asks."""
    if not context.reviewer.may("review"):
        return 0
    return context.store.drafts.count(context.reviewer.name)


def _versioned(name: str) -> str:
    digest = sha256(STATIC[name][0].read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


def _place_of(request: Request, crumbs: Crumbs) -> str:
    """Return the place of the navigation under which a page stands."""
    return crumbs[0][0] if crumbs else request.url.path
