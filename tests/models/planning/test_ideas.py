import math
from statistics import NormalDist
from typing import Any

import pytest

from groundswell.domain import Dependency, TeamCapacity, WorkItem
from groundswell.errors import PlanError
from groundswell.report import Analogue, CriterionPart, Effort, Estimate, Profit, RankedIdea
from models.planning.ideas import PlanInput, Sources, plan_input
from models.planning.problem import Rules, Value

CAPACITY = [TeamCapacity(team, "1", 50.0, 500.0) for team in ("Heron", "Wren")]
NOTHING = Estimate(None, None, None, "")


def part(criterion: str, contribution: float, spread: float) -> CriterionPart:
    return CriterionPart(criterion, NOTHING, 0.0, 0.0, contribution, spread, 0.0, ())


def idea(rank: int, *items: str, revenue: float | None = None, **more: Any) -> RankedIdea:
    parts = (part("reach", 0.3, 0.3), part("revenue", 0.2, 0.4), part("effort", -0.9, 0.1))
    money = Estimate(revenue, revenue, None if revenue is None else 2 * revenue, "EUR per year")
    profit = Profit(money, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, None, ())
    analogues = tuple(Analogue(name, "", None, 5.0, None, 0.9) for name in more.pop("like", ()))
    values: dict[str, Any] = {
        **{"rank": rank, "rank_low": rank, "rank_high": rank, "p_top10": 1.0, "tier": 1},
        **{"candidate_id": f"need-{rank}", "title": f"Idea {rank}", "need": "", "status": "new"},
        **{"status_reason": "", "score": 50.0, "priority": -0.4, "parts": parts, "voices": 9.0},
        **{"mentions": 9, "effective_voices": 9.0, "trend": NOTHING, "revenue": money},
        "effort": Effort(8.0, 12.0, 4.0, 16.0, "", analogues),
        **{"monthly_voices": (), "segments": (), "channels": (), "askers": (), "quotes": ()},
        **{"counter_quotes": (), "signals": (), "badges": (), "what_would_change": ()},
        **{"theme_ids": (rank,), "item_ids": items, "profit": profit, **more},
    }
    return RankedIdea(**values)


def open_item(name: str, team: str | None = "Heron", **more: Any) -> WorkItem:
    return WorkItem(name, name, team=team, **more)


def made(ideas: list[RankedIdea], *items: WorkItem, **more: Any) -> PlanInput:
    return plan_input(Sources(ideas, CAPACITY, items, **more), Rules())


def needs(*pairs: tuple[str, str, str]) -> list[Dependency]:
    return [Dependency(one, kind, other) for one, kind, other in pairs]  # type: ignore[arg-type]


def test_the_value_is_the_expected_utility_without_effort() -> None:
    # U = .3 + .2 with spread (.3^2 + .4^2)^.5 = .5: z = 1, E[max(U, 0)] = .5 Phi(1) + .5 phi(1)
    (item,) = made([idea(1)]).problem.items
    expected = 0.5 * NormalDist().cdf(1.0) + 0.5 * NormalDist().pdf(1.0)
    assert item.value.expected == pytest.approx(expected)
    assert made([idea(1)]).form == "utility"


def test_a_utility_that_is_hardly_ever_above_zero_counts_nothing() -> None:
    assert Value(-0.5, 0.5, "utility").expected > 0.0  # above 0 in 16 % of cases
    assert Value(-0.7, 0.5, "utility").expected == 0.0  # in 8 %


def test_money_counts_only_where_it_is_asked_for_and_known_of_all() -> None:
    ideas = [idea(1, revenue=1000.0), idea(2, revenue=3000.0)]
    assert made(ideas).form == "utility"
    found = made(ideas, money=True)
    assert found.form == "money"
    assert [item.value.centre for item in found.problem.items] == [1000.0, 3000.0]
    with pytest.raises(PlanError, match='value of 1 ideas such as "Idea 3" is not known'):
        made([*ideas, idea(3)], money=True)
    free = [TeamCapacity("Heron", "1", 50.0)]
    with pytest.raises(PlanError, match="no day rate of Heron"):
        plan_input(Sources(ideas, free, money=True), Rules())


def test_a_strategy_of_products_counts_the_product() -> None:
    found = made([idea(1)], product=True)
    assert found.form == "product"
    assert found.problem.items[0].value.expected == pytest.approx(math.exp(0.5))


