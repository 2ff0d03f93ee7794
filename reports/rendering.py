"""All files of one report at once: what a run writes and the review app serves."""

from groundswell.report import Changes, IdeaReport, ModelReport, ReleasePlan
from reports.changes import changes_markdown
from reports.interchange import changes_json, model_json, plan_json, to_json

REPORT_FILES = (
    *("report.html", "ideas.csv", "ideas.xlsx", "ideas.json", "changes.md", "changes.json"),
)
"""Names of what `render` returns."""

PLAN_FILES = ("plan.html", "plan.csv", "plan.xlsx", "plan.json")
"""Names of what `render_plan` returns."""


def render(report: IdeaReport, changes: Changes, *, has_plan: bool = False) -> dict[str, bytes]:
    """Return the report's files by name; equal arguments give equal bytes.

    Parameters
    ----------
    has_plan
        A release plan lies beside it, to which the page links.

    Returns
    -------
    dict of str to bytes
        ``report.html`` (one self-contained page without script), ``ideas.csv``, ``ideas.xlsx``,
        ``ideas.json`` (the lossless form, docs/schema/ideas.schema.json), and what changed as
        ``changes.md`` and, with every figure, as ``changes.json``.

    Raises
    ------
    ValueError
        A number in the report is infinite or not a number.
    """
    from reports.export import ideas_csv, ideas_xlsx  # xlsxwriter and jinja2 only when needed
    from reports.page import report_html

    return {
        "report.html": report_html(report, changes, has_plan=has_plan).encode(),
        "ideas.csv": ideas_csv(report),
        "ideas.xlsx": ideas_xlsx(report),
        "ideas.json": to_json(report).encode(),
        "changes.md": changes_markdown(changes, report).encode(),
        "changes.json": changes_json(changes).encode(),
    }


def render_plan(plan: ReleasePlan, report: IdeaReport) -> dict[str, bytes]:
    """Return a release plan's files by name; equal arguments give equal bytes.

    Parameters
    ----------
    report
        Whose ideas are planned; the page links into report.html beside it.

    Returns
    -------
    dict of str to bytes
        ``plan.html`` (one self-contained page without script), ``plan.csv``, ``plan.xlsx`` and,
        without loss, ``plan.json``.
    """
    from reports.export import plan_csv, plan_xlsx
    from reports.plan_page import plan_html

    return {
        "plan.html": plan_html(plan, report).encode(),
        "plan.csv": plan_csv(plan),
        "plan.xlsx": plan_xlsx(plan, report),
        "plan.json": plan_json(plan).encode(),
    }


def render_model(report: ModelReport) -> dict[str, bytes]:
    """Return a model report's files by name: ``themes-7.html`` and, without loss, ``.json``."""
    from reports.model_page import model_html

    return {
        f"{report.name}.html": model_html(report).encode(),
        f"{report.name}.json": model_json(report).encode(),
    }
