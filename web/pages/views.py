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
from web.pages.own import require_in_person
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


class NameTaken(Refused):
    """A view cannot be kept under that name."""


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
    require_in_person(request)
    name, query = context.form.get("name", ""), context.form.get("query", "")
    try:
        view = keep_view(context, name, query, shared=bool(context.form.get("shared")))
    except NameTaken as taken:
        return _refused(request, context, str(taken), _spelt(read_view(QueryParams(query))))
    return RedirectResponse(address_of_view(view.query), 303)


def change(request: Request, context: Context) -> Response:
    """Rename, share, keep to oneself or delete a view of one's own; or open the list with one."""
    require_in_person(request)
    form, do = context.form, context.form.get("do", "")
    view = view_named(context, request.path_params["view_id"])
    if do in ("open first", "open all first"):
        open_with(context, view if do == "open first" else None)
        return RedirectResponse(address_of_view(view.query), 303)
    if do == "delete":
        delete_view(context, view)
        return RedirectResponse("/ideas?q=", 303)
    if do in ("share", "keep to myself"):
        share_view(context, view, shared=do == "share")
    elif do == "rename":
        try:
            rename_view(context, view, form.get("name", ""))
        except NameTaken as taken:
            return _refused(request, context, str(taken), view.query)
    else:
        require_own(context, view)
        raise Refused(400, f"no such change of a view: {do[:20]!r}")
    return RedirectResponse(address_of_view(view.query), 303)


def view_named(context: Context, view_id: str) -> SavedView:
    """Return a view that who asks sees.

    Raises
    ------
    Refused
        They see none of this id.
    """
    seen = context.store.personal.views(context.reviewer.name)
    view = next((one for one in seen if one.view_id == view_id), None)
    if view is None:
        raise Refused(404, "no such view; it may have been deleted, or is no longer shared")
    return view


def keep_view(context: Context, name: str, query: str, *, shared: bool) -> SavedView:
    """Keep the view of a query under a name; see `read_view`.

    Raises
    ------
    NameTaken
        Who asks has one of that name already, or as many as can be kept.
    Refused
        It is no name, or they may not share.
    """
    _require_review(context, shared)
    named, spelt = _name(name), _spelt(read_view(QueryParams(query)))
    owner = context.reviewer.name
    view = SavedView(token_hex(8), owner, named, spelt, shared, context.now)
    if not context.store.personal.add_view(view):
        told = f"you have a view “{named}”, or {MOST_VIEWS} of them; choose another name, or delete"
        raise NameTaken(409, f"{told} one")
    return view


def rename_view(context: Context, view: SavedView, name: str) -> None:
    """Give a view of who asks another name; it raises as `keep_view` and `require_own` do."""
    require_own(context, view)
    wanted = _name(name)
    if not context.store.personal.rename_view(view.owner, view.view_id, wanted):
        raise NameTaken(409, f"you have a view “{wanted}” already")


def share_view(context: Context, view: SavedView, *, shared: bool) -> None:
    """Show a view of who asks to everybody, or keep it to them; it raises as `keep_view` does."""
    require_own(context, view)
    _require_review(context, shared)
    context.store.personal.share_view(view.owner, view.view_id, shared)


def delete_view(context: Context, view: SavedView) -> None:
    """Forget a view of who asks."""
    require_own(context, view)
    context.store.personal.delete_view(view.owner, view.view_id)


def open_with(context: Context, view: SavedView | None) -> None:
    """Have the list of who asks open with a view; None: with all ideas."""
    view_id = None if view is None else view.view_id
    context.store.personal.set_default_view(context.reviewer.name, view_id)


def require_own(context: Context, view: SavedView) -> None:
    """Let nobody but its owner change a view.

    Raises
    ------
    Refused
        Somebody else saved it.
    """
    if view.owner != context.reviewer.name:
        raise Refused(403, f"view {view.name!r} is {view.owner}'s; save one of your own")


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
