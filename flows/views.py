"""What the commands show to people. The same values as JSON are `flows.terminal.write_json`'s."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from flows.progress import duration
from flows.terminal import TwoLines, foreign, output, table
from reports import figures
from reports.inert import one_line

if TYPE_CHECKING:
    from flows.handover import HandedOver
    from flows.init import NamedSource
    from flows.overview import Status
    from flows.upkeep.check import Check
    from groundswell.domain import Decision
    from groundswell.report import IdeaReport, ThemeSummary
    from groundswell.store import QuarantineEntry, StepResult

NARROW_COLUMNS = 100
"""Below this, cells of two parts are broken into two lines to leave room for the idea."""

_HEADINGS = {"80% interval": "80 %\ninterval", "revenue at stake": "revenue\nat stake"}
_BREAKS = {"trend": " ", "effort": " P"}
_STATES = {"ok": "green", "warn": "yellow", "fail": "bold red", "failed": "bold red"}
_COUNTS = ("in", "out", "rejected", "rows", "accepted", "duplicate", "quarantined", "erased")


def show_ideas(rows: Sequence[Mapping[str, str]]) -> None:
    """Show the best ideas, from `reports.top_table_rows`."""
    console = output()
    if rows:
        console.print(ideas_table(rows, console.width))
    else:
        console.print(
            "No idea yet: no need is voiced often and clearly enough; see 'groundswell themes'."
        )


def ideas_table(rows: Sequence[Mapping[str, str]], width: int) -> Table:
    """Return the table of the best ideas for a terminal of `width` columns."""
    headings = {name: _HEADINGS.get(name, name) for name in rows[0]}
    made = table(*headings.values(), right=("rank", "voices", "revenue\nat stake"))
    for row in rows:
        made.add_row(*(_idea_cell(name, text, width) for name, text in row.items()))
    for column in made.columns:
        column.no_wrap = column.header != "idea"
    return made


def show_themes(themes: Sequence["ThemeSummary"]) -> None:
    """Show the themes in the order given."""
    numbers = ("voices", "mentions", "stability")
    made = table("need", "area", *numbers, "state", right=numbers)
    for theme in themes:
        counts = (f"{theme.voices:,}", f"{theme.size:,}", f"{theme.stability:.2f}")
        state = f"{theme.state}, rising" if theme.rises else theme.state
        made.add_row(TwoLines(theme.label), TwoLines(theme.area), *counts, state)
    output().print(made)


def show_decisions(decisions: Sequence["Decision"]) -> None:
    """Show decisions in the order given."""
    if not decisions:
        output().print("Nothing was decided yet.")
        return
    made = table("number", "when (UTC)", "who", "what", "about", "why", right=("number",))
    for one in decisions:
        what = one.kind if one.undoes is None else f"undo {one.undoes}"
        set_to = ", ".join(
            f"{name} {value}" for name, value in one.after.items() if value is not None
        )
        made.add_row(
            str(one.number),
            f"{one.at:%Y-%m-%d %H:%M}",
            foreign(one.reviewer),
            TwoLines(f"{what}: {set_to}" if set_to else what),
            foreign(one.target),
            TwoLines(one.reason),
        )
    output().print(made)


def show_report(report: "IdeaReport", page: Path) -> None:
    """Show what the report rests on and where its page is."""
    console, totals = output(), report.totals
    console.print(foreign(report.title, "bold"))
    days = f"{figures.day(totals.first_record)} to {figures.day(totals.last_record)}"
    console.print(f"run {report.run.run_id}, evidence up to {report.as_of:%Y-%m-%d %H:%M} UTC")
    console.print(f"{totals.records:,} records ({days}), {totals.voices:,} voices")
    console.print(f"{len(report.ideas)} ideas, {len(report.themes)} themes")
    console.print(f"evidence {report.evidence_level}")
    if report.unlocks_next:
        console.print(foreign(report.unlocks_next))
    console.print(f"Report: {page}", soft_wrap=True)


def show_status(status: "Status") -> None:
    """Show the newest runs, the steps of the last one, the sources and what comes next."""
    console = output()
    console.print(status.store, soft_wrap=True)
    if status.runs:
        for title, made in (
            ("Runs", _runs(status)),
            (f"Steps of run {status.runs[0].run.run_id}", _steps(status)),
            ("Sources, the newest file of each", _sources(status)),
        ):
            console.print("", Text(title, "bold underline"), made, sep="\n")
    else:
        console.print("no run yet; type 'groundswell run'")
    for alarm in status.drift:
        console.print("", foreign(f"Drift: {alarm}.", "yellow"), sep="\n")
    due = f"{status.next_run:%a %Y-%m-%d %H:%M %Z}"
    console.print(f"\nNext: {due} (cron {status.cron}), while 'groundswell schedule' runs")


def show_quarantine(
    entries: Sequence["QuarantineEntry"], counts: Sequence[tuple[str, str, str, int]]
) -> None:
    """Show rows that could not be used: where they stand, why, and what would be accepted."""
    console = output()
    if not entries:
        console.print("No row was refused.")
        return
    made = table("entry", "source", "place", "reason", "found")
    for entry in entries:
        place = foreign(f"{Path(entry.path).name}:{entry.row.line}")
        reason = entry.row.reason
        made.add_row(entry.entry_id, entry.source, place, reason, foreign(entry.row.detail))
    console.print(made)
    console.print(f"\n{_reasons(counts)}")
    console.print(
        "docs/quarantine.md says what each reason means and what to do;"
        " 'groundswell quarantine show ENTRY' shows a row;"
        " 'groundswell quarantine retry' reads the files again after they were mended."
    )


def _reasons(counts: Sequence[tuple[str, str, str, int]]) -> str:
    total: Counter[tuple[str, str]] = Counter()
    for source, _, reason, rows in counts:
        total[source, reason] += rows
    return "; ".join(f"{source}: {rows:,} {reason}" for (source, reason), rows in total.items())


def show_quarantined_row(entry: "QuarantineEntry") -> None:
    """Show one row that could not be used, as far as it was kept."""
    row = entry.row
    span = "" if row.byte_start is None else f", bytes {row.byte_start:,} to {row.byte_end:,}"
    made = table("", "")
    made.show_header = False
    for name, value in (
        ("place", f"{entry.path}, line {row.line}{span}"),
        ("source", entry.source),
        ("reason", row.reason),
        ("found", row.detail),
        ("row", row.raw),
    ):
        made.add_row(name, foreign(value))
    output().print(made)


def show_intake(counted: "StepResult") -> None:
    """Say what became of the rows that were read."""
    detail = counted.detail
    rows = "1 row" if counted.items_in == 1 else f"{counted.items_in:,} rows"
    erased = f", {detail['erased']:,} erased" if detail["erased"] else ""
    old = f" {detail['expired']:,} were older than may be kept and went." * bool(detail["expired"])
    output().print(
        f"{rows} read: {counted.items_out:,} new or changed,"
        f" {detail['duplicate']:,} known, {detail['quarantined']:,} in quarantine{erased}.{old}"
    )


def show_handed_over(handed: Sequence["HandedOver"]) -> None:
    """Say of each idea what became of it."""
    for one in handed:
        line = foreign(f"{one.candidate_id} {one.title}", "bold")
        output().print(line.append(f"\n  {one.outcome}: {one_line(one.where)}"), soft_wrap=True)


def show_checks(checks: Sequence["Check"]) -> None:
    """Show what was looked at, with a remedy under what is not well."""
    made = table("", "check", "found")
    for check in checks:
        found = foreign(check.found)
        if check.remedy:
            found.append("\n→ " + one_line(check.remedy), "bold")
        made.add_row(Text(check.state, _STATES[check.state]), check.name, found)
    output().print(made)


def show_guesses(sources: Sequence["NamedSource"], config_path: Path) -> None:
    """Show what each file's columns were taken for, and what to type next."""
    console = output()
    for source in sources:
        console.print(foreign(f"{source.name}: {source.path}", "bold"), soft_wrap=True)
        console.print(_guess(source), "")
    missing = [
        f"columns.{field} of {source.name}" for source in sources for field in source.missing
    ]
    if not any(source.guess.kind == "feedback" for source in sources):
        console.print("None of these files is feedback, so there is nothing to rank yet.")
    if any(source.guess.kind == "changelog" for source in sources):
        console.print("A changelog is taken for your own; set competitor where it is another's.")
    console.print(f"Written: {config_path}. Correct there what was guessed wrong.", soft_wrap=True)
    if missing:
        console.print(f"Not found, so first set {', '.join(missing)}.", style="bold yellow")
    option = "" if config_path == Path("config.toml") else f" --config {config_path}"
    console.print(f"Next, type: groundswell run{option}", soft_wrap=True)


