from datetime import date, datetime, timedelta
from typing import Any

from groundswell.domain import FeatureCandidate, MarketSignal, WorkItem
from models.evidence.inputs import Evidence
from models.outcomes.shipped import Release, find_releases

CANDIDATES = [
    FeatureCandidate("need-0", "offline", "offline", ((0, 1.0),), item_ids=("RF-1", "RF-2")),
    FeatureCandidate("need-1", "dark", "dark", ((1, 1.0),)),
]


def changelog(as_of: datetime, days_ago: float, competitor: str | None = None) -> MarketSignal:
    when = as_of - timedelta(days=days_ago)
    return MarketSignal("competitor", "2.0", 1.0, "event", when, "log", competitor, "Dark colours")


def found(
    make_mentions: Any,
    make_themes: Any,
    axes: Any,
    as_of: datetime,
    signals: list[MarketSignal],
    items: list[WorkItem],
) -> list[Release]:
    """All entries of a changelog lie on the axis of ``need-1``."""
    evidence = Evidence(
        make_mentions([{}]),
        make_themes(["offline", "dark"]),
        axes(2),
        as_of,
        signals=signals,
        signal_vectors=axes(2)[[1] * len(signals)],
        items=items,
        item_vectors=axes(5)[2 : 2 + len(items)],
    )
    return find_releases(evidence, CANDIDATES, likely=0.2)


def test_finished_work_counts_for_its_idea_and_an_entry_for_the_most_alike(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    items = [
        WorkItem("RF-1", "Work offline", status="done", finished=date(2026, 3, 1)),
        WorkItem("RF-2", "More offline", status="open", finished=date(2026, 3, 1)),
        WorkItem("RF-9", "Nobody's", status="done", finished=date(2026, 3, 1)),
    ]
    signals = [
        changelog(as_of, 10),
        changelog(as_of, 20, "Nimbus"),
        changelog(as_of, -5),
    ]
    args = (make_mentions, make_themes, axes, as_of)
    assert found(*args, signals, items) == [
        Release("need-0", date(2026, 3, 1), "Work offline", "RF-1 finished"),
        Release("need-1", (as_of - timedelta(days=10)).date(), "Dark colours", "changelog 2.0"),
    ]
    assert found(*args, [], []) == []


def test_what_follows_within_a_month_is_one_release_with_its_last_day(
    make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime
) -> None:
    signals = [changelog(as_of, days) for days in (200, 120, 100)]
    releases = found(make_mentions, make_themes, axes, as_of, signals, [])
    assert [(as_of.date() - release.day).days for release in releases] == [200, 100]
    turned = found(make_mentions, make_themes, axes, as_of, signals[::-1], [])
    assert turned == releases
