"""Files that trackers take in.

What is left empty is left empty on purpose: a rank is no priority of the team's, and an
estimate by analogy that came back in an export would be read as the team's own.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from reports.handover.brief import Brief
from reports.handover.markdown import markdown
from reports.handover.wiki import wiki
from reports.inert import inert_cell

LINEAR_COLUMNS = (
    *("Id", "Team", "Title", "Description", "Status", "Estimate", "Priority", "Project"),
    *("Creator", "Assignee", "Labels", "Cycle Number", "Cycle Name", "Cycle Start", "Cycle End"),
    *("Created", "Updated", "Started", "Completed", "Canceled", "Archived"),
)
"""All that Linear's importer reads; it expects each of them."""


def jira_csv(briefs: Sequence[Brief], *, issue_type: str, labels: Sequence[str]) -> bytes:
    """Return a CSV for Jira's importer: several labels stand in several columns of that name."""
    header = ["Summary", "Issue Type", "Description", "External issue id"]
    rows = [
        [brief.title, issue_type, wiki(brief.blocks), brief.mark, *labels, brief.mark]
        for brief in briefs
    ]
    return _csv([*header, *["Labels"] * (len(labels) + 1)], rows)


def linear_csv(briefs: Sequence[Brief], *, team: str, labels: Sequence[str]) -> bytes:
    """Return a CSV for Linear's importer."""
    rows = []
    for brief in briefs:
        told = {"Team": team, "Title": brief.title, "Description": markdown(brief.blocks)}
        told |= {"Priority": "No priority", "Labels": ", ".join(labels)}
        rows.append([told.get(column, "") for column in LINEAR_COLUMNS])
    return _csv(LINEAR_COLUMNS, rows)


def github_files(briefs: Sequence[Brief], *, labels: Sequence[str]) -> dict[str, bytes]:
    """Return files by name: of each idea the JSON that GitHub's interface takes, and its text.

    ``gh api repos/OWNER/NAME/issues --input FILE.json`` makes an issue of it without any word of
    a customer's passing through a shell.
    """
    files: dict[str, bytes] = {}
    for brief in briefs:
        body = markdown(brief.blocks)
        issue = {"title": brief.title, "body": body, "labels": list(labels)}
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", brief.candidate_id).strip("-.") or "idea"
        files[f"{name}.json"] = (json.dumps(issue, ensure_ascii=False, indent=2) + "\n").encode()
        files[f"{name}.md"] = body.encode()
    return files


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(header)
    lines.writerows([inert_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")
