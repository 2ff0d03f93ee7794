"""Decisions: making one, undoing one, and the log of all.

A form carries the version of what its reader saw. If somebody decided in between, nothing is
changed: the answer shows both, and the reader decides once more.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from groundswell.accounts import needed_for
from groundswell.domain import Draft, StagedDraft
from groundswell.domain.decisions import RANKING, FieldValue
from groundswell.domain.disagreement import about
from groundswell.domain.drafts import is_idea, membership, statement_named, theme_of
from groundswell.errors import ConflictError, DecisionError
from web.guard import Context, Form, Refused
from web.pages.answers import conflict_page, refused_page, whole_number
from web.pages.correcting import changes_of, shown_from, statements_named
from web.pages.rendering import address_of, page
from web.pages.wording import Naming, disputed, in_lines, naming, stance, what_changed
from web.reading import newest

SHOWN = 200
"""Decisions on the page of the log, the newest."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "accept": (),
    "reject": (),
    "defer": ("until",),
    "reopen": (),
    "edit": ("title", "brief"),
    "set_effort": ("effort_days",),
    "set_fit": ("fit",),
    "comment": (),
    "rename": ("label",),
    "pin": ("pinned",),
    "merge": ("merged_into",),
    "retire": ("retired",),
    "split": ("split_from", "label"),
    "move": (),
    "link": (),
    "set_kind": (),
}
"""What each kind of decision sets by fields of its name; an empty one gives it back to what is
computed. The others are read by `web.pages.correcting`, and statements here."""
NUMBERS = ("effort_days", "fit")


def decide(request: Request, context: Context) -> Response:
    """Record what a form decides about an idea or a theme, then show that again."""
    target, form = request.path_params["target"], context.form
    try:
        draft = draft_of(target, form, context)
        context.store.decisions.record(draft, version_of(form))
    except ConflictError as conflict:
        return conflict_page(
            request,
            context,
            conflict,
            action=f"/decide/{quote(target)}",
            version=conflict.now.version,
            wanted=_wanted(form, naming(newest(context.store))),
            back=place_of(target),
        )
    except DecisionError as error:
        return refused(request, context, str(error), target)
    return RedirectResponse(back_to(target, form), 303)


def decide_marked(request: Request, context: Context) -> Response:
    """Record one decision about each marked idea, about all of them or none."""
    try:
        context.store.decisions.record_all(marked_drafts(context))
    except DecisionError as error:
        return refused(request, context, str(error), "")
    return RedirectResponse("/ideas", 303)


def marked_drafts(context: Context) -> list[tuple[Draft, int]]:
    """Return what a form decides about each marked idea, with the version its reader saw.

    Raises
    ------
    DecisionError
        No idea is marked, or somebody decided about one since the list was shown.
    """
    form, stands = context.form, context.store.decisions.verdicts()
    targets = list(dict.fromkeys(form.getlist("ideas")))
    if not targets:
        raise DecisionError("no idea is marked; mark some in the list first")
    seen = whole_number(form.get("seen", ""))
    late = [name for name in targets if stands.of(name).version > seen]
    if late:
        raise DecisionError(
            f"{', '.join(late)}: somebody decided since the list was shown; look at it again"
        )
    return [(draft_of(name, form, context), stands.of(name).version) for name in targets]


def undo(request: Request, context: Context) -> Response:
    """Put back what a decision changed."""
    number = whole_number(request.path_params["number"])
    decisions = context.store.decisions
    try:
        kind = decisions.root(number).kind
        if not context.reviewer.may(needed_for(kind)):
            raise Refused(403, f"whoever may not {needed_for(kind)} cannot undo {kind}")
        made = decisions.undo(number, reviewer=context.reviewer.name, at=context.now)
    except DecisionError as error:
        return refused(request, context, str(error), "")
    return RedirectResponse("/plan" if kind == "place" else f"{place_of(made.target)}#decide", 303)


def show_log(request: Request, context: Context) -> Response:
    """Answer with the newest decisions, of one idea or theme if the address names it."""
    target = request.query_params.get("target", "")
    decisions = context.store.decisions
    found = decisions.log(target=target) if target else decisions.newest(SHOWN)
    reading = newest(context.store)
    name = naming(reading, statements_named((one.target for one in found), context))
    return page(
        request,
        context,
        "log.html",
        title=f"Decisions about {target}" if target else "Decisions",
        decisions=found[: -SHOWN - 1 : -1],
        more=len(found) >= SHOWN,
        undone=decisions.verdicts().undone,
        place_of=place_of,
        named=name,
        what_changed=partial(what_changed, name=name),
        broken=decisions.verify(),
        may_review=context.reviewer.may("review"),
        report=reading.report if reading else None,
    )


