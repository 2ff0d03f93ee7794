"""Saved views: the list of ideas as somebody likes it, under a name.

A view is what stands in the address; a saved one is that address kept. So a link shows the same
without it, and to somebody who has not saved it.
"""

from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.personal import SavedView
from groundswell.store.personal import MOST_VIEWS
from web.guard import Context, Refused
from web.pages.own import in_person
from web.pages.rendering import page
from web.pages.view import View, read_view

LONGEST_NAME = 80
"""Characters."""


@dataclass(frozen=True, slots=True)
class Views:
    """What the list of ideas shows of saved views."""

    all: tuple[SavedView, ...]
    """Those that its reader sees, their own first."""
    now: SavedView | None
    """The one that is shown."""
    default: SavedView | None
    """The one that the list opens with."""
    query: str
    """Of what is shown, as it would be saved; empty: all ideas, by rank."""


def address_of_view(query: str) -> str:
    """Return the address of a view; one that says nothing shows all, whatever the default is."""
    return f"/ideas?{query}" if query else "/ideas?q="


def views_of(context: Context, view: View) -> Views:
    """Return the saved views beside the one that is shown."""
    personal, name = context.store.personal, context.reviewer.name
    found, query = tuple(personal.views(name)), _spelt(view)
    now = next((one for one in found if query and one.query == query), None)
    return Views(found, now, personal.default_view(name), query)


def save(request: Request, context: Context) -> Response:
    """Keep the view that is shown under a name."""
    owner, form = in_person(request, context), context.form
    shared = bool(form.get("shared"))
    _require_review(context, shared)
    name = _name(form.get("name", ""))
    query = _spelt(read_view(QueryParams(form.get("query", ""))))
    view = SavedView(token_hex(8), owner, name, query, shared, context.now)
    if not context.store.personal.add_view(view):
        told = f"you have a view “{name}”, or {MOST_VIEWS} of them; choose another name, or delete"
        return _refused(request, context, f"{told} one", query)
    return RedirectResponse(address_of_view(query), 303)


def change(request: Request, context: Context) -> Response:
    """Rename, share, keep to oneself or delete a view of one's own; or open the list with one."""
    name, form, personal = in_person(request, context), context.form, context.store.personal
    view_id, do = request.path_params["view_id"], form.get("do", "")
    view = next((one for one in personal.views(name) if one.view_id == view_id), None)
    if view is None:
        raise Refused(404, "no such view; it may have been deleted, or is no longer shared")
    if do in ("open first", "open all first"):
        personal.set_default_view(name, view_id if do == "open first" else None)
        return RedirectResponse(address_of_view(view.query), 303)
    if view.owner != name:
        raise Refused(403, f"view {view.name!r} is {view.owner}'s; save one of your own")
    if do == "delete":
        personal.delete_view(name, view_id)
        return RedirectResponse("/ideas?q=", 303)
    if do in ("share", "keep to myself"):
        _require_review(context, do == "share")
        personal.share_view(name, view_id, do == "share")
    elif do == "rename":
        wanted = _name(form.get("name", ""))
        if not personal.rename_view(name, view_id, wanted):
            return _refused(request, context, f"you have a view “{wanted}” already", view.query)
    else:
        raise Refused(400, f"no such change of a view: {do[:20]!r}")
    return RedirectResponse(address_of_view(view.query), 303)


def _spelt(view: View) -> str:
    """Return a view as the one query that says it: without page and marks, which pass."""
    return urlencode(view.query(compare=()))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refused(400, f"expected a name of 1 to {LONGEST_NAME} characters")
    return name


def _require_review(context: Context, shared: bool) -> None:
    if shared and not context.reviewer.may("review"):
        raise Refused(403, "to share a view needs the permission 'review'; keep it to yourself")


def _refused(request: Request, context: Context, told: str, query: str) -> Response:
    return page(
        request,
        context,
        "refused.html",
        title="Not saved",
        status=409,
        told=told,
        place=address_of_view(query),
    )
