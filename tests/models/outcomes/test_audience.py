from datetime import date, datetime, timedelta
from typing import Any

import pytest

from groundswell.domain import Account, Deal, FeatureCandidate, MarketSignal
from groundswell.report import Audience
from models.evidence.inputs import Evidence
from models.outcomes.audience import gather_audience

CANDIDATES = [
    FeatureCandidate("need-0", "offline", "offline", ((0, 1.0),)),
    FeatureCandidate("need-1", "dark", "dark", ((1, 1.0),)),
]
ACCOUNTS = (
    Account("A", "Alpha", 100.0, "small"),
    Account("B", "Beta", 900.0, "large", status="churned"),
    Account("C", "Gamma", None, "small"),
)
DEALS = (
    Deal("d1", "A", "open", 50.0, 0.5, date(2026, 9, 1), ("offline", "price")),
    Deal("d2", None, "lost", 70.0, None, date(2026, 2, 1), ("works offline",), "Nimbus"),
    Deal("d3", "B", "won", 90.0, 1.0, None, ("offline",)),
    Deal("d4", "B", "open", None, None, None, ("dark",)),
)
REASON_AXES = [0, 5, 0, 0, 1]


@pytest.fixture
def audience(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Any:
    def gathered(rows: list[dict[str, Any]]) -> Audience:
        releases = [
            ("1.0", "Nimbus", 300),
            ("2.0", "Nimbus", 30),
            ("9", None, 90),
            ("3", "Far", -3),
        ]
        signals = [
            MarketSignal("competitor", key, 1.0, "event", as_of - timedelta(ago), "log", who, "x")
            for key, who, ago in releases
        ]
        evidence = Evidence(
            make_mentions(rows),
            make_themes(["offline", "dark"]),
            axes(2),
            as_of,
            accounts=ACCOUNTS,
            deals=DEALS,
            reason_vectors=axes(9)[REASON_AXES],
            signals=signals,
            signal_vectors=axes(1)[[0] * len(signals)],
        )
        return gather_audience(evidence, CANDIDATES, CANDIDATES[0], min_membership=0.15, likely=0.2)

    return gathered


ROWS: list[dict[str, Any]] = [
    {"account": "A", "days_ago": 9.0, "text": "Old words of Alpha"},
    {"account": "A", "days_ago": 2.0, "text": "New words of Alpha"},
    {"account": "B", "days_ago": 5.0},
    {"account": "C", "theme": 1},
    {"account": "C", "membership": 0.1},
    {"author": "ann", "days_ago": 4.0},
    {},
]


def test_those_who_asked_are_listed_with_their_newest_words(audience: Any) -> None:
    found = audience(ROWS)
    assert [(one.kind, one.name_id, one.mentions) for one in found.people] == [
        ("account", "B", 1),
        ("account", "A", 2),
        ("author", "ann", 1),
    ]
    alpha = found.people[1]
    assert (alpha.words, alpha.name, alpha.arr) == ("New words of Alpha", "Alpha", 100.0)
    assert (alpha.last_said, alpha.place) == (date(2026, 5, 30), "tickets.csv:3")
    assert found.people[2].arr is None, "unknown, not zero"
    assert found.people[2].status == "unknown"
    assert found.unnamed == 1
    assert found.segments == (("large", 1), ("small", 1))


def test_open_and_lost_deals_that_name_it(audience: Any) -> None:
    deals = audience(ROWS).deals
    assert [(one.deal_id, one.stage, one.reasons) for one in deals] == [
        ("d1", "open", ("offline",)),
        ("d2", "lost", ("works offline",)),
    ]
    assert (deals[0].account, deals[1].competitor) == ("Alpha", "Nimbus")


def test_competitors_that_have_it_with_their_newest_release(audience: Any, as_of: datetime) -> None:
    found = audience(ROWS)
    assert [(one.competitor, one.release) for one in found.rivals] == [("Nimbus", "2.0")]
    assert found.shipped == (as_of - timedelta(days=90)).date(), "by our own changelog"


def test_nobody_asked(audience: Any) -> None:
    found = audience([{"theme": 1}])
    assert (found.people, found.unnamed, found.segments) == ((), 0, ())


def test_the_order_of_rows_does_not_matter(audience: Any) -> None:
    rows = [{"text": f"words {n}", **row, "statement_id": f"s{n}"} for n, row in enumerate(ROWS)]
    straight, turned = audience(rows), audience(rows[::-1])
    assert [one.words for one in straight.people] == [one.words for one in turned.people]
    assert straight.deals == turned.deals
