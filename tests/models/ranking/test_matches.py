"""What each idea was compared with, and what reviewers' words on that teach."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from groundswell.domain import (
    Deal,
    FeatureCandidate,
    IdeaVerdict,
    MarketSignal,
    Signature,
    WorkItem,
)
from groundswell.domain.drafts import sameness
from models.evidence.inputs import Evidence
from models.linking.matching import Texts
from models.ranking.market import read_market
from models.ranking.matches import find_matches, link_answers
from models.ranking.money import value_deals

CANDIDATES = [
    FeatureCandidate("need-0", "offline", "offline", ((0, 1.0),)),
    FeatureCandidate("need-1", "dark", "dark", ((1, 1.0),)),
    FeatureCandidate("item-A-2", "Paper", "Paper", (), item_ids=("A-2",)),
]


def verdict(target: str, **links: tuple[bool, int]) -> IdeaVerdict:
    named = {name.replace("_", "-"): link for name, link in links.items()}
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return IdeaVerdict(
        target,
        links={name: same for name, (same, _) in named.items()},
        signed={sameness(name): Signature(n, "Ana", at, "") for name, (_, n) in named.items()},
    )


def signals(as_of: datetime) -> list[MarketSignal]:
    weeks = [as_of - timedelta(weeks=n) for n in range(3)]
    found = [MarketSignal("trends", "offline", 1.0, "index", week, "t.csv") for week in weeks]
    found.append(
        MarketSignal("competitor", "3.2", 1.0, "event", as_of, "log.md", "Tern", "offline")
    )
    return found


@pytest.fixture
def evidence(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Any:
    def build(*verdicts: IdeaVerdict) -> Evidence:
        told = signals(as_of)
        return Evidence(
            make_mentions([{"author": "ann", "days_ago": 3.0}]),
            make_themes(["offline", "dark"]),
            axes(9)[:2],
            as_of,
            deals=[Deal("D-1", None, "open", 9.0, 0.5, date(2026, 9, 1), ("offline", "price"))],
            reason_vectors=axes(9)[[0, 5]],
            signals=told,
            signal_vectors=axes(9)[[0] * len(told)],
            items=[WorkItem("A-1", "offline mode"), WorkItem("A-2", "Paper")],
            item_vectors=axes(9)[[0, 2]],
            verdicts={one.target: one for one in verdicts},
        )

    return build


def test_each_thing_is_told_once_with_how_sure_it_is(evidence: Any) -> None:
    found = find_matches(evidence(), CANDIDATES)
    first = {one.kind: one for one in found["need-0"]}
    assert set(first) == {"open", "search", "competitor", "deal"}
    assert len(found["need-0"]) == 4
    assert (first["open"].other, first["deal"].other) == ("item-A-1", "deal-D-1")
    assert first["deal"].title == "D-1: offline"
    assert first["competitor"].title == "Tern: 3.2: offline"
    assert all(one.probability >= 0.2 and "% sure" in one.why for one in found["need-0"])
    assert all(one.said is None for one in found["need-0"])
    # A backlog item is not compared with itself, nor with other work.
    assert not any(one.other.startswith("item-") for one in found["item-A-2"])


def test_what_was_said_stands_first_whatever_its_probability(evidence: Any) -> None:
    told = verdict("need-1", item_A_1=(True, 3), deal_D_1=(False, 4))
    first, second = find_matches(evidence(told), CANDIDATES)["need-1"][:2]
    assert {(one.other, one.said) for one in (first, second)} == {
        ("item-A-1", True),
        ("deal-D-1", False),
    }
    assert first.said_by == "Ana (2026-05-01)"
    assert first.probability < 0.2


def test_answers_are_told_in_their_order_with_what_was_computed(evidence: Any) -> None:
    told = verdict("need-0", item_A_1=(True, 9)), verdict("need-1", item_A_1=(False, 7))
    found = link_answers(evidence(*told), CANDIDATES)
    assert [(one.number, one.same) for one in found] == [(7, False), (9, True)]
    assert found[0].probability < 0.2 < found[1].probability
    assert link_answers(evidence(), CANDIDATES) == []


def test_the_market_and_deals_heed_what_was_said(axes: Any, as_of: datetime) -> None:
    ideas, told = Texts(["offline", "dark"], axes(2)), signals(as_of)
    release = f"signal_{told[-1].subject_id}"
    vectors = np.tile(axes(2)[0], (len(told), 1))

    def market(*said: IdeaVerdict | None) -> Any:
        ages = [np.empty(0), np.empty(0)]
        return read_market(ideas, told, vectors, as_of, ages, likely=0.2, said=said)

    plain = market()
    assert plain.releases[0] > 0 == plain.releases[1]
    turned = market(
        verdict("need-0", **{release: (False, 1)}), verdict("need-1", **{release: (True, 2)})
    )
    assert (turned.releases[0], turned.gap[0]) == (0.0, 0.0)
    assert (turned.releases[1], turned.gap[1]) == (np.log(2.0), 1.0)
    deals = [Deal("D-1", None, "open", 100.0, 0.5, None, ("offline",))]

    def pipeline(*said: IdeaVerdict | None) -> list[float]:
        found = value_deals(ideas, deals, axes(2)[:1], as_of, likely=0.2, said=said)
        return [float(value) for value in found.pipeline]

    assert pipeline() == [50.0, 0.0]
    assert pipeline(None, verdict("need-1", deal_D_1=(True, 1))) == [0.0, 50.0]
    assert pipeline(verdict("need-0", deal_D_1=(False, 1)), None) == [0.0, 0.0]
