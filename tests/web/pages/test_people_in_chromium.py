"""What belongs to a person, in a browser: inbox, saved views, signing in with a provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from groundswell.domain import Draft
from groundswell.report import IdeaReport
from groundswell.store import open_store
from groundswell.web_config import OidcConfig, WebConfig
from tests.web.accounts.test_in_chromium import served
from tests.web.pages.chromium import browser, grave_violations, require_chromium
from tests.web.pages.filling import NOON, config_in, fill
from web.app import create_app

require_chromium()

__all__ = ["browser"]

WIDTHS = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])


@pytest.fixture
def origin(report: IdeaReport, tmp_path: Path) -> Iterator[str]:
    """Serve pages over a store in which two reviewers disagree."""
    config = config_in(tmp_path)
    fill(config, report)
    name = report.ideas[0].candidate_id
    with open_store(config.store.database) as store:
        store.decisions.record(Draft("accept", name, "ann", NOON, reason="Three deals."))
        store.decisions.record(Draft("reject", name, "bob", NOON, reason="Not our market."))
    with served(create_app(config)) as where:
        yield where


def opened(browser: Browser, width: int, scheme: str) -> Page:
    """Open a page in which scripts are switched off."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=False,
    )
    return context.new_page()


def push(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


@WIDTHS
def test_the_inbox_is_marked_as_seen_without_scripts(
    browser: Browser, origin: str, width: int, scheme: str
) -> None:
    page = opened(browser, width, scheme)
    page.goto(origin)
    assert page.get_by_role("heading", name="Reviewers disagree").is_visible()
    assert page.get_by_text("bob: rejected · ann: accepted").is_visible()
    assert page.get_by_role("heading", name="Ideas that moved").is_visible()
    push(page, "Mark as seen")
    assert page.get_by_text("No run since you looked today.").is_visible()
    assert page.get_by_role("heading", name="Ideas that moved").count() == 0
    assert page.get_by_role("heading", name="Reviewers disagree").is_visible()  # still waits
    page.get_by_role("link", name="the run before").click()
    assert page.get_by_role("heading", name="Ideas that moved").is_visible()
    page.get_by_role("link", name="Export invoices as PDF with line items").first.click()
    assert page.get_by_role("heading", name="Reviewers disagree").is_visible()
    page.context.close()


@WIDTHS
def test_a_view_is_saved_and_opened_without_scripts(
    browser: Browser, origin: str, width: int, scheme: str
) -> None:
    page = opened(browser, width, scheme)
    page.goto(f"{origin}/ideas?decision=disputed")
    assert page.locator("tbody tr").count() == 1
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill("Open questions")
    push(page, "Save")
    page.get_by_text("This view", exact=True).click()
    push(page, "Open the list with it")
    page.goto(f"{origin}/ideas")
    assert page.url == f"{origin}/ideas?decision=disputed"
    page.get_by_role("link", name="All ideas").click()
    assert page.locator("tbody tr").count() > 1
    page.get_by_role("link", name="Open questions").click()
    page.get_by_text("This view", exact=True).click()
    push(page, "Delete")
    assert page.get_by_role("link", name="Open questions").count() == 0
    page.context.close()


@WIDTHS
def test_they_are_accessible_and_within_their_width(
    browser: Browser, origin: str, width: int, scheme: str
) -> None:
    plain = opened(browser, width, scheme)
    plain.goto(f"{origin}/ideas?decision=disputed")
    plain.get_by_text("Save this view").click()
    plain.get_by_label("Name of the view").fill("A name that is rather long for a small screen")
    push(plain, "Save")
    plain.context.close()
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for address in ("/", "/?since=7", "/ideas", "/ideas?decision=disputed", "/ideas/need-1"):
        page.goto(origin + address)
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        assert grave_violations(page) == []
    page.close()


@WIDTHS
def test_the_login_with_a_provider_is_accessible(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    oidc = OidcConfig(issuer="http://127.0.0.1:9", client_id="app", name="Acme ID")
    config = config_in(tmp_path).model_copy(update={"web": WebConfig(oidc=oidc)})
    with served(create_app(config)) as where:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for address in ("/login?left", "/login"):
            page.goto(where + address)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert grave_violations(page) == []
        with page.expect_navigation():
            page.get_by_role("link", name="Sign in with Acme ID").click()
        assert "Acme ID cannot be asked" in page.locator("[role=alert]").inner_text()
        page.close()
