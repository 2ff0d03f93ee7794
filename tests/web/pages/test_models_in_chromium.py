"""The models in a browser: led by keys, asked for without scripts, within a narrow page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from groundswell.config import Config
from groundswell.report import IdeaReport
from groundswell.store import open_store
from tests.web.pages.chromium import (
    Watched,
    browser,
    grave_violations,
    require_chromium,
    served,
)
from tests.web.pages.filling import config_in, fill
from web.app import create_app

require_chromium()

__all__ = ["browser"]

FOCUSED = "document.activeElement.getAttribute('href')"
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def config(report: IdeaReport, tmp_path: Path) -> Config:
    return fill(config_in(tmp_path), report).config


@pytest.fixture
def origin(config: Config) -> Iterator[str]:
    with served(create_app(config)) as found:
        yield found


def without_scripts(browser: Browser, width: int = 400) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark", java_script_enabled=False
    )
    return context.new_page()


def asked_for(config: Config) -> list[tuple[str, str, str, str]]:
    with open_store(config.store.database) as store:
        return [(job.kind, job.subject, job.manner, job.reason) for job in store.jobs.newest(9)]


def test_keys_lead_to_the_models_and_from_version_to_version(browser: Browser, origin: str) -> None:
    watched = Watched(browser.new_context())
    watched.open(origin + "/plan")
    page = watched.page
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/models")
    for version in ("/models/themes-2", "/models/themes-5", "/models/themes-4"):
        page.keyboard.press("j")
        assert page.evaluate(FOCUSED) == version
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/themes-4")
    page.keyboard.press("u")
    page.wait_for_url("**/models")
    assert watched.noted == []


def test_a_retraining_that_waits_is_asked_for_without_scripts(
    browser: Browser, origin: str, config: Config
) -> None:
    page = without_scripts(browser)
    page.goto(origin + "/runs")
    page.get_by_role("link", name="Retrain the models").click()
    page.get_by_label("waits for a person").check()
    page.locator("form[action='/models/retrain']").get_by_label("Why").fill("a new market")
    page.get_by_role("button", name="Retrain").click()
    page.wait_for_url("**/runs")
    assert page.get_by_text("Retraining, what passes waits").is_visible()
    assert asked_for(config) == [("retrain", "", "wait", "a new market")]
    page.goto(origin + "/models")
    assert page.get_by_text("Waiting for its turn").is_visible()
    page.context.close()


def test_a_version_is_put_in_use_in_spite_of_its_gate_with_a_reason_alone(
    browser: Browser, origin: str, config: Config
) -> None:
    page = without_scripts(browser)
    page.goto(origin + "/models/themes-4")
    button = page.get_by_role("button", name="Use it in spite of churn")
    button.click()
    assert page.url.endswith("/models/themes-4")  # the browser wants the reason first
    page.get_by_label("Why").fill("we moved to another market")
    button.click()
    page.wait_for_url("**/runs")
    assert asked_for(config) == [
        ("promote", "themes-4", "anyway", "we moved to another market"),
    ]
    page.context.close()


@pytest.mark.parametrize("place", ["/models", "/models/themes-3", "/models/themes-4"])
def test_with_a_job_under_way_the_pages_stay_within_their_width_and_accessible(
    browser: Browser, origin: str, config: Config, place: str
) -> None:
    from tests.web.people import NOON

    with open_store(config.store.database) as store:
        store.jobs.request("promote", by="ann", at=NOON, subject="themes-3", reason="x" * 200)
    watched = Watched(browser.new_context(viewport={"width": 400, "height": 900}))
    watched.open(origin + place)
    assert watched.page.evaluate(WIDTH) == 400
    assert grave_violations(watched.page) == []
