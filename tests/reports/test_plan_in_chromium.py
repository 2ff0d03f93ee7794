"""The plan's page as a browser sees it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

import reports
from groundswell.report import IdeaReport, ReleasePlan
from tests.reports.test_page_in_chromium import opened
from tests.reports.test_plan_page import plan
from tests.web.pages.chromium import browser, grave_violations, require_chromium

require_chromium()

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
    assert grave_violations(page) == []
    page.close()
