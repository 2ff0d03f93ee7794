"""What was found of a challenger as one HTML page that needs no script and no network."""

from groundswell.report import Measure, ModelReport
from reports import changes as moves
from reports import figures
from reports.page import environment, style_sheets


def model_html(report: ModelReport) -> str:
    """Return the page; its policy and its look are those of the report."""
    return (
        environment()
        .get_template("model.html")
        .render(
            report=report,
            words=MODELS,
            value=value,
            better=better,
            moves=moves,
            **style_sheets("report.css", "model.css"),
        )
    )


MODELS = {
    "encoder": "what texts mean",
    "themes": "which needs there are",
    "kinds": "of which kind a statement is",
    "matches": "what means the same",
    "effort": "how far estimates miss",
    "weights": "how much each criterion counts",
}
"""What each kind of model says."""


def value(found: float | None, unit: str) -> str:
    """Write a measure in its unit: ``12 %``, ``0.412``."""
    if found is None:
        return figures.NOT_KNOWN
    if unit == "share":
        return f"{100.0 * found:.1f} %"
    return figures.number(found)


def better(measure: Measure) -> str:
    """Say in a word whether the challenger is better: ``better``, ``worse`` or nothing.

    With an interval of the difference, only where that leaves no doubt.
    """
    if measure.champion is None or measure.more_is_better is None:
        return ""
    low, high = measure.low, measure.high
    if low is None or high is None:
        low = high = measure.challenger - measure.champion
    if low <= 0.0 <= high:
        return ""
    return "better" if (low > 0.0) == measure.more_is_better else "worse"
