"""The pages as a browser sees them: accessible, within their width, quiet, led by keys."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from groundswell.domain import standing_preferences
from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.filling import Shown, addresses, config_in, fill
from web.app import create_app

CHROMIUM = Path("/usr/bin/chromium")
if not CHROMIUM.exists() and os.environ.get("GROUNDSWELL_REQUIRE_CHROMIUM") != "1":
    pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium", allow_module_level=True)

GRAVE = ("serious", "critical")
FOCUSED = "document.activeElement.getAttribute('href')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def origin(shown: Shown) -> Iterator[str]:
    with serving(shown) as address:
        yield address


@contextmanager
def serving(shown: Shown) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(shown.config)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def opened(browser: Browser, address: str, width: int = 1280) -> tuple[Page, list[str]]:
    """Open a page and note whatever it says, asks for or requests from elsewhere."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    noted: list[str] = []
    origin = "/".join(address.split("/")[:3])
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("dialog", lambda dialog: noted.append(dialog.message))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((origin, "data:")) else noted.append(request.url)
        ),
    )
    page.goto(address)
    return page, noted


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_pages_are_quiet_within_their_width_and_accessible(
    browser: Browser, origin: str, shown: Shown, width: int, scheme: str
) -> None:
    for address in addresses(shown):
        page, noted = opened(browser, origin + address, width)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert noted == [], address
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in GRAVE] == [], (
            address
        )
        page.close()


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
    with serving(own) as origin:
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
