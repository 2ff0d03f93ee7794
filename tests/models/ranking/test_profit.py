from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from groundswell.domain import Account, FeatureCandidate, WorkItem
from groundswell.report import Profit
from models.evidence.inputs import Evidence, MoneyParameters, RankingParameters
from models.ranking.rank import Ranking, rank_candidates

CANDIDATES = [FeatureCandidate(f"need-{n}", x, x, ((n, 1.0),)) for n, x in enumerate("ab")]
MONEY = MoneyParameters(day_rate=500.0, churn_uplift=0.03, win_back=0.10)
ROWS: list[dict[str, Any]] = [
    {"account": "A", "author": "ann"},
    {"account": "B", "author": "ben"},
    {"author": "cem", "theme": 1},
]
ACCOUNTS = [
    Account("A", arr=1_000_000.0),
    Account("B", arr=200_000.0, status="churned", churned_at=datetime(2026, 3, 1).date()),
]


@pytest.fixture
def rank(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Any:
    def compute(
        money: MoneyParameters = MONEY,
        rows: Sequence[dict[str, Any]] = ROWS,
        effectiveness: dict[str, tuple[float, float]] | None = None,
    ) -> Ranking:
        evidence = Evidence(
            make_mentions(rows),
            make_themes("ab"),
            axes(2),
            as_of,
            accounts=ACCOUNTS,
            items=[WorkItem("w", "x", status="done", actual_days=1.0)],
            item_vectors=axes(9)[8:],
            effectiveness=effectiveness or {},
        )
        parameters = RankingParameters(draws=400, money=money)
        return rank_candidates(evidence, CANDIDATES, parameters)

    return compute


def profit(ranking: Ranking, title: str) -> Profit:
    (found,) = (idea.profit for idea in ranking.ideas if idea.title == title)
    assert found is not None
    return found


def test_worked_example(rank: Any) -> None:
    ranking = rank()
    found = profit(ranking, "a")
    days = ranking.ideas[0].effort.p50
    stake = 0.03 * 1_000_000 + 0.10 * 200_000
    value, cost = 0.5 * stake, 500.0 * days
    assert found.value.value == pytest.approx(value)
    assert found.cost.value == pytest.approx(cost)
    assert found.net.value == pytest.approx(value - cost)
    assert found.roi.value == pytest.approx((value - cost) / cost)
    assert found.payback_months.value == pytest.approx(12 * cost / value)
    assert found.cost_of_delay.value == pytest.approx(value / 52)
    for estimate in (found.value, found.cost, found.net, found.roi, found.payback_months):
        assert estimate.low < estimate.value < estimate.high  # type: ignore[operator]
    assert found.p_pays is not None
    assert 0.5 < found.p_pays < 1.0


def test_the_sweep_varies_one_assumption_alone(rank: Any) -> None:
    found = profit(rank(), "a")
    cost = found.cost.value or 0.0
    swept = {one.name: one for one in found.assumptions}
    churn = swept["churn uplift"]
    assert churn.low < 0.03 < churn.high
    for rate, net in ((churn.low, churn.net_low), (churn.high, churn.net_high)):
        assert net == pytest.approx(0.5 * (rate * 1_000_000 + 20_000) - cost)
    secured = swept["effectiveness"]
    # Beta(2, 2) has its tenth and ninetieth percentile at .196 and .804.
    assert (secured.low, secured.high) == pytest.approx((0.1958, 0.8042), abs=1e-4)
    assert secured.net_low == pytest.approx(secured.low * 50_000 - cost)
    assert (swept["person-days"].net_low or 0) > (swept["person-days"].net_high or 0)


def test_what_is_not_known_is_not_zero(rank: Any) -> None:
    without_rate = profit(rank(replace(MONEY, day_rate=None)), "a")
    assert without_rate.value.value is not None
    assert without_rate.cost.value is None
    assert (without_rate.net.value, without_rate.p_pays) == (None, None)
    nobody_known = profit(rank(), "b")
    assert (nobody_known.value.value, nobody_known.cost_of_delay.value) == (None, None)
    assert nobody_known.cost.value is not None
    assert all(one.net_low is None for one in nobody_known.assumptions)


def test_the_portfolio_adds_up_what_is_known(rank: Any) -> None:
    ranking = rank()
    assert ranking.portfolio is not None
    assert (ranking.portfolio.ideas, ranking.portfolio.unknown) == (1, 1)
    assert ranking.portfolio.net == profit(ranking, "a").net
    assert rank(replace(MONEY, day_rate=None)).portfolio is None


def test_a_rate_that_becomes_known_moves_no_rank_and_no_interval(rank: Any) -> None:
    priced, unpriced = rank(), rank(replace(MONEY, day_rate=None))
    for one, other in zip(priced.ideas, unpriced.ideas, strict=True):
        assert replace(one, profit=None) == replace(other, profit=None)


def test_what_releases_of_the_area_removed_is_what_an_idea_is_taken_to_secure(rank: Any) -> None:
    usual, learnt = profit(rank(), "a"), profit(rank(effectiveness={"need-0": (3.0, 1.0)}), "a")
    assert learnt.value.value == pytest.approx((usual.value.value or 0.0) * 0.75 / 0.5)
    secured = next(one for one in learnt.assumptions if one.name == "effectiveness")
    assert secured.value == 0.75
