"""A browser for tests: the app on a port of its own, and pages that note whatever they do."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
REQUIRED = "GROUNDSWELL_REQUIRE_CHROMIUM"
GRAVE = ("serious", "critical")
AXE = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"


def require_chromium() -> None:
    """Skip a module where there is no browser, unless there has to be one."""
    if not CHROMIUM.exists() and os.environ.get(REQUIRED) != "1":
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium", allow_module_level=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser for all tests of a module."""
    with chromium() as started:
        yield started


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application; yield its origin."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def violations(page: Page) -> list[tuple[str, str, str]]:
    """Return what axe finds against a page: how grave, which rule, an element that breaks it."""
    if page.evaluate("typeof axe") == "undefined":  # to read it takes longer than to run it
        page.evaluate(Axe().axe_script)
    return [(v["impact"], v["id"], v["nodes"][0]["html"]) for v in page.evaluate(AXE)]


def grave_violations(page: Page) -> list[tuple[str, str, str]]:
    """Return those that keep somebody from using the page."""
    return [one for one in violations(page) if one[0] in GRAVE]


class Watched:
    """A page of a browser, and all it said, asked for or requested from elsewhere."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.noted: list[str] = []
        self._own: tuple[str, ...] = ()
        self.page.on("console", lambda message: self.noted.append(message.text))
        self.page.on("pageerror", lambda error: self.noted.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self._note(request.url))

    def open(self, address: str) -> list[str]:
        """Open an address; return what was noted meanwhile."""
        self.noted.clear()
        self._own = ("/".join(address.split("/")[:3]) + "/", "data:")
        if address.startswith("file:"):
            self._own = (address, "data:")
        self.page.goto(address)
        return self.noted

    def _note(self, url: str) -> None:
        if not url.startswith(self._own):
            self.noted.append(url)

    def _dismiss(self, dialog: Any) -> None:
        self.noted.append(f"dialog: {dialog.message}")
        dialog.dismiss()
