"""What was found of a challenger as one HTML page that needs no script and no network."""

from groundswell.report import ModelReport
from reports import changes as moves
from reports.model_words import MODELS, better, measured
from reports.page import environment, style_sheets


def model_html(report: ModelReport) -> str:
    """Return the page; its policy and its look are those of the report."""
    return (
        environment()
        .get_template("model.html")
        .render(
            report=report,
            words=MODELS,
            value=measured,
            better=better,
            moves=moves,
            **style_sheets("report.css", "model.css"),
        )
    )
