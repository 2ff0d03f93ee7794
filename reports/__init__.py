"""The ranked report as files that people read: HTML, CSV, XLSX, JSON and Markdown."""

from reports.changes import changes_markdown
from reports.export import audience_csv
from reports.interchange import (
    from_json,
    model_from_json,
    model_json,
    plan_from_json,
    plan_json,
    preview_from_json,
    preview_json,
    schema,
    to_json,
)
from reports.metrics import CONTENT_TYPE as METRICS_TYPE
from reports.metrics import metrics_text
from reports.model_words import MODELS, measured
from reports.rendering import render, render_model, render_plan
from reports.table import top_table_rows

__all__ = [
    "METRICS_TYPE",
    "MODELS",
    "audience_csv",
    "changes_markdown",
    "from_json",
    "measured",
    "metrics_text",
    "model_from_json",
    "model_json",
    "plan_from_json",
    "plan_json",
    "preview_from_json",
    "preview_json",
    "render",
    "render_model",
    "render_plan",
    "schema",
    "to_json",
    "top_table_rows",
]
