"""Moving cards in a real browser: by mouse, by keys, without scripts, on every width and scheme."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.chromium import (
    browser,
    grave_violations,
    require_chromium,
    served,
    violations,
)
from tests.web.pages.filling import Shown
from tests.web.pages.planning import with_plan
from web.app import create_app

require_chromium()

__all__ = ["browser"]


@pytest.fixture
def own(report: IdeaReport, tmp_path: Path) -> Shown:
    return with_plan(report, tmp_path)


@pytest.fixture
def origin(own: Shown) -> Iterator[str]:
    with served(create_app(own.config)) as found:
        yield found


def opened(browser: Browser, address: str, width: int = 1280) -> tuple[Page, list[str]]:
    """Open a page and note whatever it says."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    noted: list[str] = []
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.goto(address)
    return page, noted


def grab(page: Page, idea_id: str) -> None:
    """Take hold of a card with the mouse, and wait until every release says what it would cost."""
    box = page.locator(f'.ticket:has(a[href$="/{idea_id}"])').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 30, steps=4)
    page.locator(".stage .told:not(:empty)").first.wait_for()


def over(page: Page, release: str) -> None:
    box = page.locator(f'.stage[data-release="{release}"]').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=4)
    page.mouse.move(box["x"] + 64, box["y"] + 64, steps=2)


def released(own: Shown) -> list[tuple[str, object]]:
    with open_store(own.config.store.database) as store:
        return [(one.target, one.after["release"]) for one in store.decisions.log()]


def test_a_card_is_dragged_where_it_breaks_nothing_and_the_cost_was_said_before(
    browser: Browser, origin: str, own: Shown
) -> None:
    idea = own.report.ideas[0].candidate_id
    page, noted = opened(browser, f"{origin}/plan")
    grab(page, idea)
    assert page.locator('.stage[data-release="4.10"] .told').text_content() == (
        "\N{MINUS SIGN}0.50 points"
    )
    assert page.locator('.stage[data-release="4.9"] .told').text_content() == "where it is"
    assert released(own) == []
    over(page, "4.10")
    assert "4.10: " in (page.locator("#saying").text_content() or "")
    page.mouse.up()
    page.wait_for_url("**/plan?moved=1*")
    assert released(own) == [(idea, "4.10")]
    card = page.locator(f'.stage[data-release="4.10"] a[href$="/{idea}"]')
    expect(card).to_be_focused()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    page.locator(f'.stage[data-release="4.9"] a[href$="/{idea}"]').wait_for()
    assert noted == []
    page.close()


def test_a_drop_that_breaks_a_dependency_asks_first_and_offers_to_move_all(
    browser: Browser, origin: str, own: Shown
) -> None:
    second, third = (idea.candidate_id for idea in own.report.ideas[1:3])
    page, noted = opened(browser, f"{origin}/plan")
    grab(page, second)
    over(page, "4.10")
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert released(own) == []
    assert violations(page) == []
    dialog.get_by_role("button", name="Move all 2 to 4.10").click()
    page.wait_for_url("**/plan?moved=1*")
    assert released(own) == [(second, "4.10"), (third, "4.10")]
    assert noted == []
    page.close()


def test_a_card_cannot_be_dropped_where_it_cannot_be(
    browser: Browser, origin: str, own: Shown
) -> None:
    page, _ = opened(browser, f"{origin}/plan")
    grab(page, own.report.ideas[4].candidate_id)
    assert page.locator(".stage.cannot").count() == 2
    over(page, "4.10")
    page.mouse.up()
    page.wait_for_timeout(300)
    assert released(own) == []
    assert page.locator(".told:not(:empty)").count() == 0
    page.close()


def test_a_card_is_moved_by_keys_alone(browser: Browser, origin: str, own: Shown) -> None:
    idea = own.report.ideas[3].candidate_id
    page, noted = opened(browser, f"{origin}/plan")
    for _ in range(10):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.getAttribute('href')") == f"/plan/ideas/{idea}":
            break
    page.keyboard.press("m")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"/plan/ideas/{idea}"
    page.keyboard.press("m")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("2")  # 4.9 and not planned: it is in 4.10
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan?moved=1*")
    assert released(own) == [(idea, "not planned")]
    assert noted == []
    page.close()


def test_single_keys_that_are_switched_off_move_nothing(
    browser: Browser, origin: str, own: Shown
) -> None:
    page, _ = opened(browser, f"{origin}/plan")
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.locator(".ticket a").first.focus()
    page.keyboard.press("m")
    page.wait_for_timeout(200)
    assert not page.locator("#places").is_visible()
    page.close()


def test_without_scripts_a_card_opens_its_page_and_is_moved_there(
    browser: Browser, origin: str, own: Shown
) -> None:
    idea = own.report.ideas[0].candidate_id
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/plan")
    page.locator(f'.ticket a[href$="/{idea}"]').click()
    page.get_by_role("button", name="Move to 4.10", exact=True).click()
    assert page.locator(f'.stage[data-release="4.10"] a[href$="/{idea}"]').is_visible()
    assert released(own) == [(idea, "4.10")]
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (400, "dark")])
def test_the_board_is_accessible_within_its_width(
    browser: Browser, origin: str, own: Shown, width: int, scheme: str
) -> None:
    first, second = (idea.candidate_id for idea in own.report.ideas[:2])
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{origin}/plan/ideas/{first}")
    page.get_by_role("button", name="Move to not planned").click()
    for address in (page.url, f"{origin}/plan", f"{origin}/plan/ideas/{second}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        assert grave_violations(page) == [], address
    context.close()
