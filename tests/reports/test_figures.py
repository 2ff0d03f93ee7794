from dataclasses import replace
from typing import Any

import pytest

from groundswell.report import Analogue, CriterionPart, Effort, Estimate, IdeaReport
from reports import figures


@pytest.mark.parametrize(
    ("value", "short", "full"),
    [
        (None, "n/a", "n/a"),
        (0.0, "EUR 0", "EUR 0"),
        (85.4, "EUR 85", "EUR 85"),
        (999.7, "EUR 1 k", "EUR 1,000"),
        (2400.0, "EUR 2.4 k", "EUR 2,400"),
        (340_000.0, "EUR 340 k", "EUR 340,000"),
        (999_960.0, "EUR 1 M", "EUR 999,960"),
        (1_240_000.0, "EUR 1.2 M", "EUR 1,240,000"),
        (12_600_000_000.0, "EUR 13 bn", "EUR 12,600,000,000"),
        (-1_240_000.0, "EUR \u22121.2 M", "EUR \u22121,240,000"),
    ],
)
def test_money_is_short_in_tables_and_whole_in_details(
    value: float | None, short: str, full: str
) -> None:
    assert figures.money(value, "EUR") == short
    assert figures.money_in_full(value, "EUR") == full


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "n/a"),
        (0.0, "0"),
        (0.0123, "0.012"),
        (0.5, "0.5"),
        (1.0, "1"),
        (12.34, "12.3"),
        (100.0, "100"),
        (1234.5, "1,234"),
        (-7.25, "\u22127.25"),
    ],
)
def test_a_number_has_three_significant_digits(value: float | None, text: str) -> None:
    assert figures.number(value) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (1.6, 1.2, 2.1, "1.6× rising"),  # noqa: RUF001
        (0.6, 0.4, 0.8, "0.6× falling"),  # noqa: RUF001
        (1.6, 0.9, 2.9, "1.6×"),  # noqa: RUF001
        (1.6, None, None, "1.6×"),  # noqa: RUF001
        (14.2, 9.0, 20.0, "14× rising"),  # noqa: RUF001
        (None, None, None, "n/a"),
    ],
)
def test_a_trend_is_called_rising_only_when_its_interval_says_so(
    value: float | None, low: float | None, high: float | None, text: str
) -> None:
    assert figures.trend(Estimate(value, low, high, "ratio of rates")) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0 %"), (0.004, "<1 %"), (0.213, "21 %"), (0.996, ">99 %"), (1.0, "100 %")],
)
def test_a_share_claims_certainty_only_where_there_is_one(value: float, text: str) -> None:
    assert figures.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.42, "+0.42"), (-0.3, "\u22120.30"), (0.004, "0.00"), (-0.004, "0.00")]
)
def test_a_contribution_carries_its_sign(value: float, text: str) -> None:
    assert figures.signed(value) == text


@pytest.mark.parametrize(
    ("factor", "text"),
    [(1.124, "+12 %"), (0.97, "\u22123 %"), (0.9999, "+0 %"), (1.99, "+99 %"), (2.0, "2.0\u00d7")],
)
def test_what_a_factor_does_is_a_change(factor: float, text: str) -> None:
    assert figures.change(factor) == text


def test_an_estimate_of_effort_is_told_in_factors() -> None:
    done = [Analogue(f"D-{pull}", "done", None, 5.0, None, 0.8, pull) for pull in (1.2, 0.9)]
    value = Effort(4.32, 8.0, 2.0, 9.0, "", tuple(done), usual=5.0, others=0.8)
    assert figures.effort_factors(value) == (
        "usual 5 d; similar work +8 %, other finished work \u221220 %"
    )
    own = replace(value, own=1.5, analogues=())
    assert figures.effort_factors(own) == (
        "usual 5 d; other finished work \u221220 %, the team's own estimate +50 %"
    )
    assert figures.effort_factors(replace(value, usual=None)) == ""


def test_a_unit_in_the_currency_is_written_as_money() -> None:
    revenue = Estimate(1_240_000.0, 967_000.0, 1_600_000.0, "EUR per year")
    assert figures.estimate(revenue, "EUR") == "EUR 1.2 M per year"
    assert figures.interval(revenue, "EUR") == "EUR 967 k to EUR 1.6 M"
    need = Estimate(11.8, 9.2, 15.5, "opportunity 0-20")
    assert figures.estimate(need, "EUR") == "11.8 of 20"
    assert figures.interval(need, "EUR") == "9.2 to 15.5"


def test_what_a_criterion_rests_on_says_no_data_only_once() -> None:
    values: dict[str, Any] = {"z": 0.0, "weight": 0.2, "contribution": 0.0, "spread": 0.2}
    missing = Estimate(None, None, None, "sd")
    part = CriterionPart("revenue", missing, **values, voices=0.0, sources=(), note="no data: x")
    assert figures.rests_on(part, "EUR") == "x"


def test_a_rank_interval_of_one_rank_is_one_number(report: IdeaReport) -> None:
    assert figures.rank_interval(report.ideas[0]) == "1\u20132"
    last = report.ideas[-1]
    assert (last.rank_low, last.rank_high) == (7, 12)
    assert figures.rank_interval(last) == "7\u201312"
