"""A reviewer's draft: decisions collected, looked at together, and made all at once.

What the pages and the API share of it stands here; each of them only spells it.
"""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.accounts import needed_for
from groundswell.domain import Decision, Draft, StagedDraft, Verdict
from groundswell.domain.staged import digest_of
from groundswell.errors import ConflictError, DecisionError
from groundswell.jobs import QueuedJob
from groundswell.report import DraftPreview, IdeaMove, PreviewedIdea
from web.guard import Context, Refused
from web.pages.answers import refused_page, whole_number
from web.pages.correcting import statements_named
from web.pages.deciding import (
    back_to,
    draft_of,
    marked_drafts,
    place_of,
    refused,
    version_of,
)
from web.pages.rendering import page
from web.pages.wording import Naming, in_a_sentence, in_lines, in_words, naming
from web.reading import Reading, newest

DRAFT = "/draft"


@dataclass(frozen=True, slots=True)
class Entry:
    """A staged decision as the page shows it."""

    staged: StagedDraft
    name: str
    """Of the idea or theme."""
    place: str
    words: list[tuple[str, str]]
    """What it sets: field and value."""
    now: Verdict

    @property
    def is_stale(self) -> bool:
        """Tell whether somebody decided since it was staged."""
        return self.staged.expects not in (None, self.now.version)


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview as the page shows it."""

    found: DraftPreview
    made_at: datetime
    moves: list[tuple[IdeaMove, PreviewedIdea]]
    outdated: str
    """Why it no longer holds; empty: it does."""


def show(request: Request, context: Context) -> Response:
    """Answer with the draft of who asks, and with what it would change."""
    reading = newest(context.store)
    entries, job = entries_of(context), context.store.jobs.last_preview(context.reviewer.name)
    staged = [one.staged for one in entries]
    return page(
        request,
        context,
        "draft.html",
        title="Draft",
        report=reading.report if reading else None,
        entries=entries,
        digest=digest_of(staged),
        preview=preview_of(staged, context, reading),
        in_a_sentence=lambda text: in_a_sentence(text, _naming(staged, context)),
        job=job if job and job.state != "done" else None,
        has_worker=context.store.jobs.has_worker(),
    )


def stage(request: Request, context: Context) -> Response:
    """Put what a form decides about an idea or theme into the draft, then show that again."""
    target, form = request.path_params["target"], context.form
    try:
        draft = draft_of(target, form, context)
        context.store.drafts.add_all([(draft, version_of(form))])
    except DecisionError as error:
        return refused(request, context, str(error), target)
    return RedirectResponse(back_to(target, form), 303)


def stage_marked(request: Request, context: Context) -> Response:
    """Put one decision about each marked idea into the draft."""
    try:
        context.store.drafts.add_all(marked_drafts(context))
    except DecisionError as error:
        return refused(request, context, str(error), "")
    return RedirectResponse(DRAFT, 303)


def remove(_request: Request, context: Context) -> Response:
    """Take one decision out of the draft, or all."""
    which = context.form.get("position", "")
    position = None if which == "all" else whole_number(which)
    context.store.drafts.remove(context.reviewer.name, position)
    return RedirectResponse(DRAFT, 303)


def keep(_request: Request, context: Context) -> Response:
    """Note that decisions are wanted though somebody decided since they were staged."""
    for wanted in context.form.getlist("keep"):
        position, _, version = wanted.partition(":")
        numbers = whole_number(position), whole_number(version)
        context.store.drafts.confirm(context.reviewer.name, *numbers)
    return RedirectResponse(DRAFT, 303)


def publish(request: Request, context: Context) -> Response:
    """Make all decisions of the draft, or none and say what is in the way."""
    try:
        publish_all(context, context.form.get("seen", ""))
    except ConflictError as conflict:
        return _conflicts(request, context, str(conflict))
    except DecisionError as error:
        return refused_page(request, context, str(error), DRAFT)
    return RedirectResponse("/log", 303)


def preview(_request: Request, context: Context) -> Response:
    """Queue a look at what publishing the draft would change."""
    ask_preview(context)
    return RedirectResponse(f"{DRAFT}#preview", 303)


def publish_all(context: Context, seen: str) -> list[Decision]:
    """Make all decisions of the draft of who asks, or none.

    Parameters
    ----------
    seen
        `digest_of` the draft as it was shown.

    Raises
    ------
    ConflictError
        Somebody decided in between.
    DecisionError
        The draft is empty or was changed, or one of its decisions cannot be made.
    Refused
        Who asks may not make one of them any more.
    """
    drafts, reviewer = context.store.drafts, context.reviewer
    for kind in sorted({one.draft.kind for one in drafts.of(reviewer.name)}):
        if not reviewer.may(needed_for(kind)):
            raise Refused(403, f"{kind} needs the permission {needed_for(kind)!r}; remove it first")
    return drafts.publish(reviewer.name, seen=seen, at=context.now)


def ask_preview(context: Context) -> QueuedJob:
    """Queue a preview of the draft of who asks, or join the one that waits.

    Raises
    ------
    Refused
        There is nothing to look at.
    """
    if not context.store.drafts.count(context.reviewer.name):
        raise Refused(400, "the draft is empty; stage decisions first")
    job, _ = context.store.jobs.request("preview", by=context.reviewer.name, at=context.now)
    context.wake()
    return job


def entries_of(context: Context) -> list[Entry]:
    """Return what who asks has staged, each beside what stands now."""
    staged = context.store.drafts.of(context.reviewer.name)
    name, stands = _naming(staged, context), context.store.decisions.verdicts()
    return [_entry(one, stands.of(one.draft.target), name) for one in staged]


def last_about(verdict: Verdict, context: Context) -> Decision | None:
    """Return what was decided last about an idea or theme; None: nothing."""
    found = context.store.decisions.log(after=verdict.version - 1, limit=1)
    return found[0] if verdict.version and found else None


def preview_of(
    staged: list[StagedDraft], context: Context, reading: Reading | None
) -> Shown | None:
    """Return what is known of publishing a draft of who asks; None: nothing."""
    import reports

    kept = context.store.drafts.preview(context.reviewer.name)
    found = reports.preview_from_json(kept[0]) if kept else None
    if kept is None or found is None or not staged:
        return None
    outdated = ""
    if found.digest != digest_of(staged):
        outdated = "the draft has changed since"
    elif reading is None or found.since_run != reading.report.run.run_id:
        outdated = "there is a newer report"
    return Shown(found, kept[1], [(_move(one), one) for one in found.moves], outdated)


def _conflicts(request: Request, context: Context, told: str) -> Response:
    entries = entries_of(context)
    stale = [one for one in entries if one.is_stale]
    name = _naming([one.staged for one in entries], context)
    return page(
        request,
        context,
        "draft_conflict.html",
        title="Somebody decided first",
        status=409,
        told=in_a_sentence(told, name),
        crumbs=[(DRAFT, "Draft")],
        stale=[(one, in_words(one.now, name), last_about(one.now, context)) for one in stale],
        others=len(entries) - len(stale),
    )


def _entry(one: StagedDraft, now: Verdict, name: Naming) -> Entry:
    return Entry(
        staged=one,
        name=name(one.draft.target),
        place=place_of(one.draft.target),
        words=_words(one.draft, name),
        now=now,
    )


def _naming(staged: list[StagedDraft], context: Context) -> Naming:
    """Return what names what a draft is about, also statements and needs that it makes itself."""
    said = statements_named((one.draft.target for one in staged), context)
    splits = (one.draft for one in staged if one.draft.kind == "split")
    made = {draft.target: str(draft.changes.get("label") or "a new need") for draft in splits}
    return naming(newest(context.store), said | made)


def _words(draft: Draft, name: Naming) -> list[tuple[str, str]]:
    """Return what a staged decision sets, field by field; of an answer, which idea it is about."""
    changes = draft.changes
    if draft.kind == "prefer":
        return [("on a level with" if changes["tie"] else "before", name(str(changes["over"])))]
    lines = in_lines([(field, None, value) for field, value in changes.items()], name)
    return [(field, value) for field, _, value in lines]


def _move(one: PreviewedIdea) -> IdeaMove:
    before, after = (span.rank if span else None for span in (one.before, one.after))
    return IdeaMove(one.candidate_id, one.title, before, after, one.reason)
