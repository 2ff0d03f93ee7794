"""Ideas as issues of a tracker: what they say, and the files that trackers import."""

from reports.handover.acceptance import acceptance_notes
from reports.handover.adf import adf
from reports.handover.brief import Brief, Details, brief_of, digest, without_words
from reports.handover.files import github_files, jira_csv, linear_csv
from reports.handover.markdown import markdown
from reports.handover.wiki import wiki

__all__ = [
    "Brief",
    "Details",
    "acceptance_notes",
    "adf",
    "brief_of",
    "digest",
    "github_files",
    "jira_csv",
    "linear_csv",
    "markdown",
    "wiki",
    "without_words",
]
