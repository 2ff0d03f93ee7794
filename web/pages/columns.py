"""The columns of the table of ideas: one list for the page, for sorting and for the export."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from groundswell.report import RankedIdea
from reports.columns import DECISION_CELLS, Cell


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the page, and the plain cells that stand for it in an export."""

    key: str
    name: str
    cells: tuple[tuple[str, int, Callable[[RankedIdea], Cell]], ...]
    """(heading, width in characters, cell); ``{currency}`` in a heading is filled in. The first
    one is what the column is sorted by."""
    falling: bool = False
    """Sorted from the largest down where no direction is named."""
    chosen: bool = True
    """Shown where no columns are named."""


def _column(key: str, name: str, *cells: tuple[str, int, Callable[[RankedIdea], Cell]]) -> Column:
    return Column(key, name, cells)


_RANK = _column(
    "rank",
    "Rank",
    ("rank", 6, lambda idea: idea.rank),
    ("rank low (80%)", 10, lambda idea: idea.rank_low),
    ("rank high (80%)", 10, lambda idea: idea.rank_high),
)
_IDEA = _column(
    "idea",
    "Idea",
    ("idea", 44, lambda idea: idea.title),
    ("idea id", 16, lambda idea: idea.candidate_id),
)
FIXED = (_RANK, _IDEA)
"""Always shown, first."""

CHOICE = (
    Column(
        "voices",
        "Voices",
        (
            ("voices", 9, lambda idea: idea.voices),
            ("voices by month", 30, lambda idea: _months(idea)),
        ),
        falling=True,
    ),
    Column(
        "trend",
        "Trend",
        (
            ("trend (1 = steady)", 10, lambda idea: idea.trend.value),
            ("trend low (80%)", 10, lambda idea: idea.trend.low),
            ("trend high (80%)", 10, lambda idea: idea.trend.high),
        ),
        falling=True,
    ),
    Column(
        "revenue",
        "Revenue at stake",
        (
            ("revenue at stake ({currency}/year)", 14, lambda idea: idea.revenue.value),
            ("revenue low (80%, {currency}/year)", 14, lambda idea: idea.revenue.low),
            ("revenue high (80%, {currency}/year)", 14, lambda idea: idea.revenue.high),
        ),
        falling=True,
    ),
    _column(
        "effort",
        "Effort",
        ("effort P50 (person-days)", 10, lambda idea: idea.effort.p50),
        ("effort P80 (person-days)", 10, lambda idea: idea.effort.p80),
    ),
    Column("score", "Score", (("score (0-100)", 9, lambda idea: idea.score),), falling=True),
    _column("tier", "Tier", ("tier", 6, lambda idea: idea.tier)),
    _column(
        "status",
        "Status",
        ("status", 10, lambda idea: idea.status),
        ("status reason", 30, lambda idea: idea.status_reason),
    ),
    Column("decision", "Decision", DECISION_CELLS, chosen=False),
    Column(
        "mentions",
        "Mentions",
        (("mentions", 9, lambda idea: idea.mentions),),
        falling=True,
        chosen=False,
    ),
    Column(
        "top10",
        "In the top ten",
        (("P(top 10)", 9, lambda idea: idea.p_top10),),
        falling=True,
        chosen=False,
    ),
    Column(
        "net",
        "Net, first year",
        (
            (
                "net of the first year ({currency})",
                12,
                lambda idea: None if idea.profit is None else idea.profit.net.value,
            ),
        ),
        falling=True,
        chosen=False,
    ),
    Column(
        "badges",
        "Warnings",
        (("badges", 24, lambda idea: "; ".join(idea.badges)),),
        chosen=False,
    ),
)
"""Those that a reader can choose."""

COLUMNS: Mapping[str, Column] = {column.key: column for column in (*FIXED, *CHOICE)}


def _months(idea: RankedIdea) -> str:
    return "; ".join(f"{month} {n}" for month, n in idea.monthly_voices[-12:])
