import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.demand import Cohort, cohorts, foretell, ndcg, run

START = date(2024, 1, 1)
DAYS = 600


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Write votes of 30 items; item n gets a vote every ``2 + n`` days throughout."""
    votes, seen = tmp_path / "votes.csv", tmp_path / "seen.csv"
    with votes.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "title", "created_at", "date", "votes"])
        for item in range(30):
            for count, day in enumerate(range(0, DAYS, 2 + item)):
                when = START + timedelta(days=day)
                writer.writerow([item, f"item {item}", "2023-01-01T00:00:00Z", when, count])
    with seen.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "first_seen", "last_seen"])
        for item in range(30):
            writer.writerow([item, START, START + timedelta(days=DAYS - 1)])
    return ["--votes", str(votes), "--seen", str(seen)]


def test_steady_demand_is_foretold(files: list[str]) -> None:
    result = run(files)
    assert result["t0s"] == 3
    assert result["tau_b"] > 0.9
    assert result["ndcg10"] > 0.99


def test_only_what_was_known_at_the_date_is_used(files: list[str]) -> None:
    first = next(iter(cohorts(files[1], files[3])))
    known = (first.t0.date() - START).days
    assert first.daily.shape == (30, known)
    assert first.daily[0].sum() == known // 2
    assert first.outcome[0] == 90.0


def test_a_single_burst_weighs_less_than_the_same_votes_spread_out() -> None:
    daily = np.zeros((2, 140))
    daily[0, 70] = 20.0
    daily[1, 3::7] = 1.0
    cohort = Cohort(None, daily, np.full(2, 140.0), np.zeros(2))  # type: ignore[arg-type]
    burst, spread = foretell(cohort, half_life_days=1e9)
    assert burst < spread


def test_gain_is_one_for_the_best_order_and_by_hand_for_another() -> None:
    outcome = np.array([4.0, 2.0, 0.0])
    assert ndcg(np.array([3.0, 2.0, 1.0]), outcome, 2) == 1.0
    # second item first: (2/1 + 4/log2 3) / (4/1 + 2/log2 3)
    expected = (2 + 4 / np.log2(3)) / (4 + 2 / np.log2(3))
    assert ndcg(np.array([2.0, 3.0, 1.0]), outcome, 2) == pytest.approx(expected)
