import csv
import json
import re
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

import reports
from groundswell.report import (
    AlternativePlan,
    CapacityPrice,
    ForcedPick,
    IdeaReport,
    LeftOutIdea,
    PlanBudget,
    PlannedIdea,
    PlanPlacement,
    PlanShare,
    RankedIdea,
    ReleasePlan,
    TeamCoupling,
    TeamLoad,
)
from reports import plan_words
from reports.plan_page import load_bar

EVIL = '"><script>alert(1)</script>\u202e'


def planned(idea: RankedIdea, ships: str, **more: object) -> PlannedIdea:
    made = PlannedIdea(
        candidate_id=idea.candidate_id,
        title=idea.title,
        rank=idea.rank,
        category="problem",
        must=False,
        starts=ships,
        ships=ships,
        work=(("Lark", ships, 12.0),),
        value=0.8,
        cost=7200.0,
        finish=0.93,
        robustness=0.71,
    )
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def plan(report: IdeaReport) -> ReleasePlan:
    """Return two ideas in two releases, one of them by two teams and over both, one left out."""
    first, second, third = report.ideas[:3]
    over_both = (("Finch", "4.9", 8.0), ("Finch", "4.10", 6.0), ("Lark", "4.10", 3.0))
    ids = [idea.candidate_id for idea in (first, second, third)]
    return ReleasePlan(
        releases=("4.9", "4.10"),
        currency="EUR",
        value=1.52,
        value_unit="points",
        value_basis="the expected utility",
        gap=0.0042,
        list_value=1.4,
        ideas=(
            planned(first, "4.9"),
            planned(second, "4.10", starts="4.9", work=over_both, must=True),
        ),
        loads=tuple(
            TeamLoad(team, release, 20.0, 16.0, 12.0, 25.0, 0.31, team == "Finch")
            for team in ("Finch", "Lark")
            for release in ("4.9", "4.10")
        ),
        left_out=(LeftOutIdea(ids[2], third.title, 3, "the days of Lark go elsewhere", 0.4),),
        alternatives=(AlternativePlan(1.444, (ids[2],), (ids[0],), 0.18),),
        capacity_prices=(
            CapacityPrice("Finch", 4.0, 0.3, (ids[2],)),
            CapacityPrice("Lark", 4.0, 0.0, ()),
        ),
        forced_picks=(ForcedPick(ids[1], second.title, 0.0),),
        shares=(PlanShare("problems", 0.2, 0.1, 0.12),),
        budget=PlanBudget(20_000.0, 18_000.0, 23_000.0, 0.4, (("4.9", 8000.0), ("4.10", 10_000.0))),
        couplings=(TeamCoupling(ids[1], ("Finch",), ids[0], ("Lark",)),),
        shared_ideas=(ids[1],),
        critical_chain=(ids[0], ids[1]),
        critical_days=29.0,
        notes=(),
    )


def cells(plan: ReleasePlan, report: IdeaReport) -> list[dict[str, str]]:
    text = reports.render_plan(plan, report)["plan.csv"].decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_the_page_shows_each_idea_in_its_release_and_links_to_its_evidence(
    plan: ReleasePlan, report: IdeaReport
) -> None:
    page = reports.render_plan(plan, report)["plan.html"].decode()
    first, second = page.split('<article class="release">')[1:]
    assert f'href="report.html#idea-{plan.ideas[0].candidate_id}"' in first
    assert "begins in <bdi>4.9</bdi>" in second
    assert "Finch 4.9: 8 d, Finch 4.10: 6 d, Lark 4.10: 3 d" in second
    assert "over-allocated" in first
    assert "<script" not in page
    assert re.search(r"style-src 'sha256-[^']+'", page)
    assert " style=" not in page


def test_what_is_said_of_a_plan(plan: ReleasePlan) -> None:
    named = plan_words.titles(plan)
    first, second, third = named.values()
    assert plan_words.headline(plan) == (
        "2 of 3 ideas in 2 releases: 48 of 80 person-days, worth 1.52 points"
    )
    assert plan_words.quality(plan) == (
        "No plan is worth <1 % more; it is worth 9 % more than ideas from the top of the list,"
        " as they fit."
    )
    assert plan_words.money(plan) == [
        "Cost EUR 18 k, P80 EUR 23 k; budget EUR 20 k, exceeded with a probability of 40 %."
        " By release: 4.9 EUR 8 k, 4.10 EUR 10 k."
    ]
    assert plan_words.alternatives(plan) == [
        f"5.0 % less; in: {third}; out: {first}; highest chance of overrun 18 %"
    ]
    assert plan_words.capacity(plan) == [
        f"Finch, 4 d more: 0.30 points (19.7 %); brings {third}",
        "Lark, 4 d more: next to nothing",
    ]
    assert plan_words.duties(plan) == [f"{second}: next to nothing"]
    assert plan_words.between_teams(plan) == [
        f"{second} (Finch) waits for {first} (Lark)",
        f"need two teams or more: {second}",
        f"longest chain, 29 d: {first} → {second}",
    ]
    assert "Least share of problems: 20 % wanted, 12 % reached; there is no more to plan." in (
        plan_words.notes(plan)
    )


