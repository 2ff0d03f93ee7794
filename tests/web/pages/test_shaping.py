"""Merging, splitting, moving and retiring needs in the browser's way."""

import re
from pathlib import Path

import pytest

from groundswell.domain.drafts import FIRST_MADE
from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.filling import Shown, config_in, fill

OWN = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
SHAPE = "/needs/1/shape"


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    return fill(config_in(tmp_path), report)


def post(own: Shown, target: str, **fields: str | list[str]) -> tuple[int, str]:
    answer = own.client.post(f"/decide/{target}", data=fields, headers=OWN)
    return answer.status_code, answer.text


def shown(own: Shown) -> list[str]:
    return re.findall(r'name="shown" value="([^"]+)"', own.text(SHAPE))


def marked(own: Shown) -> list[str]:
    return re.findall(r'name="goes" value="([^"]+)" checked', own.text(SHAPE))


def test_a_cut_is_proposed_and_each_statement_is_on_one_side(own: Shown) -> None:
    assert sorted(shown(own)) == sorted(set(own.statement_ids))
    assert 0 < len(marked(own)) < len(shown(own))


def test_a_need_is_merged_and_its_page_says_so(own: Shown) -> None:
    status, text = post(own, "theme-1", kind="merge", version="0", merged_into="theme-2")
    assert status == 200
    assert re.search(r'Merged into <a href="/needs/2">.*from the next run on', text)
    assert "merged into" in own.text("/log")


def test_a_merge_into_nothing_is_refused(own: Shown) -> None:
    status, text = post(own, "theme-1", kind="merge", version="0", merged_into="elsewhere")
    assert (status, "expected a theme such as theme-12" in text) == (400, True)
    status, text = post(own, "theme-1", kind="merge", version="0", merged_into="theme-1")
    assert (status, "cannot be merged with itself" in text) == (400, True)


def test_the_marked_statements_are_split_off(own: Shown) -> None:
    goes, all_shown = marked(own), shown(own)
    status, text = post(
        own,
        f"theme-{FIRST_MADE}",
        kind="split",
        version="0",
        seen="0",
        split_from="theme-1",
        label="Exports",
        shown=all_shown,
        goes=goes,
    )
    assert status == 200
    assert "Exports</bdi> is split off from the next run on" in text
    with open_store(own.config.store.database) as store:
        made = store.decisions.themes()[FIRST_MADE]
    assert (made.split_from, made.label) == ("theme-1", "Exports")
    assert {one for one, (belongs, _) in made.holds.items() if belongs} == set(goes)
    assert {one for one, (belongs, _) in made.holds.items() if not belongs} == {
        *set(all_shown) - set(goes)
    }
    assert f'action="/decide/theme-{FIRST_MADE + 1}"' in own.text(SHAPE)  # the next one
    assert f"{len(goes)} statements" in own.text("/log")


def test_what_was_split_off_is_undone_from_the_need_it_came_from(own: Shown) -> None:
    fields = {"kind": "split", "version": "0", "split_from": "theme-1", "label": ""}
    post(own, f"theme-{FIRST_MADE}", **fields, goes=marked(own)[:1])
    assert "A part of it" in own.text("/needs/1")
    own.client.post("/undo/1", headers=OWN)
    assert "split off" not in re.sub(r"(?s)<ol class=.decided.*?</ol>", "", own.text("/needs/1"))


def test_nothing_marked_is_no_split(own: Shown) -> None:
    fields = {"kind": "split", "version": "0", "split_from": "theme-1", "label": ""}
    status, text = post(own, f"theme-{FIRST_MADE}", **fields, shown=shown(own))
    assert (status, "split without statements" in text) == (400, True)


def test_statements_are_moved_to_another_need_or_out_of_this_one(own: Shown) -> None:
    first, second = shown(own)[:2]
    fields = {"kind": "move", "version": "0", "seen": "0", "split_from": "theme-1"}
    assert post(own, "theme-1", **fields, into="theme-2", goes=[first])[0] == 200
    assert post(own, "theme-1", **fields, into="", goes=[second])[0] == 200
    with open_store(own.config.store.database) as store:
        verdicts = store.decisions.themes()
    assert verdicts[2].holds == {first: (True, 1)}
    assert verdicts[1].holds == {second: (False, 2)}


def test_a_need_is_retired_and_comes_back(own: Shown) -> None:
    post(own, "theme-1", kind="retire", version="0", retired="yes", reason="noise")
    assert "Retired from the next run on" in own.text("/needs/1")
    own.client.post("/undo/1", headers=OWN)
    assert "Retired from the next run on" not in own.text("/needs/1")


@pytest.mark.parametrize("number", ["77", "x", "9999999999"])
def test_a_need_that_is_not_there_has_nothing_to_change(own: Shown, number: str) -> None:
    assert own.client.get(f"/needs/{number}/shape").status_code == 404
