"""The board of the plan: what stands where, what a move costs, moving, undoing, exporting."""

import csv
import json
import re
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from groundswell.accounts import Role
from groundswell.domain.decisions import NOT_PLANNED
from groundswell.report import IdeaReport, PlanPlacement
from groundswell.store import open_store
from tests.web.pages.filling import Shown
from tests.web.pages.planning import plan_for, with_plan, write_plan
from tests.web.pages.test_deciding import HOSTILE, OWN
from tests.web.people import add_user, browser, sign_in


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    """A store of the test's own, since decisions stay."""
    return with_plan(report, tmp_path)


@pytest.fixture
def ids(own: Shown) -> list[str]:
    return [idea.candidate_id for idea in own.report.ideas[:5]]


def stages(text: str) -> dict[str, list[str]]:
    """Return the ids of the cards in each column of the board, as their links name them."""
    parts = re.split(r'<section class="stage[^"]*" data-release="([^"]+)"', text)[1:]
    found = {}
    for release, part in zip(parts[::2], parts[1::2], strict=True):
        cards = part.split('<p class="key">')[0]
        found[release] = re.findall(r'class="ticket".*?href="/[^"]*ideas/([^"]+)"', cards)
    return found


def move(
    shown: Shown,
    idea_id: str,
    release: str,
    version: int = 0,
    *,
    along: tuple[str, str] | None = None,
) -> tuple[int, str]:
    fields = {"release": release, "version": str(version)}
    fields |= {"with": along[0], "to": along[1]} if along else {}
    answer = shown.client.post(f"/plan/ideas/{idea_id}", data=fields, headers=OWN)
    return answer.status_code, answer.text


def row(text: str, release: str) -> str:
    found = re.findall(rf'<tr data-release="{release}".*?</tr>', text, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def test_cards_stand_in_their_releases_and_what_is_out_says_why(own: Shown, ids: list[str]) -> None:
    text = own.text("/plan")
    assert stages(text) == {
        "4.9": [ids[2], ids[0], ids[1]],
        "4.10": [ids[3]],
        NOT_PLANNED: [ids[4]],
    }
    assert "too large: 90 days" in text
    assert "6\N{EN DASH}7.2 d" in text
    assert "since this plan" not in text


def test_each_place_of_a_card_says_what_it_costs_before_anything_is_moved(
    own: Shown, ids: list[str]
) -> None:
    text = own.text(f"/plan/ideas/{ids[1]}")
    assert "it is here" in row(text, "4.9")
    later = row(text, "4.10")
    # 4 points a release later, and the third idea, of 3 points, requires it.
    assert "\N{MINUS SIGN}0.40 points" in later
    assert f"{own.report.ideas[2].title} requires {own.report.ideas[1].title}" in later
    assert "Lark 4.10" in later
    assert re.search(r"6 → 12 of 16 d", later)
    assert "breaks 1 rule; 1 would come along" in later
    together = text.split('<tr class="with">')[1].split("</tr>")[0]
    assert "\N{MINUS SIGN}0.70 points" in together
    assert "Move all 2" in together
    out = row(text, NOT_PLANNED)
    assert "\N{MINUS SIGN}4.00 points" in out
    assert "work \N{MINUS SIGN}EUR 3 k" in out
    assert "\N{MINUS SIGN}EUR 1 k net" in out
    with open_store(own.config.store.database) as store:
        assert store.decisions.log() == []


def test_a_move_is_a_decision_and_the_board_shows_it_at_once(own: Shown, ids: list[str]) -> None:
    status, text = move(own, ids[3], "4.9")
    assert status == 200
    assert stages(text)["4.9"] == [ids[2], ids[0], ids[1], ids[3]]
    assert "1 move since this plan" in text
    assert "0.20 points more than the plan as it was made" in text
    assert "Lark has 2.0 days too many in 4.9" in text
    assert "is placed in <bdi>4.9</bdi>" in text
    with open_store(own.config.store.database) as store:
        (made,) = store.decisions.log()
        assert (made.kind, made.target, dict(made.after)) == (
            "place",
            ids[3],
            {"release": "4.9", "team": None},
        )
    assert "A planner moved it since the plan was made" in own.text(f"/ideas/{ids[3]}")
    assert "release: as computed → 4.9" in own.text("/log")


def test_an_undo_puts_the_card_back(own: Shown, ids: list[str]) -> None:
    before = stages(own.text("/plan"))
    move(own, ids[0], NOT_PLANNED)
    assert stages(own.text("/plan"))[NOT_PLANNED] == [ids[0], ids[4]]
    answer = own.client.post("/undo/1", headers=OWN)
    assert answer.url.path == "/plan"
    assert stages(answer.text) == before
    assert "since this plan" not in answer.text


def test_what_would_come_along_moves_with_it_or_nothing_does(own: Shown, ids: list[str]) -> None:
    _, text = move(own, ids[1], "4.10", along=(ids[2], "4.10"))
    assert stages(text)["4.10"] == [ids[2], ids[1], ids[3]]
    assert "2 moves since this plan" in text
    assert text.count("is placed in") == 2
    # Of these two the second was decided about since decision 1, which the form had seen.
    assert move(own, ids[1], "4.9", version=1, along=(ids[2], "4.9"))[0] == 409
    with open_store(own.config.store.database) as store:
        assert len(store.decisions.log()) == 2


def test_who_moves_what_somebody_moved_since_sees_both_and_can_do_it_all_the_same(
    own: Shown, ids: list[str]
) -> None:
    move(own, ids[0], "4.10")
    status, text = move(own, ids[0], NOT_PLANNED)
    assert status == 409
    assert "came first with place" in text
    assert '<dt>release</dt><dd dir="auto">4.10</dd>' in text
    assert f'action="/plan/ideas/{ids[0]}"' in text
    (version,) = re.findall(r'name="version" value="([0-9]+)"', text)
    _, text = move(own, ids[0], NOT_PLANNED, version=int(version))
    assert stages(text)[NOT_PLANNED] == [ids[0], ids[4]]


def test_a_placed_idea_can_be_freed_again(own: Shown, ids: list[str]) -> None:
    move(own, ids[0], "4.10")
    assert "placed it in <bdi>4.10</bdi>" in own.text(f"/plan/ideas/{ids[0]}")
    _, text = move(own, ids[0], "", version=1)
    assert "since this plan" not in text
    assert ids[0] in stages(text)["4.9"]


def test_what_the_plan_has_heeded_is_no_move_since_it(own: Shown, ids: list[str]) -> None:
    move(own, ids[3], "4.10")
    move(own, ids[4], "4.9", version=1)
    plan = plan_for(own.report)
    kept = PlanPlacement(ids[3], own.report.ideas[3].title, "4.10", "", 1, 0.0, "")
    lost = PlanPlacement(ids[4], own.report.ideas[4].title, "4.9", "", 2, None, "too large")
    write_plan(own, replace(plan, placements=(kept, lost)))
    text = own.text("/plan")
    assert "since this plan" not in text
    assert "wanted in <bdi>4.9</bdi>" in text
    assert "could not be kept: too large (decision 2)" in text
    assert "The plan could not keep it: <bdi>too large</bdi>" in own.text(f"/plan/ideas/{ids[4]}")
    own.client.post("/undo/1", headers=OWN)
    text = own.text("/plan")
    assert "1 move since this plan" in text
    assert "free again" in text


def test_a_move_that_cannot_be_is_named_and_moves_nothing(own: Shown, ids: list[str]) -> None:
    _, text = move(own, ids[4], "4.9")
    assert stages(text)[NOT_PLANNED] == [ids[4]]
    assert "it cannot be there; the next plan says why" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"release": "9.9", "version": "0"},
        {"release": "4.9", "team": "Owl", "version": "0"},
        {"release": "4.9", "version": "soon"},
        {"release": "4.9", "version": "0", "with": "need-999", "to": "4.9"},
    ],
)
def test_a_form_that_is_none_of_ours_moves_nothing(
    own: Shown, ids: list[str], fields: dict[str, str]
) -> None:
    assert own.client.post(f"/plan/ideas/{ids[0]}", data=fields, headers=OWN).status_code == 400
    with open_store(own.config.store.database) as store:
        assert store.decisions.log() == []


