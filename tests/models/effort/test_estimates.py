import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import FeatureCandidate, Vectors, WorkItem
from groundswell.report import Effort
from models.effort.estimates import Efforts, StatedDays, estimate_efforts
from models.evidence.inputs import EffortParameters

NEED = FeatureCandidate("need-0", "offline", "offline", ((0, 1.0),))
TODAY = date(2026, 6, 1)


def _done(number: int, days: float, **more: Any) -> WorkItem:
    return WorkItem(f"D-{number:03d}", f"done {number}", status="done", actual_days=days, **more)


def _need(*item_ids: str) -> FeatureCandidate:
    return replace(NEED, item_ids=item_ids)


def _near(axes: Any, *cosines: float) -> Vectors:
    rows = [c * axes(16)[0] + math.sqrt(1 - c * c) * axes(16)[k + 1] for k, c in enumerate(cosines)]
    return np.asarray(rows, np.float32)


def _estimate(
    need: FeatureCandidate, vectors: Vectors, items: list[WorkItem], item_vectors: Vectors
) -> Effort:
    efforts = estimate_efforts([need], vectors, items, item_vectors, TODAY, EffortParameters())
    return efforts.estimates[0]


def _product(effort: Effort) -> float:
    assert effort.usual is not None
    pulls = math.prod(analogue.pull for analogue in effort.analogues)
    return effort.usual * pulls * effort.others * effort.own


def test_without_finished_work_every_idea_takes_the_prior(axes: Any) -> None:
    efforts = estimate_efforts([NEED], axes(1), [], axes(0), TODAY, EffortParameters())
    (effort,) = efforts.estimates
    assert (effort.p50, effort.low, effort.high) == pytest.approx((8.0, 8 / 3, 24.0))
    assert effort.basis == "prior: no finished work; interval x/÷ 3, assumed"
    assert (efforts.finished, effort.usual, effort.analogues) == (0, None, ())


def test_worked_example_of_analogy(axes: Any) -> None:
    # The median of 4, 8 and 16 days is 8, so the items took 1/2, 1 and 2 times as much.
    items = [_done(1, 4.0), _done(2, 16.0), _done(3, 8.0)]
    vectors = _near(axes, 0.8, 0.4, 0.0)
    effort = _estimate(NEED, axes(1), items, vectors)
    level = [0.1 * 0.5 ** (between / 200) for between in range(3)]
    alike = np.array([0.8, 0.4, 0.0])
    likeness = np.outer(alike, alike) ** 2 + [
        [level[abs(i - j)] for j in range(3)] for i in range(3)
    ]
    np.fill_diagonal(likeness, 1.0 + level[0] + 2.0)
    weight = np.linalg.solve(likeness, alike**2 + level[::-1])
    assert effort.usual == pytest.approx(8.0)
    pulls = [a.pull for a in effort.analogues]
    assert pulls == pytest.approx([0.5 ** weight[0], 2.0 ** weight[1]], rel=1e-5)
    assert effort.p50 == pytest.approx(8.0 * pulls[0] * pulls[1], rel=1e-6)
    assert [a.item_id for a in effort.analogues] == ["D-001", "D-002"]
    assert effort.basis == "2 similar of 3 finished items; interval x/÷ 3, assumed"
    assert (effort.low, effort.high) == pytest.approx((effort.p50 / 3, effort.p50 * 3))


def test_five_are_shown_and_their_factors_multiply_to_the_estimate(axes: Any) -> None:
    items = [_done(n, 2.0 + n) for n in range(9)]
    vectors = _near(axes, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.36, 0.34)
    effort = _estimate(NEED, axes(1), items, vectors)
    assert [a.item_id for a in effort.analogues] == [f"D-{n:03d}" for n in range(5)]
    assert effort.basis.startswith("8 similar of 9 finished items")
    assert _product(effort) == pytest.approx(effort.p50)


