"""A program's way to what is its user's own: saved views, and the inbox since they looked."""

from dataclasses import dataclass
from datetime import datetime

from groundswell.personal import LastSeen, SavedView
from web.api.endpoints import Call
from web.guard import Refused
from web.pages.groups import Entry
from web.pages.inbox import remember, waiting
from web.pages.since import in_words
from web.pages.views import (
    delete_view,
    keep_view,
    open_with,
    rename_view,
    share_view,
    view_named,
)
from web.reading import newest


@dataclass(frozen=True, slots=True)
class ViewList:
    """The views that you see, your own first."""

    first: str | None
    """Id of the one that your list of ideas opens with; null: all ideas."""
    views: tuple[SavedView, ...]


@dataclass(frozen=True, slots=True)
class InboxGroup:
    """Entries of the inbox that ask for the same kind of look."""

    heading: str
    why: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for a decision, and what is different since an earlier report."""

    run: int
    """Of the newest report."""
    since: str
    """What is compared with: `seen`, `run`, `7` or `30`."""
    since_run: int | None
    """Its run; null: there is none before."""
    since_at: datetime | None
    """When you looked, else when that run began."""
    words: str
    """The same in a sentence or two, with how much is new."""
    seen: LastSeen | None
    """The report that you marked as seen last; null: none yet."""
    groups: tuple[InboxGroup, ...]


def views(call: Call) -> ViewList:
    """List the saved views that you see: your own, and those that others share."""
    personal, name = call.context.store.personal, call.context.reviewer.name
    default = personal.default_view(name)
    return ViewList(default.view_id if default else None, tuple(personal.views(name)))


def save_view(call: Call) -> SavedView:
    """Keep a view of the ideas under a name."""
    body = call.body
    return keep_view(call.context, body.name, body.query, shared=body.shared)


def change_view(call: Call) -> SavedView:
    """Rename or share a view of your own, or have your list of ideas open with one.

    One after the other, as far as they are asked for: of a name that is taken nothing is done.
    """
    body, context = call.body, call.context
    view = view_named(context, call.parts["view_id"])
    if body.name is not None:
        rename_view(context, view, body.name)
    if body.shared is not None:
        share_view(context, view, shared=body.shared)
    if body.first is not None:
        open_with(context, view if body.first else None)
    return view_named(context, view.view_id)


def remove_view(call: Call) -> ViewList:
    """Forget a view of your own."""
    delete_view(call.context, view_named(call.context, call.parts["view_id"]))
    return views(call)


def inbox(call: Call) -> Inbox:
    """Tell what waits for a decision, and what is different since you last looked."""
    reading = newest(call.context.store)
    if reading is None:
        raise Refused(404, "no report yet; 'groundswell run' makes one")
    found = waiting(call.context, reading, call.query.since)
    return Inbox(
        run=reading.report.run.run_id,
        since=found.moment.choice,
        since_run=found.moment.run_id,
        since_at=found.moment.at,
        words=in_words(found.moment, found.comparison.changes, call.context.now),
        seen=found.seen,
        groups=tuple(InboxGroup(one.heading, one.why, one.entries) for one in found.groups),
    )


def mark_seen(call: Call) -> LastSeen:
    """Remember a report as the one that you have seen; the inbox then tells what is new since."""
    return remember(call.context, str(call.body.run))