def test_an_idea_that_the_plan_does_not_know_is_not_found(own: Shown) -> None:
    answer = own.client.get("/plan/ideas/need-999")
    assert answer.status_code == 404
    assert "groundswell plan" in answer.text


def test_a_plan_of_before_can_be_read_but_not_moved_in(own: Shown, ids: list[str]) -> None:
    write_plan(own, replace(plan_for(own.report), basis=None))
    text = own.text("/plan")
    assert stages(text)["4.10"] == [ids[3]]
    assert "draggable" not in text
    assert own.client.get(f"/plan/ideas/{ids[0]}").status_code == 404


def test_exports_hold_what_the_board_shows(own: Shown, ids: list[str]) -> None:
    move(own, ids[0], "4.10")
    lines = list(
        csv.DictReader(StringIO(own.client.get("/export/plan.csv").content.decode("utf-8-sig")))
    )
    assert {line["id"]: line["ships in"] for line in lines}[ids[0]] == "4.10"
    told = json.loads(own.client.get("/export/plan.json").text)
    assert {idea["candidate_id"]: idea["ships"] for idea in told["ideas"]}[ids[0]] == "4.10"
    book = own.client.get("/export/plan.xlsx")
    assert "spreadsheetml" in book.headers["content-type"]
    assert "xl/workbook.xml" in ZipFile(BytesIO(book.content)).namelist()
    assert own.client.get("/export/plan.doc").status_code == 404


def test_without_a_plan_there_is_nothing_to_move_or_to_export(own: Shown, ids: list[str]) -> None:
    (own.config.report.folder / "plan.json").unlink()
    assert "No plan yet" in own.text("/plan")
    assert own.client.get("/export/plan.csv").status_code == 404
    assert move(own, ids[0], "4.9")[0] == 400


def test_titles_and_names_of_others_stay_text(own: Shown) -> None:
    plan = plan_for(own.report)
    assert plan.basis is not None
    evil = tuple(replace(idea, title=HOSTILE) for idea in plan.basis.ideas)
    ideas = tuple(replace(idea, title=HOSTILE) for idea in plan.ideas)
    write_plan(own, replace(plan, ideas=ideas, basis=replace(plan.basis, ideas=evil)))
    for path in ("/plan", f"/plan/ideas/{plan.ideas[1].candidate_id}"):
        text = own.text(path)
        assert "<script>alert" not in text
        assert "\u202e" not in text


def test_only_planners_move_and_undo_moves(own: Shown, ids: list[str]) -> None:
    move(own, ids[3], "4.9")
    roles: tuple[tuple[Role, bool], ...] = (("reviewer", False), ("planner", True))
    for role, allowed in roles:
        add_user(own.config, role, role)
        client = browser(own.config)
        sign_in(client, role)
        text = client.get("/plan").text
        assert ("draggable" in text) is allowed
        assert ("/undo/1" in text) is allowed
        card = client.get(f"/plan/ideas/{ids[0]}").text
        assert (">Move</button>" in card) is allowed
        fields = {"release": "4.10", "version": "1"}
        answer = client.post(f"/plan/ideas/{ids[0]}", data=fields)
        assert answer.status_code == (303 if allowed else 403)
        assert client.post("/undo/1").status_code == (303 if allowed else 403)
