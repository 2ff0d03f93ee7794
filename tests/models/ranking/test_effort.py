import math
from typing import Any

import numpy as np
import pytest

from groundswell.domain import FeatureCandidate, Vectors, WorkItem
from models.evidence.inputs import EffortParameters
from models.ranking.effort import estimate_efforts

NEED = FeatureCandidate("need-0", "offline", "offline", ((0, 1.0),))


def _done(number: int, days: float, **more: Any) -> WorkItem:
    return WorkItem(f"D-{number:03d}", f"done {number}", status="done", actual_days=days, **more)


def _near(axes: Any, *cosines: float) -> Vectors:
    rows = [c * axes(16)[0] + math.sqrt(1 - c * c) * axes(16)[k + 1] for k, c in enumerate(cosines)]
    return np.asarray(rows, np.float32)


def test_without_finished_work_every_idea_takes_the_prior(axes: Any) -> None:
    efforts = estimate_efforts([NEED], axes(1), [], axes(0), EffortParameters())
    (effort,) = efforts.estimates
    assert (effort.p50, effort.low, effort.high) == pytest.approx((8.0, 8 / 3, 24.0))
    assert effort.basis == "prior: no finished work"
    assert efforts.finished == 0


def test_worked_example_of_analogy(axes: Any) -> None:
    # Two similar items (cosine .8 and .4), one that is not; the median of all three is 8 days.
    items = [_done(1, 4.0), _done(2, 16.0), _done(3, 8.0)]
    vectors = np.vstack([_near(axes, 0.8, 0.4), axes(9)[8:]])
    effort = estimate_efforts([NEED], axes(1), items, vectors, EffortParameters()).estimates[0]
    mean = (0.8 * math.log(4) + 0.4 * math.log(16)) / 1.2
    assert effort.p50 == pytest.approx(math.exp((2 * mean + 5 * math.log(8)) / 7), rel=1e-5)
    assert [a.item_id for a in effort.analogues] == ["D-001", "D-002"]
    assert effort.basis.startswith("2 similar finished items; interval")


def test_a_teams_own_estimate_enters_with_the_measured_weights(axes: Any) -> None:
    # No item of the team is finished: a, b, c = 0, .70, .25.
    linked = WorkItem("O-1", "open", team="new", estimate_days=10.0)
    need = FeatureCandidate("need-0", "offline", "offline", ((0, 1.0),), item_ids=("O-1",))
    items = [_done(1, 4.0, team="old"), linked]
    vectors = np.vstack([axes(9)[8:], axes(1)])
    effort = estimate_efforts([need], axes(1), items, vectors, EffortParameters()).estimates[0]
    assert effort.p50 == pytest.approx(math.exp(0.7 * math.log(10) + 0.25 * math.log(4)), rel=1e-6)


def test_a_team_that_takes_twice_its_estimates_is_believed_less(axes: Any) -> None:
    items = [_done(n, 2.0 * (1 + n % 7), team="T", estimate_days=1.0 + n % 7) for n in range(60)]
    items.append(WorkItem("O-1", "open", team="T", estimate_days=5.0))
    need = FeatureCandidate("need-0", "x", "x", ((0, 1.0),), item_ids=("O-1",))
    vectors = np.tile(axes(9)[8:], (61, 1))
    effort = estimate_efforts([need], axes(1), items, vectors, EffortParameters()).estimates[0]
    assert effort.p50 == pytest.approx(10.0, rel=0.1)
    assert effort.low <= effort.p50 <= effort.p80 <= effort.high


def test_the_measured_interval_holds_about_four_in_five(axes: Any) -> None:
    rng = np.random.default_rng(7)
    days = np.exp(rng.normal(2.0, 0.5, 400))
    items = [_done(n, float(d)) for n, d in enumerate(days[:200])]
    vectors = np.tile(axes(9)[8:], (200, 1))
    effort = estimate_efforts([NEED], axes(1), items, vectors, EffortParameters()).estimates[0]
    held = np.mean((days[200:] >= effort.low) & (days[200:] <= effort.high))
    assert 0.7 < held < 0.9
    assert "interval" not in effort.basis
    assert np.mean(days[200:] <= effort.p80) == pytest.approx(0.8, abs=0.1)


def test_a_class_with_five_items_has_its_own_median(axes: Any) -> None:
    small = [_done(n, 2.0, area="ui", type="bug") for n in range(5)]
    large = [_done(10 + n, 50.0, area="core", type="feature") for n in range(9)]
    linked = WorkItem("O-1", "open", area="ui", type="bug")
    need = FeatureCandidate("need-0", "x", "x", ((0, 1.0),), item_ids=("O-1",))
    items = [*small, *large, linked]
    vectors = np.tile(axes(9)[8:], (15, 1))
    effort = estimate_efforts([need], axes(1), items, vectors, EffortParameters()).estimates[0]
    assert effort.p50 == pytest.approx(2.0)
