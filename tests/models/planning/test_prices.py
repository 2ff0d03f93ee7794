from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import Dependency, TeamCapacity
from groundswell.errors import PlanError
from models.planning.conflicts import conflict
from models.planning.plan import make_plan
from models.planning.prices import capacity_prices, cost_of_taking, forced_picks
from models.planning.program import make_program
from models.planning.shares import with_shares
from models.planning.solving import solve
from tests.models.planning.problems import capacity, item, make, random_problem


def test_a_tenth_more_capacity_is_worth_what_it_lets_in() -> None:
    # 16 of 20 days: "a" alone. 17.6 of 22: "a" and "b". Wren has nothing to do.
    items = [item("a", 9.0, 16.0), item("b", 2.0, 1.5), item("c", 1.0, 4.0)]
    plan = make_plan(make(items, capacity(20.0), robustness_draws=2))
    assert [(p.team, p.days, p.gain, p.brings) for p in plan.capacity_prices] == [
        ("Heron", 2.0, 2.0, ("b",)),
        ("Wren", 2.0, 0.0, ()),
    ]


def test_a_duty_costs_what_could_be_done_instead() -> None:
    items = [item("dull", 1.0, 16.0, must=True), item("bright", 9.0, 16.0)]
    plan = make_plan(make(items, capacity(20.0), robustness_draws=2))
    assert [(pick.candidate_id, pick.cost) for pick in plan.forced_picks] == [("dull", 8.0)]
    (out,) = plan.left_out
    assert (out.reason, out.price) == ("the days of Heron go to ideas worth more", None)


def test_taking_what_is_left_out_costs_the_difference() -> None:
    items = [item("a", 9.0, 16.0), item("b", 7.0, 16.0)]
    (out,) = make_plan(make(items, capacity(20.0), robustness_draws=2)).left_out
    assert (out.candidate_id, out.price) == ("b", 2.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_no_price_is_negative(seed: int, count: int) -> None:
    program = make_program(random_problem(seed, count, 2))
    found = solve(program)
    if found is None:
        return
    prices = [gain.gain for gain in capacity_prices(program, found)]
    prices += [pick.cost for pick in forced_picks(program)]
    prices += [cost_of_taking(program, one.item_id) or 0.0 for one in program.problem.items]
    assert min(prices) >= 0.0


def test_what_contradicts_itself_is_named_and_nothing_else() -> None:
    items = [
        item("a", 1.0, 10.0, must=True),
        item("b", 1.0, 10.0),
        item("c", 1.0, 2.0, "Wren", must=True),
    ]
    problem = make(items, capacity(20.0), [Dependency("a", "requires", "b")])
    with pytest.raises(PlanError) as told:
        make_plan(problem)
    assert str(told.value) == (
        "no release plan: these cannot all be kept: a must be done;"
        " Heron can be planned for 16 days in all; a requires b"
    )


def test_two_duties_that_exclude_each_other_are_named() -> None:
    items = [item("a", 1.0, 1.0, must=True), item("b", 1.0, 1.0, must=True)]
    with pytest.raises(PlanError, match="a must be done; b must be done; a and b exclude"):
        make_plan(make(items, capacity(20.0), [Dependency("a", "excludes", "b")]))


def test_a_duty_beyond_the_budget_and_one_too_large_are_named() -> None:
    with pytest.raises(PlanError, match="a must be done; the budget is 900"):
        make_plan(make([item("a", 1.0, 10.0, must=True)], capacity(20.0), budget=900.0))
    with pytest.raises(PlanError, match=r"a must be done \(99 days, more than its teams have\)$"):
        make_plan(make([item("a", 1.0, 99.0, must=True)], capacity(20.0)))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_the_rules_named_can_be_kept_as_soon_as_one_is_dropped(seed: int) -> None:
    items = random_problem(seed, 6, 1).items
    duties = [
        item(i.item_id, i.value.centre, i.p50, i.splits[0][0][0], must=n < 4)
        for n, i in enumerate(items)
    ]
    links = random_problem(seed, 6, 1).links
    program = make_program(make(duties, capacity(20.0), list(links), budget=3000.0))
    rules = conflict(program)
    assert bool(rules) == (solve(program) is None)
    for rule in rules:
        assert solve(program.only([other for other in rules if other != rule])) is not None


def test_a_share_of_which_there_is_too_little_is_asked_for_as_far_as_it_goes() -> None:
    # 4 days of problems in 16 that can be planned: a quarter of the half that is wanted.
    items = [
        item("mend", 0.1, 4.0, category="problem"),
        item("new", 9.0, 12.0),
        item("newer", 8.0, 12.0),
    ]
    wanted: dict[str, Any] = {"shares": {"problems": 0.5}}
    _, (share,) = with_shares(make_program(make(items, capacity(20.0), **wanted)))
    assert (share.wanted, share.asked) == (0.5, 0.25)
    plan = make_plan(make(items, capacity(20.0), robustness_draws=2, **wanted))
    assert {idea.candidate_id for idea in plan.ideas} == {"mend", "new"}
    assert plan.shares[0].reached == 0.25


def test_a_share_of_an_objective_is_kept() -> None:
    items = [item("m", 1.0, 8.0, objectives=("mobile",)), item("a", 9.0, 8.0), item("b", 9.0, 8.0)]
    plan = make_plan(make(items, capacity(20.0), shares={"mobile": 0.5}, robustness_draws=2))
    assert [idea.candidate_id for idea in plan.ideas] == ["a", "m"]


def test_the_budget_counts_what_the_work_costs_where_it_is_done() -> None:
    cells = [TeamCapacity("Heron", "1", 20.0, 100.0), TeamCapacity("Heron", "2", 20.0, 200.0)]
    items = [item("a", 9.0, 16.0), item("b", 8.0, 16.0)]
    plan = make_plan(make(items, cells, budget=4800.0, robustness_draws=2))
    assert plan.budget.by_release == (("1", 1600.0), ("2", 3200.0))
    assert (plan.budget.cost, plan.budget.limit, plan.budget.over) == (4800.0, 4800.0, 0.0)
    plan = make_plan(make(items, cells, budget=4799.0, robustness_draws=2))
    assert [idea.candidate_id for idea in plan.ideas] == ["a"]
    assert plan.left_out[0].reason == "the budget is spent on ideas worth more"
