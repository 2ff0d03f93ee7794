"""Signing in and out in a real browser, and another site that tries to use it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server, socket

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.web.pages.chromium import browser, grave_violations, require_chromium
from tests.web.people import PASSWORD, PASSWORDS, add_token, add_user, settings
from web.app import create_app
from web.guard import Context, Route
from web.pages import ROUTES

require_chromium()

__all__ = ["browser"]

CHANGED: list[str] = []


def change(_request: Request, context: Context) -> Response:
    CHANGED.append(context.reviewer.name)
    return PlainTextResponse("changed")


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application in a thread; give its address."""
    with create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=_run, args=(server, listener))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _run(server: uvicorn.Server, listener: socket) -> None:
    server.run(sockets=[listener])


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    config = settings(tmp_path)
    add_user(config)
    add_token(config, "ann", "read")
    pages = (*ROUTES, Route("/change", ("POST",), "review", change))
    CHANGED.clear()
    with served(create_app(config, pages=pages, passwords=PASSWORDS)) as where:
        yield where


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def sign_in(page: Page, address: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/account")
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill(password)
    enter(page)


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def push(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def test_one_signs_in_and_out_by_keyboard_without_scripts(page: Page, address: str) -> None:
    page.goto(f"{address}/account")
    assert page.url == f"{address}/login?next=/account"
    for text in ("ann", "wrong"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    enter(page)
    assert page.get_by_role("alert").inner_text() == "Name or password is wrong."
    page.keyboard.type(PASSWORD)
    enter(page)
    assert page.url == f"{address}/account"
    push(page, "Sign out")
    assert page.url == f"{address}/login"
    page.goto(f"{address}/account")
    assert page.url == f"{address}/login?next=/account"


def test_the_password_is_changed_and_a_token_revoked_in_the_browser(
    page: Page, address: str
) -> None:
    sign_in(page, address)
    with page.expect_navigation():
        page.get_by_role("button", name="Revoke").click()
    assert page.get_by_text("groundswell tokens add").is_visible()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password 12").fill("another long password")
    page.get_by_label("New password once more").fill("another long password")
    push(page, "Change and sign out elsewhere")
    assert page.get_by_role("status").inner_text() == "The password was changed."


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_forms_are_usable_by_everybody(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=True,  # for axe, which is a script
    )
    page = context.new_page()
    sign_in(page, address, "wrong")
    for path in ("login", "account"):
        assert page.url.startswith(f"{address}/{path}")
        assert grave_violations(page) == []
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) == 0
        if path == "login":
            sign_in(page, address)
    context.close()


def test_the_style_is_let_in_by_its_nonce(browser: Browser, address: str) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(page, address)
    colour = page.get_by_role("button", name="Sign out", exact=True).evaluate(
        "button => getComputedStyle(button).borderRadius"
    )
    assert colour == "6px"
    assert said == []
    page.close()


def other_site(target: str) -> ASGIApp:
    """Return a page of somebody else's that sends a form to the app at once."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        html = (
            f'<form method="post" action="{target}/change"></form>'
            f'<script>onload = () => fetch("{target}/change", {{method: "POST", mode: "no-cors",'
            ' credentials: "include"}).catch(() => 0).finally(() => document.forms[0].submit())'
            "</script>"
        )
        await HTMLResponse(html)(scope, receive, send)

    return app


def test_another_site_cannot_use_the_session(browser: Browser, address: str) -> None:
    page = browser.new_page()
    sign_in(page, address)
    # Another port is the same site to a browser, so it does send the cookie along.
    with served(other_site(address)) as elsewhere:
        page.goto(elsewhere, wait_until="commit")
        page.wait_for_url(f"{address}/change")
        assert "another site's page" in page.content()
    assert CHANGED == []
    page.goto(f"{address}/account")
    page.evaluate("document.forms[0].action = '/change'")
    push(page, "Sign out")
    assert page.inner_text("body") == "changed"
    assert CHANGED == ["ann"]
    page.close()
