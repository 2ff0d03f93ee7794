"""What `groundswell audience` and `groundswell pace` show to people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from flows.outcomes import Pace
from flows.terminal import TwoLines, foreign, table
from groundswell.report import Audience
from reports import figures
from reports.inert import one_line

if TYPE_CHECKING:
    from models.outcomes.before_after import ReleaseEffect
    from models.outcomes.pace import LeadTime, Share

_COUNTS = ("before", "after", "expected")

PEOPLE_SHOWN = 20
"""Customers on the terminal; the CSV and the JSON have all."""


def audience_page(audience: Audience, currency: str) -> RenderableType:
    """Return who is to be told of an idea."""
    return Group(*_head(audience), *_people(audience, currency), *_market(audience, currency))


def pace_page(pace: Pace) -> RenderableType:
    """Return how fast needs were met, and what each release did."""
    return Group(*_figures(pace), *_releases(pace.releases), *_effectiveness(pace))


def _head(audience: Audience) -> Iterator[RenderableType]:
    yield foreign(audience.title, "bold")
    shipped = f"shipped {audience.shipped}" if audience.shipped else "not shipped yet"
    yield Text(f"{audience.candidate_id} · {shipped}")
    if audience.segments:
        counts = ", ".join(f"{one_line(name)} {count:,}" for name, count in audience.segments)
        yield Text(f"segments of the accounts: {counts}")


def _people(audience: Audience, currency: str) -> Iterator[RenderableType]:
    yield from _heading("Who asked")
    made = table("who", "segment", "revenue", "mentions", "last", right=("revenue", "mentions"))
    made.add_column("in their words")
    for one in audience.people[:PEOPLE_SHOWN]:
        made.add_row(
            TwoLines(one.name or one.name_id),
            foreign(one.segment or one.status),
            figures.money(one.arr, currency),
            f"{one.mentions:,}",
            Text(figures.day(one.last_said), no_wrap=True),
            TwoLines(one.words),
        )
    yield made
    rest = len(audience.people) - PEOPLE_SHOWN
    if rest > 0:
        yield Text(f"and {rest:,} more; --csv writes all")
    if audience.unnamed:
        yield Text(f"{audience.unnamed:,} messages are of nobody who could be told")


def _market(audience: Audience, currency: str) -> Iterator[RenderableType]:
    if audience.deals:
        yield from _heading("Deals that name it")
        made = table("deal", "account", "stage", "amount", "closes", "why", right=("amount",))
        for one in audience.deals:
            made.add_row(
                foreign(one.deal_id),
                TwoLines(one.account or figures.NOT_KNOWN),
                _stage(one.stage, one.competitor),
                figures.money(one.amount, currency),
                figures.day(one.close_date),
                TwoLines("; ".join(one.reasons)),
            )
        yield made
    if audience.rivals:
        yield from _heading("Who has it")
        for rival in audience.rivals:
            name = f"{rival.competitor} ({rival.release}): {rival.text}"
            yield Text(f"- {figures.day(rival.observed_at)} {one_line(name)}")


def _figures(pace: Pace) -> Iterator[RenderableType]:
    yield from _heading("Pace")
    yield Text(f"need lead time: {_lead_time(pace.lead_time)}")
    reach = ", ".join(f"{quarter} {figures.voices(n)}" for quarter, n in pace.satisfied_reach)
    yield Text(f"satisfied reach (voices per 90 days): {reach or figures.NOT_KNOWN}")
    for what, share in (
        ("top ten needs of a quarter shipped within two quarters", pace.top_shipped),
        ("person-days within their 80 % interval", pace.effort_calibration),
        ("voices of a need within their 80 % interval", pace.demand_calibration),
    ):
        yield Text(f"{what}: {_share(share)}")


def _releases(releases: Sequence["ReleaseEffect"]) -> Iterator[RenderableType]:
    yield from _heading("Releases and what became of the need")
    if not releases:
        yield Text("none: no finished work and no entry of our own changelog meets an idea")
        return
    made = table("shipped", "idea", "what", "before", "after", "expected", right=_COUNTS)
    made.add_column("ratio (90 %)")
    made.add_column("verdict")
    for one in releases:
        change = one.effect.change
        made.add_row(
            Text(figures.day(one.release.day), no_wrap=True),
            foreign(one.release.candidate_id),
            TwoLines(one.release.title),
            f"{one.effect.before:,}",
            f"{one.effect.after:,}",
            figures.voices(change.expected) if change else figures.NOT_KNOWN,
            f"{change.ratio:.2f} ({change.low:.2f} to {change.high:.2f})" if change else "",
            one.effect.verdict,
        )
    yield made


def _effectiveness(pace: Pace) -> Iterator[RenderableType]:
    if pace.effectiveness:
        yield from _heading("Share of a need that a release removes")
    for one in pace.effectiveness:
        around = f"80 %: {figures.share(one.low)} to {figures.share(one.high)}"
        releases = f"{one.releases:,} release{'s' if one.releases > 1 else ''}"
        yield Text(f"- {one_line(one.area)}: {figures.share(one.mean)} ({around}; {releases})")


def _lead_time(found: "LeadTime") -> str:
    counts = f"{found.shipped:,} met, {found.open:,} open"
    if found.median_days is None:
        return f"{figures.NOT_KNOWN}, under half of the needs are met ({counts})"
    low, high = ("?" if one is None else f"{one:,.0f}" for one in (found.low, found.high))
    return f"{found.median_days:,.0f} days (80 %: {low} to {high}; {counts})"


def _share(found: "Share") -> str:
    if found.value is None or found.low is None or found.high is None:
        return figures.NOT_KNOWN
    around = f"80 %: {figures.share(found.low)} to {figures.share(found.high)}"
    return f"{figures.share(found.value)} ({found.hits:,} of {found.of:,}; {around})"


def _stage(stage: str, competitor: str | None) -> str:
    return f"lost to {one_line(competitor)}" if stage == "lost" and competitor else stage


def _heading(text: str) -> Iterator[RenderableType]:
    yield Text()
    yield Rule(Text(text, "bold"), align="left", style="dim")
