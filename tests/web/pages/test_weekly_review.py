"""The whole weekly review by keys alone: nothing on the way needs a mouse, however narrow."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.chromium import Watched, browser, require_chromium, served
from tests.web.pages.filling import config_in, fill
from web.app import create_app

require_chromium()

__all__ = ["browser"]

SEEN = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    return box.width > 0 && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');
}"""
ROW_LEADS_TO = """start => {
  const link = document.activeElement.closest("[data-row]")?.querySelector("a");
  return !!link && link.getAttribute("href").startsWith(start);
}"""
ENOUGH = 400
"""Presses of Tab after which whatever is looked for is out of reach."""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, and require that it can be seen."""
    for _ in range(ENOUGH):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            assert page.evaluate(SEEN), f"the focus on {selector} cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")


def go(page: Page, *keys: str, to: str) -> None:
    """Press keys that lead to another page."""
    with page.expect_navigation(url=re.compile(to)):
        for key in keys:
            page.keyboard.press(key)


def step_to(page: Page, start: str) -> None:
    """Step through the rows of a page until one leads to an address that begins so."""
    for _ in range(ENOUGH):
        page.keyboard.press("j")
        if page.evaluate(ROW_LEADS_TO, start):
            return
    raise AssertionError(f"no row leads to {start}")


@pytest.mark.parametrize("width", [1280, 400])
def test_the_weekly_review_needs_no_mouse(
    browser: Browser, report: IdeaReport, tmp_path: Path, width: int
) -> None:
    shown = fill(config_in(tmp_path), report)
    with served(create_app(shown.config)) as origin:
        watched = Watched(browser.new_context(viewport={"width": width, "height": 900}))
        watched.open(f"{origin}/")
        page = watched.page
        accept_an_idea(page)
        rename_a_need(page)
        reject_two_together(page)
        undo_the_last(page)
        assert watched.noted == []
    with open_store(shown.config.store.database) as store:
        log = store.decisions.log()
        assert [one.kind for one in log] == ["accept", "rename", "reject", "reject", "undo"]
        assert store.decisions.themes()[1].label == "Work offline"
        assert {one.reason for one in log if one.kind == "reject"} == {"not our market"}


def accept_an_idea(page: Page) -> None:
    step_to(page, "/ideas/")  # the first idea that the inbox tells of
    go(page, "Enter", to="/ideas/")
    page.keyboard.press("a")
    page.keyboard.type("asked for often")
    go(page, "Enter", to="#decide")


def rename_a_need(page: Page) -> None:
    go(page, "g", "n", to="/needs$")
    tab_to(page, "a[href='/needs/1']")
    go(page, "Enter", to="/needs/1$")
    tab_to(page, "#decide summary")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=label]")
    page.keyboard.press("Control+a")
    page.keyboard.type("Work offline")
    go(page, "Enter", to="#decide")


def reject_two_together(page: Page) -> None:
    go(page, "g", "i", to="/ideas$")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.keyboard.press("r")  # to the reason for rejecting what is marked
    assert page.evaluate(SEEN)
    page.keyboard.type("not our market")
    go(page, "Enter", to="/ideas$")


def undo_the_last(page: Page) -> None:
    go(page, "g", "l", to="/log$")
    tab_to(page, "button[aria-label='Undo decision 4']")
    go(page, "Enter", to="#decide")
