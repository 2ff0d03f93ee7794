"""What planners decided is kept by the plan, as much of it as can be, and its price is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import Dependency
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.report import LeftOutIdea, ReleasePlan
from models.planning.plan import make_plan
from models.planning.problem import Placement, PlanItem, PlanProblem, Value
from models.planning.program import make_program
from models.planning.solving import solve
from tests.models.planning.problems import TEAMS, capacity, item, make, random_problem


def ships(plan: ReleasePlan) -> dict[str, str]:
    return {idea.candidate_id: idea.ships for idea in plan.ideas}


def planned(problem: PlanProblem, *placements: Placement, **more: object) -> ReleasePlan:
    return make_plan(problem, placements=placements, **more)  # type: ignore[arg-type]


ROOM = capacity(20.0, 2)


def test_a_placed_idea_ships_where_it_was_placed_and_the_plan_says_what_that_costs() -> None:
    # 16 of 20 days a release: by itself `big` ships first, and `small` in the second.
    problem = make([item("big", 9.0, 10.0), item("small", 4.0, 10.0)], ROOM, robustness_draws=2)
    assert ships(make_plan(problem)) == {"big": "1", "small": "2"}
    plan = planned(problem, Placement("small", "1", decision=7))
    assert ships(plan) == {"small": "1", "big": "2"}
    (told,) = plan.placements
    assert (told.candidate_id, told.title, told.release, told.decision) == (
        "small",
        "SMALL",
        "1",
        7,
    )
    assert told.cost == pytest.approx((9.0 + 3.6) - (4.0 + 8.1))
    assert plan.placements_cost == pytest.approx(told.cost)
    assert all(idea.robustness == 1.0 for idea in plan.ideas if idea.candidate_id == "small")


def test_an_idea_that_a_planner_left_out_stays_out_and_says_why() -> None:
    problem = make([item("good", 9.0, 5.0), item("other", 1.0, 5.0)], ROOM, robustness_draws=2)
    plan = planned(problem, Placement("good", NOT_PLANNED))
    assert ships(plan) == {"other": "1"}
    assert [(out.reason, out.price) for out in plan.left_out] == [("a planner left it out", None)]
    assert plan.placements[0].cost == pytest.approx(9.0)


def test_a_team_that_was_chosen_does_it() -> None:
    splits = tuple(((team, 1.0),) for team in TEAMS)
    free = PlanItem("free", "Free", Value(9.0, 0.0, "utility"), 10.0, 10.0, splits)
    problem = make([free], ROOM, robustness_draws=2)
    assert make_plan(problem).ideas[0].work[0][0] == "Heron"
    plan = planned(problem, Placement("free", "2", "Wren"))
    assert plan.ideas[0].work == (("Wren", "2", 10.0),)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Placement("a", "9"), "no release 9; there are 1, 2"),
        (Placement("a", "1", "Owl"), "Owl cannot do it in 1"),
        (Placement("large", "1"), "too large: its work ends in 2 at the earliest"),
        (Placement("huge", "2"), "too large: 99 days"),
        (Placement("duty", NOT_PLANNED), "it must be done"),
        (Placement("blocked", "1"), "needs X-1, which no idea of the report stands for"),
        (Placement("gone", "1"), "it is not among the ideas that can be planned"),
    ],
)
def test_what_cannot_be_kept_is_named_with_the_reason_and_the_rest_is_planned(
    wanted: Placement, told: str
) -> None:
    items = [
        item("a", 3.0, 4.0),
        item("large", 5.0, 24.0),
        item("huge", 5.0, 99.0),
        item("duty", 1.0, 2.0, must=True),
    ]
    blocked = LeftOutIdea(
        "blocked", "B", 9, "needs X-1, which no idea of the report stands for", None
    )
    plan = planned(make(items, ROOM, robustness_draws=2), wanted, blocked=(blocked,))
    assert plan.placements[0].problem.startswith(told)
    assert plan.placements[0].cost is None
    assert plan.placements_cost is None
    assert "duty" in ships(plan)


def test_of_two_that_are_in_each_others_way_the_later_decision_is_kept() -> None:
    problem = make([item("one", 3.0, 10.0), item("two", 3.0, 10.0)], ROOM, robustness_draws=2)
    plan = planned(problem, Placement("one", "1", decision=4), Placement("two", "1", decision=5))
    assert ships(plan)["two"] == "1"
    one, two = plan.placements
    assert one.problem == (
        "these cannot all be kept: Heron can be planned for 32 days in all;"
        " ONE is placed in 1; TWO is placed in 1"
    )
    assert two.problem == ""


def test_a_placement_that_breaks_a_dependency_is_named() -> None:
    problem = make(
        [item("app", 3.0, 4.0), item("base", 3.0, 4.0)],
        ROOM,
        [Dependency("app", "requires", "base")],
        robustness_draws=2,
    )
    plan = planned(problem, Placement("app", "1", decision=1), Placement("base", "2", decision=2))
    told = {one.candidate_id: one.problem for one in plan.placements}
    assert told["base"] == ""
    assert "APP requires BASE" in told["app"]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8), st.data())
def test_whatever_was_decided_there_is_a_plan_that_keeps_what_it_says_it_keeps(
    seed: int, count: int, data: st.DataObject
) -> None:
    problem = random_problem(seed, count, 2, robustness_draws=1, alternatives=0, draws=100)
    if solve(make_program(problem)) is None:
        return
    places = st.sampled_from(["1", "2", NOT_PLANNED])
    wanted = [
        Placement(one.item_id, data.draw(places), decision=n)
        for n, one in enumerate(problem.items)
        if data.draw(st.booleans())
    ]
    free, plan = make_plan(problem), planned(problem, *wanted)
    assert [one.decision for one in sorted(plan.placements, key=lambda p: p.decision)] == [
        one.decision for one in wanted
    ]
    for told in plan.placements:
        if not told.problem:
            assert ships(plan).get(told.candidate_id, NOT_PLANNED) == told.release
    assert plan.value <= free.value + 1e-6 or any(load.over_allocated for load in plan.loads)


def test_without_placements_nothing_is_told_of_them() -> None:
    plan = make_plan(make([item("a", 3.0, 4.0)], ROOM, robustness_draws=2))
    assert (plan.placements, plan.placements_cost) == ((), None)
