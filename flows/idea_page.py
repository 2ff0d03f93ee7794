"""One idea on the terminal: the need, why it ranks where it does, and who says so."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from flows.terminal import table
from groundswell.report import IdeaReport, Match, Quote, RankedIdea, ReviewVerdict
from reports import figures
from reports.inert import one_line

ACCOUNTS_SHOWN = 10

_BLOCKS = "▁▂▃▄▅▆▇█"


def idea_page(idea: RankedIdea, report: IdeaReport) -> RenderableType:
    """Return everything the report says about an idea."""
    return Group(
        *_head(idea, report),
        *_why(idea, report),
        *_money(idea, report),
        *_who(idea),
        *_said(idea),
        *_rest(idea),
    )


def _head(idea: RankedIdea, report: IdeaReport) -> Iterator[RenderableType]:
    yield Text(f"{idea.rank}. {one_line(idea.title)}", "bold")
    yield Text(one_line(idea.need), "italic")
    yield Text(
        f"{idea.candidate_id} · rank {figures.rank_interval(idea)} (80 %) · tier {idea.tier}"
        f" · score {idea.score:.0f} of 100 · in the top ten {figures.share(idea.p_top10)}"
    )
    yield Text(
        f"revenue at stake {figures.money(idea.revenue.value, report.currency)}"
        f" · trend {figures.trend(idea.trend)} · effort {figures.effort(idea.effort)}"
        f" ({one_line(idea.effort.basis)})"
    )
    if idea.status != "new" or idea.status_reason:
        yield Text(f"{idea.status}: {one_line(idea.status_reason)}")
    if idea.verdict is not None:
        yield Text(_verdict(idea.verdict))
    if idea.badges:
        yield Text(" · ".join(map(one_line, idea.badges)), "yellow")


def _verdict(verdict: ReviewVerdict) -> str:
    """Return in a line what reviewers said."""
    until = f" until {verdict.until}" if verdict.until and verdict.status == "deferred" else ""
    by = f" by {verdict.reviewer} on {verdict.at:%Y-%m-%d}" if verdict.at else ""
    why = f": {verdict.reason}" if verdict.reason else ""
    edited = "; ".join(f"{field} set by {who}" for field, who in verdict.set_by)
    told = f"reviewers: {verdict.status}{until}{by}{why}"
    return one_line(f"{told}; {edited}" if edited else told)


def _why(idea: RankedIdea, report: IdeaReport) -> Iterator[RenderableType]:
    yield from _heading("Why it ranks here")
    shown = table("criterion", "value", "part", "rests on", right=("part",))
    for part in idea.parts:
        value = figures.estimate(part.raw, report.currency)
        rests_on = one_line(figures.rests_on(part, report.currency))
        shown.add_row(part.criterion, value, figures.signed(part.contribution), Text(rests_on))
    yield shown
    yield Text(f"sum of the parts {figures.signed(idea.priority)} standard deviations")


def _money(idea: RankedIdea, report: IdeaReport) -> Iterator[RenderableType]:
    profit, currency = idea.profit, report.currency
    if profit is None or profit.value.value is None:
        return
    yield from _heading("Value and cost")
    shown = table("money", "expected", "80 %")
    for name, value in (
        ("value", profit.value),
        ("cost of delay", profit.cost_of_delay),
        ("cost", profit.cost),
        ("net of the first year", profit.net),
        ("payback", profit.payback_months),
    ):
        expected, around = figures.estimate(value, currency), figures.interval(value, currency)
        shown.add_row(name, expected, around)
    yield shown
    if profit.p_pays is None:
        yield Text("The cost is n/a: set day_rate in [money], or add a capacity file with rates.")
    else:
        yield Text(f"pays for itself within a year in {figures.share(profit.p_pays)} of the draws")
    for one in profit.assumptions:
        net = [figures.money(value, currency) for value in (one.net_low, one.net_high)]
        around = f"{figures.number(one.low)} to {figures.number(one.high)}"
        tried = f"{one.name} {figures.number(one.value)} is assumed; from {around}"
        yield Text(f"- {tried} the net goes from {net[0]} to {net[1]}")


def _who(idea: RankedIdea) -> Iterator[RenderableType]:
    yield from _heading("Who asks")
    yield Text(f"{figures.voices(idea.voices)} voices in {idea.mentions:,} statements")
    if idea.monthly_voices:
        counts = [voices for _, voices in idea.monthly_voices]
        first, last = idea.monthly_voices[0][0], idea.monthly_voices[-1][0]
        yield Text(f"{first} {sparkline(counts)} {last}, at most {max(counts)} a month")
    for name, pairs in (("segments", idea.segments), ("channels", idea.channels)):
        if pairs:
            yield Text(f"{name}: " + ", ".join(f"{one_line(n)} {count:,}" for n, count in pairs))
    if idea.askers:
        names = [one_line(asker.name or asker.account_id) for asker in idea.askers[:ACCOUNTS_SHOWN]]
        rest = len(idea.askers) - len(names)
        yield Text(f"accounts: {', '.join(names)}" + (f" and {rest} more" if rest else ""))


def _said(idea: RankedIdea) -> Iterator[RenderableType]:
    for heading, quotes in (
        ("In their words", idea.quotes),
        ("Satisfied customers", idea.counter_quotes),
    ):
        if quotes:
            yield from _heading(heading)
            yield from map(_quote, quotes)


def _rest(idea: RankedIdea) -> Iterator[RenderableType]:
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("The job it serves", [f"{job.part}: {job.words}" for job in idea.jobs]),
        (
            "What they ask for",
            [f"{one.words} ({one.voices} of {one.of} customers)" for one in idea.solutions],
        ),
        (
            "Market signals",
            [f"{figures.day(note.observed_at)} {note.headline}" for note in idea.signals],
        ),
        (
            "Effort by finished work",
            [
                f"{done.item_id} {done.title}: {figures.days(done.actual_days)},"
                f" estimated {figures.days(done.estimate_days)}, {figures.change(done.pull)}"
                for done in idea.effort.analogues
            ]
            + [line for line in (figures.effort_factors(idea.effort), idea.effort.uplift) if line],
        ),
        ("Compared with", [_match(match) for match in idea.matches]),
        ("What would change the rank", idea.what_would_change),
        (
            "Rank by strategy",
            [f"{name}: {rank}" for name, rank in idea.ranks_by_strategy],
        ),
    )
    for heading, lines in lists:
        if lines:
            yield from _heading(heading)
            yield from (Text(f"- {one_line(line)}") for line in lines)


def sparkline(counts: Sequence[int]) -> str:
    """Draw non-negative counts as blocks, the highest one full; none at all as blanks."""
    top = max(counts, default=0)
    return "".join(
        _BLOCKS[round((len(_BLOCKS) - 1) * count / top)] if count else " " for count in counts
    )


def _match(match: Match) -> str:
    """Return in a line what an idea was compared with, who says so, and how sure it is."""
    said = "the same" if match.said else "not the same"
    by = f"{said}, says {match.said_by}; " if match.said is not None else ""
    return f"{match.other} ({match.kind}) {match.title}: {by}{match.why or 'nothing in common'}"


def _heading(text: str) -> Iterator[RenderableType]:
    yield Text()
    yield Rule(Text(text, "bold"), align="left", style="dim")


def _quote(quote: Quote) -> RenderableType:
    who = (quote.account, quote.segment, quote.channel, figures.day(quote.created_at), quote.place)
    more = (quote.kind, f"statement-{quote.statement_id}")
    source = " · ".join(one_line(part) for part in (*who, *more) if part)
    return Group(Text(f"“{one_line(quote.text)}”"), Padding(Text(source, "dim"), (0, 0, 0, 2)))
