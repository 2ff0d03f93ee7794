import json

import numpy as np
import pytest

from bench.__main__ import main
from bench.pairs import PLACE_PULL, asked, decided, draw_world


def test_chosen_pairs_teach_and_the_pull_of_a_place_is_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["pairs", "--seeds", "3", "--answers", "20"]) == 0
    result = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert (result["seeds"], result["answers"], result["reviewers"]) == (3, 20, 3)
    assert result["tau_active_20"][0] > result["tau_before"][0]
    assert abs(result["place_pull_left"][0]) < PLACE_PULL
    for name in ("tau_active_10", "tau_drawn_20", "share_in_80_percent", "usable"):
        mean, low, high = result[name]
        assert low <= high and -1.0 <= mean <= 1.0


def test_the_same_seed_draws_the_same_world_and_answers() -> None:
    one, other = draw_world(3, 2), draw_world(3, 2)
    np.testing.assert_array_equal(one.values, other.values)
    first, again = (asked(world, 6, active=True, seed=3) for world in (one, other))
    np.testing.assert_array_equal(first.difference, again.difference)
    assert first.reviewer.tolist() == [0, 0, 0, 0, 0, 1]


def test_decisions_of_a_reviewer_weigh_as_the_rarer_of_the_two_answers() -> None:
    found = decided(draw_world(1, 3), seed=1)
    assert (np.bincount(found.reviewer, found.weight) <= 15.0 + 1e-9).all()
