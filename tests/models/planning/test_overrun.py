import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.domain import Dependency, TeamCapacity
from models.planning.overrun import draw_factors, finish_chances, loads, settle
from models.planning.plan import make_plan
from models.planning.problem import PlanItem, PlanProblem, Value
from models.planning.program import make_program
from models.planning.robustness import robustness
from models.planning.solving import solve
from tests.models.planning.problems import capacity, item, make

Z80 = NormalDist().inv_cdf(0.8)
ERROR = 3 * math.sqrt(0.25 / 4000)
"""Three standard errors of a share of 4000 draws, at most."""


def uncertain(
    name: str, p50: float, p80: float, value: float = 10.0, *, must: bool = False
) -> PlanItem:
    split = ((("Heron", 1.0),),)
    return PlanItem(name, name, Value(value, 0.0, "utility"), p50, p80, split, must=must)


def overruns(problem: PlanProblem) -> dict[tuple[str, str], float]:
    plan = make_plan(problem)
    return {(load.team, load.release): load.overrun for load in plan.loads}


def test_the_chance_of_overrun_of_one_idea_is_that_of_its_log_normal_days() -> None:
    # sd of ln days = ln(80 / 50) / z80 = 0.558; P(days > 100) = 1 - Phi(ln 2 / 0.558) = 0.107
    sd = math.log(80 / 50) / Z80
    expected = 1 - NormalDist().cdf(math.log(100 / 50) / sd)
    problem = make([uncertain("one", 50.0, 80.0)], capacity(100.0), robustness_draws=2)
    assert overruns(problem)["Heron", "1"] == pytest.approx(expected, abs=ERROR)
    (load,) = [load for load in make_plan(problem).loads if load.team == "Heron"]
    assert load.planned == 50.0
    assert load.p80 == pytest.approx(80.0, rel=0.05)
    assert not load.over_allocated


def test_an_idea_that_would_overrun_by_itself_is_not_planned_unless_it_must_be() -> None:
    # P80 of 60 is above the 50 days there are.
    plan = make_plan(make([uncertain("one", 35.0, 60.0)], capacity(50.0), robustness_draws=2))
    assert plan.ideas == ()
    assert plan.left_out[0].reason.startswith(
        "too large: 35 days, P80 60, and Heron has at most 50"
    )
    must = uncertain("one", 35.0, 60.0, must=True)
    plan = make_plan(make([must], capacity(50.0), robustness_draws=2))
    (load,) = [load for load in plan.loads if load.team == "Heron"]
    assert load.over_allocated
    assert load.overrun == pytest.approx(
        1 - NormalDist().cdf(math.log(50 / 35) / (math.log(60 / 35) / Z80)), abs=ERROR
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.floats(1.0, 3.0), st.integers(1, 10))
def test_buffers_widen_until_no_team_overruns_too_often(
    seed: int, spread: float, count: int
) -> None:
    draws = np.random.default_rng(seed)
    days = draws.uniform(2.0, 20.0, count)
    items = [
        uncertain(f"i{n}", float(d), float(d * spread), float(draws.integers(1, 9)))
        for n, d in enumerate(days)
    ]
    program = make_program(make(items, capacity(50.0, 2)))
    factors = draw_factors(program.problem, 1000)
    settled = settle(program, factors)
    assert settled is not None
    narrower, found = settled
    assert (loads(narrower, found, factors).overrun <= 0.2).all()
    assert (narrower.usable <= program.usable).all()


def test_an_idea_ends_in_time_as_far_as_the_work_before_it_does() -> None:
    # Two certain ideas of 8 days in 20, then one of 4 more or less: 16 + 4 x <= 20 is a coin toss.
    items = [item("a", 9.0, 8.0, rank=1), item("b", 9.0, 8.0, rank=2)]
    last = PlanItem("c", "c", Value(9.0, 0.0, "utility"), 4.0, 5.0, ((("Heron", 1.0),),), rank=3)
    program = make_program(make([*items, last], capacity(20.0), buffer=0.0))
    found = solve(program)
    assert found is not None
    chances = finish_chances(program, found, draw_factors(program.problem, 4000))
    assert chances[:2].tolist() == [1.0, 1.0]
    assert chances[2] == pytest.approx(0.5, abs=ERROR)


def test_an_idea_is_not_in_time_if_what_it_requires_is_not() -> None:
    # "base" of Wren takes 10 of 10 days, a coin toss; "app" of Heron waits for it.
    base = PlanItem(
        "base", "", Value(1.0, 0.0, "utility"), 10.0, 12.0, ((("Wren", 1.0),),), must=True
    )
    problem = make(
        [item("app", 9.0, 2.0), base],
        [TeamCapacity("Heron", "1", 10.0), TeamCapacity("Wren", "1", 10.0)],
        [Dependency("app", "requires", "base")],
        buffer=0.0,
    )
    program = make_program(problem)
    found = solve(program)
    assert found is not None
    chances = finish_chances(program, found, draw_factors(problem, 4000))
    assert chances[0] == chances[1] == pytest.approx(0.5, abs=ERROR)


def test_what_is_sure_stays_and_a_coin_toss_stays_half_the_time() -> None:
    # Room for one: "sure" is worth 10; "a" and "b" are worth the same, uncertain alike.
    items = [
        PlanItem(n, n, Value(5.0, 1.0, "utility"), 8.0, 8.0, ((("Heron", 1.0),),)) for n in "ab"
    ]
    program = make_program(make(items, capacity(10.0)))
    assert robustness(program) == pytest.approx([0.5, 0.5], abs=3 * math.sqrt(0.25 / 200))
    sure = item("sure", 50.0, 8.0)
    program = make_program(make([*items, sure], capacity(10.0)))
    assert robustness(program).tolist() == [0.0, 0.0, 1.0]
