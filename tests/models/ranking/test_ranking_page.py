"""The numbers in docs/ranking.md are those of the program."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from groundswell.domain import WorkItem
from models.effort.analogy import learn_analogy
from models.effort.finished_work import class_medians, gather_finished
from models.evidence.inputs import EffortParameters, MoneyParameters
from models.evidence.rates import decay, exposure_days, rate_ratio, shrunk_rate
from models.ranking.criteria import CRITERIA, EFFORT, inferred_importance, opportunity
from models.ranking.scoring import distances, shown_score, signed_weights, transformed
from models.ranking.strategies import STRATEGIES

PAGE = (Path(__file__).parents[3] / "docs" / "ranking.md").read_text(encoding="utf-8")
AGES = np.array([5, 12, 20, 33, 47, 61, 80, 95, 110, 130, 160, 200], dtype=np.float64)


def _rows(first: str) -> list[list[str]]:
    """Return the cells of the table whose first heading is `first`, without the heading."""
    table = PAGE.split(f"| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_worked_example() -> None:
    strength = decay(AGES, 90.0).sum(keepdims=True)
    reach = shrunk_rate(strength, exposure_days(360.0, 90.0), (1.2, 60.0))[0]
    importance = inferred_importance(np.array(reach), (0.40, 0.70))
    money = MoneyParameters()
    raw = {
        "reach": reach,
        "unmet_need": opportunity(importance, np.array(2.0), np.array(7.0), 0.6),
        "revenue": money.churn_uplift * 150_000 + 40_000 * 0.4 / 2,
        "severity": (4.0 * 0.3 + 4.5) / (4.0 + 12.0),
        "driver": 0.08,
        "trend": rate_ratio(np.array(9.0), np.array(5.5)),
        "market_pull": np.nan,
        "competitor_gap": 0.5,
        "strategic_fit": np.nan,
        "effort": 5.0,
    }
    strategy = STRATEGIES["balanced"]
    shown = {row[0]: row[1:] for row in _rows("criterion | value")}
    counted = [c for c in CRITERIA if c.name in {*strategy.weights, EFFORT}]
    scales = {c.name: (float(shown[c.name][1]), float(shown[c.name][2])) for c in counted}
    weights = signed_weights(strategy, list(scales), scales)
    priority = 0.0
    for criterion in counted:
        value, _, _, z_shown, weight, bar = shown[criterion.name]
        x = np.array([raw[criterion.name]], np.float64)
        h = transformed(x, criterion, strategy, revenue_unit=8_000.0)
        z = distances(h, scales[criterion.name], strategy.clip)[0]
        if value != "n/a":
            assert float(value) == pytest.approx(x[0], abs=0.005)
            assert float(z_shown) == pytest.approx(z, abs=0.005)
        assert float(weight) == pytest.approx(weights[criterion.name], abs=0.0005)
        assert float(bar) == pytest.approx(weights[criterion.name] * np.nan_to_num(z), abs=0.0005)
        priority += weights[criterion.name] * np.nan_to_num(z)
    assert float(shown["priority"][5]) == pytest.approx(priority, abs=0.0005)
    stated = re.search(r"spread of ([\d.]+) the score is ([\d.]+\d)", PAGE)
    assert stated is not None
    score = shown_score(np.array([priority]), float(stated[1]))[0]
    assert float(stated[2]) == pytest.approx(score, abs=0.05)


def test_worked_example_of_effort() -> None:
    rows = [[float(cell) for cell in row[1:]] for row in _rows("item | cosine | days")]
    axes = np.eye(4)
    vectors = [c * axes[0] + np.sqrt(1 - c * c) * axes[n + 1] for n, (c, *_) in enumerate(rows)]
    items = [
        WorkItem(f"D-{n}", "d", status="done", actual_days=days, finished=date(2026, 1, 1 + n))
        for n, (_, days, *_) in enumerate(rows)
    ]
    work = gather_finished(items, np.array(vectors, np.float32), date(2026, 2, 1))
    analogy = learn_analogy(work, class_medians(work), prior=EffortParameters().class_prior)
    weight = analogy.weigh(axes[:1].astype(np.float32))[0]
    pull = np.exp(weight * analogy.beyond)
    for (_, _, weight_shown, pull_shown), found, moved in zip(rows, weight, pull, strict=True):
        assert weight_shown == pytest.approx(found, abs=0.0005)
        assert pull_shown == pytest.approx(moved, abs=0.0005)
    stated = re.search(r"So the estimate is 8 .* = ([\d.]+) days", PAGE)
    assert stated is not None
    assert float(stated[1]) == pytest.approx(8.0 * pull.prod(), abs=0.005)


def test_the_weights_on_the_page_are_those_of_the_strategies() -> None:
    columns = [criterion.name for criterion in CRITERIA if criterion.name != EFFORT]
    rows = _rows("strategy")
    assert {row[0] for row in rows} == set(STRATEGIES)
    for name, *cells in rows:
        strategy = STRATEGIES[name]
        expected = [strategy.weights.get(column, 0.0) for column in columns]
        assert [float(cell or 0) for cell in cells[: len(columns)]] == expected
        assert float(cells[-2]) == strategy.effort
        assert (cells[-1] == "product of powers") is strategy.product
