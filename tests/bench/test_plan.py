import json

import pytest

from bench.__main__ import main
from bench.plan import invent


def test_a_plan_of_invented_ideas_is_better_than_the_greedy_ones(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["plan", "--items", "14", "--releases", "2", "--seed", "3"]) == 0
    result = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert result["gap"] == pytest.approx(0.0, abs=1e-6)
    assert result["value_over_greedy"] >= 0.0
    assert result["value_over_list"] >= 0.0
    assert result["overrun"] <= 0.2
    assert {"items", "seconds", "seconds_all", "planned"} <= set(result)


def test_the_same_seed_invents_the_same() -> None:
    assert invent(9, 2, 2, 5) == invent(9, 2, 2, 5) != invent(9, 2, 2, 6)
