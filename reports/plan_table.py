"""A release plan as one flat table: a row for each team and release that an idea takes days of."""

from groundswell.report import ReleasePlan
from reports.columns import Cell, Table


def planned_work(plan: ReleasePlan) -> Table:
    """Return the work by idea, team and release; what is left out comes last, with the reason."""
    headings = (
        *(("rank", 6), ("id", 16), ("idea", 40), ("category", 10), ("must (0 or 1)", 8)),
        *(("ships in", 10), ("team", 14), ("worked on in", 10), ("days P50", 10)),
        *((f"value ({plan.value_unit})", 12), (f"cost ({plan.currency})", 12)),
        *(("finished in time (0-1)", 10), ("stays in plan (0-1)", 10), ("left out because", 60)),
    )
    rows: list[tuple[Cell, ...]] = []
    for idea in plan.ideas:
        about = (idea.rank, idea.candidate_id, idea.title, idea.category, int(idea.must))
        for n, (team, release, days) in enumerate(idea.work):
            # Said once for each idea, so that a column can be added up.
            once = (idea.value, idea.cost) if n == 0 else (None, None)
            chances = (idea.finish, idea.robustness)
            rows.append((*about, idea.ships, team, release, days, *once, *chances, None))
    for out in plan.left_out:
        rows.append((out.rank, out.candidate_id, out.title, *([None] * 10), out.reason))
    return Table("Plan", headings, tuple(rows))
