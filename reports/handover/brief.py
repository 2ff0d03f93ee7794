"""What a team is told when an idea is handed over to it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from groundswell.report import CriterionPart, Effort, IdeaReport, Quote, RankedIdea
from reports import explanations, figures
from reports.handover.acceptance import acceptance_notes
from reports.handover.blocks import (
    Block,
    Bullets,
    Checks,
    Heading,
    Link,
    Marked,
    Paragraph,
    Quoted,
)
from reports.inert import one_line

TITLE_CHARS = 200
"""Every tracker takes so many; Jira's limit is 255, GitHub's 256."""
WORDS_CHARS = 600
"""Longest quote; with `QUOTES` of them the text stays below Jira's 32,767 characters."""
TEAM_CHARS = 3_000
"""Most of what reviewers wrote, for the same reason; the review app has all."""
QUOTES, COUNTER_QUOTES, ACCOUNTS, SIGNALS = 8, 3, 12, 6
"""Most of each; the report has all."""
TOLD = 0.005
"""A part of the priority, in standard deviations, from which it is told: less reads as 0.00."""

_FEW = "Too few customers voice it to tell here what they said; the review app has it."


@dataclass(frozen=True, slots=True)
class Details:
    """What the settings say about an issue."""

    link: str = ""
    """Address of the report; empty: none is given."""
    accounts: bool = True
    """Name the accounts that ask and what revenue is at stake."""
    least_voices: int = 1
    """Customers below which nothing of what they said is told, not even as a title."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One idea as an issue."""

    candidate_id: str
    mark: str
    title: str
    """One line, text."""
    blocks: tuple[Block, ...]


def brief_of(idea: RankedIdea, report: IdeaReport, mark: str, details: Details) -> Brief:
    """Return what a team is told of an idea.

    Parameters
    ----------
    mark
        By which the issue will be known, from `groundswell.domain.new_mark`; empty: it is not
        handed over by us, so its status is not read back.
    """
    few = idea.voices < details.least_voices
    if few:
        idea = without_words(idea)
    sections = (
        ("The need", [Paragraph(_FEW if few else _short(idea.need, ""))]),
        ("What the team says", list(_team(idea))),
        ("The job it serves", list(_listed(_jobs(idea)))),
        ("Why now", list(_why(idea, report, details))),
        ("In customers' words", [_quoted(quote) for quote in idea.quotes[:QUOTES]]),
        ("Who says the opposite", [_quoted(q) for q in idea.counter_quotes[:COUNTER_QUOTES]]),
        ("Who asks", list(_who(idea, report)) if details.accounts and not few else []),
        ("The market", list(_listed(_signals(idea)))),
        ("Effort, by similar finished work", list(_listed(_effort(idea.effort)))),
        ("Acceptance, in customers' words", list(_accepted(idea.quotes))),
        ("Where this comes from", list(_origin(idea, report, mark, details))),
    )
    blocks: list[Block] = []
    for heading, content in sections:
        if content:
            blocks += [Heading(heading), *content]
    title = one_line(idea.title)
    if len(title) > TITLE_CHARS:
        title = title[: TITLE_CHARS - 1].rstrip() + "…"
    return Brief(idea.candidate_id, mark, title, tuple(blocks))


def without_words(idea: RankedIdea) -> RankedIdea:
    """Return an idea without what customers said: a title is left if a reviewer gave it."""
    given = idea.verdict is not None and "title" in dict(idea.verdict.set_by)
    title = idea.title if given else idea.candidate_id
    bare = replace(idea, title=title, need="", quotes=(), counter_quotes=(), jobs=())
    return replace(bare, solutions=(), askers=())


def digest(brief: Brief) -> str:
    """Return the SHA-256 of what a brief says."""
    said = json.dumps([brief.title, [asdict(block) for block in brief.blocks]])
    return sha256(said.encode()).hexdigest()


def _team(idea: RankedIdea) -> Iterator[Block]:
    """Yield what reviewers wrote of it, paragraph by paragraph, and their verdict."""
    said = idea.verdict
    if said is None:
        return
    text = said.brief or ""
    if len(text) > TEAM_CHARS:
        text = text[:TEAM_CHARS].rstrip() + "… [cut; whole in the review app]"
    yield from (Paragraph(one_line(part)) for part in text.split("\n") if part.strip())
    if said.status != "undecided":
        until = f" until {figures.day(said.until)}" if said.until else ""
        on = f" on {figures.day(said.at)}" if said.at else ""
        why = f": {_short(said.reason, 'the review app')}" if said.reason else "."
        yield Paragraph(f"{said.status.capitalize()}{until} by {said.reviewer}{on}{why}")


def _jobs(idea: RankedIdea) -> Iterator[str]:
    return (f"{job.part.capitalize()}: “{_short(job.words, '')}”" for job in idea.jobs)


