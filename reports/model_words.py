"""How versions of models and what was measured of them are put in words."""

from groundswell.report import Measure
from reports import figures

MODELS = {
    "encoder": "what texts mean",
    "themes": "which needs there are",
    "kinds": "of which kind a statement is",
    "matches": "what means the same",
    "effort": "how far estimates miss",
    "weights": "how much each criterion counts",
}
"""What each kind of model says."""


def measured(found: float | None, unit: str) -> str:
    """Write a measure in its unit: ``12 %``, ``0.412``."""
    if found is None:
        return figures.NOT_KNOWN
    if unit == "share":
        return f"{100.0 * found:.1f} %"
    return figures.number(found)


def better(measure: Measure) -> str:
    """Say in a word whether the challenger is better: ``better``, ``worse`` or nothing.

    Only where the interval of the difference leaves no doubt, and the figures differ as written.
    """
    low, high = measure.low, measure.high
    if low is None or high is None or measure.more_is_better is None or low <= 0.0 <= high:
        return ""
    if measured(measure.challenger, measure.unit) == measured(measure.champion, measure.unit):
        return ""
    return "better" if (low > 0.0) == measure.more_is_better else "worse"
