"""What reviewers correct: the kind of a statement, and what an idea is the same as."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from groundswell.domain import IdeaVerdict, StatementVerdict
from groundswell.domain.decisions import Fields
from groundswell.domain.drafts import is_idea, sameness, statement_named, theme_of
from groundswell.report import Match, Quote
from models.linking.said import said_by, said_of
from web.guard import Context, Form, Refused
from web.pages.wording import beginning

SAME: Mapping[str, bool | None] = {"yes": True, "no": False, "": None}
"""What a form says of an idea and something else."""


@dataclass(frozen=True, slots=True)
class ShownKind:
    """What kind a statement is."""

    kind: str
    """Empty: not known."""
    by: str
    """Who said so and when; empty: it is computed."""
    waits: bool
    """What was said counts from the next run on."""
    version: int
    """Of what is said of it."""
    said: str
    """The kind that a reviewer said; empty: nobody did."""


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """A match of an idea, with what stands by now."""

    match: Match
    waits: bool
    """What was said counts from the next run on."""


def changes_of(form: Form) -> Fields | None:
    """Return what a form says of a kind or a match; None: it is about something else.

    Raises
    ------
    Refused
        It is no form of ours.
    """
    if form.get("kind") == "set_kind":
        return {"kind": form.get("says", "").strip() or None}
    if form.get("kind") != "link":
        return None
    same = form.get("same", "")
    if same not in SAME:
        raise Refused(400, f"expected same to be yes, no or empty, not {same[:20]!r}")
    return {sameness(form.get("other", "").strip()): SAME[same]}


def shown_from(form: Form) -> str:
    """Return the idea or the theme on whose page a statement was shown; empty: on its own."""
    place = form.get("from", "")
    return place if is_idea(place) or theme_of(place) is not None else ""


def kinds_of_quotes(quotes: Iterable[Quote], context: Context) -> dict[str, ShownKind]:
    """Return the kind of each quoted statement, by its id."""
    return kinds_by({quote.statement_id: quote.kind for quote in quotes}, context)


def kinds_by(computed: Mapping[str, str], context: Context) -> dict[str, ShownKind]:
    """Return the kind of each statement, from what the newest run took it for."""
    verdicts = context.store.decisions.verdicts().statements
    return {statement: _kind(kind, verdicts.get(statement)) for statement, kind in computed.items()}


def matches_of(matches: Iterable[Match], verdict: IdeaVerdict) -> list[ShownMatch]:
    """Return the matches of a report with what stands by now, and what was said of others."""
    shown = [_match(one, verdict) for one in matches]
    there = {one.match.other for one in shown}
    more = [Match(name, "open", name, 0.0, "", None) for name in verdict.links]
    return [_match(one, verdict) for one in more if one.other not in there] + shown


def statements_named(targets: Iterable[str], context: Context) -> dict[str, str]:
    """Return the beginning of each statement that decisions are about, by its name in them."""
    ids = [found for target in targets if (found := statement_named(target))]
    said = context.store.lookups.said(ids) if ids else []
    return {f"statement-{one.statement_id}": beginning(one.text) for one in said}


def _kind(computed: str, verdict: StatementVerdict | None) -> ShownKind:
    said = verdict.kind if verdict and verdict.kind else ""
    by = verdict.signed["kind"] if verdict and said else None
    return ShownKind(
        kind=said or computed,
        by=f"{by.reviewer} ({by.at:%Y-%m-%d})" if by else "",
        waits=bool(said) and said != computed,
        version=verdict.version if verdict else 0,
        said=said,
    )


def _match(match: Match, verdict: IdeaVerdict) -> ShownMatch:
    said = said_of(verdict, match.other)
    now = replace(match, said=said, said_by=said_by(verdict, match.other))
    return ShownMatch(now, waits=said != match.said)
