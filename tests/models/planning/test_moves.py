"""What a move is told to cost is what it costs: by hand, by trying, and by the plan's own sum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reports
from groundswell.domain import Dependency, FloatArray
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.report import ReleasePlan
from models.planning.board import OUT, Board, effect_of, moved, place_all, read_board
from models.planning.moved_plan import plan_after
from models.planning.moves import Move, moves_of
from models.planning.plan import make_plan
from models.planning.problem import Placement, PlanItem, PlanProblem, Value
from models.planning.program import make_program
from models.planning.solving import solve
from tests.models.planning.problems import TEAMS, capacity, item, make, random_problem
from tests.models.planning.rules_by_hand import keeps_rules, values


def written(problem: PlanProblem) -> ReleasePlan:
    """Return the plan of a problem as its file gives it back."""
    return reports.plan_from_json(reports.plan_json(make_plan(problem)))


def board_of(plan: ReleasePlan) -> Board:
    assert plan.basis is not None
    return read_board(plan, plan.basis)


def ships(board: Board) -> FloatArray:
    """Return the release of each item, 0: none, as a row of a table."""
    found = board.program.columns.ships[board.at] + 1
    return np.where(board.at == OUT, 0, found)[None, :]


def move_to(board: Board, item_id: str, release: str) -> Move:
    found = [m for m in moves_of(board, item_id) if m.release == release and m.preferred]
    assert len(found) == 1
    return found[0]


some_problem = st.tuples(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 3))
quick = {"robustness_draws": 1, "alternatives": 0, "draws": 200}


@settings(max_examples=15, deadline=None)
@given(some_problem, st.randoms(use_true_random=False))
def test_a_move_costs_the_difference_of_two_objectives_and_breaks_what_it_says(
    drawn: tuple[int, int, int], chance: object
) -> None:
    problem = random_problem(*drawn, **quick)
    if solve(make_program(problem)) is None:
        return
    plan = written(problem)
    board = board_of(plan)
    asked = plan.shares[0].asked
    assert board.value == pytest.approx(plan.value, abs=1e-6)
    assert board.broken == ()
    for _ in range(3):  # from the plan itself, then from what moves have made of it
        for one in problem.items:
            for move in moves_of(board, one.item_id):
                if move.alone is None:
                    continue
                wanted = Placement(
                    one.item_id, move.release, "" if not move.teams else move.teams[0]
                )
                after = place_all(board, [wanted])
                assert move.alone.value == pytest.approx(after.value - board.value, abs=1e-9)
                by_hand = values(problem, ships(after)) - values(problem, ships(board))
                assert move.alone.value == pytest.approx(by_hand[0], abs=1e-6)
                whole = keeps_rules(problem, ships(after), asked)[0]
                assert whole == (after.broken == ())
                if not board.broken:
                    assert (move.alone.broken == ()) == whole
        place = chance.randrange(len(problem.items))  # type: ignore[attr-defined]
        columns = np.flatnonzero(board.program.columns.item == place).tolist()
        board = moved(board, {place: chance.choice([OUT, *columns])})  # type: ignore[attr-defined]


@settings(max_examples=15, deadline=None)
@given(some_problem)
def test_with_its_companions_a_move_breaks_no_dependency(drawn: tuple[int, int, int]) -> None:
    problem = random_problem(*drawn, budget=None, shares={}, **quick)
    if solve(make_program(problem)) is None:
        return
    board = board_of(written(problem))
    bound = {kind: kind for kind in ("requires", "exclude", "go together")}
    for one in problem.items:
        for move in moves_of(board, one.item_id):
            if move.together is None:
                continue
            others = [Placement(c.item_id, c.release) for c in move.companions]
            after = place_all(board, [Placement(one.item_id, move.release), *others])
            assert not [line for line in after.broken if any(word in line for word in bound)]
            assert move.together.value == pytest.approx(after.value - board.value, abs=1e-9)


def test_a_move_by_hand() -> None:
    # Heron: 16 of 20 days a release. base ships in 1, app requires it, both for Heron.
    items = [item("app", 8.0, 6.0), item("base", 2.0, 10.0), item("tiny", 1.0, 4.0)]
    plan = written(make(items, capacity(20.0, 2), [Dependency("app", "requires", "base")]))
    board = board_of(plan)
    assert {idea.candidate_id: idea.ships for idea in plan.ideas} == {
        "app": "1",
        "base": "1",
        "tiny": "2",
    }
    later = move_to(board, "base", "2")
    assert later.alone is not None and later.together is not None
    assert later.alone.value == pytest.approx(2.0 * (0.9 - 1.0))
    assert later.alone.cost == 0.0
    assert later.alone.broken == ("APP requires BASE, which ships in 2",)
    assert [(c.item_id, c.release) for c in later.companions] == [("app", "2")]
    # 10 + 6 + 4 days in the second release, of 16.
    assert later.together.value == pytest.approx(10.0 * (0.9 - 1.0))
    assert later.together.broken == ("Heron has 4.0 days too many in 2",)
    loads = {(load.team, load.release): load for load in later.together.loads}
    assert loads["Heron", "1"].planned == (16.0, 0.0)
    assert loads["Heron", "2"].planned == (4.0, 20.0)
    out = move_to(board, "tiny", NOT_PLANNED)
    assert out.alone is not None
    assert out.alone.value == pytest.approx(-0.9)
    assert out.alone.cost == -400.0


def test_what_must_be_done_says_so_when_it_is_moved_out() -> None:
    board = board_of(written(make([item("duty", 1.0, 4.0, must=True)], capacity(20.0))))
    out = move_to(board, "duty", NOT_PLANNED)
    assert out.alone is not None
    assert out.alone.broken == ("DUTY must be done",)


def test_two_that_exclude_each_other_change_places() -> None:
    items = [item("one", 5.0, 4.0), item("other", 3.0, 4.0)]
    board = board_of(written(make(items, capacity(20.0), [Dependency("one", "excludes", "other")])))
    inside = move_to(board, "other", "1")
    assert [(c.item_id, c.release) for c in inside.companions] == [("one", NOT_PLANNED)]
    assert inside.together is not None
    assert inside.together.broken == ()
    assert inside.together.value == pytest.approx(3.0 - 5.0)


def test_an_idea_of_any_team_has_a_place_for_each_and_takes_the_one_with_room() -> None:
    splits = tuple(((team, 1.0),) for team in TEAMS)
    free = PlanItem("free", "Free", Value(9.0, 0.0, "utility"), 10.0, 10.0, splits)
    board = board_of(written(make([free, item("fixed", 5.0, 10.0)], capacity(20.0, 2))))
    second = [m for m in moves_of(board, "free") if m.release == "2"]
    assert [(m.teams, m.preferred) for m in second] == [(("Wren",), True), (("Heron",), False)]
    heron = place_all(board, [Placement("free", "2", "Heron")])
    assert [m.teams for m in moves_of(heron, "free") if m.here] == [("Heron",)]


def test_an_idea_too_large_for_the_first_release_says_when_it_can_ship_at_the_earliest() -> None:
    board = board_of(written(make([item("large", 10.0, 24.0)], capacity(20.0, 3))))
    first = move_to(board, "large", "1")
    assert first.impossible == "too large: its work ends in 2 at the earliest"
    assert first.alone is None
    assert place_all(board, [Placement("large", "1")]).value == board.value


def test_the_risk_after_a_move_is_that_of_the_plan_after_it() -> None:
    items = [
        PlanItem(n, n, Value(v, 0.0, "utility"), 8.0, 12.0, ((("Heron", 1.0),),))
        for n, v in (("a", 5.0), ("b", 4.0), ("c", 3.0))
    ]
    plan = written(make(items, capacity(20.0, 2)))
    board = board_of(plan)
    (planned,) = [one for one in plan.ideas if one.candidate_id == "a"]
    other = next(release for release in plan.releases if release != planned.ships)
    move = move_to(board, "a", other)
    assert move.alone is not None
    after = plan_after(plan, place_all(board, [Placement("a", other)]))
    for told in move.alone.loads:
        (load,) = [
            one for one in after.loads if (one.team, one.release) == (told.team, told.release)
        ]
        assert told.planned[1] == pytest.approx(load.planned)
        assert told.overrun[1] == pytest.approx(load.overrun)
        assert told.risky == load.over_allocated
    assert after.value == pytest.approx(plan.value + move.alone.value)


def test_without_moves_the_plan_after_them_is_the_plan() -> None:
    plan = written(random_problem(3, 12, 2, robustness_draws=3))
    after = plan_after(plan, board_of(plan))
    assert after.ideas == plan.ideas
    assert after.left_out == plan.left_out
    for one, other in zip(after.loads, plan.loads, strict=True):
        assert one == other
    assert after.value == pytest.approx(plan.value)


def test_the_value_in_money_counts_only_where_it_is_known() -> None:
    known = PlanItem(
        "known", "K", Value(2.0, 0.0, "utility"), 4.0, 4.0, ((("Heron", 1.0),),), money=9000.0
    )
    plan = written(make([known, item("unknown", 1.0, 4.0)], capacity(20.0, 2)))
    board = board_of(plan)
    out = move_to(board, "known", NOT_PLANNED)
    assert out.alone is not None
    assert out.alone.money == pytest.approx(-(9000.0 - 400.0))
    other = move_to(board, "unknown", NOT_PLANNED)
    assert other.alone is not None and other.alone.money is None


def test_several_moves_at_once_are_told_as_one() -> None:
    board = board_of(written(make([item("a", 5.0, 4.0), item("b", 3.0, 4.0)], capacity(20.0))))
    both = effect_of(board, {0: OUT, 1: OUT})
    assert both.value == pytest.approx(-8.0)
    assert moved(board, {0: OUT, 1: OUT}).value == 0.0
