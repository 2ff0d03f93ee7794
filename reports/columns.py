"""The report as flat tables, one row per thing: what the spreadsheet files hold.

A cell is text, a number, a date or None for what is not known; numbers are plain, so that a
spreadsheet can compute with them, and their units stand in the heading.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from groundswell.report import IdeaReport, Profit, Quote, RankedIdea, ReviewVerdict
from reports import figures

Cell = str | float | date | None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: headings with their widths in characters, then rows as long as the headings."""

    name: str
    headings: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(report: IdeaReport) -> tuple[Table, ...]:
    """Return the sheets Ideas, Criteria, Quotes, Themes and About."""
    return (ideas(report), _criteria(report), _quotes(report), _themes(report), _about(report))


def ideas(report: IdeaReport) -> Table:
    """Return one row per idea, best first."""
    money, days = f"{report.currency}/year", "person-days"
    headings = (
        *(("rank", 6), ("rank low (80%)", 10), ("rank high (80%)", 10), ("P(top 10)", 9)),
        *(("tier", 6), ("idea id", 16), ("idea", 44), ("need", 60), ("status", 10)),
        *(("status reason", 30), ("score (0-100)", 9), ("priority (sd)", 9), ("voices", 9)),
        *(("effective voices", 9), ("mentions", 9), ("trend (1 = steady)", 10)),
        *(("trend low (80%)", 10), ("trend high (80%)", 10), (f"revenue at stake ({money})", 14)),
        *((f"revenue low (80%, {money})", 14), (f"revenue high (80%, {money})", 14)),
        *((f"effort P50 ({days})", 10), (f"effort P80 ({days})", 10)),
        *((f"effort low (80%, {days})", 10), (f"effort high (80%, {days})", 10)),
        *(("effort basis", 24), ("badges", 24), ("segments", 24), ("channels", 24)),
        *(("what would change the rank", 60), ("work items", 16), ("theme ids", 10)),
        *((f"value ({money})", 12), (f"cost ({report.currency})", 12)),
        *((f"net of the first year ({report.currency})", 12), ("pays within a year (0-1)", 10)),
        *((f"cost of delay ({report.currency}/week)", 12), ("ranks by strategy", 40)),
        *((name, width) for name, width, _ in DECISION_CELLS),
    )
    return Table("Ideas", headings, tuple(_idea_row(idea) for idea in report.ideas))


def _of_verdict(read: Callable[[ReviewVerdict], Cell]) -> Callable[[RankedIdea], Cell]:
    return lambda idea: None if idea.verdict is None else read(idea.verdict)


DECISION_CELLS: tuple[tuple[str, int, Callable[[RankedIdea], Cell]], ...] = (
    ("decision", 12, _of_verdict(lambda said: said.status)),
    ("decided by", 16, _of_verdict(lambda said: said.reviewer or None)),
    ("decided on", 12, _of_verdict(lambda said: said.at.date() if said.at else None)),
    ("deferred until", 12, _of_verdict(lambda said: said.until)),
    ("decision reason", 40, _of_verdict(lambda said: said.reason or None)),
    ("reviewers' brief", 60, _of_verdict(lambda said: said.brief)),
    ("set by reviewers", 40, _of_verdict(lambda said: _set_by(said) or None)),
)
"""What reviewers say of an idea: (heading, width in characters, cell)."""


def _set_by(said: ReviewVerdict) -> str:
    return "; ".join(f"{field}: {who}" for field, who in said.set_by)


def _idea_row(idea: RankedIdea) -> tuple[Cell, ...]:
    trend, revenue, effort = idea.trend, idea.revenue, idea.effort
    return (
        *(idea.rank, idea.rank_low, idea.rank_high, idea.p_top10, idea.tier),
        *(idea.candidate_id, idea.title, idea.need, idea.status, idea.status_reason),
        *(idea.score, idea.priority, idea.voices, idea.effective_voices, idea.mentions),
        *(trend.value, trend.low, trend.high, revenue.value, revenue.low, revenue.high),
        *(effort.p50, effort.p80, effort.low, effort.high, effort.basis),
        *("; ".join(idea.badges), _counted(idea.segments), _counted(idea.channels)),
        *(" ".join(idea.what_would_change), "; ".join(idea.item_ids)),
        *("; ".join(map(str, idea.theme_ids)), *_profit_cells(idea.profit)),
        "; ".join(f"{name} {rank}" for name, rank in idea.ranks_by_strategy),
        *(cell(idea) for _, _, cell in DECISION_CELLS),
    )