def _why(idea: RankedIdea, report: IdeaReport, details: Details) -> Iterator[Block]:
    shown = [part for part in idea.parts if details.accounts or part.criterion != "revenue"]
    known = [part for part in shown if part.raw.value is not None]
    weighs = [part for part in known if abs(part.contribution) >= TOLD]
    speaks_for = sorted((p for p in weighs if p.contribution > 0), key=lambda p: -p.contribution)
    against = sorted((p for p in weighs if p.contribution < 0), key=lambda p: p.contribution)
    missing = [explanations.criterion_name(p.criterion) for p in shown if p.raw.value is None]
    lines = [_standing(idea, report)]
    lines += [_part(part, report, "Speaks for it") for part in speaks_for]
    lines += [_part(part, report, "Speaks against it") for part in against]
    if missing:
        lines.append(f"Not known, so it counts neither way: {', '.join(missing)}")
    if idea.status != "new":
        lines.append(f"{explanations.STATUSES[idea.status].capitalize()}: {idea.status_reason}")
    lines += [f"{b.capitalize()}: {explanations.BADGES.get(b, '')}" for b in idea.badges]
    yield Bullets(tuple(lines))


def _standing(idea: RankedIdea, report: IdeaReport) -> str:
    return (
        f"Rank {idea.rank} of {len(report.ideas)} (80 %: {figures.rank_interval(idea)}),"
        f" tier {idea.tier}, in the top ten {figures.share(idea.p_top10)},"
        f" score {figures.count(idea.score)} of 100, by strategy {report.strategy}"
    )


def _part(part: CriterionPart, report: IdeaReport, side: str) -> str:
    name = explanations.criterion_name(part.criterion)
    value = figures.estimate(part.raw, report.currency)
    rests_on = figures.rests_on(part, report.currency)
    share = f"{figures.signed(part.contribution)} standard deviations"
    return f"{side}, {share}: {name}, {value}" + (f" ({rests_on})" if rests_on else "")


def _quoted(quote: Quote) -> Quoted:
    said = (quote.place, figures.day(quote.created_at), quote.channel, quote.segment or "")
    rating = "" if quote.rating is None else f"rated {figures.number(quote.rating)}"
    offsets = f" characters {quote.start} to {quote.end}" if quote.end else ""
    parts = (*said, rating, f"record {quote.record_id}{offsets}")
    return Quoted(f"“{_short(quote.text, quote.place)}”", " · ".join(filter(None, parts)))


def _who(idea: RankedIdea, report: IdeaReport) -> Iterator[Block]:
    stake = figures.estimate(idea.revenue, report.currency)
    interval = figures.interval(idea.revenue, report.currency)
    lines = [f"Revenue at stake: {stake}" + (f" (80 %: {interval})" if interval else "")]
    for asker in idea.askers[:ACCOUNTS]:
        year = "" if asker.arr is None else " a year"
        known = (asker.segment or "", figures.money(asker.arr, report.currency) + year)
        left = "" if asker.status == "active" else asker.status
        lines.append(f"{asker.name or asker.account_id}: {', '.join(filter(None, (*known, left)))}")
    if more := len(idea.askers) - ACCOUNTS:
        lines += [f"and {more} more accounts"] if more > 0 else []
    yield Bullets(tuple(lines))


def _signals(idea: RankedIdea) -> Iterator[str]:
    for note in idea.signals[:SIGNALS]:
        yield f"{note.headline} ({figures.day(note.observed_at)}, {note.source})"


def _effort(effort: Effort) -> Iterator[str]:
    interval = f"80 %: {figures.days(effort.low)} to {figures.days(effort.high)}"
    yield f"{figures.effort(effort)} ({interval}), from {effort.basis}; person-days"
    for done in effort.analogues:
        guess = (
            "" if done.estimate_days is None else f", estimated {figures.days(done.estimate_days)}"
        )
        when = "" if done.finished is None else f", finished {figures.day(done.finished)}"
        yield f"{done.item_id} {done.title}: took {figures.days(done.actual_days)}{guess}{when}"


def _accepted(quotes: Sequence[Quote]) -> Iterator[Block]:
    notes = acceptance_notes([replace(q, text=_short(q.text, q.place)) for q in quotes])
    if notes:
        yield Checks(notes)


def _origin(idea: RankedIdea, report: IdeaReport, mark: str, details: Details) -> Iterator[Block]:
    where = (
        f"{idea.candidate_id} in run {report.run.run_id} of {report.title},"
        f" evidence up to {figures.day(report.as_of)}."
    )
    tied = "it ties the issue to the idea when its status is read back."
    yield Paragraph(f"{where} Leave the last line in place: {tied}" if mark else where)
    if details.link:
        yield Link("Report", details.link)
    if mark:
        yield Marked(mark)


def _listed(lines: Iterator[str]) -> Iterator[Block]:
    items = tuple(lines)
    if items:
        yield Bullets(items)


def _short(text: str, place: str) -> str:
    whole = one_line(text)
    if len(whole) <= WORDS_CHARS:
        return whole
    rest = f" [cut; whole in {place}]" if place else " [cut]"
    return whole[:WORDS_CHARS].rstrip() + "…" + rest
