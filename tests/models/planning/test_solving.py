"""The plan is the best there is: compared with trying every assignment."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import Dependency
from models.planning.plan import find_alternatives, make_plan
from models.planning.problem import (
    PROBLEMS,
    PlanItem,
    Split,
    Value,
    make_problem,
)
from models.planning.program import Program, make_program
from models.planning.shares import with_shares
from models.planning.solving import planned_items, solve
from tests.models.planning.problems import TEAMS, capacity, item, make, random_problem
from tests.models.planning.rules_by_hand import keeps_rules, values


def best_by_trying(program: Program, asked: float) -> float | None:
    """Return the value of the best of all assignments; None: none keeps the rules."""
    problem = program.problem
    count, releases = len(problem.items), len(problem.releases)
    best: float | None = None
    # The first items are fixed in turn, so that the table of the others stays small.
    head = max(0, count - round(13 / np.log2(releases + 1) * 1.3))
    tail = np.array(list(product(range(releases + 1), repeat=count - head)), np.int8)
    for fixed in product(range(releases + 1), repeat=head):
        ships = np.hstack([np.tile(np.array(fixed, np.int8), (len(tail), 1)), tail])
        value = np.where(keeps_rules(problem, ships, asked), values(problem, ships), -np.inf).max()
        if np.isfinite(value) and (best is None or value > best):
            best = float(value)
    return best


@pytest.mark.parametrize(
    ("count", "releases", "seed"), [(15, 1, 1), (15, 1, 2), (15, 1, 3), (11, 2, 4)]
)
def test_the_plan_of_fifteen_ideas_is_the_best_of_all(count: int, releases: int, seed: int) -> None:
    program, shares = with_shares(make_program(random_problem(seed, count, releases)))
    found = solve(program)
    best = best_by_trying(program, shares[0].asked)
    assert found is not None
    assert best is not None
    assert found.value == pytest.approx(best, rel=1e-9)
    assert found.gap == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 2))
def test_no_assignment_is_better_than_the_plan(seed: int, count: int, releases: int) -> None:
    program, shares = with_shares(make_program(random_problem(seed, count, releases)))
    found = solve(program)
    best = best_by_trying(program, shares[0].asked)
    assert (found is None) == (best is None)
    if found is not None and best is not None:
        assert found.value == pytest.approx(best, rel=1e-9, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 20), st.integers(1, 3))
def test_every_plan_keeps_every_rule(seed: int, count: int, releases: int) -> None:
    program, shares = with_shares(make_program(random_problem(seed, count, releases)))
    found = solve(program)
    if found is None:
        return
    for plan in [found, *find_alternatives(program, found)]:
        ships = np.zeros((1, count), np.int8)
        chosen = plan.chosen
        ships[0, program.columns.item[chosen]] = program.columns.ships[chosen] + 1
        assert len(set(program.columns.item[chosen].tolist())) == len(chosen), "planned once"
        assert keeps_rules(program.problem, ships, shares[0].asked).all()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 15))
def test_alternatives_have_other_ideas_and_are_worth_no_more(seed: int, count: int) -> None:
    program = make_program(random_problem(seed, count, 2))
    found = solve(program)
    if found is None:
        return
    others = find_alternatives(program, found)
    plans = [planned_items(program, plan) for plan in [found, *others]]
    for n, plan in enumerate(plans):
        assert all((plan != other).sum() >= 2 for other in plans[:n])
    worth = [plan.value for plan in [found, *others]]
    assert worth == sorted(worth, reverse=True)


def test_of_plans_of_equal_worth_the_better_ranked_ideas_are_taken() -> None:
    items = [item(f"i{n}", 5.0, 8.0, rank=n) for n in (3, 1, 2)]
    plan = make_plan(make(items, capacity(20.0), robustness_draws=2))
    assert [idea.candidate_id for idea in plan.ideas] == ["i1", "i2"]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(seed: int, shuffle: Any) -> None:
    one = random_problem(seed, 8, 2, budget=None, shares={}, robustness_draws=5)
    if solve(make_program(one)) is None:
        return
    items, cells, links = list(one.items), list(one.cells), list(one.links)
    for part in (items, cells, links):
        shuffle.shuffle(part)
    other = make_problem(items, cells, one.releases, links, one.rules)
    assert make_plan(one) == make_plan(other)


def test_what_is_required_ships_earlier_or_in_the_same_release() -> None:
    # 16 of 20 days a release: the two cannot share one, so the required one goes first.
    items = [item("app", 50.0, 10.0), item("base", 1.0, 10.0)]
    plan = make_plan(
        make(items, capacity(20.0, 2), [Dependency("app", "requires", "base")], robustness_draws=2)
    )
    assert [(idea.candidate_id, idea.ships) for idea in plan.ideas] == [("base", "1"), ("app", "2")]
    assert plan.value == pytest.approx(1.0 + 0.9 * 50.0)
    assert plan.critical_chain == ("base", "app")
    assert plan.critical_days == 20.0


def test_an_idea_for_any_team_goes_where_there_is_room() -> None:
    splits: tuple[Split, ...] = tuple(((team, 1.0),) for team in TEAMS)
    free = PlanItem("free", "Free", Value(9.0, 0.0, "utility"), 10.0, 10.0, splits)
    plan = make_plan(make([free, item("fixed", 5.0, 10.0)], capacity(20.0), robustness_draws=2))
    assert {idea.candidate_id: idea.work[0][0] for idea in plan.ideas} == {
        "free": "Wren",
        "fixed": "Heron",
    }


def test_an_idea_of_two_teams_takes_days_of_both() -> None:
    both = PlanItem("both", "Both", Value(9.0), 20.0, 20.0, ((("Heron", 0.75), ("Wren", 0.25)),))
    plan = make_plan(make([both], capacity(20.0), budget=2500.0, robustness_draws=2))
    assert plan.ideas == (), "money: nine of value for 2,000 of work"
    worth = PlanItem("both", "Both", Value(2500.0), 20.0, 20.0, both.splits)
    plan = make_plan(make([worth], capacity(20.0), budget=2500.0, robustness_draws=2))
    assert plan.ideas[0].work == (("Heron", "1", 15.0), ("Wren", "1", 5.0))
    assert (plan.ideas[0].cost, plan.ideas[0].value) == (2000.0, 500.0)
    assert plan.shared_ideas == ("both",)


def test_an_idea_too_large_for_a_release_is_spread_and_ships_in_the_last() -> None:
    # 24 days; each release offers 16 of 20.
    plan = make_plan(make([item("large", 10.0, 24.0)], capacity(20.0, 3), robustness_draws=2))
    (idea,) = plan.ideas
    assert (idea.starts, idea.ships) == ("1", "2")
    assert idea.work == (("Heron", "1", 12.0), ("Heron", "2", 12.0))
    assert plan.value == pytest.approx(9.0), "discounted to the release in which it ships"


@pytest.mark.parametrize("items", [[], [item("large", 9.0, 99.0)]], ids=["none", "too large"])
def test_where_nothing_can_be_planned_the_plan_is_empty(items: list[PlanItem]) -> None:
    plan = make_plan(make(items, capacity(20.0), shares={PROBLEMS: 0.2}, budget=100.0))
    assert (plan.ideas, plan.value, plan.gap) == ((), 0.0, 0.0)
    assert [load.planned for load in plan.loads] == [0.0, 0.0]
    assert [out.candidate_id for out in plan.left_out] == [one.item_id for one in items]
    assert all(price.gain == 0.0 for price in plan.capacity_prices)
