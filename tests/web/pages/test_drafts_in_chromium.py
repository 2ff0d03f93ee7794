"""From staging by way of a preview and publishing to an undo, by keyboard, in a real browser."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from flows import steps
from flows.jobs import work
from groundswell.config import Config, load_config
from groundswell.store import open_store
from tests.flows.test_cli import make
from tests.web.pages.chromium import browser, grave_violations, require_chromium
from web.app import create_app

require_chromium()

__all__ = ["browser"]

PATIENCE_MS = 90_000


@dataclass(frozen=True, slots=True)
class Served:
    address: str
    config: Config
    first: str
    """Id of the idea of rank 1."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = make(tmp_path_factory.mktemp("installation"))
    config = load_config(path)
    steps.run(steps.REFRESH, config, kind="refresh")
    working: list[threading.Thread] = []

    def wake() -> None:
        working.append(threading.Thread(target=work, args=(path,)))
        working[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(config, wake=wake)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with open_store(config.store.database) as store:
            first = store.ideas.candidates()[0].candidate_id
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", config, first)
        server.should_exit = True
        for one in (thread, *working):
            one.join()


def tab_to(page: Page, name: str) -> None:
    """Move the focus on by keyboard to what bears a name."""
    shown = "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
    for _ in range(200):
        page.keyboard.press("Tab")
        if str(page.evaluate(shown)).strip().startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def quiet(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert grave_violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_a_decision_is_staged_previewed_published_and_undone_by_keyboard(
    browser: Browser, served: Served, width: int, scheme: str
) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    noted: list[str] = []
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.goto(f"{served.address}/ideas/{served.first}")
    page.keyboard.press("r")
    page.keyboard.type("Not our market.")
    press(page, "Add to draft: reject")
    assert page.get_by_text("In your draft").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/draft")
    quiet(page, width)
    press(page, "Preview")
    page.get_by_text("Compared with run").wait_for(timeout=PATIENCE_MS)  # without a reload
    quiet(page, width)
    press(page, "Publish")
    page.wait_for_url("**/log")
    with open_store(served.config.store.database) as store:
        assert store.decisions.ideas()[served.first].status == "rejected"
        number = store.decisions.verdicts().number
    press(page, f"Undo decision {number}")
    with open_store(served.config.store.database) as store:
        assert store.decisions.ideas()[served.first].status == "undecided"
        assert store.decisions.verify() is None
    assert noted == []
    page.close()


def test_without_scripts_a_draft_is_staged_and_published(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/ideas/{served.first}")
    page.get_by_role("button", name="Add to draft: accept").click()
    page.get_by_role("link", name="In your draft").click()
    page.get_by_role("button", name="Publish it").click()
    assert page.url.endswith("/log")
    context.close()
    with open_store(served.config.store.database) as store:
        assert store.decisions.ideas()[served.first].status == "accepted"