def _profit_cells(profit: Profit | None) -> tuple[Cell, ...]:
    if profit is None:
        return (None,) * 5
    value, cost, net = profit.value.value, profit.cost.value, profit.net.value
    return value, cost, net, profit.p_pays, profit.cost_of_delay.value


def _criteria(report: IdeaReport) -> Table:
    headings = (
        *(("rank", 6), ("idea id", 16), ("idea", 44), ("criterion", 16), ("value", 12)),
        *(("value low (80%)", 12), ("value high (80%)", 12), ("unit", 24), ("z (sd)", 8)),
        *(("weight", 8), ("contribution (sd)", 10), ("spread (1 sd)", 10), ("voices", 9)),
        *(("sources", 24), ("note", 50)),
    )
    rows = (
        (
            *(idea.rank, idea.candidate_id, idea.title, part.criterion, part.raw.value),
            *(part.raw.low, part.raw.high, part.raw.unit, part.z, part.weight),
            *(part.contribution, part.spread, part.voices, "; ".join(part.sources), part.note),
        )
        for idea in report.ideas
        for part in idea.parts
    )
    return Table("Criteria", headings, tuple(rows))


def _quotes(report: IdeaReport) -> Table:
    headings = (
        *(("rank", 6), ("idea id", 16), ("idea", 44), ("side", 10), ("quote", 80)),
        *(("date", 12), ("channel", 12), ("account", 24), ("segment", 14), ("rating (1-5)", 8)),
        *(
            ("source", 16),
            ("place", 24),
            ("membership (0-1)", 10),
            ("statement id", 34),
            ("kind", 10),
        ),
    )
    rows = (
        (idea.rank, idea.candidate_id, idea.title, side, *_quote_row(quote))
        for idea in report.ideas
        for side, quotes in (("asks", idea.quotes), ("satisfied", idea.counter_quotes))
        for quote in quotes
    )
    return Table("Quotes", headings, tuple(rows))


def _quote_row(quote: Quote) -> tuple[Cell, ...]:
    return (
        *(quote.text, quote.created_at.date(), quote.channel, quote.account, quote.segment),
        *(quote.rating, quote.source, quote.place, quote.membership, quote.statement_id),
        quote.kind,
    )


def _themes(report: IdeaReport) -> Table:
    headings = (
        *(("theme id", 8), ("theme", 40), ("area", 30), ("state", 12), ("voices", 9)),
        *(("statements", 10), ("stability (0-1)", 10), ("keywords", 40), ("quote", 70)),
        *(("idea id", 16), ("map x (-1 to 1)", 9), ("map y (-1 to 1)", 9)),
    )
    rows = (
        (
            *(theme.theme_id, theme.label, theme.area, theme.state, theme.voices, theme.size),
            *(theme.stability, "; ".join(theme.keywords), theme.quote, theme.candidate_id),
            *(theme.x, theme.y),
        )
        for theme in report.themes
    )
    return Table("Themes", headings, tuple(rows))


def _about(report: IdeaReport) -> Table:
    totals = report.totals
    rows: list[tuple[Cell, ...]] = [
        ("title", report.title),
        ("run", report.run.run_id),
        ("as of (UTC)", report.as_of.isoformat()),
        ("currency", report.currency),
        ("strategy", report.strategy),
        ("evidence level", report.evidence_level),
        ("unlocks next", report.unlocks_next),
        ("records", totals.records),
        ("statements", totals.statements),
        ("quarantined rows", totals.quarantined),
        ("duplicates", totals.duplicates),
        ("copies", totals.copies),
        ("statements that say nothing of a need", totals.uninformative),
        ("voices", totals.voices),
        ("accounts", totals.accounts),
        ("first record", totals.first_record),
        ("last record", totals.last_record),
        ("statements without theme (share, 0-1)", totals.noise_share),
        ("channels", _counted(totals.channels)),
        *((f"weight of {name}", weight) for name, weight in report.weights),
        *((f"version of {name}", version) for name, version in report.versions),
        *(("note", note) for note in report.notes),
    ]
    return Table("About", (("what", 36), ("value", 100)), tuple(rows))


def _counted(pairs: Iterable[tuple[str, int]]) -> str:
    return "; ".join(f"{name} ({figures.count(n)})" for name, n in pairs)
