"""What of the ideas a reader wants to see, as it stands in the address of the page.

Everything a view is made of is in the query, so that a link shows it again: filters, order,
columns, page and the ideas marked for comparison.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from starlette.datastructures import QueryParams

from groundswell.report import RankedIdea
from reports.columns import Cell, Table
from web.pages.columns import CHOICE, COLUMNS, FIXED, Column
from web.pages.said import Said, with_verdicts
from web.reading import Reading

PAGE = 50
"""Ideas on a page."""


@dataclass(frozen=True, slots=True)
class View:
    """A selection of the ideas in an order; an empty text filters nothing."""

    q: str = ""
    """Words that title, need, id or the labels of its needs must hold, in any case."""
    segment: str = ""
    channel: str = ""
    theme: str = ""
    """Number of a need."""
    status: str = ""
    badge: str = ""
    decision: str = ""
    """One of `DECISIONS`, by what reviewers say now."""
    strategy: str = ""
    """By which ideas are ranked; empty: the report's own."""
    sort: str = ""
    """A column's key, with ``-`` before it from the last to the first; empty: by rank."""
    columns: tuple[str, ...] = ()
    """Keys of columns; none: those that are shown at first."""
    compare: tuple[str, ...] = ()
    """Ids of ideas marked for comparison."""
    page: int = 1

    @property
    def shown(self) -> tuple[Column, ...]:
        """Return the columns to show, in their own order."""
        chosen = [c for c in CHOICE if (c.key in self.columns if self.columns else c.chosen)]
        return (*FIXED, *chosen)

    @property
    def filtered(self) -> bool:
        """Tell whether something is left out."""
        texts = (self.q, self.segment, self.channel, self.theme, self.status)
        return any((*texts, self.badge, self.decision))

    def query(self, **changes: object) -> dict[str, object]:
        """Return the view, changed, as a query; what says nothing is left out."""
        other = replace(self, **{"page": 1} | changes)  # type: ignore[arg-type]
        found: dict[str, object] = {name: getattr(other, name) for name in (*_TEXTS, "sort")}
        found["columns"] = ",".join(other.columns)
        found["compare"] = ",".join(other.compare)
        found["page"] = other.page if other.page > 1 else ""
        return {key: value for key, value in found.items() if value}

    def sorted_by(self, key: str) -> str:
        """Return the `sort` that a click on a column's heading asks for."""
        falling = COLUMNS[key].falling
        now = self.sort or "rank"
        first, second = (f"-{key}", key) if falling else (key, f"-{key}")
        return second if now == first else first

    def direction(self, key: str) -> str:
        """Return ``ascending``, ``descending``, or nothing where another column sorts."""
        now = self.sort or "rank"
        if now.removeprefix("-") != key:
            return ""
        return "descending" if now.startswith("-") else "ascending"


def read_view(query: QueryParams) -> View:
    """Read a view from a query; what cannot be understood is passed over."""
    sort = query.get("sort", "")
    page = query.get("page", "")
    chosen = {key for value in query.getlist("columns") for key in value.split(",")}
    return View(
        **{name: query.get(name, "").strip()[:200] for name in _TEXTS},
        sort=sort if sort.removeprefix("-") in COLUMNS else "",
        columns=tuple(column.key for column in CHOICE if column.key in chosen),
        compare=marked(query.getlist("compare")),
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def marked(values: Sequence[str]) -> tuple[str, ...]:
    """Return ids, each once, from values of which each is one id or several with commas."""
    ids = (part.strip() for value in values for part in value.split(","))
    return tuple(dict.fromkeys(one for one in ids if one))


def chosen_ideas(view: View, reading: Reading, said: Said, today: date) -> list[RankedIdea]:
    """Return the ideas of a view in its order, those of all pages, with the verdicts of today.

    Not known stands last in either direction; equals stand by rank.
    """
    ranks = ranks_of(view, reading)
    key = (view.sort or "rank").removeprefix("-")

    def value(idea: RankedIdea) -> Cell:
        return ranks[idea.candidate_id] if key == "rank" else COLUMNS[key].cells[0][2](idea)

    tests = _tests(view, reading, said)
    matching = (idea for idea in reading.report.ideas if all(test(idea) for test in tests))
    found = [(value(idea), idea) for idea in with_verdicts(matching, said, today)]
    known = [one for one in found if one[0] is not None]
    known.sort(key=lambda one: _order(one[0]), reverse=view.sort.startswith("-"))
    return [idea for _, idea in known] + [idea for cell, idea in found if cell is None]


def ranks_of(view: View, reading: Reading) -> Mapping[str, int | None]:
    """Return each idea's rank by the view's strategy; None where it has none."""
    ideas = reading.report.ideas
    if view.strategy in ("", reading.report.strategy):
        return {idea.candidate_id: idea.rank for idea in ideas}
    return {idea.candidate_id: dict(idea.ranks_by_strategy).get(view.strategy) for idea in ideas}


def table_of(view: View, reading: Reading, said: Said, today: date) -> Table:
    """Return the ideas of a view, those of all its pages, with the columns it shows."""
    currency = reading.report.currency
    cells = [cell for column in view.shown for cell in column.cells]
    headings = [(name.format(currency=currency), width) for name, width, _ in cells]
    ideas = chosen_ideas(view, reading, said, today)
    rows = [tuple(cell(idea) for _, _, cell in cells) for idea in ideas]
    if view.strategy not in ("", reading.report.strategy):
        ranks = ranks_of(view, reading)
        headings.insert(0, (f"rank by {view.strategy}", 10))
        rows = [(ranks[idea.candidate_id], *row) for idea, row in zip(ideas, rows, strict=True)]
    return Table("Ideas", tuple(headings), tuple(rows))


_TEXTS = ("q", "segment", "channel", "theme", "status", "badge", "decision", "strategy")


def _tests(view: View, reading: Reading, said: Said) -> list[Callable[[RankedIdea], bool]]:
    """Return what an idea has to pass; nothing where all ideas are shown."""
    words = view.q.casefold().split()
    tests: dict[str, Callable[[RankedIdea], bool]] = {
        "q": lambda idea: all(word in reading.words[idea.candidate_id] for word in words),
        "segment": lambda idea: any(name == view.segment for name, _ in idea.segments),
        "channel": lambda idea: any(name == view.channel for name, _ in idea.channels),
        "theme": lambda idea: view.theme in map(str, idea.theme_ids),
        "status": lambda idea: idea.status == view.status,
        "badge": lambda idea: view.badge in idea.badges,
        "decision": lambda idea: said.matches(idea.candidate_id, view.decision),
    }
    return [test for name, test in tests.items() if getattr(view, name)]


def _order(cell: Cell) -> tuple[float, str]:
    if isinstance(cell, int | float):
        return float(cell), ""
    return 0.0, str(cell).casefold()