def test_days_are_divided_by_the_estimates_of_the_open_items() -> None:
    items = (
        open_item("A-1", "Heron", estimate_days=30.0),
        open_item("A-2", "Wren", estimate_days=10.0),
        open_item("A-3", "Wren", estimate_days=99.0, status="done"),
    )
    (item,) = made([idea(1, "A-1", "A-2", "A-3")], *items).problem.items
    assert item.splits == ((("Heron", 0.75), ("Wren", 0.25)),)


def test_without_a_team_one_that_did_similar_work_is_chosen_and_else_any() -> None:
    done = open_item("D-1", "Wren", status="done")
    (item,) = made([idea(1, like=["D-1"])], done).problem.items
    assert item.splits == ((("Wren", 1.0),),)
    (item,) = made([idea(1)]).problem.items
    assert item.splits == ((("Heron", 1.0),), (("Wren", 1.0),))


def test_problems_are_told_by_type_and_without_one_by_what_customers_say() -> None:
    items = (open_item("A-1", type="Bug"), open_item("A-2", type="feature"))
    shares = {"need-1": 0.0, "need-2": 0.9, "need-3": 0.6, "need-4": 0.4}
    ideas = [idea(1, "A-1"), idea(2, "A-2"), idea(3), idea(4)]
    found = made(ideas, *items, problem_shares=shares).problem.items
    assert [item.category for item in found] == ["problem", "feature", "problem", "feature"]


def test_releases_are_ordered_by_their_numbers_or_as_named() -> None:
    cells = [TeamCapacity("Heron", name, 9.0) for name in ("4.10", "4.9", "4.11")]
    found = plan_input(Sources([idea(1)], cells), Rules())
    assert found.problem.releases == ("4.9", "4.10", "4.11")
    found = plan_input(Sources([idea(1)], cells), Rules(), ("4.11", "spring"))
    assert found.problem.releases == ("4.11", "spring")
    assert found.notes == (
        "No team has capacity for spring.",
        "Not planned, since [plan] releases does not name it: 4.9, 4.10.",
    )


def test_what_is_settled_is_not_planned() -> None:
    found = made([idea(1), idea(2, status="shipped"), idea(3, status="rejected")])
    assert [item.item_id for item in found.problem.items] == ["need-1"]
    assert found.notes == ("Done, rejected or duplicate ideas, not planned: 2.",)


def test_dependencies_of_items_bind_the_ideas_that_stand_for_them() -> None:
    items = [open_item(name) for name in ("A-1", "A-2", "B-1", "C-1")]
    links = needs(("A-1", "requires", "B-1"), ("A-2", "requires", "A-1"), ("C-1", "must", ""))
    ideas = [idea(1, "A-1", "A-2"), idea(2, "B-1"), idea(3, "C-1")]
    problem = made(ideas, *items, dependencies=links).problem
    assert problem.links == (Dependency("need-1", "requires", "need-2"),)
    assert [item.must for item in problem.items] == [False, False, True]


def test_what_is_done_satisfies_and_excludes() -> None:
    items = [open_item("A-1"), open_item("B-1"), open_item("D-1", status="done")]
    links = needs(("A-1", "requires", "D-1"), ("D-1", "excludes", "B-1"), ("D-1", "must", ""))
    found = made([idea(1, "A-1"), idea(2, "B-1")], *items, dependencies=links)
    assert [item.item_id for item in found.problem.items] == ["need-1"]
    assert [out.reason for out in found.blocked] == ["excluded by D-1, which is done"]


def test_what_needs_work_nobody_stands_for_is_blocked_and_so_is_what_needs_it() -> None:
    items = [open_item(name) for name in ("A-1", "B-1", "C-1", "X-1")]
    links = needs(
        ("A-1", "requires", "B-1"), ("B-1", "requires", "X-1"), ("A-1", "together", "C-1")
    )
    ideas = [idea(1, "A-1"), idea(2, "B-1"), idea(3, "C-1"), idea(4)]
    found = made(ideas, *items, dependencies=links)
    assert [item.item_id for item in found.problem.items] == ["need-4"]
    assert found.problem.links == ()
    assert [out.reason for out in found.blocked] == [
        "needs need-2, which is left out",
        "needs X-1, which no idea of the report stands for",
        "needs need-1, which is left out",
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("X-1", "must", "")], "X-1 must be done, and no idea of the report stands for it"),
        (
            [("A-1", "must", ""), ("A-1", "requires", "X-1")],
            "need-1 must be done, but needs X-1, which no idea",
        ),
    ],
)
def test_a_duty_that_cannot_be_met_is_one_line(rows: list[Any], told: str) -> None:
    with pytest.raises(PlanError, match=f"^dependencies: {told}"):
        made([idea(1, "A-1")], open_item("A-1"), dependencies=needs(*rows))