def _idea_cell(name: str, text: str, width: int) -> Text | TwoLines:
    if name == "idea":
        return TwoLines(text)
    mark = _BREAKS.get(name) if width < NARROW_COLUMNS else None
    return Text(text.replace(mark, mark.replace(" ", "\n"), 1) if mark else text)


def _runs(status: "Status") -> Table:
    made = table("run", "kind", "state", "started (UTC)", "worked", "message", right=("run",))
    for entry in status.runs:
        run = entry.run
        state = Text(run.state, _STATES.get(run.state, "yellow"))
        times = (f"{run.started_at:%Y-%m-%d %H:%M}", duration(entry.seconds))
        made.add_row(str(run.run_id), run.kind, state, *times, TwoLines(run.message))
    return made


def _steps(status: "Status") -> Table:
    made = table("step", "in", "out", "rejected", "seconds", right=(*_COUNTS, "seconds"))
    for step in status.runs[0].steps:
        counts = (f"{count:,}" for count in (step.items_in, step.items_out, step.rejected))
        made.add_row(step.step, *counts, f"{step.seconds:.1f}")
    return made


def _sources(status: "Status") -> Table:
    made = table("source", "kind", *_COUNTS[3:], right=_COUNTS)
    for package in status.sources:
        known = (package.rows_done, package.accepted, package.duplicate)
        fates = (*known, package.quarantined, package.erased)
        name = package.source if package.complete else f"{package.source} (not read to its end)"
        made.add_row(name, package.kind, *(f"{count:,}" for count in fates))
    return made


def _guess(source: "NamedSource") -> Table:
    made = table("field", "taken from, and how sure", "first row")
    first = source.guess.sample[0] if source.guess.sample else {}
    for note in source.guess.notes:
        field, _, why = note.partition(": ")
        style = "" if why.endswith("(sure)") else "yellow"
        made.add_row(field, foreign(why, style), TwoLines(first.get(field, "")))
    return made