def test_equally_similar_items_are_shown_by_id(axes: Any) -> None:
    items = [_done(n, 3.0) for n in (9, 4, 7, 1, 8, 2, 6)]
    effort = _estimate(NEED, axes(1), items, np.tile(axes(1), (7, 1)))
    assert [a.item_id[-1] for a in effort.analogues] == ["1", "2", "4", "6", "7"]


@pytest.mark.parametrize(("finished", "known"), [(TODAY, False), (TODAY - timedelta(1), True)])
def test_only_work_finished_before_the_moment_counts(
    axes: Any, finished: date, known: bool
) -> None:
    items = [_done(1, 4.0), _done(2, 90.0, finished=finished)]
    efforts = estimate_efforts([NEED], axes(1), items, axes(2), TODAY, EffortParameters())
    assert efforts.finished == 1 + known
    assert (efforts.days[0] == pytest.approx(4.0)) is not known


def test_lately_finished_work_says_more_about_the_level(axes: Any) -> None:
    # Nothing is alike; the median is the same, but in one of the two histories work grew.
    grew = [_done(n, 4.0 if n < 200 else 8.0) for n in range(400)]
    shrank = [_done(n, 8.0 if n < 200 else 4.0) for n in range(400)]
    nothing = np.zeros((400, 16), np.float32)
    more, less = (_estimate(NEED, axes(1), items, nothing) for items in (grew, shrank))
    assert less.p50 < math.sqrt(32) < more.p50
    assert more.usual == pytest.approx(math.sqrt(32))


def test_a_teams_own_estimate_enters_with_the_measured_weights(axes: Any) -> None:
    # No item of the team is finished: a, b, c = 0, .70, .25.
    linked = WorkItem("O-1", "open", team="new", estimate_days=10.0)
    items = [_done(1, 4.0, team="old"), linked]
    effort = _estimate(_need("O-1"), axes(1), items, np.vstack([axes(9)[8:], axes(1)]))
    assert effort.p50 == pytest.approx(math.exp(0.7 * math.log(10) + 0.25 * math.log(4)), rel=1e-6)
    assert effort.own == pytest.approx(effort.p50 / 4.0)
    assert effort.basis.startswith("the team's own estimate and the median of 1 finished item")


def test_a_team_that_takes_twice_its_estimates_is_believed_less(axes: Any) -> None:
    items = [_done(n, 2.0 * (1 + n % 7), team="T", estimate_days=1.0 + n % 7) for n in range(60)]
    items.append(WorkItem("O-1", "open", team="T", estimate_days=5.0))
    effort = _estimate(_need("O-1"), axes(1), items, np.tile(axes(9)[8:], (61, 1)))
    assert effort.p50 == pytest.approx(10.0, rel=0.1)
    assert effort.low <= effort.p50 <= effort.p80 <= effort.high
    assert (
        effort.uplift == "work of T took at most 2 times its estimate in 80 % of cases (60 items)"
    )
    assert _product(effort) == pytest.approx(effort.p50)


def test_points_count_in_the_days_of_their_own_team(axes: Any) -> None:
    # A point is two days in team A and half a day in team B.
    items = [_done(n, 2.0 * (1 + n % 5), team="A", story_points=1.0 + n % 5) for n in range(30)]
    items += [
        _done(100 + n, 0.5 * (1 + n % 5), team="B", story_points=1.0 + n % 5) for n in range(30)
    ]
    days = {"A": 8.0, "B": 2.0}
    items += [WorkItem(f"P-{t}", "open", team=t, story_points=4.0) for t in "ABC"]
    items += [WorkItem(f"D-{t}", "open", team=t, estimate_days=days[t]) for t in "AB"]
    vectors = np.tile(axes(9)[8:], (65, 1))
    found = {
        item: _estimate(_need(item), axes(1), items, vectors)
        for item in ("P-A", "P-B", "P-C", "D-A", "D-B")
    }
    assert found["P-A"].p50 == pytest.approx(found["D-A"].p50)
    assert found["P-B"].p50 == pytest.approx(found["D-B"].p50)
    assert found["P-A"].p50 > 2.0 * found["P-B"].p50
    assert "own estimate" not in found["P-C"].basis


