"""The pages as a browser sees them: accessible, within their width, quiet, led by keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from groundswell.domain import standing_preferences
from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.chromium import Watched, browser, grave_violations, require_chromium, served
from tests.web.pages.filling import Shown, config_in, fill
from tests.web.pages.routes import every_address
from web.app import create_app
from web.guard import Route
from web.pages import ROUTES, about

require_chromium()

__all__ = ["browser"]

FOCUSED = "document.activeElement.getAttribute('href')"
WIDTH = "document.documentElement.scrollWidth"
LOOKS = [(width, scheme) for width in (1280, 400) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def origin(shown: Shown) -> Iterator[str]:
    with served(create_app(shown.config)) as found:
        yield found


def opened(browser: Browser, address: str, width: int = 1280) -> tuple[Page, list[str]]:
    """Open a page and note whatever it says, asks for or requests from elsewhere."""
    watched = Watched(browser.new_context(viewport={"width": width, "height": 900}))
    noted = watched.open(address)
    return watched.page, noted


def is_html(shown: Shown, address: str) -> bool:
    return "text/html" in shown.client.get(address).headers["content-type"]


def test_every_page_is_quiet_within_its_width_and_accessible_in_every_look(
    browser: Browser, origin: str, shown: Shown
) -> None:
    watched = Watched(browser.new_context())
    page = watched.page
    for address in every_address(shown):
        if not is_html(shown, address):
            continue
        watched.open(origin + address)
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            look = (address, width, scheme)
            assert page.evaluate(WIDTH) == width, look
            assert grave_violations(page) == [], look
        missing = "404 (Not Found)"  # a report that is not there says so to the browser, too
        assert [one for one in watched.noted if missing not in one] == [], address


def test_a_page_that_is_added_is_visited_or_asked_for(shown: Shown) -> None:
    added = Route("/planted", ("GET",), "read", about.show)
    assert "/planted" in every_address(shown, (*ROUTES, added))
    with pytest.raises(LookupError, match=r"^/planted/\{one\}: add such an address"):
        every_address(shown, (*ROUTES, Route("/planted/{one}", ("GET",), "read", about.show)))


def test_without_scripts_everything_can_be_read(
    browser: Browser, origin: str, shown: Shown
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(origin + "/ideas")
    page.get_by_label("Words").fill("export")
    page.get_by_role("button", name="Show").click()
    assert "q=export" in page.url
    page.locator("tbody th a").first.click()
    assert page.locator("table.why").is_visible()
    assert not page.locator(".forkeys").is_visible()
    context.close()


def test_keys_walk_the_list_open_a_row_and_lead_back(
    browser: Browser, origin: str, shown: Shown
) -> None:
    page, noted = opened(browser, origin + "/ideas")
    links = page.eval_on_selector_all(
        "tbody th a", "found => found.map(a => a.getAttribute('href'))"
    )
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) == links[1]
    page.keyboard.press("k")
    assert page.evaluate(FOCUSED) == links[0]
    page.keyboard.press("Enter")
    page.wait_for_url("**/ideas/*")
    page.keyboard.press("]")
    page.wait_for_url(f"**{links[1]}")
    page.keyboard.press("u")
    page.wait_for_url("**/ideas")
    for key, place in (("n", "/needs"), ("h", "/"), ("i", "/ideas")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"{origin}{place}")
    assert noted == []
    page.close()


def test_marked_rows_are_compared_by_keys(browser: Browser, origin: str, shown: Shown) -> None:
    page, _ = opened(browser, origin + "/ideas")
    for key in ("j", "x", "j", "x", "c"):
        page.keyboard.press(key)
    page.wait_for_url("**/compare?*")
    assert page.locator("table.versus.bars").is_visible()
    page.close()


def test_keys_are_letters_while_somebody_types_and_can_be_switched_off(
    browser: Browser, origin: str, shown: Shown
) -> None:
    page, _ = opened(browser, origin + "/ideas")
    page.keyboard.press("/")
    page.keyboard.type("j?gi")
    assert page.locator("#find").input_value() == "j?gi"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]')") is None
    page.close()


def test_the_skip_link_comes_first_and_leads_to_the_content(
    browser: Browser, origin: str, shown: Shown
) -> None:
    page, _ = opened(browser, origin + "/ideas")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_a_pair_is_answered_by_one_key_and_without_scripts(
    browser: Browser, report: IdeaReport, tmp_path: Path
) -> None:
    own = fill(config_in(tmp_path), report)
    with served(create_app(own.config)) as origin:
        page, noted = opened(browser, origin + "/pairs")
        page.keyboard.press("2")
        page.wait_for_url("**/pairs?done=1&said=1")
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**/pairs?done=2&said=2")
        page.keyboard.press("s")
        page.wait_for_url("**skip=*")
        page.keyboard.press("0")
        page.wait_for_url("**said=3")
        assert noted == []
        page.close()
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(origin + "/pairs?done=3")
        page.get_by_role("button", name="This one first").first.click()
        assert "said=4" in page.url
        context.close()
    with open_store(own.config.store.database) as store:
        made = standing_preferences(store.decisions.verdicts())
    assert [(one.side, one.tie) for one in made] == [
        ("right", False),
        ("left", False),
        ("left", True),
        ("left", False),
    ]
