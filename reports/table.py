"""The ideas as lines of a small table: terminal, artifact and summary show the same words."""

from groundswell.report import IdeaReport
from reports import figures
from reports.inert import one_line


def top_table_rows(report: IdeaReport, n: int = 10) -> list[dict[str, str]]:
    """Return the first `n` ideas, best first, as column name to finished text.

    The columns are ``rank``, ``80% interval``, ``idea``, ``voices``, ``trend``, ``revenue at
    stake`` and ``effort``. Titles are one line with hidden characters made visible; they are
    customers' words, so show them as text, not as markup.
    """
    return [
        {
            "rank": str(idea.rank),
            "80% interval": figures.rank_interval(idea),
            "idea": one_line(idea.title),
            "voices": figures.voices(idea.voices),
            "trend": figures.trend(idea.trend),
            "revenue at stake": figures.money(idea.revenue.value, report.currency),
            "effort": figures.effort(idea.effort),
        }
        for idea in report.ideas[:n]
    ]
