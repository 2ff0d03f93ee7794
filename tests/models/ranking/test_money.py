from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from groundswell.domain import Account, Deal, FeatureCandidate, FloatArray
from models.evidence.inputs import Evidence, MoneyParameters, RankingParameters
from models.evidence.voices import usable_mentions
from models.linking.matching import Texts
from models.ranking.demand import hear_voices
from models.ranking.money import Rates, gather_money, value_deals

CANDIDATES = [FeatureCandidate(f"need-{n}", "x", "x", ((n, 1.0),)) for n in range(2)]


@pytest.fixture
def at_stake(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Any:
    def compute(
        rows: list[dict[str, Any]],
        accounts: tuple[Account, ...] = (),
        deals: tuple[Deal, ...] = (),
        reasons: tuple[int, ...] = (),
        parameters: MoneyParameters = MoneyParameters(),  # noqa: B008
    ) -> FloatArray:
        """Reason k lies on axis ``reasons[k]``; theme n on axis n."""
        evidence = Evidence(make_mentions(rows), make_themes(["a", "b"]), axes(2), as_of)
        table = usable_mentions(evidence)
        settings = replace(RankingParameters(), money=parameters)
        voices = hear_voices(table, CANDIDATES, accounts, as_of, settings)
        found = value_deals(
            Texts(["", ""], axes(2)), deals, axes(9)[list(reasons)], as_of, likely=0.2
        )
        money = gather_money(voices, accounts, found, parameters)
        sums = voices.add_up(voices.membership[:, None])
        rates = Rates(np.array([[parameters.churn_uplift]]), np.array([[parameters.win_back]]))
        return money.at_stake(sums, rates)[:, 0]

    return compute


def test_worked_example_of_all_four_terms(at_stake: Any) -> None:
    accounts = (
        Account("A", arr=10_000.0),
        Account("B", arr=5_000.0),
        Account("C", arr=2_000.0, status="churned", churned_at=date(2026, 1, 1)),
    )
    deals = (
        Deal("d1", None, "open", 8_000.0, 0.5, None, ("offline", "price")),
        Deal("d2", None, "lost", 3_000.0, None, date(2026, 2, 1), ("offline",)),
    )
    rows = [{"account": "A", "channel": "ticket", "days_ago": 36.5}, {"account": "B"}]
    rows += [{"account": "C"}]
    value = at_stake(rows, accounts, deals, (0, 7, 0), MoneyParameters(cost_per_ticket=4.0))
    risk, pipeline, lost, support = 0.03 * 15_000, 8_000 * 0.5 / 2, 0.10 * 5_000, 10 * 4.0
    assert value[0] == pytest.approx(risk + pipeline + lost + support)


def test_unknown_revenue_is_not_available_rather_than_zero(at_stake: Any) -> None:
    rows = [{"account": "A"}, {"author": "ann", "theme": 1}]
    assert np.isnan(at_stake(rows)).all()
    assert np.isnan(at_stake(rows, (Account("A"),))).all()
    known = at_stake(rows, (Account("A", arr=100.0),))
    assert known[0] == pytest.approx(3.0)
    assert np.isnan(known[1])


def test_a_prospect_is_known_to_put_no_revenue_at_risk(at_stake: Any) -> None:
    prospect = Account("A", arr=9_000.0, status="prospect")
    assert at_stake([{"account": "A"}], (prospect,))[0] == 0.0


def test_what_was_said_over_a_year_ago_puts_no_revenue_at_risk(at_stake: Any) -> None:
    account = (Account("A", arr=100.0),)
    assert at_stake([{"account": "A", "days_ago": 400.0}], account)[0] == 0.0


@pytest.mark.parametrize(
    "deal",
    [
        Deal("d", None, "open", 100.0, None, None, ("offline",)),
        Deal("d", None, "open", None, 0.5, None, ("offline",)),
        Deal("d", None, "won", 100.0, 1.0, None, ("offline",)),
        Deal("d", None, "lost", 100.0, None, date(2024, 1, 1), ("offline",)),
        Deal("d", None, "lost", 100.0, None, None, ("offline",)),
    ],
)
def test_deals_of_unknown_worth_or_long_lost_do_not_count(at_stake: Any, deal: Deal) -> None:
    assert np.isnan(at_stake([{}], (), (deal,), (0,))).all()


def test_a_reason_like_no_need_counts_for_nobody(at_stake: Any) -> None:
    deal = Deal("d", None, "open", 100.0, 0.5, None, ("price",))
    assert np.isnan(at_stake([{}], (), (deal,), (7,))).all()
