"""A program's way to the draft of its user: staging, previewing, publishing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from groundswell.domain import DecisionKind
from groundswell.domain.decisions import FieldValue
from groundswell.domain.staged import digest_of
from groundswell.errors import ConflictError, DecisionError
from groundswell.jobs import QueuedJob
from groundswell.report import DraftPreview
from web.api.deciding import Made, came_second, drafts_of, told_decision, told_now
from web.api.endpoints import Call
from web.guard import Refused
from web.pages.drafts import Entry, ask_preview, entries_of, last_about, preview_of, publish_all
from web.reading import newest


@dataclass(frozen=True, slots=True)
class StagedDecision:
    """A decision that counts for nobody yet."""

    position: int
    """By which it is removed or kept; those removed leave gaps."""
    kind: DecisionKind
    target: str
    name: str
    """Title or label of the target; its id where the newest report does not know it."""
    changes: Mapping[str, FieldValue]
    reason: str
    staged_at: datetime
    expected_version: int | None
    """The version that was seen when it was staged; null: any will do."""
    version: int
    """The one that is there now."""
    stale: bool
    """Somebody decided since: remove it, or keep it with this version."""


@dataclass(frozen=True, slots=True)
class WholeDraft:
    """Everything that you staged."""

    digest: str
    """Names the draft as it is; publishing asks for it."""
    decisions: tuple[StagedDecision, ...]


@dataclass(frozen=True, slots=True)
class PreviewNow:
    """What is known of publishing your draft."""

    job: QueuedJob | None
    """The preview that was asked for last, and how far it is; null: none was."""
    preview: DraftPreview | None
    """What was found last; null: nothing yet."""
    made_at: datetime | None
    outdated: str
    """Why it does not hold any more; empty: it does."""


def draft(call: Call) -> WholeDraft:
    """List what you staged; nobody else sees it."""
    entries = entries_of(call.context)
    return WholeDraft(digest_of([one.staged for one in entries]), tuple(map(_told, entries)))


def stage(call: Call) -> WholeDraft:
    """Put decisions into your draft: all of them, or none.

    What the draft says already is not added again.
    """
    try:
        call.context.store.drafts.add_all(drafts_of(call))
    except DecisionError as error:
        raise Refused(422, str(error)) from None
    return draft(call)


def unstage(call: Call) -> WholeDraft:
    """Take one decision out of your draft."""
    position = _position(call)
    call.context.store.drafts.remove(call.context.reviewer.name, position)
    return draft(call)


def clear_draft(call: Call) -> WholeDraft:
    """Take everything out of your draft."""
    call.context.store.drafts.remove(call.context.reviewer.name)
    return draft(call)


def keep_staged(call: Call) -> WholeDraft:
    """Say that a staged decision is wanted though somebody decided since."""
    position, name = _position(call), call.context.reviewer.name
    call.context.store.drafts.confirm(name, position, call.body.version)
    return draft(call)


def preview(call: Call) -> PreviewNow:
    """Tell what publishing your draft would change, as far as that is known."""
    context, reading = call.context, newest(call.context.store)
    found = preview_of(context.store.drafts.of(context.reviewer.name), context, reading)
    return PreviewNow(
        job=context.store.jobs.last_preview(context.reviewer.name),
        preview=found.found if found else None,
        made_at=found.made_at if found else None,
        outdated=found.outdated if found else "",
    )


def ask_for_preview(call: Call) -> PreviewNow:
    """Have it found out what publishing your draft would change; ask again for the answer."""
    ask_preview(call.context)
    return preview(call)


def publish(call: Call) -> Made:
    """Make all decisions of your draft, or none.

    If somebody decided in between, nothing is changed (409), and `conflicts` names every decision
    in the way.
    """
    try:
        return Made(tuple(publish_all(call.context, call.body.digest)))
    except ConflictError as conflict:
        stale = [one for one in entries_of(call.context) if one.is_stale]
        expected = {one.staged.draft.target: one.staged.version for one in stale}
        more = {"conflicts": [_in_the_way(one, call) for one in stale]}
        raise came_second(conflict, expected.get(conflict.now.target), more) from None
    except DecisionError as error:
        raise Refused(422, str(error)) from None


def _told(entry: Entry) -> StagedDecision:
    staged, wanted = entry.staged, entry.staged.draft
    return StagedDecision(
        position=staged.position,
        kind=wanted.kind,
        target=wanted.target,
        name=entry.name,
        changes=wanted.changes,
        reason=wanted.reason,
        staged_at=wanted.at,
        expected_version=staged.expects,
        version=entry.now.version,
        stale=entry.is_stale,
    )


def _in_the_way(entry: Entry, call: Call) -> dict[str, object]:
    return {
        "position": entry.staged.position,
        "target": entry.staged.draft.target,
        "expected_version": entry.staged.expects,
        "version": entry.now.version,
        "now": told_now(entry.now),
        "decision": told_decision(last_about(entry.now, call.context)),
    }


def _position(call: Call) -> int:
    text = call.parts["position"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    staged = call.context.store.drafts.of(call.context.reviewer.name)
    if number not in {one.position for one in staged}:
        raise Refused(404, "nothing is staged there; /api/v1/draft lists what is")
    return number
