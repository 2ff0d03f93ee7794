"""Known exports of companies' own tools and of the market, value by value."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from groundswell.config import SourceConfig
from groundswell.domain import AcceptedRow, Deal, MarketSignal, WorkItem
from ingest import read_source
from ingest.privacy import Privacy

FIXTURES = Path(__file__).parent / "fixtures"
PRIVACY = Privacy(key=b"0" * 32)


def values(file: str, **settings: Any) -> list[object]:
    """The values of a fixture, read with the preset of its name; every row must be accepted."""
    given = {"name": "export", "path": FIXTURES / file, "preset": file.partition(".")[0]}
    source = SourceConfig.model_validate(given | settings)
    rows = list(read_source(source, PRIVACY))
    assert all(isinstance(row, AcceptedRow) for row in rows)
    return [row.value for row in rows if isinstance(row, AcceptedRow)]


def account(identifier: str) -> str:
    return PRIVACY.pseudonym(identifier, "account")


def test_jira() -> None:
    # A day is 8 hours: 288,000 s are 80 h or 10 days, 345,600 s 12 days, 57,600 s 2, 28,800 s 1.
    march_5, march_6, march_7 = (date(2026, 3, day) for day in (5, 6, 7))
    assert values("jira.csv") == [
        WorkItem(
            item_id="RF-1",
            title="Offline rota",
            text="Read the rota on a phone without network.",
            area="mobile",
            type="Story",
            status="done",
            estimate_days=10.0,
            actual_days=12.0,
            story_points=8.0,
            finished=march_5,
        ),
        WorkItem(
            "RF-2", "Second factor by mail", type="Story", status="rejected", finished=march_6
        ),
        WorkItem(
            *("RF-3", "Swap shifts"),
            area="planner",
            type="Story",
            estimate_days=2.0,
            story_points=5.0,
        ),
        WorkItem(
            *("RF-4", "Print a month"),
            area="planner",
            type="Story",
            status="done",
            actual_days=1.0,
            finished=march_7,
        ),
    ]


def test_linear() -> None:
    assert values("linear.csv") == [
        WorkItem(
            item_id="FER-40",
            title="Copy last week",
            text="Managers rebuild the same rota every week.",
            area="Planner",
            status="done",
            team="Linnet",
            story_points=3.0,
            started=date(2026, 2, 3),
            finished=date(2026, 2, 9),
        ),
        WorkItem("FER-41", "Calendar feed", team="Linnet", started=date(2026, 2, 11)),
        WorkItem("FER-42", "Fax the rota", team="Linnet", status="rejected"),
    ]


def test_github_issues_as_the_backlog() -> None:
    place = "https://github.com/linnet/rota/issues"
    copying = WorkItem(
        item_id=f"{place}/7",
        title="Copy last week",
        text="Managers rebuild the rota.",
        area="Planner",
        url=f"{place}/7",
    )
    faxing = WorkItem(
        item_id=f"{place}/8",
        title="Fax the rota",
        status="rejected",
        finished=date(2026, 2, 9),
        url=f"{place}/8",
    )
    feed = WorkItem(
        item_id=f"{place}/9",
        title="Calendar feed",
        text="As iCal.",
        status="done",
        finished=date(2026, 2, 11),
        url=f"{place}/9",
    )
    assert values("github_backlog.json") == [copying, faxing, feed]


def test_hubspot_deals() -> None:
    lost = Deal(
        deal_id="9001",
        account_id=account("880100"),  # of two associated companies the first
        stage="lost",
        amount=42000.0,
        probability=0.0,
        close_date=date(2026, 3, 12),
        reasons=("No payroll export", "Price"),
    )
    opened = Deal("9002", account("880200"), "open", 18500.0, 0.6, date(2026, 5, 30))
    assert values("hubspot_deals.csv") == [lost, opened]


def test_salesforce_opportunities() -> None:
    found = values("salesforce_opportunities.csv", columns={"reasons": "Loss_Reason__c"})
    assert found == [
        Deal(
            *("006A01", account("001A01"), "lost", 42000.0, 0.0, date(2026, 3, 12)),
            reasons=("No payroll export",),
        ),
        Deal("006A02", account("001A02"), "open", 18500.0, 0.6, date(2026, 5, 30)),
    ]


def test_google_trends() -> None:
    first, second = datetime(2026, 2, 22, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    shared: tuple[str, str | None, str, str] = ("export", None, "", "United States")
    # <1 is 0.5; the empty cell is no signal, not 0.
    assert values("google_trends.csv") == [
        MarketSignal("trends", "rota app", 0.5, "index", first, *shared),
        MarketSignal("trends", "shift planner", 64.0, "index", first, *shared),
        MarketSignal("trends", "rota app", 12.0, "index", second, *shared),
    ]


def release(key: str, day: datetime, text: str) -> MarketSignal:
    return MarketSignal("competitor", key, 1.0, "release", day, "export", "Shiftotter", text)


def test_feed_releases() -> None:
    march, february = (datetime(2026, month, 1, 9, 30, tzinfo=UTC) for month in (3, 2))
    title = "Shift reminders by text message"
    assert values("feed_releases.jsonl", competitor="Shiftotter") == [
        release("Shiftotter 7.1", march, "Offline rota on phones"),
        release("Shiftotter 7.1", march, "Payroll export"),
        release(title, february, title),  # a post without text says it in its title
    ]