def test_the_measured_interval_holds_about_four_in_five(axes: Any) -> None:
    days = np.exp(np.random.default_rng(7).normal(2.0, 0.5, 1200))
    items = [_done(n, float(d)) for n, d in enumerate(days[:200])]
    effort = _estimate(NEED, axes(1), items, np.tile(axes(9)[8:], (200, 1)))
    held = np.mean((days[200:] >= effort.low) & (days[200:] <= effort.high))
    assert 0.7 < held < 0.9
    assert "assumed" not in effort.basis
    assert np.mean(days[200:] <= effort.p80) == pytest.approx(0.8, abs=0.1)


def test_an_interval_is_measured_on_the_team_once_it_has_twenty_forecasts(axes: Any) -> None:
    # Team A takes what it always takes, team B four times as much or a quarter.
    items = [_done(n, 5.0, team="A") for n in range(40)]
    items += [_done(100 + n, 5.0 * 4.0 ** (-1) ** n, team="B") for n in range(40)]
    items += [WorkItem("O-1", "open", team="A"), WorkItem("O-2", "open", team="B")]
    vectors = np.zeros((82, 16), np.float32)
    a, b = (_estimate(_need(i), axes(1), items, vectors) for i in ("O-1", "O-2"))
    assert a.high / a.low < 1.2
    assert b.high / b.low > 9.0


def test_a_class_with_five_items_has_its_own_median(axes: Any) -> None:
    small = [_done(n, 2.0, area="ui", type="bug") for n in range(5)]
    large = [_done(10 + n, 50.0, area="core", type="feature") for n in range(9)]
    linked = WorkItem("O-1", "open", area="ui", type="bug")
    effort = _estimate(
        _need("O-1"), axes(1), [*small, *large, linked], np.tile(axes(9)[8:], (15, 1))
    )
    assert effort.p50 == pytest.approx(2.0)


histories = st.lists(
    st.tuples(
        st.floats(0.1, 200.0),
        st.sampled_from([None, 1.0, 3.0, 12.0]),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([None, "ui"]),
        st.sampled_from([None, date(2025, 1, 1), date(2025, 7, 1), date(2026, 6, 1)]),
        st.integers(0, 15),
    ),
    max_size=60,
)


def _history(rows: list[tuple[Any, ...]]) -> tuple[list[WorkItem], Vectors]:
    items = [
        _done(n, days, estimate_days=own, team=team, area=area, finished=finished)
        for n, (days, own, team, area, finished, _) in enumerate(rows)
    ]
    items += [
        WorkItem("O-1", "open", team="A", area="ui", estimate_days=5.0),
        WorkItem("O-2", "open", team="B"),
    ]
    mixed = np.eye(16) + 0.3
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    return items, mixed[[*(axis for *_, axis in rows), 0, 1]].astype(np.float32)


def _efforts(items: list[WorkItem], vectors: Vectors) -> Efforts:
    needs = [_need(), _need("O-1"), _need("O-2")]
    return estimate_efforts(
        needs, vectors[-1:].repeat(3, 0), items, vectors, TODAY, EffortParameters()
    )


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_the_items_changes_nothing(rows: list[tuple[Any, ...]], chance: Any) -> None:
    items, vectors = _history(rows)
    order = [*range(len(rows))]
    chance.shuffle(order)
    order += [len(rows), len(rows) + 1]
    again = _efforts([items[row] for row in order], vectors[order])
    assert again.estimates == _efforts(items, vectors).estimates


@given(histories)
def test_an_interval_contains_its_estimate_and_the_factors_make_it(
    rows: list[tuple[Any, ...]],
) -> None:
    efforts = _efforts(*_history(rows))
    for effort, log_sd in zip(efforts.estimates, efforts.log_sd, strict=True):
        assert 0.0 < effort.low <= effort.p50 <= effort.p80 <= effort.high
        assert log_sd >= 0.0
        if efforts.finished:
            assert _product(effort) == pytest.approx(effort.p50, rel=1e-6)


