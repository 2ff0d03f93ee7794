"""The plan's page as a browser sees it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

import reports
from groundswell.report import IdeaReport, ReleasePlan
from tests.reports.test_page_in_chromium import GRAVE, browser, opened
from tests.reports.test_plan_page import plan

__all__ = ["browser", "plan"]


@pytest.mark.parametrize("width", [1280, 400, 320])
def test_the_plan_is_quiet_accessible_and_no_wider_than_the_page(
    browser: Browser, plan: ReleasePlan, report: IdeaReport, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "plan.html"
    path.write_bytes(reports.render_plan(plan, report)["plan.html"])
    page, noted = opened(browser, path.as_uri(), width)
    assert noted == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in GRAVE] == []
    page.close()