def test_a_plan_in_money_says_so_and_an_unknown_cost_is_not_zero(plan: ReleasePlan) -> None:
    paid = replace(plan, value_unit="EUR", value=152_000.0)
    assert plan_words.headline(paid).endswith("worth EUR 152 k")
    unknown = replace(plan, budget=PlanBudget(None, None, None, None, ()))
    assert plan_words.money(unknown) == ["Cost n/a: a day rate is not known."]


def test_the_table_has_a_row_for_each_part_of_the_work_and_each_value_once(
    plan: ReleasePlan, report: IdeaReport
) -> None:
    rows = cells(plan, report)
    assert [(row["team"], row["worked on in"], row["days P50"]) for row in rows] == [
        ("Lark", "4.9", "12"),
        ("Finch", "4.9", "8"),
        ("Finch", "4.10", "6"),
        ("Lark", "4.10", "3"),
        ("", "", ""),
    ]
    assert [row["cost (EUR)"] for row in rows] == ["7200", "7200", "", "", ""]
    assert rows[-1]["left out because"] == "the days of Lark go elsewhere"


def test_what_planners_placed_is_told_with_its_price_or_the_reason(plan: ReleasePlan) -> None:
    kept = PlanPlacement("a", "Export", "4.9", "Lark", 3, 0.4, "")
    lost = PlanPlacement("b", "Sync", "4.10", "", 5, None, "it must be done")
    placed = replace(plan, placements=(kept, lost), placements_cost=0.4)
    assert plan_words.placements(placed) == [
        "Export, 4.9, Lark: costs 0.40 points (decision 3)",
        "Sync, 4.10: could not be kept: it must be done (decision 5)",
        "all together: 0.40 points",
    ]
    assert plan_words.placements(plan) == []


def test_a_difference_has_its_sign_and_none_is_not_written(plan: ReleasePlan) -> None:
    assert plan_words.change(0.4, plan) == "+0.40 points"
    assert plan_words.change(-0.4, plan) == "\N{MINUS SIGN}0.40 points"
    assert plan_words.change(-0.001, plan) == ""
    assert plan_words.change_of_money(-2500.0, plan) == "\N{MINUS SIGN}EUR 2.5 k"
    assert plan_words.change_of_money(None, plan) == ""


def test_the_workbook_has_a_row_for_each_piece_of_work(
    plan: ReleasePlan, report: IdeaReport
) -> None:
    book = load_workbook(BytesIO(reports.render_plan(plan, report)["plan.xlsx"]))
    rows = list(book["Plan"].values)
    assert len(rows) == 1 + 1 + 3 + 1
    assert rows[1][1] == plan.ideas[0].candidate_id


def test_the_json_is_canonical_and_holds_everything(plan: ReleasePlan, report: IdeaReport) -> None:
    files = reports.render_plan(plan, report)
    values = json.loads(files["plan.json"])
    assert values["ideas"][1]["work"][0] == ["Finch", "4.9", 8]
    assert values["budget"]["over"] == 0.4
    assert files == reports.render_plan(plan, report)


def test_foreign_text_is_only_text(plan: ReleasePlan, report: IdeaReport) -> None:
    evil = replace(
        plan,
        releases=(EVIL,),
        ideas=(replace(plan.ideas[0], title=EVIL, ships=EVIL, work=((EVIL, EVIL, 1.0),)),),
        loads=(TeamLoad(EVIL, EVIL, 9.0, 9.0, 1.0, 1.0, 0.0, False),),
        left_out=(LeftOutIdea("x", "=1+1", 9, EVIL, None),),
        alternatives=(),
        capacity_prices=(),
        forced_picks=(ForcedPick("x", EVIL, 1.0),),
        couplings=(),
        shared_ideas=(),
        critical_chain=(),
        notes=(EVIL,),
    )
    page = reports.render_plan(evil, report)["plan.html"].decode()
    assert "<script" not in page
    assert "\u202e" not in page
    assert cells(evil, report)[-1]["idea"] == "'=1+1"


def test_the_bar_shows_planned_capacity_and_p80_on_one_scale() -> None:
    load = TeamLoad("Lark", "1", 20.0, 16.0, 12.0, 30.0, 0.31, False)
    bar = str(load_bar(load, 40.0))
    widths = re.findall(r'class="(\w+)"[^>]*?(?:x="([\d.]+)%")?[^>]*?(?:width="([\d.]+)%")?/>', bar)
    assert ("track", "", "50") in widths
    assert ("planned", "", "30") in widths
    assert 'x="30%" width="45%"' in bar
    assert 'x="40%"' in bar
