import csv
import json
from dataclasses import replace
from io import StringIO

from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.report import IdeaReport
from reports.handover import Brief, Details, brief_of, github_files, jira_csv, linear_csv
from reports.handover.files import LINEAR_COLUMNS

STARTS = "=+-@|%\t\r\n＝"  # noqa: RUF001
hostile = st.one_of(
    st.text(st.sampled_from(STARTS + "'\" \u200bab"), max_size=8), st.text(max_size=8)
)


def briefs(report: IdeaReport, title: str = "Copy") -> list[Brief]:
    ideas = [replace(report.ideas[n], title=title, need=title) for n in range(2)]
    return [brief_of(i, report, f"groundswell/{i.candidate_id}/abcdefgh", Details()) for i in ideas]


def table(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8"), newline="")))


def test_jira_gets_each_label_in_a_column_of_that_name(report: IdeaReport) -> None:
    head, first, second = table(jira_csv(briefs(report), issue_type="Story", labels=["a", "b"]))
    assert head[:4] == ["Summary", "Issue Type", "Description", "External issue id"]
    assert head[4:] == ["Labels"] * 3
    assert first[4:] == ["a", "b", "groundswell/need-1/abcdefgh"]
    assert (first[0], first[1], first[3]) == ("Copy", "Story", first[6])
    assert len(head) == len(first) == len(second)


def test_linear_gets_all_columns_that_its_importer_reads(report: IdeaReport) -> None:
    head, first, _ = table(linear_csv(briefs(report), team="ENG", labels=["groundswell"]))
    assert tuple(head) == LINEAR_COLUMNS
    told = dict(zip(head, first, strict=True))
    assert told["Title"] == "Copy"
    assert told["Labels"] == "groundswell"
    assert told["Description"].endswith("Groundswell idea: groundswell/need-1/abcdefgh\n")
    # Ours would come back as the team's own.
    assert (told["Estimate"], told["Priority"], told["Status"]) == ("", "No priority", "")


def test_github_gets_what_its_interface_takes_and_nothing_for_a_shell(report: IdeaReport) -> None:
    files = github_files(briefs(report, "$(reboot) `x` 'y'"), labels=["groundswell"])
    assert sorted(files) == ["need-1.json", "need-1.md", "need-2.json", "need-2.md"]
    issue = json.loads(files["need-1.json"])
    assert issue["title"] == "$(reboot) `x` 'y'"
    assert issue["labels"] == ["groundswell"]
    assert issue["body"].encode() == files["need-1.md"]


def test_no_file_is_written_outside_the_folder(report: IdeaReport) -> None:
    brief = replace(briefs(report)[0], candidate_id="../../etc/passwd")
    assert all("/" not in name for name in github_files([brief], labels=[]))
    assert sorted(github_files([brief], labels=[]))[0][0] != "."


@settings(max_examples=100, deadline=None)
@given(title=hostile)
def test_no_cell_is_a_formula(report: IdeaReport, title: str) -> None:
    for data in (
        jira_csv(briefs(report, title), issue_type="Story", labels=["a"]),
        linear_csv(briefs(report, title), team="ENG", labels=["a"]),
    ):
        for row in table(data):
            for cell in row:
                first = cell.lstrip("'\" \u200b")[:1]
                assert cell.startswith("'") or first not in set(STARTS)
