"""A report about a made-up product, Tallyloom (time sheets and invoices), written by hand.

It holds what a page has to survive: long and short titles, right-to-left writing, emoji, HTML,
formulas, hidden characters, missing money, an idea without ratings, signals or analogues.
"""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundswell.domain import CandidateStatus, ThemeChange
from groundswell.report import (
    Analogue,
    Asker,
    Assumption,
    Changes,
    CriterionPart,
    Effort,
    Estimate,
    IdeaMove,
    IdeaReport,
    Match,
    MatchKind,
    NameEvidence,
    Profit,
    Quote,
    RankedIdea,
    ReportTotals,
    Rise,
    RunStamp,
    SignalNote,
    ThemeProfile,
    ThemeSummary,
)

IDEAS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "ideas_by_hand.json").read_text(encoding="utf-8")
)
WEIGHTS = {
    "reach": 0.31,
    "unmet_need": 0.26,
    "revenue": 0.23,
    "trend": 0.08,
    "market_pull": 0.12,
    "severity": 0.12,
    "driver": 0.1,
    "competitor_gap": 0.05,
    "effort": -0.3,
}
STRATEGIES = ("balanced", "growth", "retention", "rice", "ice", "wsjf", "odi")
UNITS = {
    "reach": "voices per 90 days",
    "unmet_need": "opportunity 0-20",
    "revenue": "EUR per year",
    "trend": "ratio of rates",
    "market_pull": "sd",
    "severity": "share blocked",
    "driver": "points of the mean score",
    "competitor_gap": "share",
    "effort": "person-days",
}
MONTHS = [f"{2025 + (8 + i) // 12}-{(8 + i) % 12 + 1:02d}" for i in range(9)]
MONTHS_2026 = tuple((f"2026-{m:02d}", 60 - m) for m in range(1, 7))


def part(criterion: str, z: float | None, value: float, voices: float) -> CriterionPart:
    weight = WEIGHTS[criterion]
    if z is None:
        note = {"revenue": "no data: accounts file missing"}.get(criterion, "no data")
        raw = Estimate(None, None, None, UNITS[criterion])
        return CriterionPart(criterion, raw, 0.0, weight, 0.0, abs(weight), 0.0, (), note)
    note = "importance inferred from reach" if criterion == "unmet_need" else ""
    raw = Estimate(value, value * 0.78, value * 1.31, UNITS[criterion])
    sources = ("tickets", "survey") if criterion != "effort" else ("work history",)
    spread = 0.25 * abs(weight)
    return CriterionPart(criterion, raw, z, weight, weight * z, spread, voices, sources, note)


def quote(words: dict[str, Any], at: int) -> Quote:
    return Quote(
        statement_id=f"{at:032x}",
        record_id=f"{at + 7:032x}",
        text=words["text"],
        created_at=datetime(2026, 1 + at % 5, 1 + at % 27, 9, 30, tzinfo=UTC),
        channel=words.get("channel", "ticket"),
        source="tickets",
        place=f"tickets.csv:{17 + 3 * at}",
        account=words.get("account"),
        segment=words.get("segment"),
        rating=words.get("rating"),
        membership=0.9 - 0.05 * (at % 7),
        kind=("request", "problem", "other")[at % 3],
    )


def match(at: int, kind: MatchKind, said: bool | None) -> Match:
    return Match(
        other=f"item-RF-{40 + at}" if kind in ("open", "done") else f"deal-D-{at}",
        kind=kind,
        title=f"Thing number {at}",
        probability=0.9 - 0.2 * at,
        why=f'{90 - 20 * at} % sure: both say "thing"; similarity 0.71',
        on=date(2026, 3, 1 + at),
        said=said,
        said_by="ann (2026-03-01)" if said is not None else "",
    )