def decided(context: Context, target: str) -> dict[str, Any]:
    """Return what the page of an idea or theme shows of decisions: verdict, history, rights."""
    verdicts, name = context.store.decisions.verdicts(), naming(newest(context.store))
    return {
        "target": target,
        "verdict": verdicts.of(target),
        "decisions": context.store.decisions.log(target=target)[::-1],
        "undone": verdicts.undone,
        "disputes": []
        if theme_of(target) is not None
        else about(target, verdicts.standing(target)),
        "may_review": context.reviewer.may("review"),
        "named": name,
        "disputed": partial(disputed, name=name),
        "stance": stance,
        "what_changed": partial(what_changed, name=name),
        "staged": _staged(context, target),
    }


def back_to(target: str, form: Form) -> str:
    """Return the address where a form was filled in, at the place of its page."""
    if (shown := shown_from(form)) and statement_named(target):
        return f"{place_of(shown)}#said"
    part = "matches" if form.get("kind") == "link" else "decide"
    back = form.get("split_from") or target  # what is split off has no page before the next run
    return f"{place_of(back)}#{part}"


def place_of(target: str) -> str:
    """Return the address of what a decision is about."""
    theme, statement = theme_of(target), statement_named(target)
    if statement is not None:
        return address_of("statements", statement)
    if target == RANKING:
        return "/pairs/learnt"
    return address_of("ideas", target) if theme is None else address_of("needs", theme)


def draft_of(target: str, form: Form, context: Context) -> Draft:
    """Return what a form decides about an idea or theme.

    Raises
    ------
    DecisionError
        A field cannot be read.
    Refused
        It is no form of ours.
    """
    kind = form.get("kind", "")
    if kind not in FIELDS:
        raise Refused(400, f"no such decision: {kind!r}")
    changes = {name: _value(name, form.get(name, "").strip()) for name in FIELDS[kind]}
    changes |= changes_of(form) or {}
    if kind in ("split", "move"):
        changes |= _memberships(form, belongs=kind == "split" or bool(form.get("into")))
        target = form.get("into") or target
    return Draft(
        kind,  # type: ignore[arg-type]
        target,
        context.reviewer.name,
        context.now,
        changes=changes,
        reason=form.get("reason", "").strip(),
    )


def _memberships(form: Form, *, belongs: bool) -> dict[str, FieldValue]:
    """Return what a form says of statements: the marked ones, in a split also those that stay."""
    marked = form.getlist("goes")
    stay = form.getlist("shown") if form.get("kind") == "split" else []
    placed: dict[str, FieldValue] = {membership(one): False for one in stay}
    return placed | {membership(one): belongs for one in marked}


def _value(name: str, text: str) -> FieldValue:
    if name in ("pinned", "retired"):
        return text == "yes"
    if name == "until":
        return _day(text)
    if not text:
        return None
    return _number(name, text) if name in NUMBERS else text


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DecisionError(f"{name.replace('_', ' ')}: {text!r}; expected a number") from None


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise DecisionError(f"until: {text!r}; expected a day such as 2027-03-31") from None


def version_of(form: Form) -> int | None:
    """Return the version that the reader saw; of where statements are moved to, none."""
    if form.get("kind") == "move":
        return None if form.get("into") else whole_number(form.get("seen", ""))
    return whole_number(form.get("version", ""))


def refused(request: Request, context: Context, told: str, target: str) -> Response:
    """Say why nothing was decided, and lead back to what it was about."""
    known = theme_of(target) is not None or statement_named(target) is not None
    back = place_of(target) if known or is_idea(target) else "/ideas"
    return refused_page(request, context, told, back)


def _staged(context: Context, target: str) -> list[StagedDraft]:
    if not context.reviewer.may("review"):
        return []
    mine = context.store.drafts.of(context.reviewer.name)
    return [one for one in mine if one.draft.target == target]


def _wanted(form: Form, name: Naming) -> list[tuple[str, str]]:
    fields = [field for field in FIELDS.get(form.get("kind", ""), ()) if field in form]
    wanted = {field: form[field] for field in fields} | dict(changes_of(form) or {})
    lines = in_lines([(field, None, value) for field, value in wanted.items()], name)
    shown = [("kind", form.get("kind", "")), ("reason", form.get("reason", ""))]
    return [(field, text) for field, text in (*shown, *((one, to) for one, _, to in lines)) if text]
