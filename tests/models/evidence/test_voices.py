from datetime import date, datetime
from typing import Any

import numpy as np
import pytest

from groundswell.domain import Account, FeatureCandidate
from models.evidence.inputs import Evidence, RankingParameters
from models.evidence.voices import segment_weights, usable_mentions
from models.ranking.demand import Voices, hear_voices

NEED = FeatureCandidate("need-0", "offline", "offline", ((0, 1.0),))
TRIM = (0.2, 5.0)


@pytest.fixture
def hear(make_mentions: Any, make_themes: Any, axes: Any, as_of: datetime) -> Any:
    def listen(rows: list[dict[str, Any]], accounts: tuple[Account, ...] = ()) -> Voices:
        evidence = Evidence(make_mentions(rows), make_themes(["offline"]), axes(1), as_of)
        table = usable_mentions(evidence)
        return hear_voices(table, [NEED], accounts, as_of, RankingParameters())

    return listen


def test_an_account_speaks_once_however_often_it_writes(hear: Any) -> None:
    once = hear([{"account": "ACME", "author": "ann"}])
    often = hear([{"account": "ACME", "author": f"user {n}"} for n in range(50)])
    assert once.count(once.membership).tolist() == often.count(often.membership).tolist() == [1.0]
    np.testing.assert_array_equal(once.parts.strength, often.parts.strength)


def test_a_voice_is_the_account_else_the_author_else_the_record(hear: Any) -> None:
    rows = [{"account": "ACME"}, {"author": "ann"}, {"author": "ann"}, {"record_id": "r9"}]
    assert hear(rows).names == ("account:ACME", "author:ann", "record:r9")


def test_an_author_of_one_account_speaks_for_it_everywhere(hear: Any) -> None:
    rows = [
        {"account": "ACME", "author": "ann"},
        {"author": "ann"},
        {"account": "ACME", "author": "bob"},
        {"account": "BOLT", "author": "bob"},
        {"author": "bob"},
    ]
    assert hear(rows).names == ("account:ACME", "account:BOLT", "author:bob")


def test_a_voice_speaks_at_its_strongest_mention(hear: Any) -> None:
    # 0.9 after one half-life is 0.45, less than 0.6 today.
    rows = [
        {"author": "ann", "membership": 0.9, "days_ago": 90.0},
        {"author": "ann", "membership": 0.6, "days_ago": 0.0},
    ]
    assert hear(rows).membership.tolist() == [0.6]


def test_mentions_after_the_moment_and_weak_ones_are_not_heard(hear: Any) -> None:
    rows = [{"days_ago": -1.0}, {"membership": 0.1}, {"days_ago": 3.0}]
    assert len(hear(rows).candidate) == 1


def test_segments_count_as_among_the_accounts() -> None:
    # Half of the four accounts are small, but three of the four voices are.
    accounts = [Account(f"A{n}", segment="small" if n < 2 else "large") for n in range(4)]
    names = ["account:A0", "account:A1", "account:A1b", "account:A2", "author:ann"]
    accounts.append(Account("A1b", segment="small", status="prospect"))
    weights, reweighted = segment_weights(names, accounts, TRIM)
    # small: (2/4) / (3/4) = 2/3; large: (2/4) / (1/4) = 2; unknown: 1
    np.testing.assert_allclose(weights, [2 / 3, 2 / 3, 2 / 3, 2.0, 1.0])
    assert reweighted


def test_segment_weights_are_trimmed() -> None:
    accounts = [Account(f"A{n}", segment="rare" if n == 0 else "many") for n in range(100)]
    names = ["account:A0"] * 9 + ["account:A1"]
    weights, _ = segment_weights(names, accounts, TRIM)
    np.testing.assert_allclose(weights, [0.2] * 9 + [5.0])


def test_without_segments_nothing_is_reweighted() -> None:
    weights, reweighted = segment_weights(["account:A"], [Account("A")], TRIM)
    assert weights.tolist() == [1.0]
    assert not reweighted


def test_an_account_that_left_counts_as_lost_revenue_and_not_as_demand(hear: Any) -> None:
    accounts = (
        Account("HERE", arr=100.0),
        Account("GONE", arr=40.0, status="churned", churned_at=date(2026, 3, 1)),
        Account("LONG", arr=70.0, status="churned", churned_at=date(2024, 3, 1)),
    )
    voices = hear([{"account": a} for a in ("HERE", "GONE", "LONG")], accounts)
    sums = voices.add_up(voices.membership[:, None])
    assert sums.at_risk.tolist() == [[100.0]]
    assert sums.lost.tolist() == [[40.0]]
    alone = hear([{"account": "HERE"}], accounts[:1])
    assert sums.strength[0, 0] == alone.add_up(alone.membership[:, None]).strength[0, 0]


def test_satisfied_voices_are_not_in_need_and_unrated_ones_are_like_the_rated(hear: Any) -> None:
    # Ten satisfied, two not, one unrated. The unrated one's need: (4 + 2) / (4 + 12) = 3/8.
    rows = [{"rating": 5.0}] * 10 + [{"rating": 1.0}] * 2 + [{}]
    voices = hear([dict(row, days_ago=40.0 * n) for n, row in enumerate(rows)])
    need = voices.parts.strength[np.argsort([int(n[8:]) for n in voices.names])]
    assert (need[:10] == 0.0).all()
    assert need[12] / need[11] == pytest.approx(3 / 8 * 2 ** (-40 / 90))


def test_nps_speaks_where_there_is_no_rating(hear: Any) -> None:
    voices = hear([{"nps": 9.0}, {"nps": 8.0}, {"nps": 10.0, "rating": 2.0}])
    assert voices.parts.satisfied.sum() == 1.0
    assert voices.parts.unsatisfied.sum() == 2.0


def test_equal_weights_are_fully_effective_and_unequal_ones_less(hear: Any) -> None:
    accounts = tuple(Account(f"A{n}", segment="s" if n else "t") for n in range(4))
    equal = hear([{"author": f"a{n}"} for n in range(4)])
    assert equal.effective().tolist() == [4.0]
    assert equal.design_effect().tolist() == [1.0]
    # A0 alone in its segment of 1 in 4 accounts with 1 of 2 voices: weights 1/2 and 3/2.
    unequal = hear([{"account": "A0"}, {"account": "A1"}], accounts)
    assert unequal.effective()[0] == pytest.approx(2.0**2 / (0.25 + 2.25))


def test_tickets_are_counted_per_year_even_of_one_account(hear: Any) -> None:
    rows = [{"account": "A", "channel": "ticket", "days_ago": d} for d in (1.0, 20.0, 73.0)]
    voices = hear(rows)
    # Three tickets in 73 days are fifteen a year.
    assert voices.add_up(voices.membership[:, None]).tickets[0, 0] == pytest.approx(15.0)