def idea(rank: int, words: dict[str, Any], count: int) -> RankedIdea:
    voices: float = words["voices"]
    zs = words["z"]
    zs = [*zs[:5], 0.4, 0.9, None, *zs[5:]]
    raws = [voices * 0.6, 9 + 2 * (zs[1] or 0), words.get("revenue") or 0.0, 1.2, 0.4]
    raws += [0.31, 0.04, 0.0, 12.0]
    parts = tuple(
        part(name, z, raw, voices) for name, z, raw in zip(WEIGHTS, zs, raws, strict=True)
    )
    priority = sum(p.contribution for p in parts)
    money = words.get("revenue")
    wide = 1 + rank // 3
    months = tuple(zip(MONTHS, words["months"], strict=True))
    days: float = words.get("days", 12.0)
    analogues = tuple(
        Analogue(
            f"TL-{40 + i}", title, estimate, actual, date(2025, 3 + i, 12), 0.71 - 0.06 * i, 1.1
        )
        for i, (title, estimate, actual) in enumerate(words.get("analogues", ()))
    )
    usual = days / 1.1 ** len(analogues) if analogues else None
    trend, trend_low, trend_high = words.get("trend", [1.0, 0.8, 1.3])
    status: CandidateStatus = words.get("status", "new")
    return RankedIdea(
        rank=rank,
        rank_low=max(1, rank - wide),
        rank_high=min(count, rank + wide),
        p_top10=max(0.004, min(0.999, 1.16 - 0.06 * rank)),
        tier=1 + (rank > 2) + (rank > 6) + (rank > 10),
        candidate_id=words.get("id", f"need-{rank}"),
        title=words["title"],
        need=words["need"],
        status=status,
        status_reason=words.get("reason", ""),
        score=min(99.0, max(1.0, 50 + 38 * priority)),
        priority=priority,
        parts=parts,
        voices=voices,
        mentions=int(voices * 1.6),
        effective_voices=voices * 0.7,
        trend=Estimate(trend, trend_low, trend_high, UNITS["trend"]),
        revenue=Estimate(money, money and money * 0.6, money and money * 1.5, UNITS["revenue"]),
        effort=Effort(days, days * 1.7, days * 0.5, days * 2.2, words["basis"], analogues, usual),
        monthly_voices=months,
        segments=tuple((s, n) for s, n in words.get("segments", ())),
        channels=(("ticket", int(voices * 0.6)), ("survey", int(voices * 0.4))),
        askers=tuple(
            Asker(f"acc-{i}", name, segment, arr, status, 1 + i % 3)
            for i, (name, segment, arr, status) in enumerate(words.get("askers", ()))
        ),
        quotes=tuple(quote(q, rank + i) for i, q in enumerate(words["quotes"])),
        counter_quotes=tuple(quote(q, rank + 50 + i) for i, q in enumerate(words["counter"])),
        signals=tuple(
            SignalNote(kind, headline, date(2026, 4, 2 + i), "rivals", 0.62)
            for i, (kind, headline) in enumerate(words.get("signals", ()))
        ),
        badges=tuple(words.get("badges", ())),
        what_would_change=tuple(words.get("change", ())),
        theme_ids=(rank,),
        item_ids=tuple(words.get("items", ())),
        ranks_by_strategy=tuple(
            (name, 1 + (rank + i) % count) for i, name in enumerate(STRATEGIES)
        ),
        profit=profit(money, days),
        matches=(match(1, "done", False), match(0, "open", None), match(2, "deal", None)),
    )


def profit(stake: float | None, days: float) -> Profit:
    cost, value = 640.0 * days, stake and 0.5 * stake
    net = None if value is None else value - cost

    def known(amount: float | None, unit: str) -> Estimate:
        low, high = (None, None) if amount is None else sorted((0.4 * amount, 1.7 * amount))
        return Estimate(amount, low, high, unit)

    return Profit(
        value=known(value, "EUR per year"),
        cost=known(cost, "EUR"),
        net=known(net, "EUR"),
        roi=known(net and net / cost, "times the cost"),
        payback_months=known(value and 12 * cost / value, "months"),
        cost_of_delay=known(value and value / 52, "EUR per week"),
        p_pays=None if net is None else 0.73,
        assumptions=tuple(
            Assumption(name, middle, 0.5 * middle, 2.0 * middle, net and 0.6 * net, net)
            for name, middle in (("churn uplift", 0.03), ("win back", 0.1), ("person-days", days))
        ),
    )


def theme(of: RankedIdea, area: str, x: float, y: float) -> ThemeSummary:
    return ThemeSummary(
        theme_id=of.theme_ids[0],
        label=of.title,
        keywords=("export", "invoice", "pdf"),
        state="certified" if of.rank % 4 else "provisional",
        stability=0.5 + 0.03 * (of.rank % 15),
        size=of.mentions,
        voices=round(of.voices),
        area=area,
        x=x,
        y=y,
        quote=of.quotes[0].text if of.quotes else "",
        candidate_id=of.candidate_id,
        named_by="endpoint" if of.rank == 2 else "machine",
        name_evidence=(NameEvidence("invoice", of.mentions, ("s1", "s2")),),
        variants=(("As a PDF", 8), ("As a spreadsheet", 3)),
        quotes=of.quotes,
        counter_quotes=of.counter_quotes,
        profile=None if of.rank == 4 else profile(of),
        rises=(rise(of),) if of.rank == 1 else (),
    )


def profile(of: RankedIdea) -> ThemeProfile:
    weeks = tuple((date(2026, 3, 2) + timedelta(weeks=n), (n * of.rank) % 7) for n in range(13))
    rated = of.rank != 3
    return ThemeProfile(
        weekly_voices=weeks,
        share=Estimate(0.12, 0.09, 0.15, "share"),
        segments=of.segments,
        channels=of.channels,
        versions=(("4.2", 7), ("4.1", 3)),
        languages=(("en", 8), ("de", 2)),
        sentiment=Estimate(-0.42, -0.55, -0.28, "polarity"),
        driver=Estimate(0.08, 0.02, 0.14, "rating points")
        if rated
        else Estimate(None, None, None, ""),
        driver_note="A correlation." if rated else "n/a: 120 ratings; it takes 200.",
    )


