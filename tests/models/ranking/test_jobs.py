from typing import Any

import pytest

from groundswell.report import Job
from models.evidence.voices import usable
from models.ranking.jobs import SHOWN, find_jobs


@pytest.fixture
def jobs(make_mentions: Any, make_themes: Any, as_of: Any) -> Any:
    def found(*texts: str, **more: Any) -> tuple[Job, ...]:
        rows = [{"text": text, "author": f"user {n}", **more} for n, text in enumerate(texts)]
        table = usable(make_mentions(rows), as_of)
        return find_jobs(table, make_themes(["notes"])).get(0, ())

    return found


def test_when_what_for_and_what_is_done_instead_are_quoted(jobs: Any) -> None:
    found = jobs(
        "Lock the sheet, so that nobody edits a paid timesheet. Thanks!",
        "It fails when I work in the cellar; so I copy 900 lines by hand each month",
        "Show the cost so we can see what a plan is worth",
    )
    assert [(job.part, job.words) for job in found] == [
        ("when", "when I work in the cellar"),
        ("what for", "so that nobody edits a paid timesheet"),
        ("what for", "so we can see what a plan is worth"),
        ("instead", "so I copy 900 lines by hand each month"),
    ]
    assert [job.statement_id for job in found] == ["s00001", "s00000", "s00002", "s00001"]


def test_a_customer_is_quoted_once_of_a_kind_and_few_are_shown(jobs: Any) -> None:
    one = jobs("when I travel by train it is lost, and when I fly it is lost too", author="ann")
    assert [job.words for job in one] == [
        "when I travel by train it is lost, and when I fly it is lost too"
    ]
    assert len(jobs(*(f"so that number {n} is never lost again" for n in range(9)))) == SHOWN


@pytest.mark.parametrize("text", ["so good", "When is it ready?", "Please add notes.", ""])
def test_what_tells_no_job_is_passed_over(jobs: Any, text: str) -> None:
    assert jobs(text) == ()


def test_other_languages_are_not_read(make_mentions: Any, make_themes: Any, as_of: Any) -> None:
    table = usable(make_mentions([{"text": "so that it works when I am away"}]), as_of)
    assert find_jobs(table.assign(language="de"), make_themes(["notes"])) == {}
    assert len(find_jobs(table.assign(language="en"), make_themes(["notes"]))[0]) == 2