@given(histories, st.floats(0.1, 10.0))
def test_work_in_another_unit_gives_the_same_estimates_in_that_unit(
    rows: list[tuple[Any, ...]], times: float
) -> None:
    items, vectors = _history([(days, None, *rest) for days, _, *rest in rows])
    scaled = [replace(i, actual_days=i.actual_days * times) if i.actual_days else i for i in items]
    one, other = (_efforts(some, vectors).estimates for some in (items, scaled))
    for effort, in_unit in zip(one[::2], other[::2], strict=True):
        factor = times if effort.usual is not None else 1.0
        assert in_unit.p50 == pytest.approx(effort.p50 * factor, rel=1e-6)
        assert in_unit.high == pytest.approx(effort.high * factor, rel=1e-6)


@given(st.floats(1.0, 50.0), st.floats(1.1, 4.0))
def test_the_longer_the_most_similar_item_took_the_more_is_estimated(
    days: float, longer: float
) -> None:
    rows: list[tuple[Any, ...]] = [
        (1.0 + 7 * n % 11, None, None, None, None, n % 14 + 2) for n in range(40)
    ]
    short, long = (
        _efforts(*_history([*rows, (d, *rows[0][1:5], 1)])) for d in (days, days * longer)
    )
    assert long.days[0] > short.days[0]


BY_ANA = {"need-0": StatedDays(12.0, "12 days set by Ana (2026-06-01)")}


def test_days_that_a_reviewer_set_take_the_place_of_the_teams_own_estimate(axes: Any) -> None:
    # All finished work took 8 days, so ln E = 0.70 ln 12 + 0.25 ln 8; the linked 30 days are out.
    items = [_done(n, 8.0) for n in range(3)] + [WorkItem("O-1", "open", estimate_days=30.0)]
    vectors = np.tile(axes(16)[9:10], (4, 1))
    efforts = estimate_efforts(
        [_need("O-1")], axes(1), items, vectors, TODAY, EffortParameters(), stated=BY_ANA
    )
    (effort,) = efforts.estimates
    assert effort.p50 == pytest.approx(12**0.70 * 8**0.25)
    assert effort.basis.startswith("12 days set by Ana (2026-06-01) and the median of 3 finished")


def test_without_finished_work_the_days_that_a_reviewer_set_are_taken_as_they_are(
    axes: Any,
) -> None:
    other = replace(NEED, candidate_id="need-1")
    efforts = estimate_efforts(
        [NEED, other], axes(2), [], axes(0), TODAY, EffortParameters(), stated=BY_ANA
    )
    assert efforts.days.tolist() == [12.0, 8.0]
    assert efforts.estimates[0].basis == (
        "12 days set by Ana (2026-06-01); no finished work to compare with; interval x/÷ 3, assumed"
    )
    assert efforts.estimates[1].basis.startswith("prior: no finished work")


def test_finished_work_that_a_reviewer_called_the_same_counts_as_exactly_alike(axes: Any) -> None:
    items, vectors = [_done(1, 4.0), _done(2, 16.0), _done(3, 8.0)], _near(axes, 0.8, 0.4, 0.0)

    def estimate(vectors: Vectors, **same: bool) -> Effort:
        said = {NEED.candidate_id: {name.replace("_", "-"): is_it for name, is_it in same.items()}}
        return estimate_efforts(
            [NEED], axes(1), items, vectors, TODAY, EffortParameters(), same=said
        ).estimates[0]

    alike = estimate(vectors, D_002=True)
    assert (alike.analogues[0].item_id, alike.analogues[0].similarity) == ("D-002", 1.0)
    assert alike.p50 > estimate(vectors).p50
    other = estimate(vectors, D_001=False)
    assert [one.item_id for one in other.analogues] == ["D-002"]
    assert other.p50 > estimate(vectors).p50
