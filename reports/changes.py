"""What changed since the run before, in words."""

from typing import Literal

from groundswell.report import Changes, IdeaMove, IdeaReport
from reports import figures
from reports.inert import markdown_text
from reports.table import top_table_rows

MoveKind = Literal["new", "returned", "risen", "fallen", "gone"]

_HEADINGS: dict[MoveKind, str] = {
    "new": "New",
    "returned": "Returned",
    "risen": "Risen",
    "fallen": "Fallen",
    "gone": "Gone",
}


def changes_markdown(changes: Changes, report: IdeaReport) -> str:
    """Return changes and top ten as Markdown in which customers' words are only text."""
    lines = [f"# {markdown_text(report.title)}: what changed", "", since(changes), ""]
    for kind, moves in moves_by_kind(changes):
        lines += [f"## {_HEADINGS[kind]}", ""]
        lines += [f"- {_move_line(move)}" for move in moves] + [""]
    if changes.themes:
        told = [f"- {markdown_text(change.sentence)}" for change in changes.themes]
        lines += ["## Themes", "", *told, ""]
    return "\n".join(lines + _top_ten(report))


def since(changes: Changes) -> str:
    """Return one sentence: the run compared with, and how much is new."""
    records = f"{figures.count(changes.new_records)} new records"
    if changes.since_run is None:
        return f"First run: {records}, nothing to compare with."
    when = f" of {figures.day(changes.since)}" if changes.since else ""
    quiet = "" if changes.moves or changes.themes else "; no idea changed its place"
    return f"Since run {changes.since_run}{when}: {records}{quiet}."


def moves_by_kind(changes: Changes) -> list[tuple[MoveKind, list[IdeaMove]]]:
    """Group the moves under their kinds, most important first within each; no empty groups."""
    groups: dict[MoveKind, list[IdeaMove]] = {kind: [] for kind in _HEADINGS}
    for move in changes.moves:
        groups[move_kind(move)].append(move)
    return [(kind, moves) for kind, moves in groups.items() if moves]


def move_kind(move: IdeaMove) -> MoveKind:
    """Tell from the ranks before and now; `returned` is an idea whose reason says so."""
    if move.rank_now is None:
        return "gone"
    if move.rank_before is None:
        return "returned" if move.reason.lower().startswith("returned") else "new"
    return "risen" if move.rank_now <= move.rank_before else "fallen"


def places(move: IdeaMove) -> str:
    """Write ``4 → 2``, ``new at 3`` or ``was 7``."""
    if move.rank_now is None:
        return f"was {move.rank_before}"
    if move.rank_before is None:
        return f"{move_kind(move)} at {move.rank_now}"
    return f"{move.rank_before} → {move.rank_now}"


def _move_line(move: IdeaMove) -> str:
    reason = f": {markdown_text(move.reason)}" if move.reason else ""
    return f"**{markdown_text(move.title)}** ({places(move)}){reason}"


def _top_ten(report: IdeaReport) -> list[str]:
    rows = top_table_rows(report)
    if not rows:
        return ["## Top ten", "", "No ideas yet.", ""]
    columns = list(rows[0])
    lines = ["## Top ten", "", f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    cells = ([markdown_text(row[column]) for column in columns] for row in rows)
    return [*lines, *(f"| {' | '.join(line)} |" for line in cells), ""]
