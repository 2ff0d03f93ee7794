"""A reviewer's draft: decisions collected, looked at together, and made all at once."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.domain import Decision, Draft, StagedDraft, Verdict, Verdicts
from groundswell.domain.decisions import FieldValue
from groundswell.domain.drafts import theme_of
from groundswell.domain.staged import digest_of
from groundswell.errors import ConflictError, DecisionError
from groundswell.report import DraftPreview, IdeaMove, PreviewedIdea
from web.guard import Context, Refused
from web.pages.answers import in_words, refused_page, whole_number
from web.pages.deciding import (
    draft_of,
    marked_drafts,
    place_of,
    refused,
    version_of,
)
from web.pages.rendering import page
from web.pages.wording import in_lines
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
    is_stale: bool
    """Somebody decided since it was staged."""


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
    staged = context.store.drafts.of(context.reviewer.name)
    job = context.store.jobs.last_preview(context.reviewer.name)
    return page(
        request,
        context,
        "draft.html",
        title="Draft",
        report=reading.report if reading else None,
        entries=_entries(staged, context, reading),
        digest=digest_of(staged),
        preview=_preview(staged, context, reading),
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
    back = form.get("split_from") or target  # what is split off has no page before the next run
    return RedirectResponse(f"{place_of(back)}#decide", 303)


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
    seen = context.form.get("seen", "")
    try:
        context.store.drafts.publish(context.reviewer.name, seen=seen, at=context.now)
    except ConflictError as conflict:
        return _conflicts(request, context, str(conflict))
    except DecisionError as error:
        return refused_page(request, context, str(error), DRAFT)
    return RedirectResponse("/log", 303)


def preview(_request: Request, context: Context) -> Response:
    """Queue a look at what publishing the draft would change."""
    if not context.store.drafts.count(context.reviewer.name):
        raise Refused(400, "the draft is empty; stage decisions first")
    context.store.jobs.request("preview", by=context.reviewer.name, at=context.now)
    context.wake()
    return RedirectResponse(f"{DRAFT}#preview", 303)


def _conflicts(request: Request, context: Context, told: str) -> Response:
    staged = context.store.drafts.of(context.reviewer.name)
    stale = [one for one in _entries(staged, context, newest(context.store)) if one.is_stale]
    return page(
        request,
        context,
        "draft_conflict.html",
        title="Somebody decided first",
        status=409,
        told=told,
        crumbs=[(DRAFT, "Draft")],
        stale=[(one, in_words(one.now), _last(one.now, context)) for one in stale],
        others=len(staged) - len(stale),
    )


def _last(verdict: Verdict, context: Context) -> Decision | None:
    found = context.store.decisions.log(after=verdict.version - 1, limit=1)
    return found[0] if verdict.version and found else None


def _entries(staged: list[StagedDraft], context: Context, reading: Reading | None) -> list[Entry]:
    stands = context.store.decisions.verdicts()
    return [_entry(one, stands, reading) for one in staged]


def _entry(one: StagedDraft, stands: Verdicts, reading: Reading | None) -> Entry:
    draft, now = one.draft, stands.of(one.draft.target)
    return Entry(
        staged=one,
        name=_name(draft.target, reading),
        place=place_of(draft.target),
        words=[(name, value) for name, _, value in in_lines(_set(draft))],
        now=now,
        is_stale=draft.kind != "comment" and one.version not in (None, now.version),
    )


def _set(draft: Draft) -> list[tuple[str, FieldValue, FieldValue]]:
    return [(name, None, value) for name, value in draft.changes.items()]


def _name(target: str, reading: Reading | None) -> str:
    theme = theme_of(target)
    if reading is None:
        return target
    if theme is not None:
        return reading.needs[theme].label if theme in reading.needs else target
    return reading.ideas[target].title if target in reading.ideas else target


def _preview(staged: list[StagedDraft], context: Context, reading: Reading | None) -> Shown | None:
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


def _move(one: PreviewedIdea) -> IdeaMove:
    before, after = (span.rank if span else None for span in (one.before, one.after))
    return IdeaMove(one.candidate_id, one.title, before, after, one.reason)