def rise(of: RankedIdea) -> Rise:
    ratio = Estimate(2.4, 1.8, 3.3, "x")
    return Rise("incident", date(2026, 5, 18), of.mentions, of.mentions / 2.4, ratio, 0.97, "4.2")


def build(ideas: tuple[RankedIdea, ...]) -> IdeaReport:
    areas = ("Invoices", "Time sheets", "Mobile", "Sign-in & security", "Reports", "Integrations")
    chance = random.Random(5)
    themes = tuple(
        theme(i, areas[n % 6], chance.uniform(-1, 1), chance.uniform(-1, 1))
        for n, i in enumerate(ideas)
    )
    return IdeaReport(
        run=RunStamp(7, datetime(2026, 6, 1, 5, 0, tzinfo=UTC), None),
        title="What to build next in Tallyloom",
        as_of=datetime(2026, 5, 31, 22, 15, tzinfo=UTC),
        currency="EUR",
        versions=(("encoder", "all-MiniLM-L6-v2@a1b2c3"), ("themes", "3"), ("groundswell", "0.1")),
        strategy="balanced",
        weights=tuple(WEIGHTS.items()),
        evidence_level="L3: feedback, ratings, accounts, market signals",
        unlocks_next="20 finished work items with actual days switch on estimates by analogy.",
        notes=(
            "Churn uplift of 3 % a year is an assumption.",
            "Segments are re-weighted to the accounts file; weights are trimmed to 0.2 to 5.",
        ),
        totals=ReportTotals(
            records=1284,
            statements=2210,
            quarantined=9,
            duplicates=37,
            voices=611,
            accounts=148,
            first_record=date(2025, 9, 1),
            last_record=date(2026, 5, 31),
            noise_share=0.213,
            channels=(("ticket", 540), ("review", 402), ("survey", 212), ("chat", 130)),
            copies=21,
            uninformative=113,
        ),
        ideas=ideas,
        themes=themes,
    )


@pytest.fixture(scope="session")
def report() -> IdeaReport:
    return build(tuple(idea(n, words, len(IDEAS)) for n, words in enumerate(IDEAS, 1)))


@pytest.fixture(scope="session")
def large_report() -> IdeaReport:
    """Two hundred ideas, each with as much as a run ever shows: the default five quotes."""
    first = idea(1, IDEAS[0], 200)
    long = [replace(q, text=f"{q.text} {first.need}") for q in (*first.quotes, first.quotes[0])]
    full = replace(
        first,
        quotes=tuple(long),
        counter_quotes=first.counter_quotes * 3,
        askers=first.askers * 3,
        monthly_voices=tuple((f"2025-{m:02d}", 40 + m) for m in range(1, 13)) + MONTHS_2026,
    )
    ideas = tuple(
        replace(
            full,
            rank=n,
            rank_low=max(1, n - 4),
            rank_high=min(200, n + 4),
            tier=1 + n // 12,
            candidate_id=f"need-{n}",
            title=f"{full.title} ({n})",
            voices=4000.0 / n,
            theme_ids=(n,),
        )
        for n in range(1, 201)
    )
    return build(ideas)


@pytest.fixture(scope="session")
def changes() -> Changes:
    return Changes(
        since_run=6,
        since=datetime(2026, 5, 25, 5, 0, tzinfo=UTC),
        new_records=143,
        moves=(
            IdeaMove("need-3", IDEAS[2]["title"], 7, 3, "trend +0.21: 14 voices in 30 days"),
            IdeaMove("need-5", IDEAS[4]["title"], None, 5, "returned: solved in 4.2, asked again"),
            IdeaMove("need-9", IDEAS[8]["title"], None, 9, "8 voices since May"),
            IdeaMove("need-6", IDEAS[5]["title"], 3, 6, "revenue -0.18: two accounts churned"),
            IdeaMove("need-77", "Fax gateway", 11, None, "fewer than 8 statements left"),
        ),
        themes=(
            ThemeChange(
                "born",
                (7,),
                (),
                (("now", 11.0),),
                "Born: round up minutes per client (11 statements).",
            ),
            ThemeChange(
                "grew", (3,), (3,), (("before", 50.0), ("now", 70.0)), "Grown: dark mode, +40 %."
            ),
        ),
    )


@pytest.fixture(scope="session")
def rebuilt() -> Callable[[tuple[RankedIdea, ...]], IdeaReport]:
    """Make the whole report again around other ideas."""
    return build
